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
from pipeline.learn.hidden import Hidden
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
    inputs : ndarray, shape (letters, scores + cues + outputs)
        Layer one's scores, the cues and what the hidden layer says, standardised.
    probabilities : dict of str to ndarray
        Per head, shape (letters, labels).
    """

    words: WordIds
    matrix: sp.csr_matrix
    inputs: Floats
    probabilities: dict[str, Floats]


@dataclass(frozen=True)
class Model:
    """Features, layer one (8-bit weights with a scale a column), the hidden layer and the heads of layer two.

    Attributes
    ----------
    featurizer : Featurizer
    weights : ndarray of int8, shape (columns, scores)
    scales, bias : ndarray of float32, shape (scores,)
    hidden : Hidden
    means, spreads : ndarray of float32, shape (scores + cues + outputs,)
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
    hidden: Hidden
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
        inputs = self.inputs(matrix, letters, received_at)
        tables = {name: head.probabilities(inputs) for name, head in self.heads.items()}
        return Reading(words, matrix, inputs, tables)

    def inputs(self, matrix: sp.csr_matrix, letters: Plain, received_at: list[str]) -> Floats:
        """Return layer two's inputs for letters with such features, standardised."""
        scores = (matrix @ self.dense_weights) * self.scales + self.bias
        cues = cue_room.cues(letters.titles, letters.bodies, received_at)
        combined = self.hidden.read(self.featurizer.only_words(matrix), cues)
        return np.asarray((np.hstack([scores, cues, combined]) - self.means) / self.spreads, dtype=np.float32)

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
