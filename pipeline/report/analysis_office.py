"""The periodic analysis of an office: its name, its areas, its calendar; and into which kind of file it is written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.advise.deadlines import Calendar, clocks
from pipeline.errors import BadOption
from pipeline.office import VARIABLE, Office
from pipeline.report.analysis import analyse
from pipeline.report.analysis_parts import Analysis
from pipeline.report.atomic import check_writable
from pipeline.report.sheet import today

KINDS: Final = (".docx", ".html")


def of_office(
    letters: pd.DataFrame,
    matters: pd.DataFrame,
    tasks: pd.DataFrame,
    start: str,
    end: str,
    office: str | Path | None = None,
) -> Analysis:
    """Return the analysis of a period for an office; without one named, no office's name and areas are taken.

    Examples
    --------
    >>> none = pd.DataFrame()
    >>> of_office(none, none, none, "2020-01-06", "2020-01-12", "sample").title
    '云川市信访局信访形势分析'
    """
    profile = Office.load(office)
    # The sample stands in where no office is named: its name must not get on a real office's document.
    ours = not profile.example or bool(office or os.environ.get(VARIABLE))
    return analyse(
        letters,
        matters,
        tasks,
        start,
        end,
        today=today(),
        office=profile.name if ours else "",
        areas=areas_of(profile) if ours else (),
        calendar=Calendar.of(profile.holidays),
        clocks=clocks(profile.clocks),
    )


def areas_of(office: Office) -> tuple[str, ...]:
    """Return the areas right below an office's own: the districts of a city, the towns of a county.

    Examples
    --------
    >>> areas_of(Office.load("sample"))[:2]
    ('临江区', '青石区')
    """
    below = (area for area in office.areas if area.level == office.level - 1)
    return tuple(area.name for area in below if area.parent.rpartition("/")[2] == office.area)


def check_output(path: Path) -> None:
    """Raise at once where the file could not be written in the end.

    Raises
    ------
    BadOption
        Its ending is not one of ``KINDS``.
    OutputNotWritable
        Its folder is missing.
    """
    if path.suffix.lower() not in KINDS:
        raise BadOption(
            option="--output",
            value=str(path),
            why_zh=f"文件名要以 {'、'.join(KINDS)} 结尾",
            why_en=f"the name must end in {', '.join(KINDS)}",
        )
    check_writable(path)


def write_analysis(analysis: Analysis, path: Path) -> None:
    """Write an analysis as the kind of file that the name says."""
    if path.suffix.lower() == ".docx":
        from pipeline.report.analysis_docx import write_docx

        write_docx(analysis, path)
    else:
        from pipeline.report.analysis_html import write_html

        write_html(analysis, path)
