"""The inventory: written, filled in by a person in whatever way, read back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline.errors import FileNotReadable
from pipeline.matters.describe import describe
from pipeline.matters.store import Store
from pipeline.report.inventory import SHEET, TASK_COLUMNS, listed, read_inventory, standing, write_inventory
from tests.matters.conftest import LAMP, PLANT, WAGES, batch, letter

TODAY = date(2026, 11, 30)
NO_TASKS = pd.DataFrame(columns=list(TASK_COLUMNS))


@pytest.fixture
def matters() -> pd.DataFrame:
    store = Store.open("sqlite://")
    old = [
        letter(n + 10, text, "2026-03-02", urgency=2)
        for n, text in enumerate((LAMP, LAMP.replace("路灯", "路灯和红绿灯")))
    ]
    hot = [letter(n, text, urgency=3, action=2) for n, text in enumerate(PLANT)]
    wages = [
        letter(20 + n, WAGES + tail, urgency=3, action=2)
        for n, tail in enumerate(("", "我们四十个人都在等，家里等米下锅了，孩子学费也没交上呢"))
    ]
    store.add(batch(*hot, *old, *wages))
    return describe(store.letters(), TODAY)


def fill(path: Path, matter: str, **told: object) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    at = {cell.value: cell.column for cell in sheet[1]}
    row = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == matter)
    for title, value in told.items():
        sheet.cell(row, at[title]).value = value
    book.save(path)


def test_what_was_filled_in_comes_back(tmp_path: Path, matters: pd.DataFrame) -> None:
    path = tmp_path / "台账.xlsx"
    assert write_inventory(matters, NO_TASKS, path, "2026-11-30") == len(listed(matters)) > 0
    first = listed(matters)["matter_id"].iloc[0]
    fill(path, first, 包案领导="分管副区长", 办结时限=date(2026, 12, 1), 处理意见认定="部分合理", 状态="办理中")
    taken = read_inventory(path, frozenset(matters["matter_id"]), "2026-11-30")
    assert taken.rows_in == len(taken.tasks) + len(taken.rejected) == len(listed(matters))
    row = taken.tasks.set_index("matter_id").loc[first]
    assert row.tolist() == ["分管副区长", "", "2026-12-01", "部分合理", "", "办理中", "2026-11-30"]
    again = tmp_path / "again.xlsx"
    write_inventory(matters, taken.tasks, again, "2026-12-02")
    assert read_inventory(again, frozenset(matters["matter_id"]), "2026-11-30").tasks.equals(taken.tasks)


@pytest.mark.parametrize(
    ("told", "column"),
    [
        ({"处理意见认定": "不予受理"}, "处理意见认定"),
        ({"办结时限": "下周"}, "办结时限"),
        ({"状态": "快了"}, "状态"),
        ({"事项编号": "M-没有"}, "事项编号"),
    ],
)
def test_a_bad_cell_is_named_and_the_rest_is_taken(
    tmp_path: Path, matters: pd.DataFrame, told: dict[str, str], column: str
) -> None:
    path = tmp_path / "台账.xlsx"
    write_inventory(matters, NO_TASKS, path, "2026-11-30")
    fill(path, listed(matters)["matter_id"].iloc[0], **told)
    taken = read_inventory(path, frozenset(matters["matter_id"]), "2026-11-30")
    assert taken.rejected[["行", "列"]].to_numpy().tolist() == [[2, column]]
    assert taken.rows_in == len(taken.tasks) + 1


def test_dates_as_people_write_them(tmp_path: Path, matters: pd.DataFrame) -> None:
    first = listed(matters)["matter_id"].iloc[0]
    for written in ("2026年12月1日", "2026/12/1", "2026-12-01"):
        path = tmp_path / "台账.xlsx"
        write_inventory(matters, NO_TASKS, path, "2026-11-30")
        fill(path, first, 办结时限=written)
        assert read_inventory(path, frozenset({first}), "").tasks["due"].iloc[0] == "2026-12-01"


def test_no_disposition_is_ever_filled_in_by_the_tool(tmp_path: Path, matters: pd.DataFrame) -> None:
    path = tmp_path / "台账.xlsx"
    write_inventory(matters, NO_TASKS, path, "2026-11-30")
    tasks = read_inventory(path, frozenset(matters["matter_id"]), "").tasks
    assert set(tasks["disposition"]) == {""}
    assert set(tasks["status"]) == {"待交办"}


def test_standing_counts_what_is_late() -> None:
    rows = [
        ("A", "2026-11-01", "办理中"),
        ("B", "2026-11-01", "已办结"),
        ("C", "", "待交办"),
        ("D", "2026-12-01", "退回"),
    ]
    tasks = pd.DataFrame(rows, columns=["matter_id", "due", "status"])
    now = standing(tasks, "2026-11-30")
    assert (now.open, now.overdue, now.done, now.sent_back) == (("C",), ("A",), ("B",), ("D",))


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(FileNotReadable):
        read_inventory(tmp_path / "x.xlsx", frozenset(), "")
    (tmp_path / "y.xlsx").write_text("不是表格", encoding="utf-8")
    with pytest.raises(FileNotReadable):
        read_inventory(tmp_path / "y.xlsx", frozenset(), "")
