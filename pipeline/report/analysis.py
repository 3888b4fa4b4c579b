"""The periodic analysis (研判): letters, matters and tasks become findings, each number with its source.

What it says is in ``data/report.toml``; each section is a room of its own (``analysis_volume`` and so on);
``analysis_docx`` and ``analysis_html`` write it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from pipeline.advise.deadlines import Calendar, Clock
from pipeline.advise.deadlines import clocks as all_clocks
from pipeline.errors import BadOption
from pipeline.report.analysis_causes import causes
from pipeline.report.analysis_handling import handling
from pipeline.report.analysis_lead import figures, summary
from pipeline.report.analysis_material import Material, Span, gather, ids
from pipeline.report.analysis_matters import annex_of_matters
from pipeline.report.analysis_matters import matters as matters_section
from pipeline.report.analysis_parts import Analysis, Ledger
from pipeline.report.analysis_places import places
from pipeline.report.analysis_problems import problems
from pipeline.report.analysis_quality import quality
from pipeline.report.analysis_volume import volume
from pipeline.report.analysis_words import rules, said, spoken_day, spoken_period, title


def analyse(
    letters: pd.DataFrame,
    matters: pd.DataFrame,
    tasks: pd.DataFrame,
    start: str,
    end: str,
    *,
    today: str,
    office: str = "",
    areas: Sequence[str] = (),
    calendar: Calendar | None = None,
    clocks: Mapping[str, Clock] | None = None,
) -> Analysis:
    """Return the analysis of a period.

    Parameters
    ----------
    letters, matters, tasks : DataFrame
        The store's three frames.
    start, end : str
        First and last day, ISO.
    today : str
        ISO date of the document; what lies after it or after the period is not counted as overdue yet.
    office : str
        Whose analysis it is; stands in the title.
    areas : sequence of str
        Areas to break down by; those of the matters where none is given.
    calendar, clocks
        The office's holidays and deadlines; the national ones where none is given.

    Raises
    ------
    BadOption
        A day is none, or the period ends before it begins or has not begun yet.
    RuleTableError
        ``data/report.toml`` lacks a sentence.

    Examples
    --------
    >>> letters = pd.DataFrame({"letter_id": ["a"], "received_at": ["2026-11-17"], "matter_id": ["M-1"]})
    >>> found = analyse(letters, pd.DataFrame(), pd.DataFrame(), "2026-11-16", "2026-11-22", today="2026-11-23")
    >>> found.summary[0].text
    '本期收到来信1件，涉及事项1件；没有上期数据；没有上年同期数据。'
    """
    check_period(start, end, today)
    material = gather(letters, matters, tasks, Span("本期", start, end), today, areas)
    book = Ledger(_sealed(material))
    key_figures, lead = figures(material, book), summary(material, book)
    sections = (
        volume(material, book),
        problems(material, book),
        places(material, book),
        matters_section(material, book),
        handling(material, book, calendar or Calendar(), clocks or all_clocks()),
        causes(material, book),
        quality(material, book),
    )
    spans = [material.now, *(span for span in (material.previous, material.last_year) if material.known(span))]
    return Analysis(
        title=title("document").format(office=office),
        office=office,
        period=spoken_period(start, end),
        made_at=today,
        figures=key_figures,
        summary=lead,
        sections=sections,
        annexes=(annex_of_matters(material, book),),
        sources=book.sources,
        spans=tuple((span.name, span.start, span.end) for span in spans),
        ids_shown=int(rules()["lists"]["ids"]),
        notes=(said("standing", as_of=spoken_day(material.as_of, year=True)),),
    )


def check_period(start: str, end: str, today: str) -> None:
    """Raise :class:`BadOption` for a period that cannot be analysed.

    Examples
    --------
    >>> check_period("2026-11-16", "2026-11-22", "2026-11-23")
    """
    for option, day in (("--from", start), ("--to", end)):
        try:
            wrong = date.fromisoformat(day).isoformat() != day
        except ValueError:
            wrong = True
        if wrong:
            raise BadOption(option=option, value=day, why_zh="请写成 2026-11-16 这样的日期", why_en="write 2026-11-16")
    if end < start:
        raise BadOption(option="--to", value=end, why_zh=f"早于起始日 {start}", why_en=f"it lies before {start}")
    if start > today:
        raise BadOption(option="--from", value=start, why_zh=f"还没有到（今天 {today}）", why_en=f"today is {today}")


def _sealed(material: Material) -> set[str]:
    """Return the sealed letters, and the matters without any other letter."""
    letters, matters = material.letters, material.matters
    sealed, others = letters[letters["sealed"]], letters[~letters["sealed"]]
    closed = {*ids(sealed, "matter_id")} - {*ids(others, "matter_id")}
    return {*ids(sealed), *closed, *ids(matters[matters["closed"]], "matter_id")}
