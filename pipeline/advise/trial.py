"""Try a model on labelled letters: what it suggests beside what is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline import letter
from pipeline.advise.triage import Triage
from pipeline.learn import evaluate
from pipeline.learn.acceptance import SHOWN_LEVELS, accepted
from pipeline.learn.bundle import Bundle
from pipeline.learn.corpus import MEASURED
from pipeline.learn.features import prepared
from pipeline.learn.heads import HEAD_KINDS, INNER_HEADS, PAIR_SEPARATOR
from pipeline.learn.train import Recipe, fit, prepare
from pipeline.text.letters import masked

Answers = NDArray[np.str_]


@dataclass
class Trial:
    """Answers of one head, letter by letter, gathered over folds."""

    truth: list[Answers]
    given: list[Answers]
    confidence: list[NDArray[np.float64]]
    majority: list[Answers]
    peer: list[Answers]
    sure: dict[str, list[NDArray[np.bool_]]]
    groups: list[dict[str, Answers]]

    @classmethod
    def empty(cls) -> Trial:
        """Return a trial without letters."""
        return cls([], [], [], [], [], {}, [])

    def figures(self, name: str) -> dict[str, Any]:
        """Return the figures of all gathered letters."""
        peer = np.concatenate(self.peer) if self.peer else None
        truth, given = np.concatenate(self.truth), np.concatenate(self.given)
        right = truth == given
        found = evaluate.figures(
            name, truth, given, np.concatenate(self.confidence), np.concatenate(self.majority), peer
        )
        found["accepted"] = {level: accepted(np.concatenate(sure), right) for level, sure in self.sure.items()}
        if self.groups:
            names = {by: np.concatenate([part[by] for part in self.groups]) for by in self.groups[0]}
            found["groups"] = evaluate.by_group(right, names)
        return found


def answers(triage: Triage, frame: pd.DataFrame) -> dict[str, tuple[Answers, NDArray[np.float64]]]:
    """Return per head the suggested labels and their confidence, after all rules."""
    suggested = triage.suggest(frame)
    reading = triage.model.read(
        prepared(*masked(frame), triage.handling.places),
        frame[letter.RECEIVED_AT].tolist(),
    )
    found = {}
    for name, head in triage.model.heads.items():
        probabilities = reading.probabilities[name]
        if name in INNER_HEADS:
            given = np.array(head.labels)[head.decide(probabilities)]
        elif name == "category_l2":
            given = (suggested["category_l1"] + PAIR_SEPARATOR + suggested["category_l2"]).to_numpy(dtype=str)
        elif name == "legacy":
            given = suggested["legacy"].map({True: "1", False: "0"}).to_numpy(dtype=str)
        else:
            given = suggested[name].astype(str).to_numpy(dtype=str)
        if name == "category_l1":
            confidence = suggested["category_confidence"].to_numpy(dtype=np.float64)
        else:
            position = np.searchsorted(head.labels, given)
            safe = np.minimum(position, len(head.labels) - 1)
            confidence = probabilities[np.arange(len(frame)), safe].astype(np.float64)
        found[name] = (given, confidence)
    return found


def on_labelled(triage: Triage, frame: pd.DataFrame) -> dict[str, Any]:
    """Measure a finished model on labelled letters that it was not trained on.

    The majority baseline is that of the letters themselves; there is no peer, as nothing is trained.
    """
    labels = prepare(frame.assign(fold=0)).labels
    heads = {}
    for name, (given, confidence) in answers(triage, frame).items():
        rows = np.flatnonzero(labels[name] != "") if name in labels else np.zeros(0, int)
        if len(rows):
            truth = labels[name][rows]
            majority = evaluate.majority_of(truth, len(rows))
            heads[name] = evaluate.figures(name, truth, given[rows], confidence[rows], majority)
    return heads


def on_folds(
    frame: pd.DataFrame,
    recipe: Recipe,
    *,
    peer_cut: Callable[[str], list[str]] | None = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Train on all folds but one, suggest for that one, and so on; return (figures per head, review figures).

    Letters whose ``measured`` is false help to train but are not counted, except for ``official_l1``.
    """
    trials = {name: Trial.empty() for name in HEAD_KINDS}
    reviews: list[pd.DataFrame] = []
    for fold, train, test in _folds(frame):
        progress(f"fold {fold}")
        history = prepare(train)
        model = fit(history, recipe, progress=partial(_tell, progress, fold))
        triage = Triage(Bundle(f"fold{fold}", model, {"checksum": "0" * 8}))
        truth = prepare(test).labels
        groups = evaluate.groups_of(test)
        peers = {}
        if peer_cut:
            progress(f"fold {fold}: peer")
            texts = [(part["title"] + "\n" + part["text"]).tolist() for part in (train, test)]
            peers = evaluate.peer_predictions(texts[0], history.labels, texts[1], peer_cut)
        for name, (given, confidence) in answers(triage, test).items():
            counted = truth[name] != ""
            if name != "official_l1":
                counted &= test[MEASURED].to_numpy()
            trial = trials[name]
            trial.truth.append(truth[name][counted])
            trial.given.append(given[counted])
            trial.confidence.append(confidence[counted])
            trial.majority.append(evaluate.majority_of(history.labels[name], int(counted.sum())))
            trial.groups.append({by: names[counted] for by, names in groups.items()})
            for level in SHOWN_LEVELS if name in model.accept else ():
                at = np.searchsorted(model.heads[name].labels, given[counted])
                trial.sure.setdefault(f"{level:.2f}", []).append(model.sure(name, at, confidence[counted], level))
            if name in peers:
                trial.peer.append(peers[name][counted])
        reviews.append(_review_rows(triage, test))
    return {name: trial.figures(name) for name, trial in trials.items() if trial.truth}, _review(pd.concat(reviews))


def _tell(progress: Callable[[str], None], fold: int, stage: str) -> None:
    progress(f"fold {fold}: {stage}")


def _folds(frame: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame, pd.DataFrame]]:
    for fold in sorted(frame["fold"].unique()):
        yield int(fold), frame[frame["fold"] != fold], frame[frame["fold"] == fold]


def _review_rows(triage: Triage, test: pd.DataFrame) -> pd.DataFrame:
    suggested = triage.suggest(test[list(letter.LETTER_COLUMNS[:4])])
    given = np.searchsorted(triage.model.heads["category_l1"].labels, suggested["category_l1"])
    return pd.DataFrame(
        {
            "measured": test[MEASURED].to_numpy() & (test["category_l1"].fillna("") != "").to_numpy(),
            "right": suggested["category_l1"].to_numpy() == test["category_l1"].to_numpy(),
            "accepted": triage.model.sure("category_l1", given, suggested["category_confidence"].to_numpy()),
            "review": suggested["needs_review"].to_numpy(),
        }
    )


def _review(rows: pd.DataFrame) -> dict[str, Any]:
    measured = rows[rows["measured"]]
    accepted, kept = measured[measured["accepted"]], measured[~measured["review"]]
    return {
        "accepted_by_category": round(float(measured["accepted"].mean()), 4),
        "accepted_right": round(float(accepted["right"].mean()), 4) if len(accepted) else None,
        "not_sent_to_a_person": round(len(kept) / len(measured), 4),
        "not_sent_right": round(float(kept["right"].mean()), 4) if len(kept) else None,
        "not_sent_share_of_all_letters": round(float((~rows["review"]).mean()), 4),
    }
