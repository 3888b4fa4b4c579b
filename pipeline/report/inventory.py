"""The inventory for 梳理 and 领导包案: matters that need a leader, what an office decides on them, and how they stand.

Whether a demand is 合理, 部分合理 or 不合理 is recorded from a person; it is never predicted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from pipeline.errors import FileNotReadable
from pipeline.intake.rows import moment
from pipeline.report.atomic import replacing
from pipeline.report.matters_sheet import WARNING_NAMES
from pipeline.report.sheet import cell_formats, legal, new_workbook
from pipeline.settings import read_toml

SHEET: Final = "梳理台账"
DONE, SENT_BACK, OPEN = "已办结", "退回", "待交办"
TASK_COLUMNS: Final = ("matter_id", "leader", "measure", "due", "disposition", "result", "status", "updated_at")
_FIXED: Final = {
    "事项编号": ("matter_id", 20),
    "事项": ("title", 34),
    "预警": ("early_warning", 9),
    "件数": ("letters", 7),
    "首次来信": ("first", 12),
    "最近来信": ("last", 12),
    "为什么列入": ("why", 30),
    "建议责任单位": ("unit", 22),
    "建议期限": ("due", 12),
}
_FILLED: Final = {
    "包案领导": ("leader", 14),
    "化解措施": ("measure", 34),
    "办结时限": ("due", 12),
    "处理意见认定": ("disposition", 12),
    "办理结果": ("result", 34),
    "状态": ("status", 10),
}


@dataclass(frozen=True)
class Taken:
    """What an office's inventory said: rows to take over, and those that can't be, with row, column and reason.

    ``rows_in == len(tasks) + len(rejected)`` always.
    """

    tasks: pd.DataFrame
    rejected: pd.DataFrame
    rows_in: int


@dataclass(frozen=True)
class Standing:
    """How the inventory stands: ids of matters."""

    open: tuple[str, ...]
    overdue: tuple[str, ...]
    done: tuple[str, ...]
    sent_back: tuple[str, ...]


def listed(matters: pd.DataFrame) -> pd.DataFrame:
    """Return the matters that belong on the inventory, with the reason in ``why``: warned of, or long unresolved."""
    rules = read_toml("matters.toml")["inventory"]
    why = []
    for row in matters.to_dict("records"):
        old = row["age_days"] > rules["unsolved_days"] and not row["answered"] and row["distinct"] >= rules["letters"]
        reasons = [WARNING_NAMES[row["early_warning"]][2:], f"首次来信已 {row['age_days']} 天，没有答复" if old else ""]
        why.append("；".join(filter(None, reasons)))
    found = matters.assign(why=why)
    return found[found["why"] != ""].reset_index(drop=True)


def write_inventory(matters: pd.DataFrame, tasks: pd.DataFrame, path: Path, made_at: str) -> int:
    """Write the inventory, with what the office has noted already; return its number of matters."""
    rules = read_toml("matters.toml")["inventory"]
    rows = listed(matters)
    noted = {row["matter_id"]: row for row in tasks.to_dict("records")}
    with replacing(path) as temporary, new_workbook(temporary, made_at) as book:
        formats = cell_formats(book)
        fill = book.add_format({"bg_color": "#FFF8DC", "text_wrap": True, "valign": "top", "border": 1})
        sheet = book.add_worksheet(SHEET)
        columns = [*_FIXED.items(), *_FILLED.items()]
        for position, (title, (_, width)) in enumerate(columns):
            sheet.set_column(position, position, width)
            sheet.write_string(0, position, title, formats["header"])
        for at, row in enumerate(rows.to_dict("records"), 1):
            held = noted.get(row["matter_id"], {"status": OPEN})
            for position, (title, (name, _)) in enumerate(columns):
                own = title in _FILLED
                value = (
                    held.get(name, "") if own else WARNING_NAMES[row[name]] if name == "early_warning" else row[name]
                )
                sheet.write_string(at, position, legal(str(value)), fill if own else formats["plain"])
        last = max(len(rows), 1)
        for title, choices, told in (
            ("处理意见认定", rules["dispositions"], "由承办人员和领导认定，工具不作判断。"),
            ("状态", rules["states"], "过了办结时限还没办结的，工具会自动列为“已到期”。"),
        ):
            position = [name for name, _ in columns].index(title)
            sheet.data_validation(
                1, position, last, position,
                {"validate": "list", "source": list(choices), "input_title": title, "input_message": told},
            )  # fmt: skip
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    return len(rows)


def read_inventory(path: Path, known: frozenset[str], today: str) -> Taken:
    """Read an inventory back, whatever a person did to the order of its rows and columns.

    Parameters
    ----------
    known : frozenset of str
        Ids of the store's matters.

    Raises
    ------
    FileNotReadable
        It is no inventory.
    """
    cells = _rows(path)
    names = {title: name for title, (name, _) in _FILLED.items()} | {"事项编号": "matter_id"}
    header = next((at for at, row in enumerate(cells) if "事项编号" in row), None)
    missing = sorted(set(names) - set([] if header is None else cells[header]))
    if header is None or missing:
        raise FileNotReadable(
            file=path,
            why_zh=f"不是梳理台账：缺 {'、'.join(missing)}",
            next_zh="请用 petition matters inventory 写出的表",
            why_en="it is no inventory: columns are missing",
            next_en="use the sheet that petition matters inventory wrote",
        )
    where = {names[title]: cells[header].index(title) for title in names}
    tasks: list[dict[str, str]] = []
    rejected: list[dict[str, object]] = []
    seen: set[str] = set()
    rows_in = 0
    for number, row in enumerate(cells[header + 1 :], header + 2):
        if not any(row):
            continue
        rows_in += 1
        told = {name: row[at] if at < len(row) else "" for name, at in where.items()}
        wrong = _wrong(told, known, seen)
        if wrong:
            rejected.append({"行": number, "列": wrong[0], "原因": wrong[1], **told})
            continue
        seen.add(told["matter_id"])
        tasks.append({**told, "due": moment(told["due"])[0][:10], "updated_at": today})
    return Taken(pd.DataFrame(tasks, columns=list(TASK_COLUMNS)), pd.DataFrame(rejected), rows_in)


def standing(tasks: pd.DataFrame, today: str) -> Standing:
    """Return which matters are open, past their date, done, sent back.

    Examples
    --------
    >>> row = {"matter_id": "M-1", "due": "2026-11-01", "status": "办理中"}
    >>> standing(pd.DataFrame([row]), "2026-11-02").overdue
    ('M-1',)
    """
    found: dict[str, list[str]] = {"open": [], "overdue": [], "done": [], "sent_back": []}
    for row in tasks.to_dict("records"):
        late = row["due"] and row["due"] < today
        state = {DONE: "done", SENT_BACK: "sent_back"}.get(row["status"], "overdue" if late else "open")
        found[state].append(row["matter_id"])
    return Standing(**{name: tuple(ids) for name, ids in found.items()})


def _rows(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, load_workbook

    if not path.is_file():
        raise FileNotReadable.missing(path)
    try:
        book = load_workbook(str(path))
        name = SHEET if SHEET in book.sheet_names else book.sheet_names[0]
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError) as error:
        raise FileNotReadable(
            file=path,
            why_zh="不是 Excel 工作簿",
            next_zh="请用 Excel 另存为 xlsx",
            why_en=str(error),
            next_en="save it as xlsx",
        ) from None
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: Any) -> str:
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _wrong(told: Mapping[str, str], known: frozenset[str], seen: set[str]) -> tuple[str, str] | None:
    """Return column and reason for which a row can't be taken over."""
    rules = read_toml("matters.toml")["inventory"]
    if told["matter_id"] not in known:
        return "事项编号", f"库里没有事项「{told['matter_id']}」"
    if told["matter_id"] in seen:
        return "事项编号", "这一事项在表里出现了两次，只取前一行"
    if told["due"] and moment(told["due"])[1]:
        return "办结时限", f"「{told['due']}」不是日期，应如 2026-12-01"
    for title, name, allowed in (
        ("处理意见认定", "disposition", rules["dispositions"]),
        ("状态", "status", rules["states"]),
    ):
        if told[name] and told[name] not in allowed:
            return title, f"「{told[name]}」应为{'、'.join(allowed)}之一"
    return None
