"""Which unlabelled letters a person should label next, so that few labels teach much.

A label teaches where the model is unsure and where no chosen letter is alike already. Both are in the gradient
that the label could cause (Ash et al., *Deep Batch Active Learning by Diverse, Uncertain Gradient Lower Bounds*,
ICLR 2020): per head the probabilities minus the likeliest label, times the letter's scores. Letters are chosen
greedily, each the farthest from those chosen before, with letters of probably rare classes first. It looks for
letters that teach the model, never for people; who wrote them is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.learn.model import Model, Reading

Floats = NDArray[np.float32]
CHOICE_HEADS = ("category_l1", "category_l2", "department")
RARITY = 0.5
MOST_CANDIDATES = 20_000


@dataclass(frozen=True)
class Candidates:
    """Letters that may be chosen, as the model sees them.

    Attributes
    ----------
    rows : ndarray of int
        Where each letter stands in its table.
    scores : ndarray, shape (letters, scores)
        Layer one's standardised scores, rows of unit length.
    probabilities : dict of str to ndarray
        Of :data:`CHOICE_HEADS`; first and second level agree.
    """

    rows: NDArray[np.int64]
    scores: Floats
    probabilities: dict[str, Floats]

    @classmethod
    def of(cls, model: Model, reading: Reading, rows: NDArray[np.int64]) -> Candidates:
        """Return the letters of a batch, known by ``rows``; only the least sure of very many are kept."""
        both = model.category(reading.probabilities)
        probabilities = {head: reading.probabilities[head] for head in CHOICE_HEADS}
        probabilities |= {"category_l1": both.first_probabilities, "category_l2": both.pair_probabilities}
        scores = reading.inputs[:, : len(model.bias)].astype(np.float32)
        scores /= np.maximum(np.linalg.norm(scores, axis=1, keepdims=True), np.float32(1e-9))
        return cls(rows, scores, probabilities)._least_sure()

    def joined(self, other: Candidates) -> Candidates:
        """Return both batches as one."""
        return Candidates(
            np.concatenate([self.rows, other.rows]),
            np.vstack([self.scores, other.scores]),
            {head: np.vstack([table, other.probabilities[head]]) for head, table in self.probabilities.items()},
        )._least_sure()

    def take(self, rows: NDArray[np.int64]) -> Candidates:
        """Return the letters at the positions ``rows``."""
        tables = {head: table[rows] for head, table in self.probabilities.items()}
        return Candidates(self.rows[rows], self.scores[rows], tables)

    def _least_sure(self) -> Candidates:
        if len(self.rows) <= MOST_CANDIDATES:
            return self
        sure = np.sum([table.max(axis=1) for table in self.probabilities.values()], axis=0)
        return self.take(np.sort(np.argsort(sure, kind="stable")[:MOST_CANDIDATES]))


def choose(
    candidates: Candidates,
    labels: Mapping[str, tuple[str, ...]],
    labelled: Mapping[str, Mapping[str, int]],
    wanted: int,
) -> NDArray[np.int64]:
    """Return positions in ``candidates``, the letter that teaches most first.

    Parameters
    ----------
    candidates : Candidates
    labels : mapping of str to tuple of str
        Per head the labels of its probabilities.
    labelled : mapping of str to mapping of str to int
        Per head how many letters have each label already.
    wanted : int

    Examples
    --------
    >>> tables = {head: np.array([[.9, .1], [.5, .5], [.5, .5]], np.float32) for head in CHOICE_HEADS}
    >>> alike = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
    >>> some = Candidates(np.arange(3), alike, tables)
    >>> choose(some, {head: ("a", "b") for head in CHOICE_HEADS}, {}, 2).tolist()
    [1, 0]
    """
    gradients = np.hstack([_gradient(table) for table in candidates.probabilities.values()])
    rare = rarity(candidates, labels, labelled)
    lengths = (gradients * gradients).sum(axis=1)
    distance = lengths.copy()
    chosen: list[int] = []
    for _ in range(min(wanted, len(candidates.rows))):
        row = int(np.argmax(distance * rare))
        chosen.append(row)
        alike = (gradients @ gradients[row]) * (candidates.scores @ candidates.scores[row])
        distance = np.minimum(distance, np.maximum(lengths + lengths[row] - 2 * alike, 0))
        distance[chosen] = -1
    return np.array(chosen, dtype=np.int64)


def rarity(
    candidates: Candidates, labels: Mapping[str, tuple[str, ...]], labelled: Mapping[str, Mapping[str, int]]
) -> Floats:
    """Return how rare the probable classes of each letter are, among labelled letters and candidates."""
    weight = np.zeros(len(candidates.rows), np.float32)
    for head, table in candidates.probabilities.items():
        known = labelled.get(head, {})
        seen = np.array([known.get(label, 0) for label in labels[head]], np.float32) + table.sum(axis=0)
        weight += (table / np.maximum(seen, 1) ** np.float32(RARITY)).sum(axis=1)
    return weight


def _gradient(probabilities: Floats) -> Floats:
    gradient = probabilities.copy()
    gradient[np.arange(len(gradient)), gradient.argmax(axis=1)] -= 1
    return gradient
