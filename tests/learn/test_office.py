"""Training on an office's history: starts from the base, learns what is new, harms nothing, repeats itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.advise.triage import Triage
from pipeline.errors import BadLabels
from pipeline.learn import heldout
from pipeline.learn.bundle import load
from pipeline.learn.history import Labelled
from pipeline.learn.model import Model
from pipeline.learn.office import answer, by_time, train_office
from pipeline.learn.train import prepare
from pipeline.report.office import learning_curve, train_on_history

NO_PROBLEMS = pd.DataFrame(columns=["source_row", "letter_id", "column", "value", "reason"])


def quiet(stage: str) -> None:
    """Say nothing."""


@pytest.fixture
def office(history: pd.DataFrame) -> pd.DataFrame:
    """The sample letters of an office that calls water and power cuts a matter of 民政."""
    columns = ["letter_id", "title", "text", "received_at", "purpose", "category_l1", "department", "urgency"]
    frame = history[columns].copy()
    mine = [
        f"{street}停水停电{day}天，居民意见很大，请尽快处理。"
        for street in ("东街", "西街", "南路", "北路")
        for day in range(2, 12)
    ]
    added = pd.DataFrame({"letter_id": [f"n{n}" for n in range(40)], "title": "", "text": mine, "received_at": ""})
    added = added.assign(purpose="求决", category_l1="民政", department="民政", urgency="2")
    frame = pd.concat([frame, added], ignore_index=True)
    frame["official_l1"], frame["measured"], frame["source_row"] = "", True, range(2, len(frame) + 2)
    frame["fold"] = np.arange(len(frame)) % 5
    return frame


def test_the_office_teaches_its_own_habit_and_the_other_heads_stay(office: pd.DataFrame, triage: Triage) -> None:
    model, held_out = train_office(prepare(office.drop(columns="official_l1")), triage.model)
    asked = pd.DataFrame(
        {"title": [""], "text": ["中街停水停电13天，居民意见很大，请尽快处理。"], "received_at": [""], "fold": 0}
    )
    new, old = (answer(one, prepare(asked)) for one in (model, triage.model))
    assert (old["category_l1"][0][0], new["category_l1"][0][0]) == ("城乡建设", "民政")
    assert new["level"][0][0] == old["level"][0][0]
    mine = np.flatnonzero(held_out.truth["category_l1"] == "民政")[-40:]
    assert (held_out.given["category_l1"][mine] == "民政").mean() > 0.9


def test_labels_that_say_what_the_base_says_change_nothing(office: pd.DataFrame, triage: Triage) -> None:
    history = prepare(office.drop(columns="official_l1"))
    agreed = {name: given for name, (given, _) in answer(triage.model, history).items() if name != "official_l1"}
    same = replace(history, labels=agreed)
    model, _ = train_office(same, triage.model)
    after = answer(model, history)
    assert all((after[name][0] == agreed[name]).mean() > 0.97 for name in agreed)


def test_probabilities_are_of_letters_not_trained_on(office: pd.DataFrame, triage: Triage) -> None:
    """A letter with an absurd label must not be answered by what its own label taught."""
    odd = office.copy()
    odd.loc[0, "category_l1"] = next(name for name in ("环境保护", "交通运输") if name != office.loc[0, "category_l1"])
    _, held_out = train_office(prepare(odd.drop(columns="official_l1")), triage.model)
    assert held_out.given["category_l1"][0] == answer(triage.model, prepare(odd))["category_l1"][0][0]


def test_a_class_the_base_does_not_know_is_learned(office: pd.DataFrame, small_model: Model) -> None:
    wanted = next(name for name in ("民政", "税务", "林业") if name not in small_model.heads["department"].labels)
    frame = office.copy()
    frame.loc[frame["letter_id"].str.startswith("n"), "department"] = wanted
    model, held_out = train_office(prepare(frame.drop(columns="official_l1")), small_model)
    assert wanted in model.heads["department"].labels
    assert (held_out.given["department"][-40:] == wanted).mean() > 0.9


def test_the_same_history_gives_the_same_bytes_and_a_card(office: pd.DataFrame, triage: Triage, tmp_path: Path) -> None:
    for name in ("a", "b"):
        train_on_history(
            Labelled(office, NO_PROBLEMS), Path("h.xlsx"), triage.bundle, tmp_path / name, name="m", progress=quiet
        )
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["MODEL_CARD.md", "arrays.npz", "heldout.npz", "manifest.json", "profile.npz", "vocabulary.json"]
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)
    opened = load(tmp_path / "a")
    assert opened.manifest["base"]["version"] == triage.bundle.version
    assert "must not" in (tmp_path / "a" / "MODEL_CARD.md").read_text(encoding="utf-8").lower()
    kept = heldout.read(tmp_path / "a")
    assert kept is not None
    assert (kept.truth["category_l1"] == office["category_l1"].to_numpy(dtype=str)).all()
    text = (tmp_path / "a" / "heldout.npz").read_bytes()
    assert "停水停电".encode("utf-32-le") not in text


def test_a_trained_model_triages(office: pd.DataFrame, triage: Triage, tmp_path: Path) -> None:
    train_on_history(
        Labelled(office, NO_PROBLEMS), Path("h.xlsx"), triage.bundle, tmp_path / "m", name="m", progress=quiet
    )
    asked = pd.DataFrame({"text": ["中街停水停电13天，居民意见很大，请尽快处理。"]})
    row = Triage(load(tmp_path / "m")).suggest(asked).iloc[0]
    assert (row["category_l1"], row["model_version"][:2]) == ("民政", "m@")
    assert "停水" in row["evidence"]


def test_starting_from_a_model_that_saw_the_letters_is_refused(
    office: pd.DataFrame, triage: Triage, tmp_path: Path
) -> None:
    labelled = Labelled(office, NO_PROBLEMS)
    train_on_history(labelled, Path("h.xlsx"), triage.bundle, tmp_path / "m", name="m", progress=quiet)
    with pytest.raises(BadLabels, match="--from default"):
        train_on_history(labelled, Path("h.xlsx"), load(tmp_path / "m"), tmp_path / "n", name="n", progress=quiet)
    assert not (tmp_path / "n").exists()


@pytest.mark.parametrize(("rows", "says"), [(slice(0, 3), "20 are needed"), (slice(-40, None), "one value only")])
def test_too_few_letters_and_one_class_are_refused(
    office: pd.DataFrame, triage: Triage, tmp_path: Path, rows: slice, says: str
) -> None:
    labelled = Labelled(office.iloc[rows].reset_index(drop=True), NO_PROBLEMS)
    with pytest.raises(BadLabels, match=says):
        train_on_history(labelled, Path("h.xlsx"), triage.bundle, tmp_path / "m", name="m", progress=quiet)
    assert not (tmp_path / "m").exists()


def test_the_newest_letters_are_judged_by_the_older_ones(office: pd.DataFrame) -> None:
    dated = pd.concat([office, office], ignore_index=True).assign(official_l1="")
    dated["text"] = [f"{text}{n}" for n, text in enumerate(dated["text"])]
    dated["received_at"] = [f"2026-{1 + n % 12:02}-01" for n in range(len(dated))]
    split = by_time(prepare(dated))
    assert split is not None
    older, newer = split
    assert max(older.received_at) <= min(newer.received_at)
    assert len(newer.folds) == pytest.approx(len(dated) / 5, abs=2)
    assert by_time(prepare(office)) is None


def test_the_learning_curve_compares_base_scratch_and_office(office: pd.DataFrame, triage: Triage) -> None:
    rows = learning_curve(Labelled(office, NO_PROBLEMS), Path("h.xlsx"), triage.model, (50,), progress=quiet)
    assert [row["letters"] for row in rows if row["head"] == "department"] == [50, len(office)]
    last = next(row for row in rows if row["head"] == "category_l1" and row["letters"] == len(office))
    assert last["office"]["accuracy"] > max(last["base"]["accuracy"], last["scratch"]["accuracy"])
