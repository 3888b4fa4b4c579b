"""Does the early warning of a letter find what the labels call level 2? Five folds, beside the peer; and its weights.

Level 2 is ranked by its score: average precision, and the share of level 2 among the 20 % of letters with the highest
scores. Weights of a fold are fitted on answers that models gave about letters they were not trained on, all of the
other folds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score, precision_recall_fscore_support

from pipeline.learn.corpus import MEASURED, read_corpus
from pipeline.learn.model import Model
from pipeline.learn.train import History, fit_and_answer, prepare
from pipeline.learn.warning import SUMS, Weights, read_signs
from pipeline.learn.warning_fit import Truth, fit, score
from pipeline.report.atomic import replacing
from pipeline.settings import read_toml
from pipeline.text.letters import masked

TOP = 0.2
LABEL = "early_warning"
LEVELS = {"watch": 1, "warn": 2}
_HEAD = (
    "# What each sign of an early warning counts, by how far it lies from its mean: for the three sums and the score.\n"
    "# Made by `python -m tests.benchmarks --corpus FOLDER --only warning-weights`; never edited by hand.\n"
)
Numbers = NDArray[np.float64]
Said = Callable[[str], None]


def warning(corpus: Path, progress: Said = lambda stage: None) -> dict[str, Any]:
    """Return the figures on letters never trained on."""
    frame = read_corpus(corpus)
    history, texts = prepare(frame), masked(frame)
    labelled = history.labels[LABEL] != ""
    scores = {name: np.zeros(len(frame)) for name in ("early_warning_score", "inner_head", "peer")}
    for fold in np.unique(history.folds):
        progress(f"fold {fold}")
        train, test = np.flatnonzero(history.folds != fold), np.flatnonzero(history.folds == fold)
        model, tables = fit_and_answer(history.take(train))
        part = labelled[train]
        weights = fit(
            _signs(model, {name: table[part] for name, table in tables.items()}, texts, train[part]),
            _truth(history, frame, train[part]),
        )
        read = history.take(test)
        tables = model.read(read.letters, read.received_at).probabilities
        scores["early_warning_score"][test] = score(weights, _signs(model, tables, texts, test))
        scores["inner_head"][test] = tables[LABEL][:, -1]
        scores["peer"][test] = _peer(frame, train[part], test)
    measured = frame[MEASURED].to_numpy() & labelled
    truth = history.labels[LABEL][measured].astype(int)
    return {
        "letters": len(truth),
        "level_2": int((truth == 2).sum()),
        **{name: _ranking(truth == 2, found[measured]) for name, found in scores.items()},
        "majority": {"average_precision": round(float((truth == 2).mean()), 3), "recall_in_top_20": TOP},
        "calibration": _calibration(truth == 2, scores["early_warning_score"][measured]),
        "thresholds": _thresholds(truth, scores["early_warning_score"][measured]),
        "as_shown": _as_shown(truth, scores["early_warning_score"][measured]),
    }


def write_weights(corpus: Path, path: Path, progress: Said = lambda stage: None) -> dict[str, Any]:
    """Fit the weights on all labelled letters and write the table that ships."""
    frame = read_corpus(corpus)
    history, texts = prepare(frame), masked(frame)
    model, tables = fit_and_answer(history, progress=progress)
    rows = np.flatnonzero(history.labels[LABEL] != "")
    signs = _signs(model, {name: table[rows] for name, table in tables.items()}, texts, rows)
    _write(fit(signs, _truth(history, frame, rows)), path, len(rows))
    return {"letters": len(rows), "table": path.name}


def _write(weights: Weights, path: Path, letters: int) -> None:
    lines = ["\t".join(("sign", "mean", "reach", *SUMS, "score", "source"))]
    for at, name in enumerate(weights.names):
        numbers = (weights.means[at], weights.reach[at], *weights.sums[at], weights.score[at])
        lines.append("\t".join([name, *(f"{number:.5f}" for number in numbers), f"fitted on {letters} labels"]))
    with replacing(path) as temporary:
        temporary.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _signs(
    model: Model, tables: dict[str, NDArray[np.float32]], texts: tuple[list[str], list[str]], rows: NDArray[np.int64]
) -> Numbers:
    titles, bodies = ([part[row] for row in rows] for part in texts)
    return read_signs(model.heads, tables, titles, bodies).values


def _truth(history: History, frame: pd.DataFrame, rows: NDArray[np.int64]) -> Truth:
    ranks = (history.labels[name][rows].astype(np.int64) for name in (LABEL, "scope", "urgency", "action"))
    return Truth(*ranks, measured=frame[MEASURED].to_numpy()[rows], folds=history.folds[rows])


def _peer(frame: pd.DataFrame, train: NDArray[np.int64], test: NDArray[np.int64]) -> Numbers:
    """Return how far the plain peer (jieba, TfidfVectorizer, LinearSVC, all defaults) sees letters on level 2's side."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    jieba.setLogLevel("WARNING")
    letters = (frame["title"].fillna("") + "\n" + frame["text"].fillna("")).to_numpy()
    vectoriser = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
    learned = LinearSVC().fit(vectoriser.fit_transform(letters[train]), frame[LABEL].to_numpy()[train])
    return np.asarray(learned.decision_function(vectoriser.transform(letters[test]))[:, -1])


def _ranking(right: NDArray[np.bool_], scores: Numbers) -> dict[str, float]:
    top = np.argsort(-scores, kind="stable")[: int(np.ceil(TOP * len(scores)))]
    return {
        "average_precision": round(float(average_precision_score(right, scores)), 3),
        "recall_in_top_20": round(float(right[top].sum() / right.sum()), 3),
    }


def _calibration(right: NDArray[np.bool_], scores: Numbers) -> list[list[float]]:
    """Return [mean score, share of level 2, letters] of letters with scores alike."""
    steps = np.array([0, 0.1, 0.2, 0.4, 0.6, 0.8])
    which = np.searchsorted(steps, scores, side="right")
    return [
        [round(float(scores[rows].mean()), 3), round(float(right[rows].mean()), 3), int(rows.sum())]
        for rows in (which == number for number in np.unique(which))
    ]


def _thresholds(truth: NDArray[np.int64], scores: Numbers) -> dict[str, list[float]]:
    """Return for each level the score from which on its F1 is best, and that F1."""
    tried = np.linspace(0.01, 0.8, 80)
    found = {}
    for name, level in LEVELS.items():
        f1 = [f1_score(truth >= level, scores >= step) for step in tried]
        found[name] = [round(float(tried[int(np.argmax(f1))]), 2), round(float(max(f1)), 3)]
    return found


def _as_shown(truth: NDArray[np.int64], scores: Numbers) -> dict[str, dict[str, float]]:
    """Return for each level how good it is from the score on that ``data/warning.toml`` sets."""
    limits = read_toml("warning.toml")["letter"]
    found = {}
    for name, level in LEVELS.items():
        precision, recall, f1, _ = precision_recall_fscore_support(
            truth >= level, scores >= limits[name], average="binary"
        )
        found[name] = {
            "precision": round(float(precision), 3),
            "recall": round(float(recall), 3),
            "f1": round(float(f1), 3),
        }
    return found
