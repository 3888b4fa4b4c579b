"""The sheet 汇总: counts by category and urgency, by department, by focus topic, and how much a person must look at."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipeline import letter

if TYPE_CHECKING:
    from pipeline.report.sheet import RunFacts


def write_summary(workbook: Any, frame: pd.DataFrame, facts: RunFacts, lang: str) -> None:
    """Add the sheet of counts."""
    zh = lang == "zh"
    sheet = workbook.add_worksheet("汇总" if zh else "Summary")
    cell = workbook.add_format({"border": 1, "border_color": "#D9D9D9", "font_size": 10})
    share = workbook.add_format({"border": 1, "border_color": "#D9D9D9", "font_size": 10, "num_format": "0.0%"})
    head = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "border_color": "#BFBFBF"})
    title = workbook.add_format({"bold": True, "font_size": 13})
    at = 0

    def table(name: str, headers: list[str], rows: list[list[Any]], shares: tuple[int, ...] = ()) -> None:
        nonlocal at
        sheet.write_string(at, 0, name, title)
        for position, header in enumerate(headers):
            sheet.write_string(at + 1, position, header, head)
        for number, row in enumerate(rows, start=at + 2):
            for position, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, position, value, cell)
                else:
                    sheet.write_number(number, position, value, share if position in shares else cell)
        at += len(rows) + 3

    review = frame["needs_review"].astype(bool)
    total = max(len(frame), 1)
    table(
        "本批情况" if zh else "This batch",
        ["项目" if zh else "item", "件数" if zh else "letters", "占比" if zh else "share"],
        [
            ["读入行数" if zh else "rows in", facts.rows_in, 1.0],
            ["已给建议" if zh else "triaged", facts.rows_out, facts.rows_out / max(facts.rows_in, 1)],
            [
                "退回（见退回表）" if zh else "rejected",
                facts.rows_rejected,
                facts.rows_rejected / max(facts.rows_in, 1),
            ],
            ["需人工判断" if zh else "need a person", int(review.sum()), float(review.sum() / total)],
            ["不必人工判断" if zh else "do not", int((~review).sum()), float((~review).sum() / total)],
        ],
        shares=(2,),
    )
    names = [letter.URGENCY_NAMES[rank][0 if zh else 1] for rank in (4, 3, 2, 1)]
    counts = pd.crosstab(frame["category_l1"], frame["urgency"])
    order = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index
    counted = counts.reindex(index=order, columns=[4, 3, 2, 1], fill_value=0)
    rows: list[list[Any]] = [[str(name), *map(int, row), int(sum(row))] for name, *row in counted.itertuples()]
    rows.append(["合计" if zh else "total", *map(int, counted.sum()), int(counted.to_numpy().sum())])
    table(
        "一级分类 × 紧急程度" if zh else "Category × urgency",
        ["一级分类" if zh else "category", *names, "合计" if zh else "total"],
        rows,
    )
    departments = frame.groupby("department")["needs_review"].agg(["size", "sum"])
    departments = departments.sort_values("size", ascending=False, kind="stable")
    table(
        "建议责任部门" if zh else "Department",
        [
            "部门" if zh else "department",
            "件数" if zh else "letters",
            "需人工" if zh else "need a person",
            "占比" if zh else "share",
        ],
        [
            [str(name), int(size), int(doubtful), float(doubtful / size)]
            for name, size, doubtful in departments.itertuples()
        ],
        shares=(3,),
    )
    topics = Counter(topic for topics in frame["focus_topics"] for topic in topics.split("；") if topic)
    table(
        "重点类别（一件可属多类）" if zh else "Focus topics (a letter may carry several)",
        ["重点类别" if zh else "topic", "件数" if zh else "letters"],
        [[name, count] for name, count in sorted(topics.items(), key=lambda item: (-item[1], item[0]))],
    )
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 5, 11)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
