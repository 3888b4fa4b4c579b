"""The letters, matters and tasks of a periodic analysis, put in order once: days, areas, what is known at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

import pandas as pd

from pipeline.matters.due import overdue_days
from pipeline.report.analysis_words import rules

NO_AREA: Final = ""
SEALED_MATTER: Final = "密件类事项"
HANDLING: Final = {
    "registered_at": "登记时间",
    "accepted_at": "受理时间",
    "answered_at": "答复时间",
    "returned_at": "退回时间",
}
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d")
_TEXTS: Final = (
    *("letter_id", "received_at", "channel", "purpose", "category_l1", "category_l2", "focus_topics", "unit"),
    *("located", "due_register", "due_accept", "due_result", "model_version", "matter_id", "duplicate_of"),
    *("copy_kind", "handled_by", "corrected", *HANDLING),
)
DONE: Final = "已办结"
_NUMBERS: Final = ("urgency", "action")
_FLAGS: Final = ("sealed", "legacy", "needs_review", "confirmed")
_MATTER_TEXTS: Final = (
    *("matter_id", "title", "category_l1", "category_l2", "focus_topics", "located", "area", "first", "last", "trend"),
    *("unit", "people_words", "warning_reason", "evidence", "tried", "due"),
)
_MATTER_NUMBERS: Final = ("letters", "distinct", "sealed", "people", "recent", "answered", "early_warning", "age_days")
_TASK_TEXTS: Final = ("matter_id", "leader", "measure", "due", "disposition", "result", "status", "updated_at")


@dataclass(frozen=True)
class Span:
    """A period from its first day to its last, ISO dates.

    Examples
    --------
    >>> week = Span("本期", "2026-11-16", "2026-11-22")
    >>> week.before(), week.a_year_earlier().start
    (Span(name='上期', start='2026-11-09', end='2026-11-15'), '2025-11-16')
    """

    name: str
    start: str
    end: str

    @property
    def days(self) -> int:
        """How many days it has."""
        return (date.fromisoformat(self.end) - date.fromisoformat(self.start)).days + 1

    def before(self, periods: int = 1, name: str = "上期") -> Span:
        """Return the period of the same length that ends right before it, or some periods earlier."""
        back = timedelta(days=self.days * periods)
        start, end = (date.fromisoformat(day) - back for day in (self.start, self.end))
        return Span(name, start.isoformat(), end.isoformat())

    def a_year_earlier(self) -> Span:
        """Return the same days of the year before; 29 February becomes the 28th."""
        return Span("上年同期", _year_earlier(self.start), _year_earlier(self.end))


def _year_earlier(day: str) -> str:
    found = date.fromisoformat(day)
    return found.replace(year=found.year - 1, day=28 if (found.month, found.day) == (2, 29) else found.day).isoformat()


@dataclass(frozen=True)
class Material:
    """Everything that the sections read.

    Attributes
    ----------
    letters : DataFrame
        Up to the period's last day, in the order of days and ids, with ``day`` (ISO), ``area`` ("" unknown) and
        ``copy`` (bool) besides its columns.
    matters, tasks : DataFrame
        Matters in their own order, first seen by the end of the period; ``closed`` (bool): sealed letters only.
    now, previous, last_year : Span
    as_of : str
        The day up to which the state of handling is told.
    undated : tuple of str
        Letters whose day can't be read.
    """

    letters: pd.DataFrame
    matters: pd.DataFrame
    tasks: pd.DataFrame
    now: Span
    as_of: str
    areas: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    previous: Span = field(init=False)
    last_year: Span = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "previous", self.now.before())
        object.__setattr__(self, "last_year", self.now.a_year_earlier())

    def within(self, span: Span) -> pd.DataFrame:
        """Return the letters of a period."""
        days = self.letters["day"]
        return self.letters[(days >= span.start) & (days <= span.end)]

    @cached_property
    def done(self) -> frozenset[str]:
        """The matters whose task is done."""
        return frozenset(self.tasks.loc[self.tasks["status"].eq(DONE), "matter_id"])

    def days_late(self, matter: dict[str, Any]) -> int:
        """Return by how many days a matter that is not done is past its due day."""
        return 0 if matter["matter_id"] in self.done else overdue_days(str(matter["due"]), self.as_of)

    @cached_property
    def period(self) -> pd.DataFrame:
        """The letters of this period."""
        return self.within(self.now)

    @cached_property
    def first_day(self) -> str:
        """The day of the earliest letter; "" without letters."""
        return str(self.letters["day"].iloc[0]) if len(self.letters) else ""

    def known(self, span: Span) -> bool:
        """Return whether the letters reach back to a period's first day and there are any in it.

        A period without one letter is taken for one that was never brought in: no zero is invented.
        """
        return bool(self.first_day) and self.first_day <= span.start and len(self.within(span)) > 0

    def partly_known(self, span: Span) -> bool:
        """Return whether the letters begin in the midst of a period."""
        return bool(self.first_day) and span.start < self.first_day <= span.end

    @cached_property
    def has(self) -> frozenset[str]:
        """The handling columns that hold anything at all."""
        return frozenset(name for name in HANDLING if self.letters[name].ne("").any())

    @cached_property
    def period_matters(self) -> pd.DataFrame:
        """The matters that have a letter in this period."""
        return self.matters[self.matters["matter_id"].isin(set(self.period["matter_id"]))]


def unsealed(letters: pd.DataFrame) -> pd.DataFrame:
    """Return the letters that may be broken down."""
    return letters[~letters["sealed"]]


def ids(frame: pd.DataFrame, column: str = "letter_id") -> list[str]:
    """Return the ids of rows, each once, in their order."""
    return list(dict.fromkeys(frame[column].astype(str)))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dictionaries."""
    return [dict(zip(frame.columns.astype(str), row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def chosen(frame: pd.DataFrame, wanted: Sequence[bool]) -> pd.DataFrame:
    """Return the rows that are wanted; works for no rows, too."""
    return frame[pd.Series(wanted, index=frame.index, dtype=bool)]


def topics_of(cell: str) -> list[str]:
    """Return the focus topics of a cell."""
    return [topic for topic in cell.split("；") if topic]


def gather(
    letters: pd.DataFrame,
    matters: pd.DataFrame,
    tasks: pd.DataFrame,
    now: Span,
    today: str,
    areas: Sequence[str],
) -> Material:
    """Put the three frames in order; columns that an office's export lacks become unknown, never invented.

    Examples
    --------
    >>> letters = pd.DataFrame({"letter_id": ["a"], "received_at": ["2026-11-17 08:00"], "matter_id": ["M-1"]})
    >>> nothing = pd.DataFrame()
    >>> gathered = gather(letters, nothing, nothing, Span("本期", "2026-11-16", "2026-11-22"), "2026-11-23", ())
    >>> len(gathered.period), gathered.has, gathered.known(gathered.previous)
    (1, frozenset(), False)
    """
    as_of = min(today, now.end)
    frame = _complete(letters, _TEXTS, _NUMBERS, _FLAGS)
    found = _complete(matters, _MATTER_TEXTS, _MATTER_NUMBERS, ())
    frame["day"] = frame["received_at"].str[:10].where(frame["received_at"].str.match(_ISO), "")
    frame["copy"] = frame["duplicate_of"].ne("")
    known_areas = tuple(areas) or tuple(sorted({area for area in found["area"] if area}))
    found["area"] = [
        area or _area(where, "", known_areas) for area, where in zip(found["area"], found["located"], strict=True)
    ]
    of_matter = dict(zip(found["matter_id"], found["area"], strict=True))
    located = zip(frame["located"], frame["matter_id"], strict=True)
    areas_found = [_area(where, of_matter.get(matter, ""), known_areas) for where, matter in located]
    frame["area"] = pd.Series(areas_found, index=frame.index, dtype=str)
    dated = (
        frame[frame["day"].ne("") & frame["day"].le(now.end)]
        .sort_values(["day", "letter_id"], kind="stable")
        .reset_index(drop=True)
    )
    found["closed"] = found["letters"].gt(0) & (
        (found["sealed"] >= found["letters"]) | found["title"].str.startswith(SEALED_MATTER)
    )
    found = found[(found["first"].str[:10] <= now.end) | found["first"].eq("")]
    return Material(
        dated,
        found.reset_index(drop=True),
        _complete(tasks, _TASK_TEXTS, (), ()),
        now,
        as_of,
        known_areas,
        tuple(frame.loc[frame["day"].eq(""), "letter_id"]),
    )


def _complete(frame: pd.DataFrame, texts: Sequence[str], numbers: Sequence[str], flags: Sequence[str]) -> pd.DataFrame:
    """Return the columns that the sections read, each of its type even where there is no row or no such column."""
    made: dict[str, pd.Series[Any]] = {}
    for name in texts:
        found = frame[name].fillna("") if name in frame.columns else pd.Series("", index=frame.index)
        made[name] = found.astype(str)
    for name in numbers:
        found = pd.to_numeric(frame[name], errors="coerce") if name in frame.columns else pd.Series(0, frame.index)
        made[name] = found.fillna(0).astype(int)
    for name in flags:
        found = frame[name].fillna(False) if name in frame.columns else pd.Series(False, frame.index)
        made[name] = found.astype(bool)
    return pd.DataFrame(made, index=frame.index)


def _area(located: str, of_matter: str, areas: Sequence[str]) -> str:
    """Return the longest area that a place names, else that of its matter."""
    named = [area for area in areas if area in located]
    if named:
        return max(named, key=lambda area: (len(area), area))
    return of_matter if of_matter in areas else NO_AREA


def small() -> int:
    """Return the size from which a group may be broken down by place."""
    return int(rules()["small"]["letters"])
