"""Train on an office's own history, starting from what a shipped model knows.

The shipped model's letters can't be shipped, but its answers can: they were made without seeing any of the
office's letters, so on those they are honest inputs. For each head three things are weighed: the base
model's logits, the scores of a ridge regression on the office's letters (over the base's features and
scores), and a bias a class. Two weights and the biases are all that is learned on top, each held near
"believe the base" by a Gaussian prior. A head changes only where that is clearly better on the office's own
held-out letters, so fifty labels do no harm and ten thousand decide.

Source: stacked generalisation (Wolpert 1992) with a prior at the source model (Chelba and Acero 2006).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from threadpoolctl import threadpool_limits

from pipeline.learn.acceptance import stricter
from pipeline.learn.category import combine
from pipeline.learn.heads import HEAD_KINDS, INNER_HEADS, Head, HeadKind, softmax
from pipeline.learn.heldout import HeldOut
from pipeline.learn.model import Model, Reading
from pipeline.learn.quantise import quantise
from pipeline.learn.ridge import Latent, Ridge
from pipeline.learn.train import History, acceptance, class_names, rank_cuts

Floats = NDArray[np.float32]
_LOWEST, _TINY = -12.0, 1e-6
MIN_JUDGED = 50
OFFICE_HEADS = tuple(name for name in HEAD_KINDS if name not in INNER_HEADS)


@dataclass(frozen=True)
class OfficeRecipe:
    """The numbers that office training depends on; they go into the manifest.

    Attributes
    ----------
    penalty, strength : float
        Of the ridge: its diagonal, and how much letters inform each other through the base's scores.
    trust_spread, own_spread, bias_spread : float
        Standard deviations of the priors of the base's weight (around 1), of the office's (around 0) and
        of the biases (around 0).
    nearly_all : float
        Heads that such a share of the labelled letters have are solved together (the base's guess fills the gaps).
    min_class_rows : int
        A class the base doesn't know needs as many letters.
    min_rule_rows : int
        Ordered heads stay the base's, and confidences of acceptance no laxer than the base's, below as many letters.
    """

    penalty: float = 1.0
    strength: float = 3.0
    trust_spread: float = 0.5
    own_spread: float = 10.0
    bias_spread: float = 1.0
    min_class_rows: int = 5
    min_rule_rows: int = 300
    nearly_all: float = 0.9


@dataclass(frozen=True)
class _Scores:
    """What layer one of base and office say of each letter; ``rest`` are the base's other inputs of layer two."""

    base: Floats
    rest: Floats
    labels: tuple[tuple[str, str], ...]
    held_out: Floats
    weights: Floats
    bias: Floats


def train_office(
    history: History,
    base: Model,
    recipe: OfficeRecipe | None = None,
    *,
    progress: Callable[[str], None] = lambda stage: None,
) -> tuple[Model, HeldOut]:
    """Return a model for the office and its answers on letters it wasn't trained on (each fold's by the others).

    Parameters
    ----------
    history : History
        Confirmed labels of the office; a head without labels stays the base's.
    base : Model
        A model that wasn't trained on these letters.

    Returns
    -------
    (Model, HeldOut)
    """
    with threadpool_limits(1):  # so that sums, and the model's bytes, don't depend on the number of cores
        return _learned(history, base, recipe or OfficeRecipe(), progress)


def _learned(
    history: History, base: Model, recipe: OfficeRecipe, progress: Callable[[str], None]
) -> tuple[Model, HeldOut]:
    progress("office layer one")
    scores = _scores(history, base, recipe)
    progress("office layer two")
    heads, held_out = dict[str, Head](), dict[str, Floats]()
    at, extra = len(base.bias), len(scores.labels)
    for name, head in base.heads.items():
        heads[name] = replace(head, weights=np.insert(head.weights, [at] * extra, np.float32(0), axis=0))
        if any(name == of for of, _ in scores.labels):
            learned, held_out[name] = _head(HEAD_KINDS[name], head, history, scores, recipe)
            heads[name] = learned or heads[name]
    values, scales = quantise(scores.weights)
    zeros, ones = np.zeros(len(scores.bias), np.float32), np.ones(len(scores.bias), np.float32)
    model = Model(
        featurizer=base.featurizer,
        weights=np.hstack([base.weights, values]),
        scales=np.concatenate([base.scales, scales]),
        bias=np.concatenate([base.bias, scores.bias]),
        hidden=base.hidden,
        means=np.concatenate([base.means[:at], zeros, base.means[at:]]),
        spreads=np.concatenate([base.spreads[:at], ones, base.spreads[at:]]),
        score_labels=base.score_labels + scores.labels,
        heads=heads,
        accept=base.accept,
        own_share=1.0 if "category_l1" in held_out and "category_l2" not in held_out else base.own_share,
    )
    kept = _held_out(history, heads, held_out, model.own_share)
    return _accept(model, kept, base, recipe), kept


def _scores(history: History, base: Model, recipe: OfficeRecipe) -> _Scores:
    featurizer = base.featurizer
    matrix = featurizer.transform(history.letters)
    inputs = base.inputs(matrix, history.letters, history.received_at)
    at = len(base.bias)
    # The base's standardised scores are linear in the features, so they serve as latent directions.
    directions = base.dense_weights * (base.scales / base.spreads[:at] / np.sqrt(np.float32(at)))
    latent = Latent(np.ascontiguousarray(directions, dtype=np.float32), recipe.strength)
    labels: list[tuple[str, str]] = []
    weights, bias, held_out = [], [], []
    for members, rows in _solved_together(history, base, recipe):
        classes = [(name, label) for name in members for label in class_names(history.labels[name], 1)]
        guesses = {name: base.heads[name].probabilities(inputs[rows]) for name in members}
        targets = np.column_stack(
            [_target(history.labels[name][rows], label, base.heads[name], guesses[name]) for name, label in classes]
        )
        ridge = Ridge.of(matrix[rows], latent, penalty=recipe.penalty, dtype=np.float32)
        dual, means = ridge.solve(np.arange(len(rows)), targets)
        group = ridge.weights(dual)
        scored = np.asarray(matrix @ group + means, dtype=np.float32)
        scored[rows] = ridge.held_out(targets, history.folds[rows])
        labels += classes
        weights.append(group)
        bias.append(means)
        held_out.append(scored)
    return _Scores(
        inputs[:, :at], inputs[:, at:], tuple(labels), np.hstack(held_out), np.hstack(weights), np.concatenate(bias)
    )


def _solved_together(history: History, base: Model, recipe: OfficeRecipe) -> list[tuple[list[str], NDArray[np.int64]]]:
    """Group the labelled heads; those that nearly all labelled letters have share one solution."""
    labelled = {
        name: history.labels[name] != ""
        for name in OFFICE_HEADS
        if name in history.labels and name in base.heads and (history.labels[name] != "").any()
    }
    if not labelled:
        return []
    union = np.any(list(labelled.values()), axis=0)
    groups: dict[bytes, list[str]] = {}
    for name, has in labelled.items():
        nearly_all = has.sum() >= recipe.nearly_all * union.sum()
        groups.setdefault((union if nearly_all else has).tobytes(), []).append(name)
    return [(names, np.flatnonzero(np.frombuffer(key, dtype=bool))) for key, names in groups.items()]


def _target(labels: NDArray[np.str_], label: str, head: Head, guess: Floats) -> Floats:
    """Return 1 where a letter has the label, 0 where another; where it has none, what the base makes of it."""
    target = (labels == label).astype(np.float32)
    missing = labels == ""
    target[missing] = guess[missing, head.labels.index(label)] if label in head.labels else 0
    return np.asarray(target, dtype=np.float32)


def _head(
    kind: HeadKind, base: Head, history: History, scores: _Scores, recipe: OfficeRecipe
) -> tuple[Head | None, Floats]:
    """Fit one head; return it (None: the base's is as good) with its held-out probabilities, NaN where no label."""
    labels, folds, at = history.labels[kind.name], history.folds, scores.base.shape[1]
    classes = tuple(sorted({*base.labels, *class_names(labels, recipe.min_class_rows)}))
    known = np.searchsorted(classes, base.labels)
    weights = np.zeros((len(base.weights), len(classes)), np.float32)
    weights[:, known] = (base.weights - base.weights.mean(axis=1, keepdims=True)) / np.float32(base.temperature)
    offset = np.zeros(len(classes), np.float32)
    offset[known] = np.maximum(base.bias - base.bias.max(), _LOWEST) / np.float32(base.temperature)
    offset[known] -= offset[known].mean()
    logits = np.hstack([scores.base, scores.rest]) @ weights + offset
    own = np.zeros((len(scores.labels), len(classes)), np.float32)
    for row, (name, label) in enumerate(scores.labels):
        if name == kind.name and label in classes:
            own[row, classes.index(label)] = 1
    office = scores.held_out @ own
    rows = np.flatnonzero(np.isin(labels, classes))
    truth = np.searchsorted(classes, labels[rows])
    learned = np.full((len(labels), len(classes)), np.nan, np.float32)
    for fold in np.unique(folds[rows]):
        inside, outside = rows[folds[rows] == fold], folds[rows] != fold
        trust, share, bias = _weigh(logits[rows[outside]], office[rows[outside]], truth[outside], recipe)
        learned[inside] = softmax(trust * logits[inside] + share * office[inside] + bias)
    few = kind.ordered and len(rows) < recipe.min_rule_rows
    if few or not _better(learned[rows], softmax(logits[rows]), truth):
        held_out = np.full((len(labels), len(base.labels)), np.nan, np.float32)
        held_out[rows] = softmax(logits[np.ix_(rows, known)])
        return None, held_out
    trust, share, bias = _weigh(logits[rows], office[rows], truth, recipe)
    head = Head(
        name=kind.name,
        labels=classes,
        weights=np.vstack([trust * weights[:at], share * own, trust * weights[at:]]).astype(np.float32),
        bias=(trust * offset + bias).astype(np.float32),
        temperature=1.0,
        cuts=rank_cuts(learned[rows], truth) if kind.ordered else base.cuts,
    )
    return head, learned


def _better(learned: Floats, base: Floats, truth: NDArray[np.int64]) -> bool:
    """Return whether the held-out log-loss falls by more than one standard error."""
    picked = np.arange(len(truth))
    gain = np.log(np.maximum(learned[picked, truth], _TINY)) - np.log(np.maximum(base[picked, truth], _TINY))
    return len(gain) > 1 and bool(gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)))


def _weigh(
    logits: Floats, office: Floats, truth: NDArray[np.int64], recipe: OfficeRecipe
) -> tuple[np.float32, np.float32, Floats]:
    """Return the most probable (weight of the base, weight of the office, biases) given the labels and priors."""
    n, k = logits.shape
    picked = np.arange(n)

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        trust, share, bias = values[0], values[1], values[2:]
        total = trust * logits + share * office + bias
        norm = logsumexp(total, axis=1)
        gap = np.exp(total - norm[:, None])
        gap[picked, truth] -= 1
        prior = np.concatenate(
            [[(trust - 1) / recipe.trust_spread**2, share / recipe.own_spread**2], bias / recipe.bias_spread**2]
        )
        spread = np.concatenate([[trust - 1, share], bias])
        value = float((norm - total[picked, truth]).sum() + 0.5 * (prior * spread).sum())
        slope = np.concatenate([[(gap * logits).sum(), (gap * office).sum()], gap.sum(axis=0)])
        return value, slope + prior

    found = minimize(loss, np.concatenate([[1.0, 0.0], np.zeros(k)]), jac=True, method="L-BFGS-B").x
    return np.float32(found[0]), np.float32(found[1]), found[2:].astype(np.float32)


def _held_out(history: History, heads: dict[str, Head], probabilities: dict[str, Floats], own_share: float) -> HeldOut:
    """Return the held-out answers; first and second level agree where both are there."""
    probabilities = dict(probabilities)
    given: dict[str, NDArray[np.str_]] = {}
    for name, table in probabilities.items():
        rows = np.flatnonzero(~np.isnan(table).any(axis=1))
        answers = np.full(len(table), "", dtype=object)
        answers[rows] = np.array(heads[name].labels, dtype=object)[heads[name].decide(table[rows])]
        given[name] = answers.astype(str)
    if {"category_l1", "category_l2"} <= probabilities.keys():
        first, pair = probabilities["category_l1"], probabilities["category_l2"]
        rows = np.flatnonzero(~np.isnan(first).any(axis=1) & ~np.isnan(pair).any(axis=1))
        if len(rows):
            both = combine(heads["category_l1"], heads["category_l2"], first[rows], pair[rows], own_share)
            for name, table, chosen in (
                ("category_l1", both.first_probabilities, both.first),
                ("category_l2", both.pair_probabilities, both.pair),
            ):
                probabilities[name] = probabilities[name].copy()
                probabilities[name][rows] = table
                answers = given[name].astype(object)
                answers[rows] = np.array(heads[name].labels, dtype=object)[chosen]
                given[name] = answers.astype(str)
    return HeldOut(
        fingerprints=history.prints,
        folds=history.folds,
        labels={name: heads[name].labels for name in probabilities},
        truth={name: history.labels[name] for name in probabilities},
        given=given,
        probabilities=probabilities,
    )


def _accept(model: Model, held_out: HeldOut, base: Model, recipe: OfficeRecipe) -> Model:
    """Set the confidences of acceptance on the office's letters; with few of them the stricter of base and office."""
    accept, sets = acceptance(model.heads, held_out.probabilities, held_out.truth, model.own_share)
    few = {name for name in accept if (held_out.truth[name] != "").sum() < recipe.min_rule_rows}
    for name in few:
        accept[name] = stricter(accept[name], base.accept.get(name, {}))
    enough = "category_l1" in accept and "category_l1" not in few
    return replace(model, accept={**base.accept, **accept}, sets=sets if enough else base.sets)


def answer(
    model: Model, history: History, reading: Reading | None = None
) -> dict[str, tuple[NDArray[np.str_], NDArray[np.float64]]]:
    """Return per head a model's answers to letters and their confidence, before any rule of advice."""
    reading = reading or model.read(history.letters, history.received_at)
    both = model.category(reading.probabilities)
    found = {}
    for name, head in model.heads.items():
        table = reading.probabilities[name]
        chosen = head.decide(table)
        if name == "category_l1":
            table, chosen = both.first_probabilities, both.first
        elif name == "category_l2":
            table, chosen = both.pair_probabilities, both.pair
        confidence = table[np.arange(len(chosen)), chosen].astype(np.float64)
        found[name] = (np.array(head.labels)[chosen], confidence)
    return found


def by_time(history: History, share: float = 0.8) -> tuple[History, History] | None:
    """Return (oldest ``share``, newest rest) of the dated letters; None where fewer than 50 would be judged."""
    dated = np.flatnonzero([bool(re.match(r"(19|20)\d\d-\d\d", moment)) for moment in history.received_at])
    order = dated[np.argsort([history.received_at[row] for row in dated], kind="stable")]
    cut = int(len(order) * share)
    if len(order) - cut < MIN_JUDGED:
        return None
    newest = order[cut:]
    newest = newest[~np.isin(history.prints[newest], history.prints[order[:cut]])]
    return history.take(order[:cut]), history.take(newest)
