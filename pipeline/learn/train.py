"""Train a model: features, layer one, layer two, calibration. Deterministic; no pickle, no randomness.

Every head trains on the rows that have its label. Layer two sees layer one's scores on letters that
layer one was not trained on (folds), so its probabilities and thresholds are honest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from pipeline import letter
from pipeline.learn import cues as cue_room
from pipeline.learn.category import combine
from pipeline.learn.features import Featurizer, Plain, plain
from pipeline.learn.heads import HEADS, PAIR_SEPARATOR, Head, HeadKind, softmax
from pipeline.learn.model import Model, quantise
from pipeline.learn.ridge import Latent, Ridge
from pipeline.text.clean import clean
from pipeline.text.mask import mask

ACCEPT_LEVELS = tuple(round(0.80 + 0.01 * step, 2) for step in range(20))
MIN_LABEL_ROWS = 2
Progress = Callable[[str], None]


@dataclass(frozen=True)
class History:
    """Labelled letters, prepared.

    Attributes
    ----------
    letters : Plain
    received_at : list of str
    labels : dict of str to ndarray of str
        Per head one label a letter, ``""`` where it has none.
    folds : ndarray of int
        Near-duplicates share a fold.
    """

    letters: Plain
    received_at: list[str]
    labels: dict[str, NDArray[np.str_]]
    folds: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> History:
        """Return the letters at the positions ``rows``."""
        return History(
            self.letters.take(rows),
            [self.received_at[row] for row in rows],
            {name: labels[rows] for name, labels in self.labels.items()},
            self.folds[rows],
        )


def prepare(frame: pd.DataFrame) -> History:
    """Clean and mask a labelled history.

    Parameters
    ----------
    frame : DataFrame
        Letter columns, ``fold`` and any label columns; empty cells are missing labels.
    """
    titles = mask(clean(frame[letter.TITLE].fillna("").astype(str).tolist()))
    texts = mask(clean(frame[letter.TEXT].fillna("").astype(str).tolist()))
    labels = {}
    for head in HEADS:
        if all(column in frame.columns for column in head.columns):
            parts = [frame[column].fillna("").astype(str).to_numpy(dtype=object) for column in head.columns]
            complete = np.all([part != "" for part in parts], axis=0)
            joined = np.array([PAIR_SEPARATOR.join(cells) for cells in zip(*parts, strict=True)], dtype=object)
            labels[head.name] = np.where(complete, joined, "").astype(str)
    received = frame[letter.RECEIVED_AT].fillna("").astype(str).tolist()
    return History(plain(titles, texts), received, labels, frame["fold"].to_numpy(dtype=np.int64))


@dataclass(frozen=True)
class Recipe:
    """The numbers that training depends on; they go into the manifest."""

    min_letters: int = 3
    min_letters_characters: int = 12
    directions: int = 300
    strength: float = 3.0
    penalty: float = 1.0
    second_layer_c: float = 0.003
    own_scale: float = 18.0
    max_columns: int = 80_000


def fit(history: History, recipe: Recipe | None = None, *, progress: Progress = lambda stage: None) -> Model:
    """Train all heads that have labels.

    Parameters
    ----------
    history : History
        Letters without any label help, too: they shape the features and latent directions.
    recipe : Recipe, optional
    progress : callable, optional
        Called with the name of each stage.

    Returns
    -------
    Model
        Its figures are not measured here: see :mod:`pipeline.learn.evaluate`.
    """
    recipe = recipe or Recipe()
    progress("features")
    featurizer = Featurizer.fit(
        history.letters,
        min_letters=recipe.min_letters,
        min_letters_characters=recipe.min_letters_characters,
    )
    matrix = featurizer.transform(history.letters)
    cues = cue_room.cues(history.letters.titles, history.letters.bodies, history.received_at)
    progress("latent directions")
    latent = Latent.fit(matrix, directions=recipe.directions, strength=recipe.strength)
    progress("layer one")
    kinds, first = _first_layer(history, matrix, latent, recipe.penalty)
    columns = _strongest(first.weights, recipe.max_columns)
    values, scales = quantise(first.weights[columns])
    progress("layer two")
    inputs = np.hstack([first.held_out, cues])
    means, spreads = inputs.mean(axis=0), inputs.std(axis=0)
    spreads[spreads == 0] = 1
    inputs = ((inputs - means) / spreads).astype(np.float32)
    fitted: dict[str, tuple[Head, NDArray[np.int64], NDArray[np.float32]]] = {}
    for kind in kinds:
        own = np.array([name == kind.name for name, _ in first.labels] + [False] * cues.shape[1])
        trust = np.where(own, spreads * recipe.own_scale, 1.0).astype(np.float32)
        strength = recipe.second_layer_c * kind.freedom
        fitted[kind.name] = _second_layer(kind, inputs, trust, history.labels[kind.name], history.folds, strength)
    return Model(
        featurizer=featurizer.restrict(columns),
        weights=values,
        scales=scales,
        bias=first.bias,
        means=means.astype(np.float32),
        spreads=spreads.astype(np.float32),
        score_labels=first.labels,
        heads={name: head for name, (head, _, _) in fitted.items()},
        accept=_accept(fitted, history.labels),
    )


@dataclass(frozen=True)
class _FirstLayer:
    labels: tuple[tuple[str, str], ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    held_out: NDArray[np.float32]


def _first_layer(
    history: History, matrix: sp.csr_matrix, latent: Latent, penalty: float
) -> tuple[list[HeadKind], _FirstLayer]:
    kinds = [head for head in HEADS if head.name in history.labels and len(class_names(history.labels[head.name])) > 1]
    by_rows: dict[bytes, list[HeadKind]] = {}
    for kind in kinds:
        by_rows.setdefault((history.labels[kind.name] != "").tobytes(), []).append(kind)
    labels: list[tuple[str, str]] = []
    weights, bias, held_out = [], [], []
    for members in by_rows.values():
        rows = np.flatnonzero(history.labels[members[0].name] != "")
        classes = [(kind.name, label) for kind in members for label in class_names(history.labels[kind.name])]
        targets = np.column_stack([(history.labels[name][rows] == label).astype(np.float64) for name, label in classes])
        ridge = Ridge.of(matrix[rows], latent, penalty=penalty)
        dual, means = ridge.solve(np.arange(len(rows)), targets)
        group = ridge.weights(dual)
        scores = np.asarray(matrix @ group + means, dtype=np.float32)
        scores[rows] = ridge.held_out(targets, history.folds[rows])
        labels += classes
        weights.append(group)
        bias.append(means)
        held_out.append(scores)
    return kinds, _FirstLayer(tuple(labels), np.hstack(weights), np.concatenate(bias), np.hstack(held_out))


def class_names(labels: NDArray[np.str_], at_least: int = MIN_LABEL_ROWS) -> list[str]:
    """Return the sorted labels that so many letters have; ``""`` is no label.

    Examples
    --------
    >>> class_names(np.array(["b", "a", "b", "", "", "a"]))
    ['a', 'b']
    """
    names, counts = np.unique(labels[labels != ""], return_counts=True)
    return [str(name) for name, count in zip(names, counts, strict=True) if count >= at_least]


def _strongest(weights: NDArray[np.float32], wanted: int) -> NDArray[np.int64]:
    strength = np.abs(weights).max(axis=1)
    order = np.argsort(-strength, kind="stable")[:wanted]
    return np.sort(order)


def _second_layer(
    kind: HeadKind,
    inputs: NDArray[np.float32],
    trust: NDArray[np.float32],
    labels: NDArray[np.str_],
    folds: NDArray[np.int64],
    strength: float,
) -> tuple[Head, NDArray[np.int64], NDArray[np.float32]]:
    """Fit one head; return it with its letters and their held-out probabilities.

    ``trust`` stretches the head's own scores, so that the penalty hardly touches them.
    """
    classes = class_names(labels)
    rows = np.flatnonzero(np.isin(labels, classes))
    known = np.searchsorted(classes, labels[rows])
    x, fold = inputs[rows] * trust, folds[rows]
    logits = np.full((len(rows), len(classes)), -20.0)
    for name in np.unique(fold):
        inside, outside = fold == name, fold != name
        coefficients, bias = _logistic(x[outside], known[outside], len(classes), strength)
        logits[inside] = x[inside] @ coefficients + bias
    temperature = _temperature(logits, known)
    held_out = softmax((logits / temperature).astype(np.float32))
    cuts = rank_cuts(held_out, known) if kind.ordered else np.zeros(0, np.float32)
    weights, bias = _logistic(x, known, len(classes), strength)
    head = Head(
        name=kind.name,
        labels=tuple(classes),
        weights=(weights * trust[:, None]).astype(np.float32),
        bias=bias.astype(np.float32),
        temperature=temperature,
        cuts=cuts,
    )
    return head, rows, held_out


def _accept(
    fitted: dict[str, tuple[Head, NDArray[np.int64], NDArray[np.float32]]], labels: dict[str, NDArray[np.str_]]
) -> dict[str, float]:
    """Set the confidences of the combined first level on letters that neither of its heads was fitted to."""
    if not {"category_l1", "category_l2"} <= fitted.keys():
        return {}
    (first_head, first_rows, first), (pair_head, pair_rows, pair) = fitted["category_l1"], fitted["category_l2"]
    rows, at_first, at_pair = np.intersect1d(first_rows, pair_rows, return_indices=True)
    category = combine(first_head, pair_head, first[at_first], pair[at_pair])
    right = np.array(first_head.labels)[category.first] == labels["category_l1"][rows]
    confidence = category.first_probabilities.max(axis=1)
    return {f"{level:.2f}": accept_threshold(confidence, right, level) for level in ACCEPT_LEVELS}


def _logistic(
    x: NDArray[np.float32], known: NDArray[np.int64], n_classes: int, strength: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    present = np.unique(known)
    weights = np.zeros((x.shape[1], n_classes))
    bias = np.full(n_classes, -20.0)
    if len(present) == 1:
        bias[present] = 0.0
        return weights, bias
    fitted = LogisticRegression(C=strength, max_iter=300, tol=1e-3).fit(x.astype(np.float64), known)
    if len(present) == 2:
        weights[:, present[1]], bias[present] = fitted.coef_[0], [0.0, fitted.intercept_[0]]
        return weights, bias
    weights[:, present] = fitted.coef_.T
    bias[present] = fitted.intercept_
    return weights, bias


def _temperature(logits: NDArray[np.float64], known: NDArray[np.int64]) -> float:
    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        top = scaled.max(axis=1, keepdims=True)
        total = np.log(np.exp(scaled - top).sum(axis=1)) + top[:, 0]
        return float((total - scaled[np.arange(len(known)), known]).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))


def rank_cuts(probabilities: NDArray[np.float32], known: NDArray[np.int64]) -> NDArray[np.float32]:
    """Cut the expected rank so that as many letters fall below each cut as have lower labels."""
    expected = probabilities @ np.arange(probabilities.shape[1], dtype=np.float32)
    shares = [float((known <= rank).mean()) for rank in range(probabilities.shape[1] - 1)]
    return np.quantile(expected, shares).astype(np.float32)


def accept_threshold(confidence: NDArray[np.float32], right: NDArray[np.bool_], level: float) -> float:
    """Return the lowest confidence from which on at least ``level`` of the answers are right; 1.01 if none.

    Examples
    --------
    >>> accept_threshold(np.array([0.9, 0.8, 0.4], np.float32), np.array([True, True, False]), 0.95)
    0.8
    """
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= level)
    return round(float(confidence[order][good[-1]]), 4) if len(good) else 1.01
