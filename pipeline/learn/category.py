"""First and second level together: one consistent pair a letter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.learn.heads import PAIR_SEPARATOR, Head
from pipeline.settings import focus_rules

Floats = NDArray[np.float32]
OWN_SHARE = 0.6


@dataclass(frozen=True)
class Category:
    """Categories of a batch.

    Attributes
    ----------
    first, pair : ndarray of int
        Positions in the labels of the heads ``category_l1`` and ``category_l2``.
    first_probabilities, pair_probabilities : ndarray
        Both agree: the pairs of a first level sum to its probability.
    """

    first: NDArray[np.int64]
    pair: NDArray[np.int64]
    first_probabilities: Floats
    pair_probabilities: Floats


def combine(first_head: Head, pair_head: Head, first: Floats, pair: Floats, own_share: float = OWN_SHARE) -> Category:
    """Average what the two heads say of the first level, then choose the second level within it.

    Parameters
    ----------
    first : ndarray, shape (letters, first levels)
    pair : ndarray, shape (letters, pairs)
    own_share : float
        Weight of ``first`` against the sums of ``pair``.

    Examples
    --------
    >>> empty = np.zeros(0, np.float32)
    >>> ones = Head("category_l1", ("A", "B"), empty, empty, 1.0, empty)
    >>> twos = Head("category_l2", ("A/x", "A/y", "B/x"), empty, empty, 1.0, empty)
    >>> chosen = combine(ones, twos, np.array([[.6, .4]], np.float32), np.array([[.1, .4, .5]], np.float32))
    >>> twos.labels[chosen.pair[0]]
    'A/y'
    """
    parents = np.array([_parent(first_head, label) for label in pair_head.labels])
    membership = (parents[:, None] == np.arange(len(first_head.labels))).astype(np.float32)
    sums = pair @ membership
    averaged = np.float32(own_share) * first + np.float32(1 - own_share) * sums
    averaged /= averaged.sum(axis=1, keepdims=True)
    spread = pair * (averaged / np.maximum(sums, np.float32(1e-9)))[:, np.maximum(parents, 0)]
    spread[:, parents < 0] = 0
    chosen = averaged.argmax(axis=1)
    within = np.where(parents[None, :] == chosen[:, None], spread, np.float32(-1))
    return Category(chosen, within.argmax(axis=1), averaged, spread)


def _parent(first_head: Head, pair: str) -> int:
    name = pair.split(PAIR_SEPARATOR, 1)[0]
    return first_head.labels.index(name) if name in first_head.labels else -1


def topics(first: str, second: str, *, legacy: bool) -> tuple[str, ...]:
    """Return the focus topics (重点类别) of a category, in the order of their table.

    Examples
    --------
    >>> topics("劳动和社会保障", "工资福利", legacy=True)
    ('劳动就业', '历史遗留')
    """
    held = (
        rule.topic
        for rule in focus_rules()
        if rule.category_l1 in ("", first) and rule.category_l2 in ("", second) and (legacy or not rule.flag)
    )
    return tuple(dict.fromkeys(held))
