"""Train a model: features, layer one, hidden layer, layer two, calibration. Deterministic; no pickle.

Every head trains on the rows that have its label. Layer two sees what layer one and the hidden layer say of letters
that they were not trained on (folds), so its probabilities and thresholds are honest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from pipeline import letter
from pipeline.learn import cues as cue_room
from pipeline.learn import hidden as hidden_room
from pipeline.learn.acceptance import ACCEPTED_HEADS, Thresholds, set_thresholds, thresholds
from pipeline.learn.category import OWN_SHARE, combine
from pipeline.learn.features import Featurizer, Plain, prepared
from pipeline.learn.heads import HEADS, IMPLIES, PAIR_SEPARATOR, Head, HeadKind, softmax
from pipeline.learn.heldout import fingerprint
from pipeline.learn.hidden import Hidden, HiddenRecipe
from pipeline.learn.model import Model
from pipeline.learn.profile import Profile, answered, profile
from pipeline.learn.quantise import quantise
from pipeline.learn.ridge import Latent, Ridge
from pipeline.learn.vectors import shipped
from pipeline.text.letters import masked, strings
from pipeline.text.places import Gazetteer

MIN_LABEL_ROWS = 2
Progress = Callable[[str], None]


@dataclass(frozen=True)
class History:
    """Labelled letters, prepared.

    Attributes
    ----------
    letters : Plain
        As the model reads them.
    prints : ndarray of uint64
        Their fingerprints, of the text as it is written.
    received_at : list of str
    labels : dict of str to ndarray of str
        Per head one label a letter, ``""`` where it has none.
    folds : ndarray of int
        Near-duplicates share a fold.
    """

    letters: Plain
    prints: NDArray[np.uint64]
    received_at: list[str]
    labels: dict[str, NDArray[np.str_]]
    folds: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> History:
        """Return the letters at the positions ``rows``."""
        return History(
            self.letters.take(rows),
            self.prints[rows],
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
    labels = {}
    for head in HEADS:
        if all(column in frame.columns for column in head.columns):
            parts = [frame[column].fillna("").astype(str).to_numpy(dtype=object) for column in head.columns]
            complete = np.all([part != "" for part in parts], axis=0)
            joined = np.array([PAIR_SEPARATOR.join(cells) for cells in zip(*parts, strict=True)], dtype=object)
            labels[head.name] = np.where(complete, joined, "").astype(str)
    titles, texts = masked(frame)
    return History(
        prepared(titles, texts, Gazetteer.usual()),
        fingerprint(titles, texts),
        strings(frame, letter.RECEIVED_AT),
        labels,
        frame["fold"].to_numpy(dtype=np.int64),
    )


@dataclass(frozen=True)
class Recipe:
    """The numbers that training depends on; they go into the manifest."""

    min_letters: int = 3
    min_letters_characters: int = 12
    directions: int = 300
    strength: float = 3.0
    vectors_share: float = 1.0
    penalty: float = 1.0
    second_layer_c: float = 0.003
    own_scale: float = 40.0
    implied_scale: float = 5.0
    max_columns: int = 80_000
    hidden: HiddenRecipe = field(default_factory=HiddenRecipe)


def fit(history: History, recipe: Recipe | None = None, *, progress: Progress = lambda stage: None) -> Model:
    """Train all heads that have labels; parameters as of :func:`fit_and_describe`."""
    return _fit(history, recipe or Recipe(), progress)[0]


def fit_and_describe(
    history: History, recipe: Recipe | None = None, *, progress: Progress = lambda stage: None
) -> tuple[Model, Profile]:
    """Train all heads that have labels, and describe the letters as the model sees new ones.

    Parameters
    ----------
    history : History
        Letters without any label help, too: they shape the features and latent directions.
    recipe : Recipe, optional
    progress : callable, optional
        Called with the name of each stage.

    Returns
    -------
    (Model, Profile)
        The model's figures are not measured here: see :mod:`pipeline.learn.evaluate`.
    """
    model, tables = _fit(history, recipe or Recipe(), progress)
    progress("profile")
    return model, profile(history.letters, answered(model, tables))


def fit_and_answer(
    history: History, recipe: Recipe | None = None, *, progress: Progress = lambda stage: None
) -> tuple[Model, dict[str, NDArray[np.float32]]]:
    """Train all heads that have labels; return with the model each head's probabilities of the letters.

    They are held-out ones where a letter has the head's label, so that what is learned from them is honest.
    Parameters as of :func:`fit_and_describe`.
    """
    return _fit(history, recipe or Recipe(), progress)


def _fit(history: History, recipe: Recipe, progress: Progress) -> tuple[Model, dict[str, NDArray[np.float32]]]:
    """Return the model and per head probabilities: held-out ones where a letter has its label."""
    with threadpool_limits(1):  # so that sums, and the model's bytes, don't depend on the number of cores
        return _learned(history, recipe, progress)


def _learned(history: History, recipe: Recipe, progress: Progress) -> tuple[Model, dict[str, NDArray[np.float32]]]:
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
    vectors = _vectors(featurizer)
    topical = latent.beside(matrix, vectors, recipe.vectors_share)
    kinds, first = _first_layer(history, matrix, {False: latent, True: topical}, recipe.penalty)
    columns = _strongest(first.weights, recipe.max_columns)
    values, scales = quantise(first.weights[columns])
    kept = featurizer.restrict(columns)
    progress("hidden layer")
    words = kept.only_words(matrix[:, columns])
    hidden, combined = _hidden_layer(history, kinds, words, vectors[columns[: words.shape[1]]], cues, recipe)
    progress("layer two")
    inputs = np.hstack([first.held_out, cues, combined])
    means, spreads = inputs.mean(axis=0), inputs.std(axis=0)
    spreads[spreads == 0] = 1
    inputs = ((inputs - means) / spreads).astype(np.float32)
    fitted: dict[str, tuple[Head, NDArray[np.int64], NDArray[np.float32]]] = {}
    for kind in kinds:
        own = np.zeros(inputs.shape[1], dtype=bool)
        own[: len(first.labels)] = [name == kind.name for name, _ in first.labels]
        trust = np.where(own & kind.stretched, spreads * recipe.own_scale, 1.0).astype(np.float32)
        trust[len(trust) - hidden.implied.shape[1] :] = recipe.implied_scale * (kind.name == IMPLIES[-1])
        strength = recipe.second_layer_c * kind.freedom
        fitted[kind.name] = _second_layer(kind, inputs, trust, history.labels[kind.name], history.folds, strength)
    heads = {name: head for name, (head, _, _) in fitted.items()}
    tables, only_held_out = {}, {}
    for name, (head, rows, held_out) in fitted.items():
        tables[name] = head.probabilities(inputs)
        tables[name][rows] = held_out
        only_held_out[name] = np.full_like(tables[name], np.nan)
        only_held_out[name][rows] = held_out
    accept, sets = acceptance(heads, only_held_out, history.labels, OWN_SHARE)
    model = Model(
        featurizer=kept,
        weights=values,
        scales=scales,
        bias=first.bias,
        hidden=hidden,
        means=means.astype(np.float32),
        spreads=spreads.astype(np.float32),
        score_labels=first.labels,
        heads=heads,
        accept=accept,
        sets=sets,
    )
    return model, tables


@dataclass(frozen=True)
class _FirstLayer:
    labels: tuple[tuple[str, str], ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    held_out: NDArray[np.float32]


def _vectors(featurizer: Featurizer) -> NDArray[np.float32]:
    """Return the vector of each column: of a word or title word its own, of characters none."""
    known = shipped().of((*featurizer.words, *featurizer.title_words))
    return np.vstack([known, np.zeros((featurizer.n_columns - len(known), known.shape[1]), np.float32)])


def _first_layer(
    history: History, matrix: sp.csr_matrix, latents: Mapping[bool, Latent], penalty: float
) -> tuple[list[HeadKind], _FirstLayer]:
    """Return the heads and their layer one; ``latents``: the directions for topical heads, and for the others."""
    kinds = [head for head in HEADS if head.name in history.labels and len(class_names(history.labels[head.name])) > 1]
    together: dict[tuple[bool, bytes], list[HeadKind]] = {}
    for kind in kinds:
        together.setdefault((kind.topical, (history.labels[kind.name] != "").tobytes()), []).append(kind)
    labels: list[tuple[str, str]] = []
    weights, bias, held_out = [], [], []
    for (topical, _), members in together.items():
        rows = np.flatnonzero(history.labels[members[0].name] != "")
        classes = [(kind.name, label) for kind in members for label in class_names(history.labels[kind.name])]
        targets = np.column_stack([(history.labels[name][rows] == label).astype(np.float64) for name, label in classes])
        ridge = Ridge.of(matrix[rows], latents[topical], penalty=penalty)
        dual, means = ridge.solve(np.arange(len(rows)), targets)
        group = ridge.weights(dual)
        scores = np.asarray(matrix @ group + means, dtype=np.float32)
        scores[rows] = ridge.held_out(targets, history.folds[rows])
        labels += classes
        weights.append(group)
        bias.append(means)
        held_out.append(scores)
    return kinds, _FirstLayer(tuple(labels), np.hstack(weights), np.concatenate(bias), np.hstack(held_out))


def _hidden_layer(
    history: History,
    kinds: list[HeadKind],
    words: sp.csr_matrix,
    vectors: NDArray[np.float32],
    cues: NDArray[np.float32],
    recipe: Recipe,
) -> tuple[Hidden, NDArray[np.float32]]:
    """Return the layer and what it says of each letter: of letters with a label what the other folds' layer says."""
    latent = Latent.fit(words, directions=recipe.hidden.directions)
    directions = latent.beside(words, vectors[:, : recipe.hidden.dimensions], recipe.vectors_share).directions
    labels = [history.labels[kind.name] for kind in kinds]
    targets = [(names[:, None] == np.array(class_names(names))).astype(np.float32) for names in labels]
    labelled = np.any([part.any(axis=1) for part in targets], axis=0)
    at = {kind.name: position for position, kind in enumerate(kinds)}
    implies = (at[IMPLIES[0]], at[IMPLIES[1]], at[IMPLIES[2]]) if at.keys() >= set(IMPLIES) else None

    def trained(rows: NDArray[np.bool_]) -> Hidden:
        return hidden_room.fit(words, directions, cues, targets, np.flatnonzero(rows), recipe.hidden, implies)

    hidden = trained(labelled)
    combined = hidden.read(words, cues)
    for fold in np.unique(history.folds[labelled]):
        inside = labelled & (history.folds == fold)
        combined[inside] = trained(labelled & ~inside).read(words[inside], cues[inside])
    return hidden, combined


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


def acceptance(
    heads: dict[str, Head],
    tables: dict[str, NDArray[np.float32]],
    labels: dict[str, NDArray[np.str_]],
    own_share: float,
) -> tuple[dict[str, Thresholds], dict[str, float]]:
    """Set thresholds of confidence per head, and of label sets for the first level, on held-out probabilities.

    Parameters
    ----------
    heads : dict of str to Head
    tables : dict of str to ndarray, shape (letters, labels)
        NaN where a letter has no held-out answer of the head.
    labels : dict of str to ndarray of str
    """
    accept: dict[str, Thresholds] = {}
    sets: dict[str, float] = {}
    for name in ACCEPTED_HEADS:
        if name not in tables:
            continue
        head, table, truth = heads[name], tables[name], labels[name]
        rows = ~np.isnan(table).any(axis=1) & np.isin(truth, head.labels)
        if name == "category_l1" and "category_l2" in tables:
            pair = tables["category_l2"]
            rows &= ~np.isnan(pair).any(axis=1)
            both = combine(head, heads["category_l2"], table[rows], pair[rows], own_share)
            table, chosen = both.first_probabilities, both.first
        else:
            table = table[rows]
            chosen = head.decide(table)
        if not len(table):
            continue
        confidence = table[np.arange(len(chosen)), chosen]
        accept[name] = thresholds(confidence, np.array(head.labels)[chosen], truth[rows])
        if name == "category_l1":
            sets = set_thresholds(table, np.searchsorted(head.labels, truth[rows]))
    return accept, sets


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
