"""What is written with personal data shown is for its owner only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.advise.triage import Triage
from pipeline.intake import open_letters
from pipeline.report.batch import Options, triage_file
from pipeline.settings import resource

SAMPLES = resource("data") / "samples" / "letters.xlsx"


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("ending", ["xlsx", "csv", "jsonl", "parquet"])
def test_revealed_letters_are_for_the_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    monkeypatch.setenv("PETITION_HOME", str(tmp_path / "home"))
    triage = Triage.load("default", office="sample")
    outcome = triage_file(open_letters(SAMPLES), tmp_path / f"out.{ending}", triage, Options(reveal=True))
    assert outcome.sealed_file is not None
    for path in (outcome.output, outcome.sealed_file):
        assert path.stat().st_mode & 0o777 == 0o600
