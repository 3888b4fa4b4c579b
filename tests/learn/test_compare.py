"""Comparing models: only honest answers count, chance is not taken for a change, a real loss blocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.advise.triage import Triage
from pipeline.learn.bundle import load
from pipeline.learn.compare import Judged, compare, compare_head, judge
from pipeline.learn.history import Labelled
from pipeline.learn.train import History, prepare
from pipeline.report.office import train_on_history
from tests.learn.test_office import NO_PROBLEMS, quiet


@pytest.fixture
def labelled(history: pd.DataFrame) -> History:
    return prepare(history.drop(columns="official_l1"))


NO_URGENCY = np.zeros((0, 4), np.float32)


def answers(history: History, **changed: np.ndarray) -> Judged:
    return Judged({name: changed.get(name, labels) for name, labels in history.labels.items()}, NO_URGENCY, 0)


def test_chance_is_not_a_change_and_a_real_change_is() -> None:
    rng = np.random.default_rng(1)
    truth = rng.choice(["x", "y", "z"], 400)
    noisy = [np.where(rng.random(400) < 0.2, rng.choice(["x", "y", "z"], 400), truth) for _ in range(2)]
    low, high = compare_head(truth, *noisy)["interval"]
    assert low < 0 < high
    worse = np.where((truth == "z") & (rng.random(400) < 0.5), "x", noisy[0])
    found = compare_head(truth, noisy[0], worse)
    assert found["interval"][1] < 0
    assert "z" in [row["label"] for row in found["lost"]]
    assert not found["gained"]


def test_the_interval_covers_the_true_difference_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(100):
        truth = rng.choice(["x", "y"], 300)
        a, b = (np.where(rng.random(300) < 0.3, np.where(truth == "x", "y", "x"), truth) for _ in range(2))
        low, high = compare_head(truth, a, b)["interval"]
        held += low <= 0 <= high
    assert held >= 88


def test_a_fallen_recall_of_the_highest_urgency_or_a_focus_topic_blocks(labelled: History) -> None:
    truth = labelled.labels["urgency"]
    assert compare(labelled, answers(labelled), answers(labelled))["blocked_by"] == []
    calm = np.where(truth == "4", "2", truth)
    assert compare(labelled, answers(labelled), answers(labelled, urgency=calm))["blocked_by"] == ["urgency 4"]
    assert compare(labelled, answers(labelled, urgency=calm), answers(labelled))["blocked_by"] == []
    pairs = labelled.labels["category_l2"]
    lost = np.where(np.char.startswith(pairs, "劳动和社会保障/"), "城乡建设/工程质量", pairs)
    assert "劳动就业" in compare(labelled, answers(labelled), answers(labelled, category_l2=lost))["blocked_by"]


def test_two_lost_letters_may_be_chance(labelled: History) -> None:
    truth = labelled.labels["urgency"].copy()
    truth[np.flatnonzero(truth == "4")[:2]] = "3"
    assert compare(labelled, answers(labelled), answers(labelled, urgency=truth))["blocked_by"] == []


def test_letters_without_an_honest_answer_do_not_count(labelled: History) -> None:
    gone = labelled.labels["purpose"].copy()
    gone[:100] = ""
    found = compare(labelled, answers(labelled), answers(labelled, purpose=gone))
    assert found["heads"]["purpose"]["n"] == len(gone) - 100


def test_a_model_is_judged_by_its_held_out_answers_on_letters_it_was_trained_on(
    history: pd.DataFrame, triage: Triage, tmp_path: Path
) -> None:
    flipped = history.assign(source_row=range(2, len(history) + 2))
    flipped.loc[0, "purpose"] = "建议" if history.loc[0, "purpose"] != "建议" else "咨询"
    train_on_history(Labelled(flipped, NO_PROBLEMS), Path("h"), triage.bundle, tmp_path / "m", name="m", progress=quiet)
    more = pd.concat(
        [history, history.head(1).assign(title="", text="新来的一封信，请问落户要什么材料？")], ignore_index=True
    )
    judged = judge(load(tmp_path / "m"), prepare(more.drop(columns="official_l1")))
    assert judged.stored == len(history)
    assert judged.answers["purpose"][0] != flipped.loc[0, "purpose"]
    assert judged.answers["purpose"][-1] == "咨询"
