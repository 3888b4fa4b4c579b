"""A trained model in memory: letters in, probabilities of every head out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.learn import cues as cue_room
from pipeline.learn.acceptance import USUAL_LEVEL, Thresholds, needed
from pipeline.learn.category import OWN_SHARE, Category, combine
from pipeline.learn.features import Featurizer, Plain, WordIds
from pipeline.learn.heads import Head
from pipeline.text.segment import Segmenter

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What the model makes of a batch.

    Attributes
    ----------
    words : WordIds
        Vocabulary columns of each letter's words, for explanations.
    matrix : csr_matrix
    inputs : ndarray, shape (letters, scores + cues)
        Layer one's scores and the cues, standardised.
    probabilities : dict of str to ndarray
        Per head, shape (letters, labels).
    """

    words: WordIds
    matrix: sp.csr_matrix
    inputs: Floats
    probabilities: dict[str, Floats]


@dataclass(frozen=True)
class Model:
    """Features, layer one (8-bit weights with a scale a column) and the heads of layer two.

    Attributes
    ----------
    featurizer : Featurizer
    weights : ndarray of int8, shape (columns, scores)
    scales, bias : ndarray of float32, shape (scores,)
    means, spreads : ndarray of float32, shape (scores + cues,)
        Standardise layer two's inputs.
    score_labels : tuple of (head, label)
        What each score of layer one stands for.
    heads : dict of str to Head
    accept : dict
        Per head, for each wanted share of right answers ("0.97"), the confidence from which on it was reached on
        held-out letters: of all labels under "", and of labels that need more; above 1 where it never was.
    sets : dict of str to float
        For each wanted probability ("0.90") that the right first level is in a letter's set, the probability from
        which on a label is in it.
    own_share : float
        How much the first level's own head counts against what the second level's head implies.
    """

    featurizer: Featurizer
    weights: NDArray[np.int8]
    scales: Floats
    bias: Floats
    means: Floats
    spreads: Floats
    score_labels: tuple[tuple[str, str], ...]
    heads: dict[str, Head]
    accept: dict[str, Thresholds]
    sets: dict[str, float] = field(default_factory=dict)
    own_share: float = OWN_SHARE

    @cached_property
    def dense_weights(self) -> Floats:
        """Layer one's weights as float32, without their scales."""
        return self.weights.astype(np.float32)

    def read(self, letters: Plain, received_at: list[str], segmenter: Segmenter | None = None) -> Reading:
        """Return every head's probabilities for prepared letters."""
        words, titles = self.featurizer.word_ids(letters, segmenter)
        matrix = self.featurizer.assemble(letters, words, titles)
        scores = (matrix @ self.dense_weights) * self.scales + self.bias
        cues = cue_room.cues(letters.titles, letters.bodies, received_at)
        inputs = (np.hstack([scores, cues]) - self.means) / self.spreads
        tables = {name: head.probabilities(inputs) for name, head in self.heads.items()}
        return Reading(words, matrix, inputs, tables)

    def needed(self, head: str, level: float) -> NDArray[np.float64]:
        """Return the confidence that each label of a head needs, so that so many of the sure answers are right."""
        return needed(self.accept, head, self.heads[head].labels, level)

    def sure(
        self, head: str, given: NDArray[np.int64], confidence: NDArray[np.floating], level: float = USUAL_LEVEL
    ) -> NDArray[np.bool_]:
        """Return whether each answer, the position of a label, reaches the confidence that its label needs."""
        return np.asarray(confidence >= self.needed(head, level)[given])

    def category(self, probabilities: Mapping[str, Floats]) -> Category:
        """Return the consistent first and second levels of letters with such probabilities of both heads."""
        first, pair = self.heads["category_l1"], self.heads["category_l2"]
        return combine(first, pair, probabilities[first.name], probabilities[pair.name], self.own_share)


def quantise(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return (8-bit weights, scale of each column).

    Examples
    --------
    >>> values, scales = quantise(np.array([[0.5], [-1.0]], np.float32))
    >>> values.tolist()
    [[64], [-127]]
    """
    scales = np.abs(weights).max(axis=0) / np.float32(127)
    scales[scales == 0] = 1
    return np.rint(weights / scales).astype(np.int8), scales.astype(np.float32)
