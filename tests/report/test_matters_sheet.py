"""The workbook of matters, as Excel opens it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl

from pipeline.matters.describe import describe
from pipeline.matters.store import Store
from pipeline.report.matters_sheet import COPIES, EVERY, LETTERS, WARNED, SheetFacts, write_matters
from tests.matters.conftest import LAMP, PLANT, WAGES, batch, letter

FACTS = SheetFacts("来信.xlsx", 9, 8, 1, "default@1", "2026-11-30")
SECRET = "赵某某收受好处"


def written(folder: Path) -> Path:
    store = Store.open("sqlite://")
    hot = [letter(n, text, urgency=3, action=2, title="=1+1") for n, text in enumerate(PLANT)]
    sealed = letter(20, LAMP + SECRET, sealed=True, title=SECRET)
    copies = [letter(30, WAGES), letter(31, WAGES + "我母亲住院等着用钱，请一定尽快解决，联系电话在附件。")]
    store.add(batch(*hot, sealed, *copies))
    letters = store.letters()
    path = folder / "out.xlsx"
    write_matters(letters, describe(letters, date(2026, 11, 30)), FACTS, path)
    return path


def cells(path: Path, sheet: str) -> list[list[str]]:
    book = openpyxl.load_workbook(path)
    return [["" if cell is None else str(cell) for cell in row] for row in book[sheet].iter_rows(values_only=True)]


def test_warned_matters_come_first_with_their_reasons(tmp_path: Path) -> None:
    rows = cells(written(tmp_path), WARNED)
    assert rows[1][0] in ("1 关注", "2 预警")
    assert "3 件不同来信" in rows[1][2]
    assert len(cells(tmp_path / "out.xlsx", EVERY)) - 1 == 3


def test_every_letter_is_there_and_sealed_ones_say_nothing(tmp_path: Path) -> None:
    path = written(tmp_path)
    rows = cells(path, LETTERS)
    assert sorted(row[2] for row in rows[1:]) == sorted(["L0", "L1", "L2", "L20", "L30", "L31"])
    book = openpyxl.load_workbook(path)
    every = " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    assert SECRET not in every
    assert "（密件）" in every


def test_what_a_copy_adds_stands_in_its_sheet(tmp_path: Path) -> None:
    row = cells(written(tmp_path), COPIES)[1]
    assert row[0] == "L31"
    assert row[4] == "L30"
    assert "住院等着用钱" in row[5]


def test_no_formula_and_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = written(tmp_path / "a"), written(tmp_path / "b")
    assert one.read_bytes() == two.read_bytes()
    book = openpyxl.load_workbook(one)
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
