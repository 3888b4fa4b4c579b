"""Measure: every head, per class, against a majority baseline and the plain peer, on letters never trained on."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score, confusion_matrix, f1_score, precision_recall_fscore_support

from pipeline import letter
from pipeline.learn.acceptance import interval

Answers = NDArray[np.str_]
RANKED = ("urgency", "level", "scope", "action")
MOST_CONFUSED = 15
MIN_GROUP = 30
LENGTHS = (1, 100, 300, 1000)
REST = "其余"


def figures(
    name: str,
    truth: Answers,
    given: Answers,
    confidence: NDArray[np.float64],
    majority: Answers,
    peer: Answers | None = None,
) -> dict[str, Any]:
    """Return all figures of one head.

    Parameters
    ----------
    name : str
    truth, given, majority, peer : ndarray of str, shape (letters,)
        Labels: right, suggested, of the majority baseline, of the peer.
    confidence : ndarray of float
        Probability of the suggested label.

    Examples
    --------
    >>> truth = np.array(["1", "0", "1"])
    >>> round(figures("legacy", truth, truth, np.ones(3), np.array(["1"] * 3))["accuracy"], 2)
    1.0
    """
    right = truth == given
    return {
        "n": len(truth),
        "ordered": name in RANKED,
        **summary(name, truth, given),
        "ece": calibration_error(confidence, right),
        "classes": _classes(truth, given),
        "curve": coverage_curve(confidence, right),
        "coverage_97": coverage_at(confidence, right, 0.97),
        "calibration": _calibration(confidence, right),
        "confusion": _confusion(truth, given),
        "majority": summary(name, truth, majority),
        "peer": None if peer is None else {**summary(name, truth, peer), "classes": _classes(truth, peer)},
    }


def summary(name: str, truth: Answers, given: Answers) -> dict[str, Any]:
    """Return accuracy, macro-F1 and, where they belong to the head, weighted kappa and F1 of "1"."""
    ranked = name in RANKED
    return {
        "accuracy": _round(float((truth == given).mean())),
        "macro_f1": _round(f1_score(truth, given, average="macro", zero_division=0.0)),
        "weighted_kappa": _round(_kappa(truth, given)) if ranked else None,
        "positive_f1": _round(f1_score(truth == "1", given == "1", zero_division=0.0))
        if name in ("legacy", "accused")
        else None,
    }


def _kappa(truth: Answers, given: Answers) -> float:
    ranks = sorted({int(label) for label in (*truth, *given)})
    if len(ranks) < 2:
        return 0.0
    return float(cohen_kappa_score(truth.astype(int), given.astype(int), weights="quadratic", labels=ranks))


def _classes(truth: Answers, given: Answers) -> list[dict[str, Any]]:
    labels = np.unique(truth)
    precision, recall, f1, support = precision_recall_fscore_support(truth, given, labels=labels, zero_division=0.0)
    rows = zip(labels, precision, recall, f1, support, strict=True)
    return [
        {"label": str(label), "precision": _round(p), "recall": _round(r), "f1": _round(f), "support": int(n)}
        for label, p, r, f, n in rows
    ]


def coverage_curve(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> list[list[float]]:
    """Return [coverage, accuracy] of the most confident 1 %, 2 %, … of the letters."""
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    at = np.unique(np.maximum(np.ceil(np.linspace(0.01, 1, 100) * len(order)).astype(int), 1))
    return [[_round(stop / len(order)), _round(share[stop - 1])] for stop in at]


def coverage_at(confidence: NDArray[np.float64], right: NDArray[np.bool_], level: float) -> float:
    """Return the largest share of letters, most confident first, that is right at least at ``level``."""
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= level)
    return _round((good[-1] + 1) / len(order)) if len(good) else 0.0


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> float:
    """Return the expected calibration error over equally wide bins (Guo et al. 2017)."""
    total = sum(abs(mean - share) * count for mean, share, count in _bins(confidence, right, bins))
    return _round(total / len(right))


def _calibration(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> list[list[float]]:
    return [[_round(mean), _round(share), count] for mean, share, count in _bins(confidence, right, 10)]


def _bins(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int) -> list[tuple[float, float, int]]:
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    inside = [which == number for number in range(bins)]
    return [
        (float(confidence[rows].mean()), float(right[rows].mean()), int(rows.sum())) for rows in inside if rows.any()
    ]


def _confusion(truth: Answers, given: Answers) -> dict[str, Any]:
    names, counts = np.unique(truth, return_counts=True)
    labels = [str(name) for name in names[np.argsort(-counts, kind="stable")][:MOST_CONFUSED]]
    if len(names) > MOST_CONFUSED or not set(given) <= set(labels):
        folded = [np.where(np.isin(answers, labels), answers, REST) for answers in (truth, given)]
        labels.append(REST)
    else:
        folded = [truth, given]
    return {"labels": labels, "counts": confusion_matrix(*folded, labels=labels).tolist()}


def _round(value: float) -> float:
    return round(float(value), 4)


def by_group(right: NDArray[np.bool_], groups: dict[str, NDArray[np.str_]]) -> list[dict[str, Any]]:
    """Return the share of right answers of every group of at least 30 letters, so that a weak group shows.

    Parameters
    ----------
    right : ndarray of bool
    groups : dict of str to ndarray of str
        What the letters are grouped by, and each letter's group; "" is none. Groups are of letters, never of people.

    Returns
    -------
    list of dict
        ``by group n accuracy interval weak``: weak where the 95 % interval lies below the share of all letters.

    Examples
    --------
    >>> right = np.arange(80) % 2 > 0
    >>> rows = by_group(right, {"channel": np.array(["a"] * 40 + ["b"] * 40)})
    >>> [(row["group"], row["accuracy"], row["weak"]) for row in rows]
    [('a', 0.5, False), ('b', 0.5, False)]
    """
    rows = []
    for by, names in groups.items():
        for name in dict.fromkeys(names.tolist()):
            inside = names == name
            n = int(inside.sum())
            if not name or n < MIN_GROUP:
                continue
            k = int(right[inside].sum())
            low, high = interval(k, n)
            rows.append(
                {
                    "by": by,
                    "group": name,
                    "n": n,
                    "accuracy": _round(k / n),
                    "interval": [_round(low), _round(high)],
                    "weak": bool(high < right.mean()),
                }
            )
    return rows


def groups_of(frame: pd.DataFrame) -> dict[str, NDArray[np.str_]]:
    """Return the groups that a model card looks at: length of the letter, and place and channel where they are given.

    Examples
    --------
    >>> groups_of(pd.DataFrame({"title": ["", ""], "text": ["短", "长" * 400]}))["length"].tolist()
    ['1-99', '300-999']
    """
    sizes = frame[letter.TITLE].str.len() + frame[letter.TEXT].str.len()
    names = [f"{low}-{high - 1}" for low, high in pairwise(LENGTHS)] + [f"{LENGTHS[-1]}+"]
    found = {"length": np.array(names)[np.searchsorted(LENGTHS[1:], sizes, side="right")]}
    for column in (letter.PLACE, letter.CHANNEL):
        if column in frame.columns:
            found[column] = frame[column].fillna("").astype(str).str.strip().to_numpy(dtype=str)
    return found


def majority_of(labels: Answers, n: int) -> Answers:
    """Return the commonest label ``n`` times; ``""`` is no label."""
    names, counts = np.unique(labels[labels != ""], return_counts=True)
    return np.full(n, names[counts.argmax()])


def peer_predictions(
    train_texts: list[str], train_labels: dict[str, Answers], test_texts: list[str], cut: Callable[[str], list[str]]
) -> dict[str, Answers]:
    """Train the plain peer (``jieba.lcut`` + TfidfVectorizer + LinearSVC, all defaults) per head and predict."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectoriser = TfidfVectorizer(tokenizer=cut, token_pattern=None, lowercase=False)
    train, test = vectoriser.fit_transform(train_texts), vectoriser.transform(test_texts)
    answers = {}
    for name, labels in train_labels.items():
        rows = np.flatnonzero(labels != "")
        if len(np.unique(labels[rows])) > 1:
            answers[name] = np.asarray(LinearSVC().fit(train[rows], labels[rows]).predict(test), dtype=str)
    return answers
