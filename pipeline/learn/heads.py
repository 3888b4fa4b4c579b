"""What is predicted, and the last of the layers that predict it.

Layer one is linear in the letter's sparse features: one product for all heads. Layer two is a small
multinomial logistic regression per head on all of layer one's scores, the cues and the hidden layer, so that
what one head knows helps the others (a question is rarely urgent). Its probabilities are calibrated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
PAIR_SEPARATOR: Final = "/"


@dataclass(frozen=True)
class HeadKind:
    """A head of the model.

    Attributes
    ----------
    name : str
    columns : tuple of str
        The label columns it reads.
    ordered : bool
        Whether its labels are ranks, decided by the expected rank.
    freedom : float
        How much more than the recipe says layer two may learn for it (set on the folds).
    stretched : bool
        Whether its own scores are stretched, so that the penalty hardly touches them. Not for second levels,
        whose rare pairs it swallows.
    topical : bool
        Whether what the letter is about decides it, so that vectors of words help its layer one (set on the folds).
    """

    name: str
    columns: tuple[str, ...]
    ordered: bool = False
    freedom: float = 1.0
    stretched: bool = True
    topical: bool = False


HEADS: Final = (
    HeadKind("purpose", ("purpose",), freedom=4.0),
    HeadKind("category_l1", ("category_l1",), freedom=0.33, topical=True),
    HeadKind("category_l2", ("category_l1", "category_l2"), freedom=5.0, stretched=False, topical=True),
    HeadKind("urgency", ("urgency",), ordered=True),
    HeadKind("level", ("level",), freedom=0.33),
    HeadKind("department", ("department",), topical=True),
    HeadKind("scope", ("scope",), ordered=True, topical=True),
    HeadKind("action", ("action",), ordered=True),
    HeadKind("legacy", ("legacy",), ordered=True),
    HeadKind("early_warning", ("early_warning",), ordered=True),
    HeadKind("accused", ("accused",), ordered=True),
    HeadKind("official_l1", ("official_l1",), freedom=0.33, topical=True),
)
# Learned from the corpus only; their scores help the other heads, their labels are no column of a suggestion.
INNER_HEADS: Final = ("early_warning", "official_l1", "accused")
# The labels of the first two together imply that of the third.
IMPLIES: Final = ("purpose", "category_l2", "department")
HEAD_KINDS: Final = {head.name: head for head in HEADS}


@dataclass(frozen=True)
class Head:
    """A trained head of layer two.

    Attributes
    ----------
    name : str
    labels : tuple of str
        Sorted. Labels of ``category_l2`` are ``"first level/second level"``.
    weights : ndarray, shape (inputs, labels)
    bias : ndarray, shape (labels,)
    temperature : float
        Logits are divided by it.
    cuts : ndarray, shape (labels - 1,) or (0,)
        For ordered heads: the expected rank is compared with these.
    """

    name: str
    labels: tuple[str, ...]
    weights: Floats
    bias: Floats
    temperature: float
    cuts: Floats

    def probabilities(self, inputs: Floats) -> Floats:
        """Return calibrated probabilities, shape (letters, labels)."""
        return softmax((inputs @ self.weights + self.bias) / np.float32(self.temperature))

    def decide(self, probabilities: Floats) -> NDArray[np.int64]:
        """Return the position of the chosen label of each row."""
        return choose(probabilities, self.cuts)


def by_rank(labels: Sequence[str], probabilities: Floats, ranks: int) -> Floats:
    """Return probabilities of ranks 1 to ``ranks``, also where a model never saw one of them.

    Examples
    --------
    >>> by_rank(("2", "3"), np.array([[0.5, 0.5]], np.float32), 4).tolist()
    [[0.0, 0.5, 0.5, 0.0]]
    """
    spread = np.zeros((len(probabilities), ranks), dtype=np.float32)
    for column, label in enumerate(labels):
        spread[:, int(label) - 1] = probabilities[:, column]
    return spread


def softmax(logits: Floats) -> Floats:
    """Return row-wise softmax.

    Examples
    --------
    >>> softmax(np.zeros((1, 4), np.float32)).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def choose(probabilities: Floats, cuts: Floats) -> NDArray[np.int64]:
    """Return the most probable label, or for ordered labels the rank whose cuts hold the expected rank.

    Examples
    --------
    >>> choose(np.array([[0.5, 0.1, 0.4]], np.float32), np.array([0.4, 1.2], np.float32)).tolist()
    [1]
    """
    if not len(cuts):
        return np.asarray(probabilities.argmax(axis=1), dtype=np.int64)
    expected = probabilities @ np.arange(probabilities.shape[1], dtype=np.float32)
    return np.searchsorted(cuts, expected).astype(np.int64)
