"""The workbook a clerk opens and the files a machine reads."""

from __future__ import annotations

import csv
import errno
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import letter
from pipeline.advise.triage import Triage
from pipeline.errors import BadLabels, OutputNotWritable
from pipeline.learn.history import read_history
from pipeline.report import sheet
from pipeline.report.atomic import check_writable, replacing
from pipeline.report.sheet import RunFacts, write_suggestions
from pipeline.report.stream import FORMULA_STARTS, SuggestionStream
from pipeline.report.worksheet import write_next

FACTS = RunFacts(
    source="来信.xlsx",
    rows_in=133,
    rows_out=132,
    rows_rejected=1,
    model_name="small",
    model_version="small@12345678",
    model_trained_on="2026",
    office="",
    made_at="2026-11-23",
    accept=0.97,
    masked=True,
    notes=("读的是工作表「来信」",),
    weaknesses=("样本很少",),
)
NASTY = ["=1+1", "+86", "-3", "@cmd", "\t=1", "正常", '=HYPERLINK("x")', "\x00\x0b坏", "停" * 40_000, ""]


@pytest.fixture(scope="module")
def suggested(small_triage: Triage, history: pd.DataFrame) -> pd.DataFrame:
    frame = history[list(letter.LETTER_COLUMNS)].assign(source_row=range(2, 134), intake_note="", 办理人=7)
    return small_triage.suggest(frame)


@pytest.fixture(scope="module")
def book(suggested: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("book") / "out.xlsx"
    write_suggestions(suggested, path, FACTS)
    return openpyxl.load_workbook(path)


def test_it_has_three_sheets_in_chinese(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["分拣建议", "汇总", "说明"]
    assert [cell.value for cell in book["分拣建议"][1]][:6] == [
        "需人工判断",
        "提请人工的原因",
        "紧急程度",
        "编号",
        "标题",
        "内容",
    ]


def test_it_is_frozen_filtered_and_wrapped(book: openpyxl.Workbook) -> None:
    page = book["分拣建议"]
    assert page.freeze_panes == "F2"
    assert page.auto_filter.ref is not None
    assert page["F2"].alignment.wrap_text


def test_review_rows_come_first_and_the_urgent_first_among_them(
    book: openpyxl.Workbook, suggested: pd.DataFrame
) -> None:
    rows = list(book["分拣建议"].iter_rows(min_row=2, values_only=True))
    review = [row[0] == "是" for row in rows]
    assert review == sorted(review, reverse=True)
    assert sum(review) == suggested["needs_review"].sum()
    for part in (True, False):
        urgency = [str(row[2]) for row, doubtful in zip(rows, review, strict=True) if doubtful == part]
        assert urgency == sorted(urgency, reverse=True)


def test_ids_stay_text_and_values_speak_chinese(book: openpyxl.Workbook, history: pd.DataFrame) -> None:
    rows = list(book["分拣建议"].iter_rows(min_row=2, values_only=True))
    assert {row[3] for row in rows} == set(history[letter.LETTER_ID])
    assert {row[2] for row in rows} <= {"1 平缓", "2 一般", "3 紧急", "4 特急"}


def test_the_counts_of_the_summary_add_up(book: openpyxl.Workbook, suggested: pd.DataFrame) -> None:
    totals = [row for row in book["汇总"].iter_rows(values_only=True) if row[0] == "合计"]
    assert totals[0][5] == len(suggested)
    by_urgency = suggested["urgency"].value_counts().reindex([4, 3, 2, 1], fill_value=0)
    assert list(totals[0][1:5]) == by_urgency.tolist()


def test_the_legend_names_model_date_and_every_column(book: openpyxl.Workbook) -> None:
    text = "\n".join(str(cell) for row in book["说明"].iter_rows(values_only=True) for cell in row if cell)
    for wanted in ("small@12345678", "2026-11-23", "97%", "由人确认", "样本很少", "来信.xlsx", "已遮盖"):
        assert wanted in text
    assert all(column.zh in text for column in letter.SUGGESTION_COLUMNS)


def test_english_sheets(suggested: pd.DataFrame, tmp_path: Path) -> None:
    write_suggestions(suggested, tmp_path / "out.xlsx", FACTS, lang="en")
    found = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert found.sheetnames == ["Triage", "Summary", "About"]
    assert found["Triage"]["A1"].value == "Needs review"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=20)),
        min_size=3,
        max_size=3,
    )
)
def test_no_cell_ever_becomes_a_formula(suggested: pd.DataFrame, tmp_path: Path, cells: list[str]) -> None:
    frame = suggested.head(3).assign(title=cells, 备注=cells)
    write_suggestions(frame, tmp_path / "out.xlsx", FACTS)
    for page in openpyxl.load_workbook(tmp_path / "out.xlsx"):
        assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    with SuggestionStream(tmp_path / "out.csv") as stream:
        stream.write(frame)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))
    assert len(rows) == 4
    assert not any(cell.startswith(FORMULA_STARTS) for row in rows for cell in row)


def test_streams_keep_every_row_in_order_with_canonical_names(suggested: pd.DataFrame, tmp_path: Path) -> None:
    for ending in ("csv", "jsonl", "parquet"):
        with SuggestionStream(tmp_path / f"out.{ending}") as stream:
            for at in range(0, len(suggested), 50):
                stream.write(suggested.iloc[at : at + 50])
    ids = suggested[letter.LETTER_ID].tolist()
    table = pd.read_csv(tmp_path / "out.csv", dtype={letter.LETTER_ID: str})
    assert table[letter.LETTER_ID].tolist() == ids
    assert table.columns.tolist() == suggested.columns.tolist()
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line[letter.LETTER_ID] for line in lines] == ids
    assert isinstance(lines[0]["needs_review"], bool)
    assert isinstance(lines[0]["urgency"], int)
    stored = pd.read_parquet(tmp_path / "out.parquet")
    assert stored[letter.LETTER_ID].tolist() == ids
    assert stored["urgency"].tolist() == suggested["urgency"].tolist()


def test_a_column_whose_type_changes_between_batches_is_kept(tmp_path: Path) -> None:
    first, second = pd.DataFrame({"a": [None, None]}, dtype=object), pd.DataFrame({"a": [1, "二"]}, dtype=object)
    with SuggestionStream(tmp_path / "out.parquet") as stream:
        stream.write(first)
        stream.write(second)
    assert pd.read_parquet(tmp_path / "out.parquet")["a"].tolist()[2:] == ["1", "二"]


def test_more_rows_than_a_sheet_holds_are_refused(
    suggested: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "MOST_ROWS", 10)
    with pytest.raises(OutputNotWritable) as caught:
        write_suggestions(suggested, tmp_path / "out.xlsx", FACTS)
    assert ".parquet" in caught.value.message("zh")


def test_a_failure_leaves_the_old_file_and_no_trace(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError), replacing(target) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise RuntimeError
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable) as caught, replacing(tmp_path / "out.csv"):
        raise OSError(28, "No space left on device")
    assert "磁盘已满" in caught.value.message("zh")


@pytest.mark.parametrize(
    ("number", "says"), [(errno.EACCES, "没有权限"), (errno.EROFS, "只读"), (errno.EIO, "系统不允许")]
)
def test_a_folder_that_takes_no_file_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, says: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "refused")

    (tmp_path / "out.xlsx").write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "touch", refuse)
    entered = []
    with pytest.raises(OutputNotWritable) as caught, replacing(tmp_path / "out.xlsx"):
        entered.append("work")
    assert says in caught.value.message("zh")
    assert (tmp_path / "out.xlsx").read_text(encoding="utf-8") == "old"
    assert not entered


def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "denied", str(path))

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(OutputNotWritable, match="access denied"):
        check_writable(tmp_path / "out.xlsx")


def test_a_workbook_that_cannot_be_closed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xlsxwriter.workbook.Workbook._store_workbook", full)
    letters = pd.DataFrame(columns=[letter.LETTER_ID, letter.TITLE, letter.TEXT, letter.RECEIVED_AT])
    with pytest.raises(OutputNotWritable, match="the disk is full"):
        write_next(letters, [], [], tmp_path / "next.xlsx", blind=False)
    assert not list(tmp_path.iterdir())


def test_an_error_of_another_file_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "out.csv"):
        (tmp_path / "input.csv").read_text(encoding="utf-8")


def test_doubtful_cells_are_grey_and_italic(suggested: pd.DataFrame, tmp_path: Path) -> None:
    first = suggested.assign(department="财政", department_confidence=0.6, level_confidence=0.6)
    facts = replace(FACTS, doubtful={"department": {"财政": 0.7}, "level": dict.fromkeys("1234", 0.5)})
    write_suggestions(first, tmp_path / "a.xlsx", facts)
    page = openpyxl.load_workbook(tmp_path / "a.xlsx")["分拣建议"]
    headers = [cell.value for cell in page[1]]
    row = next(page.iter_rows(min_row=2))
    assert row[headers.index("建议责任部门")].font.i
    assert not row[headers.index("建议办理层级")].font.i


def test_rows_that_a_person_confirms_on_the_sheet_train(suggested: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_suggestions(suggested, path, FACTS)
    with pytest.raises(BadLabels):
        read_history(path)
    book = openpyxl.load_workbook(path)
    page = book["分拣建议"]
    headers = [cell.value for cell in page[1]]
    row = next(page.iter_rows(min_row=2))
    row[headers.index("人工确认")].value = "是"
    row[headers.index("建议责任部门")].value = "教育"
    book.save(path)
    labelled = read_history(path).frame
    mine = labelled[labelled["department"] != ""]
    assert mine["department"].tolist() == ["教育"]
    assert mine["urgency"].iloc[0] == str(row[headers.index("紧急程度")].value)[0]
