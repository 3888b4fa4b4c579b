"""The inventory: which matters stand in it, and that nothing a person did to it is lost in silence."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FileNotReadable, HeaderConflict
from pipeline.matters.store import Store
from pipeline.report.inventory import write_inventory
from pipeline.report.inventory_reading import read_inventory
from pipeline.report.inventory_standing import standing

WAGES, LAMPS, DEEDS, BUS = "M-20260820-3f2a", "M-20261028-77b0", "M-20260105-9e9e", "M-20261102-aa01"


@pytest.fixture(autouse=True)
def ninth_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1794182400")


@pytest.fixture
def path(matters: pd.DataFrame, tasks: pd.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "清单.xlsx"
    write_inventory(matters, tasks, path)
    return path


def cells(path: Path) -> tuple[list[str], list[list[Any]]]:
    head, *rows = openpyxl.load_workbook(path)["梳理清单"].iter_rows(values_only=True)
    return list(map(str, head)), [list(row) for row in rows]


def put(path: Path, headers: list[str], rows: list[list[Any]], above: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    for row in [*([text] for text in above), headers, *rows]:
        book.active.append(row)
    book.save(path)
    return path


FILLED = ["事项编号", "包案领导", "化解措施", "办结时限", "处理意见认定", "办理结果", "状态"]


def sheet(tmp_path: Path, *rows: list[Any]) -> Path:
    return put(tmp_path / "填好.xlsx", FILLED, list(rows))


def test_warned_long_unresolved_and_tracked_matters_stand_in_it(path: Path) -> None:
    headers, rows = cells(path)
    why = {row[0]: row[headers.index("列入原因")] for row in rows}
    assert why == {WAGES: "预警", LAMPS: "关注", DEEDS: "长期未解决（过期 218 天未答复）", BUS: "已在办理"}


def test_a_suggested_day_that_has_passed_is_told_until_the_matter_is_done(
    matters: pd.DataFrame, tasks: pd.DataFrame, tmp_path: Path
) -> None:
    changed = matters.assign(due="2026-11-01")
    write_inventory(changed, tasks, tmp_path / "a.xlsx")
    headers, rows = cells(tmp_path / "a.xlsx")
    due = {row[0]: row[headers.index("建议期限")] for row in rows}
    assert due[WAGES] == due[LAMPS] == "2026-11-01\n已过 8 天"
    assert due[BUS] == "2026-11-01"


def test_without_a_single_answer_in_the_export_nothing_is_called_unresolved(
    matters: pd.DataFrame, tasks: pd.DataFrame, tmp_path: Path
) -> None:
    write_inventory(matters.assign(answered=0), tasks.iloc[:0], tmp_path / "a.xlsx")
    assert [row[0] for row in cells(tmp_path / "a.xlsx")[1]] == [WAGES, LAMPS]
    about = openpyxl.load_workbook(tmp_path / "a.xlsx")["说明"].iter_rows(values_only=True)
    assert any("没有答复日期" in str(row[1]) for row in about)


def test_known_tasks_are_filled_in_and_come_back_as_they_were(path: Path, tasks: pd.DataFrame) -> None:
    headers, rows = cells(path)
    assert rows[0][headers.index("办结时限")] == datetime(2026, 11, 15)
    read, problems = read_inventory(path, earlier=tasks)
    assert problems == []
    assert len(read) == 4
    known = read[read["matter_id"].isin(tasks["matter_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(known, tasks.astype("str"))
    assert set(read["status"]) == {"办理中", "待交办", "已办结"}


def test_choices_are_offered_and_the_disposition_says_who_decides(path: Path) -> None:
    rules = openpyxl.load_workbook(path)["梳理清单"].data_validations.dataValidation
    offered = {rule.formula1: rule for rule in rules}
    assert set(offered) == {'"合理,部分合理,不合理"', '"待交办,办理中,已办结,退回"'}
    assert "人" in offered['"合理,部分合理,不合理"'].promptTitle


def test_the_tool_never_fills_in_a_disposition(matters: pd.DataFrame, tasks: pd.DataFrame, tmp_path: Path) -> None:
    write_inventory(matters, tasks.iloc[:0], tmp_path / "a.xlsx")
    headers, rows = cells(tmp_path / "a.xlsx")
    assert {row[headers.index("处理意见认定")] for row in rows} == {None}


def test_a_matter_that_is_gone_keeps_its_task(matters: pd.DataFrame, tasks: pd.DataFrame, tmp_path: Path) -> None:
    write_inventory(matters[matters["matter_id"] != WAGES], tasks, tmp_path / "a.xlsx")
    headers, rows = cells(tmp_path / "a.xlsx")
    assert rows[-1][0] == WAGES
    assert rows[-1][headers.index("包案领导")] == "赵副县长"


def test_sorted_rows_added_columns_titles_above_and_blank_rows_do_no_harm(path: Path, tmp_path: Path) -> None:
    headers, rows = cells(path)
    changed = [["备注", *headers], [["自己写的", *row] for row in reversed(rows)]]
    changed[1][1:1] = [[None] * len(changed[0])] * 2
    moved = put(tmp_path / "b.xlsx", changed[0], changed[1], above=("青石县梳理清单", "2026年11月"))
    before, after = read_inventory(path)[0], read_inventory(moved)
    assert after[1] == []
    pd.testing.assert_frame_equal(after[0].iloc[::-1].reset_index(drop=True), before)


@pytest.mark.parametrize(
    "written",
    ["2026年12月1日", "2026/12/1", "2026-12-01", "2026.12.1", "20261201", "２０２６年１２月１日", datetime(2026, 12, 1), date(2026, 12, 1), 46357, "46357"],
    ids=repr,
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(written: object, tmp_path: Path) -> None:
    read, problems = read_inventory(sheet(tmp_path, [WAGES, "", "", written, "", "", ""]))
    assert problems == []
    assert read["due"].tolist() == ["2026-12-01"]


@pytest.mark.parametrize(
    ("column", "written"),
    [("办结时限", "下周"), ("办结时限", "2026-13-01"), ("处理意见认定", "合 理吧"), ("状态", "办完了"), ("状态", "已到期")],
)  # fmt: skip
def test_a_bad_cell_is_named_and_kept_out_and_the_row_is_taken(column: str, written: str, tmp_path: Path) -> None:
    row: list[Any] = [LAMPS, "钱副县长", "", "", "", "", ""]
    row[FILLED.index(column)] = written
    read, problems = read_inventory(sheet(tmp_path, [WAGES, "", "", "", "", "", ""], row))
    assert [(p.file, p.row, p.column, p.rejected) for p in problems] == [("填好.xlsx", 3, column, False)]
    assert "填好.xlsx" in problems[0].message()
    assert read["leader"].tolist() == ["", "钱副县长"]
    assert read["status"].tolist() == ["待交办", "待交办"]
    assert (read[["due", "disposition", "measure"]] == "").all(axis=None)


def test_a_bad_cell_leaves_what_stood_there_before(tasks: pd.DataFrame, tmp_path: Path) -> None:
    row = [WAGES, "赵副县长", "先行垫付一个月工资", "尽快", "很合理", "已发一个月", "办理中"]
    read, problems = read_inventory(sheet(tmp_path, row), earlier=tasks)
    assert len(problems) == 2
    assert read.loc[0, ["due", "disposition", "result", "updated_at"]].tolist() == [
        *("2026-11-15", "合理", "已发一个月", "2026-11-09"),
    ]


def test_a_column_that_was_deleted_leaves_what_stood_there_before(tasks: pd.DataFrame, tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx", ["事项编号", "办理结果", "状态"], [[WAGES, "已发", "已办结"]])
    read, problems = read_inventory(path, earlier=tasks)
    assert read.loc[0, ["leader", "due", "status"]].tolist() == ["赵副县长", "2026-11-15", "已办结"]
    assert {p.column for p in problems} == {"包案领导", "化解措施", "办结时限", "处理意见认定"}
    assert not any(p.rejected for p in problems)


def test_rows_in_are_rows_taken_and_rows_rejected(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [WAGES, "", "", "", "", "", "待交办"],
        ["M-20260101-ffff", "孙副县长", "", "", "", "", ""],
        ["", "李副县长", "", "", "", "", ""],
        [None] * 7,
        [WAGES, "赵副县长", "", "", "", "", "办理中"],
        [WAGES, "钱副县长", "", "周末", "", "", "办理中"],
        [LAMPS, "", "", "", "", "", ""],
    ]
    read, problems = read_inventory(sheet(tmp_path, *rows), known={WAGES, LAMPS})
    rejected = {p.row: p.why for p in problems if p.rejected}
    assert len(read) + len(rejected) == 6
    assert read[["matter_id", "leader"]].to_numpy().tolist() == [[WAGES, "赵副县长"], [LAMPS, ""]]
    assert rejected[3] == "事项库里没有这个编号"
    assert rejected[4] == "没有事项编号"
    assert set(rejected) == {2, 3, 4, 7}
    assert "第 6 行" in rejected[7]
    assert "钱副县长" in rejected[7]
    assert "周末" in rejected[7]


CELL = st.sampled_from(
    ["", "下周", "合理", "不合理", "待交办", "退回", "2026/12/1", "=1+1", "  ", "赵副县长", "46357", 46357, 3.5, True]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.sampled_from([WAGES, LAMPS, "M-1", "", " " + WAGES]), *[CELL] * 6), max_size=8))
def test_whatever_a_person_wrote_rows_in_are_rows_out(rows: list[tuple[Any, ...]], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [",".join(FILLED), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    read, problems = read_inventory(path, known={WAGES, LAMPS})
    blank = sum(not any(str(cell).strip() for cell in row) for row in rows)
    assert len(rows) - blank == len(read) + sum(p.rejected for p in problems)
    assert len({p.row for p in problems if p.rejected}) == sum(p.rejected for p in problems)
    assert read["matter_id"].is_unique
    assert set(read["disposition"]) <= {"", "合理", "部分合理", "不合理"}
    assert set(read["status"]) <= {"待交办", "办理中", "已办结", "退回"}
    assert all(due == "" or date.fromisoformat(due) for due in read["due"])


def test_an_inventory_of_nothing_is_written_and_read(
    matters: pd.DataFrame, tasks: pd.DataFrame, tmp_path: Path
) -> None:
    write_inventory(matters.iloc[:0], tasks.iloc[:0], tmp_path / "a.xlsx")
    read, problems = read_inventory(tmp_path / "a.xlsx")
    assert (len(read), problems) == (0, [])
    assert list(read.columns) == list(tasks.columns)


def test_deleted_rows_stay_among_the_tasks(tasks: pd.DataFrame, tmp_path: Path) -> None:
    read, _ = read_inventory(sheet(tmp_path, [WAGES, "赵副县长", "", "", "", "", "已办结"]), earlier=tasks)
    store = Store.open("sqlite://")
    store.take_tasks(tasks)
    store.take_tasks(read)
    now = store.tasks()
    assert sorted(zip(now["matter_id"], now["status"], strict=True)) == [(WAGES, "已办结"), (BUS, "已办结")]


def test_an_emptied_cell_is_empty(tasks: pd.DataFrame, tmp_path: Path) -> None:
    read, _ = read_inventory(sheet(tmp_path, [WAGES, "", "", "", "", "", ""]), earlier=tasks)
    assert read.loc[0, ["leader", "due", "disposition"]].tolist() == ["", "", ""]
    assert read.loc[0, "status"] == "办理中"


def test_personal_data_in_what_is_filled_in_are_masked(tmp_path: Path) -> None:
    row = [WAGES, "赵副县长", "联系电话13800138000", "", "", "补偿款已付，身份证号110101199003074610", ""]
    read, _ = read_inventory(sheet(tmp_path, row))
    assert read.loc[0, "measure"] == "联系电话〔手机号〕"
    assert "1101" not in read.loc[0, "result"]


def test_csv_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"事项编号,包案领导,办结时限,状态\n{WAGES},赵副县长,2026/12/1,办理中\n", encoding="gb18030")
    read, problems = read_inventory(path)
    assert read.loc[0, ["leader", "due"]].tolist() == ["赵副县长", "2026-12-01"]
    assert {p.row for p in problems} == {1}


def test_a_formula_that_failed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{','.join(FILLED)}\n{WAGES},赵副县长,#REF!,,,,\n", encoding="utf-8")
    read, problems = read_inventory(path)
    assert [(p.row, p.column, p.value) for p in problems] == [(2, "化解措施", "#REF!")]
    assert read.loc[0, ["leader", "measure"]].tolist() == ["赵副县长", ""]


def test_what_is_no_inventory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HeaderConflict, match="事项编号"):
        read_inventory(put(tmp_path / "a.xlsx", ["编号", "内容"], [["1", "停水"]]))
    with pytest.raises(HeaderConflict, match="事项编号"):
        read_inventory(put(tmp_path / "b.xlsx", ["甲", "乙"], [["1", "停水"]]))
    with pytest.raises(FileNotReadable):
        read_inventory(tmp_path / "没有.xlsx")
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(FileNotReadable):
        read_inventory(tmp_path / "a.parquet")


def test_the_inventory_starts_no_formula_and_repeats_to_the_byte(
    path: Path, matters: pd.DataFrame, tasks: pd.DataFrame, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(path)
    assert not [cell.coordinate for s in book for row in s.iter_rows() for cell in row if cell.data_type == "f"]
    write_inventory(matters, tasks, tmp_path / "again.xlsx")
    assert path.read_bytes() == (tmp_path / "again.xlsx").read_bytes()


def test_overdue_is_worked_out_on_the_day_and_never_kept(tasks: pd.DataFrame) -> None:
    assert standing(tasks, "2026-11-15").counts == {"open": 1, "due": 0, "done": 1, "sent_back": 0}
    late = standing(tasks, "2026-11-16")
    assert late.counts == {"open": 1, "due": 1, "done": 1, "sent_back": 0}
    assert late.due["status"].tolist() == late.open["status"].tolist() == ["已到期"]
    assert "已到期" not in tasks["status"].tolist()
    back = standing(tasks.assign(status="退回"), "2026-12-31")
    assert back.counts == {"open": 0, "due": 2, "done": 0, "sent_back": 2}
