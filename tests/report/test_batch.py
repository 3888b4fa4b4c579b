"""A whole run of a file: nothing lost, nothing half-made, resumable."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipeline.advise.triage import Triage
from pipeline.errors import BadLabels, BadOption
from pipeline.intake import open_letters
from pipeline.learn.history import read_history
from pipeline.report import batch
from pipeline.report.batch import Options, triage_file
from tests.conftest import SAMPLES


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    path = tmp_path / "来信.csv"
    path.write_text(
        "编号,标题,内容\n1,停水,小区停水三天\n2,空信,\n3,公交,公交车太少\n3,路灯,路灯坏了\n", encoding="utf-8"
    )
    return path


@pytest.fixture
def long_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "LONG_RUN", 10)


@pytest.mark.parametrize("ending", ["xlsx", "csv", "jsonl", "parquet"])
def test_rows_in_are_rows_out_and_rejected(mixed: Path, small_triage: Triage, ending: str) -> None:
    output = mixed.with_name(f"out.{ending}")
    outcome = triage_file(open_letters(mixed), output, small_triage)
    assert (outcome.rows_in, outcome.rows_out, outcome.rows_rejected) == (4, 3, 1)
    assert output.is_file()
    assert outcome.rejected_file is not None
    rejected = pd.read_csv(outcome.rejected_file)
    assert len(rejected) == 1
    assert not list(mixed.parent.glob("*.parts"))


def test_a_crash_in_the_middle_leaves_the_old_output_whole(
    mixed: Path, small_triage: Triage, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = mixed.with_name("out.csv")
    output.write_text("old", encoding="utf-8")

    def broken(*_: object, **__: object) -> pd.DataFrame:
        raise RuntimeError("power cut")

    monkeypatch.setattr(Triage, "suggest", broken)
    with pytest.raises(RuntimeError):
        triage_file(open_letters(mixed), output, small_triage)
    assert output.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in mixed.parent.iterdir()) == ["out.csv", "来信.csv"]


@pytest.mark.usefixtures("long_runs")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_was_broken_off_goes_on_where_it_stopped(
    tmp_path: Path, small_triage: Triage, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    source = SAMPLES / "letters.csv"
    whole, resumed = tmp_path / "whole.csv", tmp_path / "resumed.csv"
    options = Options(batch=32, jobs=jobs)
    triage_file(open_letters(source), whole, small_triage, options)

    class Stopped(Exception):
        pass

    def stop(rows: int) -> None:
        if rows > 60:
            raise Stopped

    with pytest.raises(Stopped):
        triage_file(open_letters(source), resumed, small_triage, options, progress=stop)
    assert not resumed.exists()
    kept = len(list((tmp_path / "resumed.csv.parts").glob("part-*.parquet")))
    assert kept >= 2
    outcome = triage_file(open_letters(source), resumed, small_triage, options)
    assert outcome.resumed_batches == kept
    assert resumed.read_bytes() == whole.read_bytes()
    assert not (tmp_path / "resumed.csv.parts").exists()


@pytest.mark.usefixtures("long_runs")
def test_batches_of_another_run_are_not_taken_over(tmp_path: Path, small_triage: Triage) -> None:
    source, output = SAMPLES / "letters.csv", tmp_path / "out.csv"

    def stop(rows: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        triage_file(open_letters(source), output, small_triage, Options(batch=32), progress=stop)
    outcome = triage_file(open_letters(source), output, small_triage, Options(batch=32, reveal=True))
    assert outcome.resumed_batches == 0


def test_the_same_run_gives_the_same_bytes(
    tmp_path: Path, small_triage: Triage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1763856000")
    for name in ("one", "two"):
        for ending in ("xlsx", "csv", "jsonl", "parquet"):
            triage_file(open_letters(SAMPLES / "letters.xlsx"), tmp_path / f"{name}.{ending}", small_triage)
    for ending in ("xlsx", "csv", "jsonl", "parquet"):
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes(), ending


@pytest.mark.parametrize(
    ("output", "drop", "says"),
    [("out.docx", (), ".xlsx"), ("来信.csv", (), "来信文件本身"), ("out.csv", ("电话",), "没有这一列")],
)
def test_options_that_cannot_be_followed_are_refused(
    mixed: Path, small_triage: Triage, output: str, drop: tuple[str, ...], says: str
) -> None:
    before = mixed.read_bytes()
    with pytest.raises(BadOption) as caught:
        triage_file(open_letters(mixed), mixed.with_name(output), small_triage, Options(drop=drop))
    assert says in caught.value.message("zh")
    assert mixed.read_bytes() == before


def test_columns_with_personal_numbers_are_pointed_out(tmp_path: Path, small_triage: Triage) -> None:
    path = tmp_path / "来信.csv"
    path.write_text("内容,联系电话\n小区停水三天,13800138000\n公交太少,13800138001\n", encoding="utf-8")
    outcome = triage_file(open_letters(path), tmp_path / "out.csv", small_triage)
    assert outcome.personal_columns == ["联系电话"]
    outcome = triage_file(open_letters(path), tmp_path / "out.csv", small_triage, Options(drop=("联系电话",)))
    assert "13800138000" not in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")


def test_sealed_letters_show_no_number_of_a_column_named_so(
    tmp_path: Path, small_triage: Triage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a wrong check digit nor a digit too few lets a number through."""
    suggest = Triage.suggest
    monkeypatch.setattr(Triage, "suggest", lambda *given, **more: suggest(*given, **more).assign(sealed=True))
    path, output = tmp_path / "来信.csv", tmp_path / "out.csv"
    row = "举报市教育局收受好处,430104198001011230,1380013800,62220200000000001"
    path.write_text(f"内容,身份证 号码,联系 手机,银行卡号\n{row}\n", encoding="utf-8")
    outcome = triage_file(open_letters(path), output, small_triage)
    assert outcome.personal_columns == ["身份证 号码", "联系 手机", "银行卡号"]
    shown = output.read_text(encoding="utf-8-sig")
    assert not [number for number in row.split(",")[1:] if number in shown]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_sheet_triaged_again_keeps_what_was_there_apart(tmp_path: Path, small_triage: Triage, ending: str) -> None:
    source, output = tmp_path / "a.csv", tmp_path / f"b.{ending}"
    source.write_text("编号,内容,紧急程度,原表行号,人工确认\n1,小区停水三天,2 一般,7,是\n", encoding="utf-8")
    triage_file(open_letters(source), output, small_triage)
    rows = pd.read_excel(output, dtype=str, engine="openpyxl") if ending == "xlsx" else pd.read_csv(output, dtype=str)
    assert not rows.columns.str.contains(r"\.\d").any()  # pandas numbers a header that stands there twice
    assert rows["原_人工确认"].tolist() == ["是"]
    assert rows.get("人工确认", pd.Series([""])).fillna("").tolist() == [""]
    with pytest.raises(BadLabels):
        read_history(output)
