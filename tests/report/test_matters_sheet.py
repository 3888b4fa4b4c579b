"""The workbook of matters, and the table of letters with their matter."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline.errors import OutputNotWritable, PetitionError
from pipeline.report import matters_sheet
from pipeline.report.matters_columns import ALL, COPIES, LETTERS, WARNED
from pipeline.report.matters_sheet import Scope, write_matters
from pipeline.report.matters_table import matters_table
from pipeline.report.sheet import RunFacts
from tests.report.conftest import SECRET


@pytest.fixture
def path(letters: pd.DataFrame, matters: pd.DataFrame, facts: RunFacts, tmp_path: Path) -> Path:
    path = tmp_path / "out.xlsx"
    write_matters(letters, matters, facts, path)
    return path


@pytest.fixture
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def rows(book: openpyxl.Workbook, name: str) -> list[dict[str, object]]:
    head, *cells = book[name].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in cells]


def test_it_has_five_sheets(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [WARNED, ALL, LETTERS, COPIES, "说明"]


def test_warned_matters_come_first_with_each_reason_on_its_line(book: openpyxl.Workbook) -> None:
    first, second = rows(book, WARNED)
    assert [first["预警"], second["预警"]] == ["2 预警", "1 关注"]
    assert str(first["为什么预警"]).count("\n") == 2
    assert first["来信数"] == "共 4 件\n不同来信 2 件\n信中说到八十多名\n密件 1 件"
    assert first["近30天／之前30天"] == "2／1"
    assert book[WARNED].row_dimensions[2].height >= 3 * 14


@pytest.mark.parametrize(
    ("number", "words", "counts", "cell"),
    [
        (50, "几十户", "信中说到约几十户", "约几十户"),
        (300, "三百多户", "信中说到三百多户", 300),
        (50, "", "信中说到约 50 人（户）", "约 50"),  # only a sealed letter says it
        (0, "", "不同来信 2 件", None),
    ],
)
def test_people_are_told_in_the_words_of_the_letter(
    letters: pd.DataFrame,
    matters: pd.DataFrame,
    facts: RunFacts,
    tmp_path: Path,
    number: int,
    words: str,
    counts: str,
    cell: object,
) -> None:
    matters.loc[0, ["people", "people_words"]] = [number, words]
    write_matters(letters, matters, facts, tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert counts in str(rows(book, WARNED)[0]["来信数"]).split("\n")
    assert rows(book, ALL)[0]["反映人数"] == cell


def test_every_matter_and_every_letter_stands_there_once(
    book: openpyxl.Workbook, letters: pd.DataFrame, matters: pd.DataFrame
) -> None:
    assert sorted(str(row["事项编号"]) for row in rows(book, ALL)) == sorted(matters["matter_id"])
    assert sorted(str(row["编号"]) for row in rows(book, LETTERS)) == sorted(letters["letter_id"])


def test_letters_of_a_matter_stand_together(book: openpyxl.Workbook) -> None:
    ids = [row["事项编号"] for row in rows(book, LETTERS)]
    assert ids[:2] == ["M-20260820-3f2a"] * 2
    assert len(list(dict.fromkeys(ids))) == 1 + sum(one != other for one, other in pairwise(ids))


def test_a_link_leads_to_the_first_letter_of_its_matter(book: openpyxl.Workbook) -> None:
    for name in (WARNED, ALL):
        sheet = book[name]
        last = sheet.max_column
        for link in (row[1] for row in sheet.iter_rows(min_row=2)):
            cell = link.hyperlink.location.split("!")[1]
            assert book[LETTERS][cell].value == sheet.cell(link.row, last).value
            assert link.hyperlink.target is None


def test_a_sealed_letter_and_its_twin_show_their_number_only(book: openpyxl.Workbook) -> None:
    shown = {row["编号"]: row for row in rows(book, LETTERS)}
    for name, mark in (("003", "是"), ("004", "同密件")):
        filled = {title: cell for title, cell in shown[name].items() if cell is not None}
        assert filled == {"编号": name, "密件": mark}
    assert [row["编号"] for row in rows(book, LETTERS)][-2:] == ["003", "004"]  # not beside their matter
    everything = "".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    assert SECRET not in everything
    assert "有人收钱" not in everything
    assert "纪委" not in everything


def test_copies_say_what_they_add_and_how_to_take_the_link_back(book: openpyxl.Workbook) -> None:
    near, sealed = rows(book, COPIES)
    assert (near["编号"], near["首件编号"], near["类型"], near["比首件多说的"]) == (
        "002",
        "001",
        "近似重复",
        "厂里已经在搬机器。",
    )
    assert "split 002" in str(near["怎样撤销"])
    assert {title for title, cell in sealed.items() if cell} == {"编号", "首件编号", "类型", "怎样撤销"}


def test_no_cell_starts_a_formula(book: openpyxl.Workbook) -> None:
    assert not [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert "=1+1" in [row["标题"] for row in rows(book, LETTERS)]
    assert rows(book, WARNED)[1]["事项"] == "=河口巷路灯不亮"


def test_the_legend_counts_and_explains_every_column(book: openpyxl.Workbook) -> None:
    text = "\n".join(str(cell) for row in book["说明"].iter_rows(values_only=True) for cell in row if cell)
    assert "读入 9 行 ＝ 整理 8 封 ＋ 退回 1 行" in text
    assert "small@12345678" in text
    assert "2026-11-09" in text
    for name in (WARNED, ALL, LETTERS, COPIES):
        assert all(str(cell.value) in text for cell in book[name][1])


def test_places_leave_out_the_office_s_own_area_and_repeat_nothing(
    letters: pd.DataFrame, matters: pd.DataFrame, facts: RunFacts, tmp_path: Path
) -> None:
    town = "江原省云川市青石区石榴街道"
    matters.loc[0, ["located", "places"]] = [town, f"{town}；{town}云栖里"]
    write_matters(letters, matters, facts, tmp_path / "a.xlsx", Scope(area="云川市"))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert rows(book, WARNED)[0]["地点"] == "青石区石榴街道云栖里"
    assert rows(book, ALL)[0]["地点"] == "青石区石榴街道"
    assert rows(book, ALL)[1]["地点"] == "青石县"


def test_what_is_overdue_and_what_is_not_listed_is_told(
    letters: pd.DataFrame, matters: pd.DataFrame, facts: RunFacts, tmp_path: Path
) -> None:
    write_matters(letters, matters, facts, tmp_path / "a.xlsx", Scope(day="2026-11-29", in_store=115))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [row["何时前"] for row in rows(book, WARNED)] == ["2026-11-20\n已过 9 天", "2026-12-01"]
    text = "事项库共 115 件事；这里列本次来信涉及的和预警、关注的 5 件，其余 110 件这次没有新来信，也没有到线。"
    assert book[ALL].cell(len(matters) + 3, 2).value == text
    assert text in [row[1] for row in book["说明"].iter_rows(values_only=True)]


def test_paper_is_landscape_one_page_wide_with_the_header_on_each(book: openpyxl.Workbook) -> None:
    for name in (WARNED, ALL, LETTERS, COPIES):
        sheet = book[name]
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.auto_filter.ref


def test_matters_of_one_letter_fold_below(book: openpyxl.Workbook) -> None:
    levels = [book[ALL].row_dimensions[at].outlineLevel for at in range(2, 7)]
    assert levels == [0, 0, 1, 1, 1]
    assert not any(book[ALL].row_dimensions[at].hidden for at in range(2, 7))


def test_the_same_frames_give_the_same_bytes(
    path: Path, letters: pd.DataFrame, matters: pd.DataFrame, facts: RunFacts, tmp_path: Path
) -> None:
    write_matters(letters, matters, facts, tmp_path / "again.xlsx")
    assert path.read_bytes() == (tmp_path / "again.xlsx").read_bytes()


def test_an_empty_store_still_makes_a_workbook(
    letters: pd.DataFrame, matters: pd.DataFrame, facts: RunFacts, tmp_path: Path
) -> None:
    write_matters(
        letters.iloc[:0], matters.iloc[:0], replace(facts, rows_in=0, rows_out=0, rows_rejected=0), tmp_path / "a.xlsx"
    )
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")[WARNED]["B2"].value == "没有到预警线的事项。"


def test_counts_that_do_not_add_up_and_too_many_rows_are_refused(
    letters: pd.DataFrame, matters: pd.DataFrame, facts: RunFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PetitionError, match="rows in"):
        write_matters(letters, matters, replace(facts, rows_in=7), tmp_path / "a.xlsx")
    monkeypatch.setattr(matters_sheet, "MOST_ROWS", 3)
    with pytest.raises(OutputNotWritable):
        write_matters(letters, matters, facts, tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())


def test_the_table_has_a_row_a_letter_and_tells_nothing_of_sealed_ones(letters: pd.DataFrame) -> None:
    table = matters_table(letters.assign(经办人="周"))
    assert list(table.columns)[:8] == [
        *("letter_id", "matter_id", "duplicate_of", "copy_kind", "addition"),
        *("early_warning", "early_warning_score", "warning_reason"),
    ]
    assert table["letter_id"].tolist() == letters["letter_id"].tolist()
    assert table["text"].tolist()[0] == letters["text"].tolist()[0]
    hidden = table[table["letter_id"].isin(["003", "004"])]
    assert "M-20260820-3f2a" in set(hidden["matter_id"])
    assert {cell for name in ("text", "addition", "经办人", "unit") for cell in hidden[name]} == {"〔密件〕"}
    assert SECRET not in table.to_csv()
    assert table["early_warning"].dtype == "int64"
    assert "〔密件〕" not in letters.to_csv()
