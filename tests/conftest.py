"""Shared parts: the sample letters, and one small model trained on them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipeline.advise.triage import Triage
from pipeline.learn.bundle import load, save
from pipeline.learn.history import read_history
from pipeline.learn.model import Model
from pipeline.learn.train import Recipe, fit, prepare
from pipeline.settings import resource

SAMPLES = resource("data") / "samples"
SMALL = Recipe(min_letters=1, min_letters_characters=2, directions=20, max_columns=5000)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the models of the office that runs it."""
    monkeypatch.setenv("PETITION_HOME", str(tmp_path_factory.getbasetemp() / "no-models"))


@pytest.fixture(scope="session")
def history() -> pd.DataFrame:
    return read_history(SAMPLES / "labelled.csv").frame


@pytest.fixture(scope="session")
def small_model(history: pd.DataFrame) -> Model:
    return fit(prepare(history), SMALL)


@pytest.fixture(scope="session")
def small_folder(small_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "small"
    save(small_model, folder, {"trained_on": "2026–2026", "weaknesses": []})
    return folder


@pytest.fixture(scope="session")
def small_triage(small_folder: Path) -> Triage:
    return Triage(load(small_folder))


@pytest.fixture(scope="session")
def triage() -> Triage:
    """The shipped model."""
    return Triage.load()


@pytest.fixture
def letters(history: pd.DataFrame) -> pd.DataFrame:
    return history[["letter_id", "title", "text", "received_at"]].copy()
