"""How many labels choosing saves: letters chosen by ``petition label next`` against letters drawn at random.

One source of the corpus is held back from the base and plays the office. For each fold, 50 letters at a time of the
other folds are labelled, the office's model is trained anew, and the fold is judged; so up to 500 letters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.learn import evaluate
from pipeline.learn.choose import CHOICE_HEADS, Candidates, choose
from pipeline.learn.model import Model
from pipeline.learn.office import answer, train_office
from pipeline.learn.train import History

STEP, MOST, DRAWS = 50, 500, 3
Curve = dict[int, dict[str, Any]]


def simulate(history: History, base: Model) -> dict[str, Any]:
    """Return the curves of choosing and of drawing at random, and the share of labels that choosing saves."""
    chosen = _curve(history, base, None)
    drawn = [_curve(history, base, seed) for seed in range(DRAWS)]
    sizes = sorted(chosen)
    at_random = {size: float(np.mean([curve[size]["macro_f1"] for curve in drawn])) for size in sizes}
    steadily = np.maximum.accumulate([at_random[size] for size in sizes])
    saved = {}
    for size, wanted in zip(sizes, steadily, strict=True):
        enough = next((n for n in sizes if chosen[n]["macro_f1"] >= wanted), None)
        saved[size] = round(1 - enough / size, 3) if enough else None
    return {
        "chosen": chosen,
        "random": {
            size: {
                key: round(float(np.mean([curve[size][key] for curve in drawn])), 4) for key in ("macro_f1", "accuracy")
            }
            for size in sizes
        },
        "saved_against_random": saved,
    }


def _curve(history: History, base: Model, seed: int | None) -> Curve:
    """Return macro-F1 and accuracy, means over the heads, by the number of labels; ``seed`` None chooses."""
    given: dict[tuple[int, str], list[NDArray[np.str_]]] = {}
    truth: dict[tuple[int, str], list[NDArray[np.str_]]] = {}
    for fold in np.unique(history.folds):
        test = history.take(np.flatnonzero(history.folds == fold))
        pool = np.flatnonzero(history.folds != fold)
        random = np.random.default_rng(seed)
        taken = np.zeros(0, np.int64)
        model = base
        for size in range(STEP, min(MOST, len(pool)) + 1, STEP):
            free = np.setdiff1d(pool, taken)
            if seed is None:
                picked = _chosen(history, model, free, taken)
            else:
                picked = random.choice(len(free), STEP, replace=False)
            taken = np.concatenate([taken, free[picked]])
            model, _ = train_office(history.take(np.sort(taken)), base)
            for head, (answers, _) in answer(model, test).items():
                if head in CHOICE_HEADS:
                    given.setdefault((size, head), []).append(answers)
                    truth.setdefault((size, head), []).append(test.labels[head])
    curve: Curve = {}
    for size in sorted({size for size, _ in given}):
        rows = [
            evaluate.summary(head, np.concatenate(truth[size, head]), np.concatenate(given[size, head]))
            for head in CHOICE_HEADS
        ]
        curve[size] = {key: round(float(np.mean([row[key] for row in rows])), 4) for key in ("macro_f1", "accuracy")}
    return curve


def _chosen(history: History, model: Model, free: NDArray[np.int64], taken: NDArray[np.int64]) -> NDArray[np.int64]:
    some = history.take(free)
    candidates = Candidates.of(model, model.read(some.letters, some.received_at), np.arange(len(free)))
    labelled = {}
    for head in CHOICE_HEADS:
        names, counts = np.unique(history.labels[head][taken], return_counts=True)
        labelled[head] = dict(zip(names.tolist(), counts.tolist(), strict=True))
    labels = {head: model.heads[head].labels for head in CHOICE_HEADS}
    return candidates.rows[choose(candidates, labels, labelled, STEP)]
