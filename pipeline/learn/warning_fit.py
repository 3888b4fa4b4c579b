"""Fit what each sign of an early warning counts, on letters whose heads were answered by models not trained on them.

Two steps of logistic regression: one for each of shared (scope 2 or more), urgent (3 or more) and heated (action 2),
and one over their logits, three more (level 1 or more; level 2; what the guide's rule makes of the labels) and how
likely they come together. All but the last are linear in the signs, so the whole folds into one weight a sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from pipeline.learn.warning import JOINT, OFFSET, Floats, Weights, joint, sign_names


@dataclass(frozen=True)
class WarningRecipe:
    """The numbers that fitting depends on (set on the folds).

    Attributes
    ----------
    trust : float
        How much more than the other signs those of the heads may count.
    strength, last_strength : float
        Inverse penalties of the first step and of the last.
    measured_weight : float
        Of a letter whose labels are measured; the others' level 2 was given more sparingly.
    doubtful : float
        What a letter counts as level 2 that is shared and urgent or heated but was labelled lower, unmeasured.
    farthest : float
        Standard deviations from the mean beyond which a sign counts no more.
    """

    trust: float = 4.0
    strength: float = 0.008
    last_strength: float = 0.3
    measured_weight: float = 2.0
    doubtful: float = 0.7
    farthest: float = 5.0


@dataclass(frozen=True)
class Truth:
    """Labels of the letters that weights are fitted on, each of shape (letters,)."""

    early_warning: NDArray[np.int64]
    scope: NDArray[np.int64]
    urgency: NDArray[np.int64]
    action: NDArray[np.int64]
    measured: NDArray[np.bool_]
    folds: NDArray[np.int64]

    def take(self, rows: NDArray[np.bool_]) -> Truth:
        """Return the letters of a mask."""
        return Truth(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def fit(signs: Floats, truth: Truth, recipe: WarningRecipe | None = None) -> Weights:
    """Return the weights; the inner fits that the last step sees were made on other folds.

    Parameters
    ----------
    signs : ndarray, shape (letters, ``len(sign_names())``)
    truth : Truth
    recipe : WarningRecipe, optional
    """
    recipe = recipe or WarningRecipe()
    targets = _targets(truth, recipe)
    weight = np.where(truth.measured, recipe.measured_weight, 1.0)
    means, spreads = signs.mean(axis=0), signs.std(axis=0) + 1e-6
    trusted = np.array(
        [recipe.trust if not name.startswith(("group", "people", "length")) else 1.0 for name in sign_names()]
    )
    x = np.clip((signs - means) / spreads, -recipe.farthest, recipe.farthest) * trusted
    inner = np.zeros((len(x), len(targets)))
    for fold in np.unique(truth.folds):
        inside = truth.folds == fold
        for column, target in enumerate(targets):
            found, offset = _logistic(x[~inside], target[~inside], weight[~inside], recipe.strength)
            inner[inside, column] = x[inside] @ found + offset
    firsts = [_logistic(x, target, weight, recipe.strength) for target in targets]
    first = np.column_stack([found for found, _ in firsts])
    offsets = np.array([offset for _, offset in firsts])
    together = np.hstack([inner, joint(inner[:, :3])])
    middle, spread = together.mean(axis=0), together.std(axis=0)
    z = np.clip((together - middle) / spread, -recipe.farthest, recipe.farthest)
    last, last_offset = _logistic(z, targets[3], weight, recipe.last_strength)
    slope, shift = _calibrate(z @ last + last_offset, (truth.early_warning == 2), truth.measured)
    last, last_offset = slope * last / spread, slope * last_offset + shift
    k = len(targets)
    scale = trusted / spreads
    score = np.concatenate([scale * (first @ last[:k]), last[k:], [last_offset + (offsets - middle[:k]) @ last[:k]]])
    sums = np.vstack([scale[:, None] * first[:, :3], np.zeros((2, 3)), offsets[:3]])
    return Weights(
        names=(*sign_names(), *JOINT, OFFSET),
        means=np.concatenate([means, middle[k:], [0.0]]),
        reach=np.concatenate([spreads, spread[k:], [1.0]]) * recipe.farthest,
        sums=sums,
        score=score,
    )


def _targets(truth: Truth, recipe: WarningRecipe) -> list[Floats]:
    """Return the first step's targets: shared, urgent, heated, level 2, the guide's rule, level 1 or 2."""
    rule = (truth.scope >= 2) & ((truth.action == 2) | (truth.urgency >= 3))
    warned = (truth.early_warning == 2).astype(float)
    doubtful = rule & ~truth.measured & (warned == 0)
    return [
        (truth.scope >= 2).astype(float),
        (truth.urgency >= 3).astype(float),
        (truth.action == 2).astype(float),
        np.where(doubtful, recipe.doubtful, warned),
        rule.astype(float),
        (truth.early_warning >= 1).astype(float),
    ]


def _logistic(x: Floats, target: Floats, weight: Floats, strength: float) -> tuple[Floats, float]:
    """Fit a logistic regression to shares: each letter counts as both answers, by its share."""
    both = np.concatenate([target * weight, (1 - target) * weight])
    rows = both > 0
    answers = np.repeat([1, 0], len(x))[rows]
    fitted = LogisticRegression(C=strength, max_iter=300, tol=1e-3).fit(
        np.vstack([x, x])[rows], answers, sample_weight=both[rows]
    )
    return fitted.coef_[0], float(fitted.intercept_[0])


def _calibrate(sums: Floats, right: NDArray[np.bool_], rows: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and shift that make the logistic of the sums a probability (Platt 1999)."""
    fitted = LogisticRegression(C=1e3).fit(sums[rows, None], right[rows])
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def score(weights: Weights, signs: Floats) -> Floats:
    """Return the calibrated probability of level 2."""
    return np.asarray(expit(weights.contributions(signs).sum(axis=1)))
