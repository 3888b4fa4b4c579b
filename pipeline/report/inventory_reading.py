"""Read an inventory back as an office left it: rows in = rows taken + rejected rows, and every bad cell is named."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.errors import FileNotReadable, HeaderConflict, NoTextColumn
from pipeline.intake.delimited import open_delimited
from pipeline.intake.headers import normal
from pipeline.intake.rows import moment, texts
from pipeline.intake.source import kind_of
from pipeline.intake.workbook import read_sheet
from pipeline.report.inventory_form import MATTER_ID, TASK_COLUMNS, TO_FILL, Choices
from pipeline.report.sheet import today
from pipeline.text.mask import mask

_DAY_ZERO = date(1899, 12, 30)  # of Excel's own numbers for days
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050  # the years 2000 to 2099
_MASKED = ("measure", "result")
_KINDS = ("xlsx", "xls", "csv")


@dataclass(frozen=True)
class Problem:
    """A cell that was not taken, or (``rejected``) a whole row.

    Attributes
    ----------
    file : str
    row : int
        As Excel numbers it.
    column : str
        Header; "" where it is the row.
    value : str
    why : str
    rejected : bool
    """

    file: str
    row: int
    column: str
    value: str
    why: str
    rejected: bool = False

    def message(self) -> str:
        """Return the problem in a sentence for the clerk.

        Examples
        --------
        >>> Problem("清单.xlsx", 5, "办结时限", "下周", "不是日期").message()
        '「清单.xlsx」第 5 行「办结时限」：下周——不是日期；这一格没有采用'
        """
        where = f"「{self.file}」第 {self.row} 行" + (f"「{self.column}」" if self.column else "")
        what = f"{self.value[:40]}——{self.why}" if self.value else self.why
        left_out = "；这一行没有采用" if self.rejected else "；这一格没有采用" if self.value else ""
        return f"{where}：{what}{left_out}"


@dataclass
class _Row:
    number: int
    matter_id: str
    cells: dict[str, str]
    problems: list[Problem]


def read_inventory(
    path: Path, *, known: Collection[str] | None = None, earlier: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the tasks of an inventory that people filled in, and what of it could not be taken.

    Rows may be sorted, deleted or blank (a blank row is no row), columns added or moved, titles put above the header.

    Parameters
    ----------
    path : Path
        Workbook or csv.
    known : collection of str, optional
        Ids of matters; a row with another id is rejected.
    earlier : DataFrame, optional
        Tasks as they stood: a cell that can't be taken, or whose column is gone, keeps what stood there, and a task
        in which nothing changed keeps its ``updated_at``.

    Returns
    -------
    tasks : DataFrame
        The frame ``tasks``, one row for each row taken, in the order of the sheet.
    problems : list of Problem
        In the order of the sheet. Rows in = ``len(tasks)`` + problems that are ``rejected``.

    Raises
    ------
    FileNotReadable, HeaderConflict
        It can't be opened, or holds no column 事项编号.
    """
    header_row, headers, rows = _open(path)
    at, problems = _columns(path, header_row, headers)
    before = {} if earlier is None else {str(row["matter_id"]): row for row in earlier.to_dict("records")}
    read: list[_Row] = []
    for number, cells, unusable in rows:
        row = _read_row(path.name, number, cells, at)
        if unusable:
            problems.append(Problem(path.name, number, "", "", unusable, rejected=True))
        elif row is not None and (why := _why_rejected(row.matter_id, known)):
            problems.append(Problem(path.name, number, "", row.matter_id, why, rejected=True))
        elif row is not None:
            read.append(row)
    taken, repeated = _once_each(path.name, read)
    problems += [*repeated, *(problem for row in taken for problem in row.problems)]
    tasks = [_task(row, before.get(row.matter_id, {})) for row in taken]
    frame = pd.DataFrame(tasks, columns=list(TASK_COLUMNS)).astype("str")
    for name in _MASKED:
        frame[name] = mask(frame[name].tolist())
    return _dated(frame, before), sorted(problems, key=lambda problem: problem.row)


def _open(path: Path) -> tuple[int, list[Any], Iterator[tuple[int, list[Any], str]]]:
    """Return the number of the header row, the headers, and (number, cells, why unusable) of every row below."""
    kind = kind_of(path)
    if kind not in _KINDS:
        raise FileNotReadable.unknown_kind(path, ".xlsx、.xls、.csv")
    if kind == "csv":
        text = open_delimited(path, MATTER_ID)
        return text.header_at + 1, list(text.headers), text.rows()
    try:
        sheet = read_sheet(path, None, MATTER_ID)
    except NoTextColumn as error:
        raise _no_inventory(path, str(error.details["columns"])) from None
    rows = ((number, row, "") for number, row in enumerate(sheet.rows, start=sheet.first_row))
    return sheet.first_row - 1, sheet.headers, rows


def _columns(path: Path, number: int, headers: list[Any]) -> tuple[dict[str, int | None], list[Problem]]:
    """Return where each column stands, None where it is gone, and what is wrong with the headers."""
    names = [normal("" if header is None else header) for header in headers]
    at: dict[str, int | None] = {}
    problems = []
    for column, title in {"matter_id": MATTER_ID, **{name: own.title for name, own in TO_FILL.items()}}.items():
        found = [place for place, name in enumerate(names) if name == normal(title)]
        at[column] = found[0] if found else None
        if not found and column != "matter_id":
            problems.append(Problem(path.name, number, title, "", "表里没有这一列，原有的内容不动"))
        if len(found) > 1:
            problems.append(Problem(path.name, number, title, "", "有几列都叫这个名字，只读最左边的一列"))
    if at["matter_id"] is None:
        raise _no_inventory(path, "、".join(str(header) for header in headers if header not in ("", None)))
    return at, problems


def _no_inventory(path: Path, headers: str) -> HeaderConflict:
    return HeaderConflict(
        file=path,
        why_zh=f"没有「{MATTER_ID}」这一列，现有：{headers}。请用 petition 写出的梳理清单",
        why_en=f"no column {MATTER_ID}; there are: {headers}. Use the inventory that petition wrote",
    )


def _read_row(file: str, number: int, cells: list[Any], at: dict[str, int | None]) -> _Row | None:
    """Return a row with the cells that could be understood; None for a blank one."""
    raw = {name: cells[place] for name, place in at.items() if place is not None and place < len(cells)}
    plain = dict(zip(raw, texts(pd.Series(list(raw.values()), dtype=object)), strict=True))
    if not any(text.strip() for text in texts(pd.Series(cells, dtype=object))):
        return None
    read, problems = {}, []
    for name, text in plain.items():
        value, why = _understood(name, text.strip())
        if not text and raw[name] not in (None, ""):
            text, why = str(raw[name]), "公式出错，没有值"
        if why:
            title = TO_FILL[name].title if name in TO_FILL else MATTER_ID
            problems.append(Problem(file, number, title, text, why))
        else:
            read[name] = value
    return _Row(number, read.pop("matter_id", ""), read, problems)


def _understood(name: str, text: str) -> tuple[str, str]:
    """Return what a cell says and, where it can't be taken, why."""
    if name == "matter_id":
        return unicodedata.normalize("NFKC", text), ""
    if name == "due":
        day = _day(text)
        return day, "" if day or not text else "看不懂的日期，请写成 2026-12-01 这样"
    if name in ("disposition", "status") and text:
        choices = Choices.of(name)
        if text == choices.rule.get("overdue"):
            return "", "“已到期”由工具按办结时限算出，不用填"
        return text, "" if text in choices.values else f"应为{'、'.join(choices.values)}之一"
    return text, ""


def _day(text: str) -> str:
    """Return a day in the form YYYY-MM-DD, "" where it is none.

    Examples
    --------
    >>> _day("2026年12月1日"), _day("2026/12/1"), _day("46357"), _day("下周")
    ('2026-12-01', '2026-12-01', '2026-12-01', '')
    """
    if text.isdecimal() and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
        return (_DAY_ZERO + timedelta(days=int(text))).isoformat()
    stamp, note = moment(unicodedata.normalize("NFKC", text))
    return "" if note else stamp[:10]


def _why_rejected(matter_id: str, known: Collection[str] | None) -> str:
    if not matter_id:
        return f"没有{MATTER_ID}"
    return "事项库里没有这个编号" if known is not None and matter_id not in known else ""


def _once_each(file: str, rows: list[_Row]) -> tuple[list[_Row], list[Problem]]:
    """Return one row a matter: the first that says anything; the others are rejected with what they say otherwise."""
    chosen: dict[str, _Row] = {}
    for row in rows:
        first = chosen.setdefault(row.matter_id, row)
        if not _says(first) and _says(row):
            chosen[row.matter_id] = row
    problems = []
    for row in rows:
        first = chosen[row.matter_id]
        if row is not first:
            said = {TO_FILL[name].title: value for name, value in row.cells.items() if value != first.cells.get(name)}
            said |= {problem.column: problem.value for problem in row.problems}
            other = [f"{title}“{value}”" for title, value in said.items() if value]
            why = f"与第 {first.number} 行是同一件事，只取第 {first.number} 行"
            why += f"；这一行另写了{'、'.join(other)}" if other else ""
            problems.append(Problem(file, row.number, "", row.matter_id, why, rejected=True))
    return [row for row in rows if chosen[row.matter_id] is row], problems


def _says(row: _Row) -> bool:
    first = Choices.of("status").rule["first"]
    return any(value and value != first for value in row.cells.values())


def _task(row: _Row, before: dict[Any, Any]) -> dict[str, str]:
    task = {name: row.cells.get(name, str(before.get(name, ""))) for name in TO_FILL}
    task["status"] = task["status"] or str(before.get("status", "")) or Choices.of("status").rule["first"]
    return {"matter_id": row.matter_id, **task, "updated_at": str(before.get("updated_at", ""))}


def _dated(frame: pd.DataFrame, before: dict[str, dict[Any, Any]]) -> pd.DataFrame:
    """Give today's date to tasks in which something changed, and to new ones."""
    day = today()
    dates = []
    for row in frame.to_dict("records"):
        old = before.get(row["matter_id"], {})
        same = bool(old) and all(str(old.get(name, "")) == row[name] for name in TO_FILL)
        dates.append(row["updated_at"] if same else day)
    return frame.assign(updated_at=dates)
