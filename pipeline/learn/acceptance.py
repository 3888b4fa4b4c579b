"""From which confidence on an answer may stand until a person confirms it, and which labels are possible below it.

Thresholds are set on held-out answers, for each head and each wanted share of right answers. A class whose sure answers
are right less often than wanted, beyond chance, gets a stricter threshold of its own, so that weak classes don't hide
behind strong ones. Conformal label sets hold the right label with a wanted probability whatever the model is like.

Source: selective classification (Geifman and El-Yaniv 2017); split conformal prediction with the score 1 - p
(Sadinle, Lei and Wasserman 2019); intervals of Wilson (1927).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LEVELS: Final = tuple(round(0.80 + 0.01 * step, 2) for step in range(20))
USUAL_LEVEL: Final = 0.97
SHOWN_LEVELS: Final = (0.90, 0.95, USUAL_LEVEL)
SET_LEVELS: Final = (0.8, 0.9, 0.95, 0.99)
ACCEPTED_HEADS: Final = ("purpose", "category_l1", "urgency", "level", "department")
ALL, NEVER = "", 1.01
MIN_SURE, MIN_CLASS = 20, 50
Thresholds = dict[str, dict[str, float]]
Answers = NDArray[np.str_]


def accept_threshold(confidence: NDArray[np.floating], right: NDArray[np.bool_], level: float) -> float:
    """Return the lowest confidence from which on at least ``level`` of the answers are right; 1.01 if none.

    Examples
    --------
    >>> accept_threshold(np.array([0.9, 0.8, 0.4], np.float32), np.array([True, True, False]), 0.95)
    0.8
    """
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= level)
    return round(float(confidence[order][good[-1]]), 4) if len(good) else NEVER


def thresholds(confidence: NDArray[np.floating], given: Answers, truth: Answers) -> Thresholds:
    """Return for each level ("0.97") the confidence needed: of all classes under "", and of those that differ.

    Parameters
    ----------
    confidence : ndarray
        Held-out probability of the given label.
    given, truth : ndarray of str

    Examples
    --------
    >>> given = np.array(["a"] * 100 + ["b"] * 60)
    >>> truth = np.where(np.arange(160) % 4 > 0, given, "c")
    >>> truth[:100] = "a"
    >>> found = thresholds(np.full(160, 0.9), given, truth)["0.90"]
    >>> found[""], found["b"]
    (0.9, 1.01)
    """
    right = given == truth
    found: Thresholds = {}
    for level in LEVELS:
        general = accept_threshold(confidence, right, level)
        found[f"{level:.2f}"] = {ALL: general}
        for label in np.unique(given):
            rows = given == label
            sure = rows & (confidence >= general)
            if rows.sum() < MIN_CLASS or sure.sum() < MIN_SURE:
                continue
            if interval(int(right[sure].sum()), int(sure.sum()))[1] < level:
                own = accept_threshold(confidence[rows], right[rows], level)
                found[f"{level:.2f}"][str(label)] = max(own, general)
    return found


def stricter(a: Thresholds, b: Thresholds) -> Thresholds:
    """Return the higher of two thresholds for every level and class.

    Examples
    --------
    >>> stricter({"0.90": {"": 0.5, "x": 0.9}}, {"0.90": {"": 0.7}})
    {'0.90': {'': 0.7, 'x': 0.9}}
    """
    found: Thresholds = {}
    for level in a.keys() | b.keys():
        one, other = a.get(level, {}), b.get(level, {})
        found[level] = {
            label: max(side.get(label, side.get(ALL, NEVER)) for side in (one, other))
            for label in sorted(one.keys() | other.keys())
        }
    return dict(sorted(found.items()))


def needed(accept: dict[str, Thresholds], head: str, labels: Sequence[str], level: float) -> NDArray[np.float64]:
    """Return the confidence that each label of a head needs; above 1 where none is enough.

    Examples
    --------
    >>> needed({"purpose": {"0.97": {"": 0.9, "咨询": 0.95}}}, "purpose", ("咨询", "求决"), 0.97).tolist()
    [0.95, 0.9]
    """
    at_level = accept.get(head, {}).get(f"{level:.2f}", {})
    return np.array([at_level.get(label, at_level.get(ALL, NEVER)) for label in labels])


def interval(right: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share.

    Examples
    --------
    >>> [round(end, 2) for end in interval(9, 10)]
    [0.6, 0.98]
    """
    from scipy.stats import binomtest  # half a second to import, which triage need not pay

    if not n:
        return 0.0, 1.0
    found = binomtest(right, n).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def accepted(sure: NDArray[np.bool_], right: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the share of answers that are sure enough, and how many of those are right with a 95 % interval.

    Examples
    --------
    >>> accepted(np.array([True, False]), np.array([True, False]))["coverage"]
    0.5
    """
    n, k = int(sure.sum()), int(right[sure].sum())
    low, high = interval(k, n)
    return {
        "letters": len(right),
        "coverage": round(float(sure.mean()), 4) if len(right) else 0.0,
        "right": round(k / n, 4) if n else None,
        "interval": [round(low, 4), round(high, 4)] if n else None,
    }


def set_thresholds(probabilities: NDArray[np.floating], truth: NDArray[np.int64]) -> dict[str, float]:
    """Return for each wanted probability ("0.90") the probability from which on a label belongs to the set.

    Parameters
    ----------
    probabilities : ndarray, shape (letters, labels)
        Held-out.
    truth : ndarray of int
        Position of the right label.

    Examples
    --------
    >>> table = np.tile(np.array([[0.7, 0.3]]), (99, 1))
    >>> set_thresholds(table, np.zeros(99, np.int64))["0.90"]
    0.7
    """
    scores = np.sort(1 - probabilities[np.arange(len(truth)), truth])
    found = {}
    for level in SET_LEVELS:
        rank = int(np.ceil((len(scores) + 1) * level))
        found[f"{level:.2f}"] = round(float(1 - scores[rank - 1]), 6) if rank <= len(scores) else 0.0
    return found


def label_sets(probabilities: NDArray[np.floating], threshold: float) -> list[list[int]]:
    """Return the labels of each letter's set, most probable first; the most probable one is always in it.

    Examples
    --------
    >>> label_sets(np.array([[0.5, 0.4, 0.1], [0.9, 0.05, 0.05]]), 0.3)
    [[0, 1], [0]]
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")
    ranked = np.take_along_axis(probabilities, order, axis=1)
    sizes = np.maximum((ranked >= threshold).sum(axis=1), 1)
    return [row[:size] for row, size in zip(order.tolist(), sizes.tolist(), strict=True)]
