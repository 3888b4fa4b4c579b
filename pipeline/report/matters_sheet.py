"""The workbook of matters: those that are warned of, all of them, their letters, and what is a copy of what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from pipeline import letter
from pipeline.report.atomic import replacing
from pipeline.report.sheet import cell_formats, legal, new_workbook

WARNED, EVERY, LETTERS, COPIES, LEGEND = "突出事项", "全部事项", "来信", "重复和联名", "说明"
WARNING_NAMES: Final = {0: "", 1: "1 关注", 2: "2 预警"}
_LINE: Final = 14.5  # points
_LOOKS: Final = {2: "4", 1: "3"}
HIDDEN: Final = "（密件）"


@dataclass(frozen=True)
class SheetFacts:
    """What the sheet 说明 tells of a run."""

    source: str
    rows_in: int
    letters: int
    rejected: int
    model_version: str
    made_at: str


@dataclass(frozen=True)
class _Column:
    title: str
    width: float
    cell: Callable[[Mapping[Any, Any]], str | int]


_TASK: Final = (
    _Column("预警", 9, lambda row: WARNING_NAMES[row["early_warning"]]),
    _Column("事项", 34, lambda row: row["title"]),
    _Column("为什么（每行一项，相加为分值）", 52, lambda row: row["warning_reason"]),
    _Column("分值", 6, lambda row: f"{row['score']:.1f}"),
    _Column("建议由谁解决", 22, lambda row: row["unit"] or "待人工确定"),
    _Column("建议何时前", 12, lambda row: row["due"]),
    _Column("已做过什么", 24, lambda row: row["tried"]),
    _Column("件数", 7, lambda row: row["letters"]),
    _Column("不同来信", 7, lambda row: row["distinct"]),
    _Column("信中所说人数", 8, lambda row: row["people"] or ""),
    _Column("其中密件", 7, lambda row: row["sealed"] or ""),
    _Column("起", 12, lambda row: row["first"]),
    _Column("止", 12, lambda row: row["last"]),
    _Column("近30天", 7, lambda row: row["recent"]),
    _Column("之前30天", 7, lambda row: row["before"]),
    _Column("趋势", 7, lambda row: row["trend"]),
    _Column("地点", 22, lambda row: row["places"]),
    _Column("分类", 24, lambda row: f"{row['category_l1']}/{row['category_l2']}".strip("/")),
    _Column("为什么是一件事", 36, lambda row: row["grouped_by"]),
    _Column("事项编号", 20, lambda row: row["matter_id"]),
)
_SHORT: Final = tuple(
    column for column in _TASK if column.title not in ("为什么（每行一项，相加为分值）", "已做过什么", "建议何时前")
)
_MEMBER: Final = (
    _Column("事项编号", 20, lambda row: row["matter_id"]),
    _Column("事项", 30, lambda row: row["matter"]),
    _Column("编号", 20, lambda row: row["letter_id"]),
    _Column("来信时间", 16, lambda row: row["received_at"]),
    _Column("标题", 28, lambda row: HIDDEN if row["sealed"] else row["title"]),
    _Column("内容", 60, lambda row: HIDDEN if row["sealed"] else row["text"]),
    _Column("紧急程度", 9, lambda row: row["urgency"] or ""),
    _Column("单封预警", 9, lambda row: WARNING_NAMES[row["early_warning"]]),
    _Column("建议承办单位", 22, lambda row: "" if row["sealed"] else row["unit"]),
    _Column("重复情况", 10, lambda row: row["copy_kind"]),
    _Column("首件编号", 20, lambda row: row["duplicate_of"]),
)
_COPY: Final = (
    _Column("编号", 20, lambda row: row["letter_id"]),
    _Column("来信时间", 16, lambda row: row["received_at"]),
    _Column("标题", 28, lambda row: HIDDEN if row["sealed"] else row["title"]),
    _Column("类别", 10, lambda row: row["copy_kind"]),
    _Column("首件编号", 20, lambda row: row["duplicate_of"]),
    _Column("比首件多出的内容", 70, lambda row: HIDDEN if row["sealed"] and row["addition"] else row["addition"]),
    _Column("事项编号", 20, lambda row: row["matter_id"]),
)
_MEANINGS: Final = (
    ("突出事项", "预警和关注的事项。预警是提醒尽早解决这件事，不是对来信人的评价；请人工核实后交办。"),
    (
        "分值",
        "各项相加，每一项都写在“为什么”里；权重在 data/matters.toml，可由本单位调整。"
        "重复来信不加分，已答复、久无来信的会减分。",
    ),
    ("不同来信", "去掉重复件、联名件、完全相同的来信以后的件数。"),
    ("信中所说人数", "来信自己写的最大人数或户数，未经核实。"),
    ("趋势", "近 30 天与之前 30 天比，并扣除同期全部来信的涨落；来信少于 3 件不判断。"),
    ("其中密件", "检举控告等密件只计件数，不显示内容、标题和单位；应当回避的单位不会出现在“建议由谁解决”。"),
    (
        "合并、拆分、撤销",
        "两件是一件事：petition matters merge 编号 编号 --why 原因；"
        "某封信不属于这件事：petition matters split 信件编号 --why 原因；撤销：petition matters undo 步号。",
    ),
    (
        "重复和联名",
        "完全相同：同日同文；重复件：日后又来的同文；联名：同文不同署名；模板信：同一模板另有自己的内容；近似重复：同日、个别字不同。多出的内容都保留在这里。",
    ),
)


def write_matters(letters: pd.DataFrame, matters: pd.DataFrame, facts: SheetFacts, path: Path) -> None:
    """Write the workbook; ``letters`` are those of ``matters``, as the store gives both.

    Raises
    ------
    OutputNotWritable
        The file can't be written; the old one stays whole.
    """
    titles = dict(zip(matters["matter_id"], matters["title"], strict=True))
    rank = {matter: place for place, matter in enumerate(matters["matter_id"])}
    members = letters.assign(matter=letters["matter_id"].map(titles), rank=letters["matter_id"].map(rank))
    members = members.sort_values(["rank", letter.RECEIVED_AT], kind="stable")
    with replacing(path) as temporary, new_workbook(temporary, facts.made_at) as book:
        formats = cell_formats(book)
        warned = matters[matters["early_warning"] > 0]
        _sheet(
            book, formats, WARNED, _TASK, warned, look=lambda row: _LOOKS[row["early_warning"]], height=75, printed=9
        )
        _sheet(
            book,
            formats,
            EVERY,
            _SHORT,
            matters,
            look=lambda row: _LOOKS.get(row["early_warning"], "plain"),
            printed=10,
        )
        _sheet(book, formats, LETTERS, _MEMBER, members, height=60)
        _sheet(book, formats, COPIES, _COPY, members[members["duplicate_of"] != ""], height=45)
        _legend(book, formats, facts, len(matters), len(warned))


def _sheet(
    book: Any,
    formats: Mapping[str, Any],
    name: str,
    columns: Sequence[_Column],
    frame: pd.DataFrame,
    *,
    look: Callable[[Mapping[Any, Any]], str] = lambda row: "plain",
    height: float | None = None,
    printed: int = 99,
) -> None:
    """Write a sheet; the first column has the look of the row."""
    sheet = book.add_worksheet(name)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width)
        sheet.write_string(0, position, column.title, formats["header"])
    sheet.set_row(0, 30)
    for at, row in enumerate(frame.to_dict("records"), 1):
        for position, column in enumerate(columns):
            value = column.cell(row)
            style = formats[look(row) if position == 0 else "plain"]
            if isinstance(value, str):
                sheet.write_string(at, position, legal(value), style)
            else:
                sheet.write_number(at, position, int(value), style)
        if height:
            sheet.set_row(at, max(height, _LINE * max(str(value).count("\n") + 2 for value in row.values())))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(frame), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, max(len(frame), 1), min(printed, len(columns)) - 1)
    if not len(frame):
        sheet.write_string(1, 0, "没有", formats["plain"])


def _legend(book: Any, formats: Mapping[str, Any], facts: SheetFacts, matters: int, warned: int) -> None:
    sheet = book.add_worksheet(LEGEND)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100)
    rows = [
        ("来源", f"{facts.source}：{facts.rows_in} 行 = {facts.letters} 件 + 退回 {facts.rejected} 行"),
        (
            "本表",
            f"事项 {matters} 个，其中预警、关注 {warned} 个；生成日期 {facts.made_at}；模型 {facts.model_version}",
        ),
        *_MEANINGS,
    ]
    for at, (name, meaning) in enumerate(rows):
        sheet.write_string(at, 0, name, formats["header"])
        sheet.write_string(at, 1, meaning, formats["plain"])
