"""``petition matters`` and ``petition report`` from the samples to the sheets."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeline.cli import app

SAMPLES = Path("data/samples/letters.xlsx")


def run(*args: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    return result.output


def test_matters_of_the_samples(tmp_path: Path) -> None:
    store, out = tmp_path / "m.db", tmp_path / "m.xlsx"
    said = run("matters", SAMPLES, "--office", "sample", "--store", store, "-o", out, "--as-of", "2026-11-23")
    assert "读入 132 行 = 132 件 + 退回 0 行；新入库 132 件" in said
    assert openpyxl.load_workbook(out).sheetnames == ["突出事项", "事项清单", "来信", "重复和联名", "说明"]
    table = tmp_path / "m.parquet"
    said = run("matters", SAMPLES, "--office", "sample", "--store", store, "-o", table, "-q")
    frame = pd.read_parquet(table)
    assert len(frame) == 132
    assert (frame["matter_id"] != "").all()
    assert frame["letter_id"].tolist() == pd.read_csv("data/samples/letters.csv", dtype=str)["编号"].tolist()
    plant = frame[frame["text"].str.contains("鑫磐")]["matter_id"]
    assert plant.duplicated().any()


def test_a_triaged_sheet_gives_the_same_matters(tmp_path: Path) -> None:
    run("triage", SAMPLES, "--office", "sample", "-o", tmp_path / "triaged.xlsx", "-q")
    run("matters", tmp_path / "triaged.xlsx", "--office", "sample", "-o", tmp_path / "a.csv", "-q")
    run("matters", SAMPLES, "--office", "sample", "-o", tmp_path / "b.csv", "-q")
    columns = ["letter_id", "matter_id", "duplicate_of"]
    one, two = (pd.read_csv(tmp_path / name, dtype=str)[columns] for name in ("a.csv", "b.csv"))
    key = one["letter_id"].tolist()
    assert one.set_index("letter_id").loc[sorted(key)].equals(two.set_index("letter_id").loc[sorted(key)])


def test_links_inventory_and_report(tmp_path: Path) -> None:
    store = tmp_path / "m.db"
    out = tmp_path / "m.csv"
    run("matters", SAMPLES, "--office", "sample", "--store", store, "-o", out, "-q")
    one, other = pd.read_csv(out, dtype=str)["matter_id"].unique()[:2]
    assert "已合并" in run("matters", "merge", one, other, "--why", "同一工地", "--store", store)
    assert "同一工地" in run("matters", "acts", "--store", store)
    assert "已撤销" in run("matters", "undo", 1, "--store", store)
    run("matters", "inventory", "--store", store, "-o", tmp_path / "台账.xlsx")
    assert "+ 退回 0 行" in run("matters", "take", tmp_path / "台账.xlsx", "--store", store)
    for kind in ("docx", "html"):
        report = tmp_path / f"weekly.{kind}"
        run(
            "report", "--from", "2026-11-09", "--to", "2026-11-15", "--store", store, "--office", "sample", "-o", report
        )
        assert report.stat().st_size > 10_000


@pytest.mark.parametrize(
    "args",
    [
        ("matters", SAMPLES, "-o", "out.pdf"),
        ("matters", SAMPLES, "-o", "out.xlsx", "--as-of", "明天"),
        ("matters", "没有.xlsx", "-o", "out.xlsx"),
        ("matters", "undo", 1, "--store", "没有.db"),
        ("report", "--from", "2026-11-16", "--to", "2026-11-22", "-o", "w.docx", "--store", "没有.db"),
        ("report", "--from", "2026-11-22", "--to", "2026-11-16", "-o", "w.docx", "--store", "没有.db"),
    ],
)
def test_what_can_t_be_done_is_said_and_nothing_is_written(args: tuple[object, ...], tmp_path: Path) -> None:
    moved = [tmp_path / str(arg) if str(arg).startswith(("out.", "w.")) else arg for arg in args]
    assert "错误" in run(*moved, code=2)
    assert not list(tmp_path.iterdir())
