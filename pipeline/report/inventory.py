"""The inventory of matters for which a leader takes charge (梳理、领导包案): written, filled in, read back."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from pipeline.errors import OutputNotWritable
from pipeline.report.atomic import replacing
from pipeline.report.inventory_form import FIXED, SHEET, TASK_COLUMNS, TO_FILL, Choices, reasons
from pipeline.report.inventory_standing import standing
from pipeline.report.layout import add_table, finish_table, matter_formats, row_height, write_about, write_cell
from pipeline.report.matters_columns import WARNING_NAMES, due_told
from pipeline.report.sheet import MOST_ROWS, new_workbook, today
from pipeline.settings import read_toml

_MOST_LINES, _LEAST_HEIGHT = 8, 36
_FROZEN: Final = 2
_COLUMNS: Final = (*FIXED, *TO_FILL.values())
_AT: Final = {name: at for at, name in enumerate(TO_FILL, start=len(FIXED))}


def write_inventory(matters: pd.DataFrame, tasks: pd.DataFrame, path: Path) -> None:
    """Write a row for each matter that is warned, long unresolved or already worked on; grey is fixed, yellow to fill.

    Parameters
    ----------
    matters : DataFrame
        One row a matter, ranked.
    tasks : DataFrame
        What is known of the office's work, one row a matter; it is filled in beforehand.

    Raises
    ------
    OutputNotWritable
    """
    tasks = tasks.reindex(columns=list(TASK_COLUMNS), fill_value="")
    why, day = reasons(matters, tasks, today()), today()
    if len(why) > MOST_ROWS:
        raise OutputNotWritable(
            file=path,
            why_zh=f"共 {len(why)} 件事项，Excel 一张表最多 {MOST_ROWS} 行",
            why_en=f"{len(why)} matters; a sheet holds {MOST_ROWS} rows",
        )
    of_matter = {str(row["matter_id"]): row for row in matters.to_dict("records")}
    of_task = {str(row["matter_id"]): row for row in tasks.to_dict("records")}
    with replacing(path) as temporary, new_workbook(temporary, day) as workbook:
        formats = matter_formats(workbook)
        looks = [formats["header"]] * len(FIXED) + [_to_fill_header(workbook)] * len(TO_FILL)
        sheet = add_table(workbook, SHEET, _COLUMNS, looks)
        for at, (name, reason) in enumerate(why.items(), start=1):
            task = of_task.get(name, {})
            _write_matter(sheet, at, _fixed(name, reason, of_matter.get(name), task, day), task, formats)
        _offer_choices(workbook, sheet, max(len(why), 1))
        finish_table(sheet, len(why), len(_COLUMNS), frozen=_FROZEN)
        write_about(workbook, _about(matters, tasks, why, day))


def _to_fill_header(workbook: Any) -> Any:
    look = {"bold": True, "bg_color": "#FFD966", "border": 1, "border_color": "#BFBFBF", "font_size": 10}
    return workbook.add_format({**look, "valign": "vcenter", "align": "center", "text_wrap": True})


def _fixed(name: str, reason: str, matter: dict[Any, Any] | None, task: dict[Any, Any], day: str) -> list[Any]:
    if matter is None:
        return [name, "", reason, *[""] * (len(FIXED) - 3)]
    warned = WARNING_NAMES[matter["early_warning"]]
    done = task.get("status") == Choices.of("status").rule["done"]
    due = matter["due"] if done else due_told(matter["due"], day)
    return [name, matter["title"], reason, warned, matter["letters"], matter["first"], matter["unit"], due]


def _write_matter(sheet: Any, at: int, fixed: list[Any], task: dict[Any, Any], formats: dict[str, Any]) -> None:
    for position, value in enumerate(fixed):
        write_cell(sheet, at, position, value, formats["fixed_count" if isinstance(value, int) else "fixed"])
    filled = {name: str(task.get(name, "")) for name in TO_FILL}
    filled["status"] = _kept_status(filled["status"])
    for name, position in _AT.items():
        day = _day(filled[name]) if name == "due" else None
        if day:
            sheet.write_datetime(at, position, day, formats["day"])
        else:
            write_cell(sheet, at, position, filled[name], formats["day" if name == "due" else "filled"])
    cells = [*map(str, fixed), *filled.values()]
    sheet.set_row(at, max(row_height(cells, [column.width for column in _COLUMNS], _MOST_LINES), _LEAST_HEIGHT))


def _kept_status(status: str) -> str:
    choices = Choices.of("status")
    if status == choices.rule["overdue"]:
        return str(choices.rule["overdue_counts_as"])
    return status if status in choices.values else str(choices.rule["first"])


def _day(written: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(written), datetime.min.time())
    except ValueError:
        return None


def _offer_choices(workbook: Any, sheet: Any, last: int) -> None:
    for name in ("disposition", "status"):
        choices = Choices.of(name)
        rule = {
            "validate": "list",
            "source": list(choices.values),
            "error_title": TO_FILL[name].title,
            "error_message": f"请从中选一个：{'、'.join(choices.values)}",
        }
        if "help" in choices.rule:
            rule |= {"input_title": choices.rule["help_title"], "input_message": choices.rule["help"]}
        sheet.data_validation(1, _AT[name], last, _AT[name], rule)
    # Overdue is shown, never kept: Excel works it out anew each day.
    due, status = (chr(ord("A") + _AT[name]) for name in ("due", "status"))
    done = Choices.of("status").rule["done"]
    late = f'=AND(ISNUMBER(${due}2),${due}2<TODAY(),${status}2<>"{done}")'
    look = workbook.add_format({"bg_color": "#C00000", "font_color": "#FFFFFF", "bold": True})
    sheet.conditional_format(1, _AT["due"], last, _AT["due"], {"type": "formula", "criteria": late, "format": look})


def _about(
    matters: pd.DataFrame, tasks: pd.DataFrame, why: dict[str, str], day: str
) -> dict[str, list[tuple[str, str]]]:
    rule = read_toml("inventory.toml")["long_unresolved"]
    long = (
        f"建议期限过了 {rule['days_after_due']} 天以上、没有一封信有答复；没有期限的，第一封信到今天超过 "
        f"{rule['days_without_due']} 天。依据：{rule['source']}。"
    )
    if not (matters["answered"] > 0).any():
        long += "这次的来信表里没有答复日期，看不出哪些未解决，所以没有按这一条列入。"
    now = standing(tasks, day)
    return {
        "这张清单": [
            ("日期", day),
            ("共列入", f"{len(why)} 件事项（事项库共 {len(matters)} 件）"),
            ("预警和关注", "达到预警线的事项都在内。"),
            ("长期未解决", long),
            ("已在办理", "以前填过的事项（办结的也在内）都留在清单里；删去一行，事项库里填过的内容还在。"),
            ("办理情况", now.in_words()),
        ],
        "怎样填": [
            ("黄色的列", "由单位填写；可以排序、筛选、加列、删行，读回时按事项编号对应。"),
            ("灰色的列", "工具给出，改了也不读回。"),
            ("读不懂的格子", "会点名文件、行、列和原因，这一格不采用，其余照收。"),
            ("请记住", "清单理的是事，解决的是问题；责任单位和期限都是建议，由人确认后才生效。"),
        ],
        "各列的意思": [(column.title, column.meaning) for column in _COLUMNS],
    }
