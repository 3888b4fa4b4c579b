"""Is one model better than another? On the same held-out letters, with what chance alone could do.

Macro-F1 of each head is compared by a paired bootstrap of the letters (Efron and Tibshirani 1993), recall of
focus topics and of the highest urgency by an exact sign test on the letters that only one of the two gets right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from pipeline import letter
from pipeline.learn import bundle, heldout
from pipeline.learn.category import topics
from pipeline.learn.heads import PAIR_SEPARATOR, by_rank
from pipeline.learn.office import OFFICE_HEADS, answer
from pipeline.learn.train import History

Answers = NDArray[np.str_]
RESAMPLES, NOISE, MIN_CLASS_LETTERS = 1000, 0.05, 10
HIGHEST_URGENCY = "4"


@dataclass(frozen=True)
class Judged:
    """Answers of one model that it wasn't trained to give.

    Attributes
    ----------
    answers : dict of str to ndarray of str
        Per head; "" where the model was trained on the letter and no held-out answer was kept.
    urgency : ndarray, shape (letters, 4)
        Probabilities of urgency 1 to 4, for the rules of advice.
    stored : int
        Letters it was trained on, answered by the models of the other folds.
    """

    answers: dict[str, Answers]
    urgency: NDArray[np.float32]
    stored: int


def judge(model: bundle.Bundle, history: History) -> Judged:
    """Return honest answers: kept held-out ones for letters the model was trained on, fresh ones for the others."""
    reading = model.model.read(history.letters, history.received_at)
    fresh = {name: given.astype(object) for name, (given, _) in answer(model.model, history, reading).items()}
    ranks = len(letter.URGENCY_NAMES)
    urgency = by_rank(model.model.heads["urgency"].labels, reading.probabilities["urgency"], ranks)
    kept = heldout.read(model.folder)
    if kept is None:
        return Judged({name: given.astype(str) for name, given in fresh.items()}, urgency, 0)
    at = {int(value): row for row, value in enumerate(kept.fingerprints)}
    place = np.array([at.get(int(value), -1) for value in history.prints])
    seen = np.flatnonzero(place >= 0)
    for name, given in fresh.items():
        given[seen] = kept.given[name][place[seen]] if name in kept.given else ""
    if "urgency" in kept.probabilities:
        urgency[seen] = by_rank(kept.labels["urgency"], kept.probabilities["urgency"][place[seen]], ranks)
    return Judged({name: given.astype(str) for name, given in fresh.items()}, urgency, len(seen))


def compare(history: History, a: Judged, b: Judged) -> dict[str, Any]:
    """Compare two models on the letters that both answer honestly.

    Returns
    -------
    dict
        ``heads``: per head ``n``, macro-F1 ``a`` and ``b``, ``difference`` with its 95% ``interval``, classes that
        ``gained`` and ``lost`` beyond the noise; ``recalls``: per focus topic and for urgency 4 ``n``, recalls ``a``
        and ``b``, the sign test's ``p``; ``blocked_by``: names whose recall fell beyond the noise.
    """
    heads = {}
    for name in OFFICE_HEADS:
        if name not in history.labels or name not in a.answers or name not in b.answers:
            continue
        truth, first, second = history.labels[name], a.answers[name], b.answers[name]
        rows = (truth != "") & (first != "") & (second != "")
        if rows.any():
            heads[name] = compare_head(truth[rows], first[rows], second[rows])
    recalls = _recalls(history, a, b)
    blocked = [name for name, row in recalls.items() if row["b"] < row["a"] and row["p"] < NOISE]
    return {"heads": heads, "recalls": recalls, "blocked_by": blocked}


def compare_head(truth: Answers, a: Answers, b: Answers) -> dict[str, Any]:
    """Return macro-F1 of both, their difference with its bootstrap interval, and the classes that changed.

    Examples
    --------
    >>> truth = np.array(["x", "y"] * 50)
    >>> found = compare_head(truth, np.array(["x"] * 100), truth)
    >>> found["b"], found["interval"][0] > 0, [row["label"] for row in found["gained"]]
    (1.0, True, ['x', 'y'])
    """
    labels = np.unique(truth)
    triples, counts = np.unique(np.stack([truth, a, b]), axis=1, return_counts=True)
    n = int(counts.sum())
    drawn = np.random.default_rng(0).multinomial(n, counts / n, size=RESAMPLES)
    counted = np.vstack([counts, drawn]).astype(np.float32)
    f1 = [_f1(counted, triples[0], given, labels) for given in triples[1:]]
    present = counted @ (triples[0][:, None] == labels).astype(np.float32) > 0
    macro = [(scores * present).sum(axis=1) / present.sum(axis=1) for scores in f1]
    change = macro[1] - macro[0]
    low, high = np.quantile(change[1:], [NOISE / 2, 1 - NOISE / 2])
    by_class = f1[1] - f1[0]
    lows, highs = np.quantile(by_class[1:], [NOISE / 2, 1 - NOISE / 2], axis=0)
    rows: list[dict[str, Any]] = [
        {"label": str(label), "n": int((truth == label).sum()), "a": _round(f1[0][0, at]), "b": _round(f1[1][0, at])}
        for at, label in enumerate(labels)
    ]
    enough = [row["n"] >= MIN_CLASS_LETTERS for row in rows]
    return {
        "n": n,
        "a": _round(macro[0][0]),
        "b": _round(macro[1][0]),
        "difference": _round(change[0]),
        "interval": [_round(low), _round(high)],
        "gained": [row for row, good, many in zip(rows, lows > 0, enough, strict=True) if good and many],
        "lost": [row for row, bad, many in zip(rows, highs < 0, enough, strict=True) if bad and many],
    }


def _f1(counted: NDArray[np.float32], truth: Answers, given: Answers, labels: Answers) -> NDArray[np.float32]:
    is_truth = (truth[:, None] == labels).astype(np.float32)
    is_given = (given[:, None] == labels).astype(np.float32)
    both = counted @ (is_truth * is_given)
    total = counted @ (is_truth + is_given)
    return np.asarray(2 * both / np.maximum(total, 1), dtype=np.float32)


def _recalls(history: History, a: Judged, b: Judged) -> dict[str, Any]:
    found: dict[str, Any] = {}
    urgency = history.labels.get("urgency")
    if urgency is not None:
        rows = (urgency == HIGHEST_URGENCY) & (a.answers["urgency"] != "") & (b.answers["urgency"] != "")
        hits = [judged.answers["urgency"][rows] == HIGHEST_URGENCY for judged in (a, b)]
        found["urgency 4"] = _recall(hits[0], hits[1])
    if "category_l2" in history.labels:
        truth, first, second = (_topics(history.labels), _topics(a.answers), _topics(b.answers))
        known = [bool(x) and bool(y) for x, y in zip(a.answers["category_l2"], b.answers["category_l2"], strict=True)]
        for topic in sorted(set().union(*truth)):
            rows = np.array([topic in named and ok for named, ok in zip(truth, known, strict=True)])
            hits = [np.array([topic in named for named in given])[rows] for given in (first, second)]
            found[topic] = _recall(hits[0], hits[1])
    return {name: row for name, row in found.items() if row["n"]}


def _topics(answers: dict[str, Answers]) -> list[frozenset[str]]:
    pairs = answers["category_l2"]
    legacy = answers.get("legacy", np.full(len(pairs), ""))
    named: dict[tuple[str, str], frozenset[str]] = {}
    for key in set(zip(pairs.tolist(), legacy.tolist(), strict=True)):
        first, _, second = key[0].partition(PAIR_SEPARATOR)
        named[key] = frozenset(topics(first, second, legacy=key[1] == "1")) if key[0] else frozenset()
    return [named[key] for key in zip(pairs.tolist(), legacy.tolist(), strict=True)]


def _recall(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> dict[str, Any]:
    if not len(a):
        return {"n": 0, "a": 0.0, "b": 0.0, "p": 1.0}
    won, lost = int((b & ~a).sum()), int((a & ~b).sum())
    p = binomtest(lost, won + lost, alternative="greater").pvalue if won + lost else 1.0
    return {"n": len(a), "a": _round(a.mean()), "b": _round(b.mean()), "p": round(float(p), 4)}


def _round(value: float | np.floating) -> float:
    return round(float(value), 4)
