"""Which letters are overdue, near-due or late on a day, told from the due dates and what the office recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import pandas as pd

from pipeline.advise.deadlines import Calendar, Clock, due
from pipeline.errors import YearUnknown
from pipeline.report.analysis_material import Material

CLOCKS: Final = {
    "due_register": ("登记转送", ("registered_at", "accepted_at", "answered_at")),
    "due_accept": ("告知受理", ("accepted_at", "answered_at")),
    "due_result": ("出具处理意见", ("answered_at",)),
}
URGENT, CRITICAL = 3, 4
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d")


def checked(material: Material) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the clocks that can be checked: those whose own date the office records."""
    return {name: clock for name, clock in CLOCKS.items() if clock[1][0] in material.has}


def first_date(letters: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Return the earliest of some dates per letter as ISO days; "" where none is recorded.

    Examples
    --------
    >>> rows = pd.DataFrame({"accepted_at": ["2026-11-09 10:00", ""], "answered_at": ["2026-11-20", ""]})
    >>> first_date(rows, ("accepted_at", "answered_at")).tolist()
    ['2026-11-09', '']
    """
    none = "9999"
    days = pd.concat([letters[name].str[:10].where(letters[name].str.match(_ISO), none) for name in columns], axis=1)
    found: pd.Series = days.min(axis=1)
    return found.mask(found.eq(none), "").astype(str)


def overdue(material: Material, day: str) -> dict[str, pd.DataFrame]:
    """Return per checked clock the letters whose last day lay before a day and for which nothing was done by then.

    Copies are handled with their first letter and are left out. A letter stands under each clock it missed.
    """
    letters = _waiting(material, day)
    found = {}
    for name, (_, columns) in checked(material).items():
        done = first_date(letters, columns)
        late = letters[name].str.match(_ISO) & letters[name].str[:10].lt(day)
        found[name] = letters[late & (done.eq("") | done.gt(day))]
    return found


def near_due(material: Material, day: str, days: int) -> dict[str, pd.DataFrame]:
    """Return per checked clock the letters whose last day is that day or within so many days after it, not done yet."""
    letters = _waiting(material, day)
    last = (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    found = {}
    for name, (_, columns) in checked(material).items():
        done = first_date(letters, columns)
        near = letters[name].str.match(_ISO) & letters[name].str[:10].between(day, last)
        found[name] = letters[near & (done.eq("") | done.gt(day))]
    return found


def _waiting(material: Material, day: str) -> pd.DataFrame:
    return material.letters[material.letters["day"].le(day) & ~material.letters["copy"]]


def due_and_answered(letters: pd.DataFrame, material: Material) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the letters whose result was due in this period, without copies, and those of them answered in time."""
    due = letters[~letters["copy"] & letters["due_result"].str[:10].between(material.now.start, material.now.end)]
    return due, due[due["answered_at"].ne("") & due["answered_at"].str[:10].le(due["due_result"])]


def merged(groups: Mapping[str, pd.DataFrame], material: Material) -> pd.DataFrame:
    """Return the letters of several groups, each once, in their order."""
    members = {name for rows in groups.values() for name in rows["letter_id"]}
    return material.letters[material.letters["letter_id"].isin(members)]


def urgent_last_days(letters: pd.DataFrame, calendar: Calendar, clocks: Mapping[str, Clock]) -> list[str] | None:
    """Return by when each urgent letter had to be acted on; None where the holidays of a year aren't known."""
    known: dict[tuple[str, str], str] = {}
    found = []
    for day, urgency in zip(letters["day"], letters["urgency"], strict=True):
        clock = "critical" if urgency >= CRITICAL else "urgent"
        if (day, clock) not in known:
            try:
                last = due(clocks[clock], date.fromisoformat(day), calendar)
            except YearUnknown:
                return None
            known[day, clock] = last.isoformat() if last else ""
        found.append(known[day, clock])
    return found
