"""Does drift cry wolf? The model learns from four folds; batches are drawn from the fifth, as it is and made to drift."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.learn.corpus import read_corpus
from pipeline.learn.drift import changes, rising
from pipeline.learn.model import Model
from pipeline.learn.profile import Profile, Tally, answered
from pipeline.learn.train import History, Recipe, fit_and_describe, prepare
from pipeline.settings import read_toml
from pipeline.text.copies import near_copies

SIZES, DRAWS = (100, 300, 1000), 50
DRIFTED, EXTRA = "劳动和社会保障", 0.2


def drift(corpus: Path) -> dict[str, Any]:
    """Return how often random batches raise an alarm, and how often batches with a fifth more of one class do."""
    frame = read_corpus(corpus)
    model, known = fit_and_describe(prepare(frame[frame["fold"] != 0]), Recipe())
    new = prepare(frame[frame["fold"] == 0])
    # One letter of each group of near-copies: fifty copies of one letter are a change, not a false alarm.
    once = np.unique(near_copies(new.letters.joined), return_index=True)[1]
    new = new.take(once)
    answers = answered(model, model.read(new.letters, new.received_at).probabilities)
    of_class = np.flatnonzero(np.array(answers.labels["category_l1"])[answers.given["category_l1"]] == DRIFTED)
    rest = np.setdiff1d(np.arange(len(once)), of_class)
    found: dict[str, Any] = {"letters": len(once), "draws": DRAWS}
    for size in SIZES:
        alarms, phrases, seen = 0, 0, 0
        for draw in range(DRAWS):
            random = np.random.default_rng(draw)
            told, risen = _told(model, known, new, random.choice(len(once), min(size, len(once)), replace=False))
            alarms, phrases = alarms + bool(told), phrases + bool(risen)
            more = int((EXTRA + len(of_class) / len(once)) * size)
            more = min(more, len(of_class))
            rows = np.concatenate(
                [random.choice(of_class, more, replace=False), random.choice(rest, size - more, replace=False)]
            )
            changed, _ = _told(model, known, new, rows)
            seen += any(label == DRIFTED for change in changed for label, _, _ in change.classes)
        found[str(size)] = {
            "false_alarms": alarms / DRAWS,
            "batches_with_a_rising_phrase": phrases / DRAWS,
            "drift_seen": seen / DRAWS,
            "share_of_the_class": [round(len(of_class) / len(once), 3), round(more / size, 3)],
        }
    return found


def _told(model: Model, known: Profile, history: History, rows: NDArray[np.int64]) -> tuple[list[Any], list[Any]]:
    limits = read_toml("drift.toml")
    batch = history.take(np.sort(rows))
    tally = Tally(known)
    tally.add(batch.letters, answered(model, model.read(batch.letters, batch.received_at).probabilities))
    found = tally.profile()
    return changes(known, found, limits), rising(known, found, limits)
