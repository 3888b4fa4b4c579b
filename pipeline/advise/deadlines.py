"""By when: the clocks of petition work, in calendar and working days, with holidays, make-up days and stops.

Rules: ``data/clocks.toml``. Which days are worked comes from the State Council's yearly notices (package
``chinese_calendar``) and the office's ``holidays.toml``. A year that neither knows is an error that names it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from pipeline.errors import RuleTableError, YearUnknown
from pipeline.settings import read_toml

_DAY: Final = timedelta(days=1)
_DATE = re.compile(r"\s*(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})")
_SATURDAY: Final = 5
_SHOWN: Final = ("register", "accept", "result")


@dataclass(frozen=True)
class Calendar:
    """Which days are worked.

    Attributes
    ----------
    off, worked : frozenset of date
        The office's own days off, and its own working days on a weekend.
    years : frozenset of int
        Years that the office knows besides those of the national calendar.
    """

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    @classmethod
    def of(cls, extra: Mapping[str, Any]) -> Calendar:
        """Return the calendar with an office's own years: ``{"2027": {"holidays": [...], "workdays": [...]}}``.

        Raises
        ------
        RuleTableError
            A day isn't a date of its year.
        """
        days: dict[str, set[date]] = {"holidays": set(), "workdays": set()}
        for year, lists in extra.items():
            for name, found in days.items():
                for written in lists.get(name, ()):
                    day = read_day(str(written))
                    if day is None or str(day.year) != year:
                        raise RuleTableError(
                            file="holidays.toml",
                            row=0,
                            why_zh=f"“{written}”不是 {year} 年的日期",
                            why_en=f"{written!r} is no day of {year}",
                        )
                    found.add(day)
        return cls(frozenset(days["holidays"]), frozenset(days["workdays"]), frozenset(map(int, extra)))

    def is_working(self, day: date) -> bool:
        """Return whether a day is worked.

        Raises
        ------
        YearUnknown
            Neither the national calendar nor the office knows the year.

        Examples
        --------
        >>> Calendar().is_working(date(2026, 2, 14)), Calendar().is_working(date(2026, 2, 17))
        (True, False)
        """
        if day in self.worked:
            return True
        if day in self.off:
            return False
        if day.year in self.years:
            return day.weekday() < _SATURDAY
        return _national(day)

    def rolled(self, day: date) -> date:
        """Return the day itself or the next working day."""
        while not self.is_working(day):
            day += _DAY
        return day


@cache
def _national(day: date) -> bool:
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise YearUnknown(year=day.year) from None


@dataclass(frozen=True)
class Clock:
    """One clock; see the head of ``data/clocks.toml``."""

    name: str
    zh: str
    en: str
    start: str
    amount: int
    working: bool
    rolls: bool
    extend: int
    source: str


def clocks(changes: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Clock]:
    """Return the clocks, with an office's changes.

    Raises
    ------
    RuleTableError
        A change names a clock or a value that there isn't.

    Examples
    --------
    >>> clocks()["result"].amount, clocks({"simple": {"amount": 7}})["simple"].amount
    (60, 7)
    """
    rows = dict(read_toml("clocks.toml"))
    for name, changed in (changes or {}).items():
        wrong = [f"clocks.{name}"] if name not in rows else sorted(set(changed) - set(rows[name]))
        if wrong:
            raise RuleTableError(
                file="office.toml", row=0, why_zh=f"没有「{wrong[0]}」这一项", why_en=f"there is no {wrong[0]}"
            )
        rows[name] = {**rows[name], **changed}
    return {
        name: Clock(
            name=name,
            zh=row["zh"],
            en=row["en"],
            start=row["from"],
            amount=int(row["amount"]),
            working=row["unit"] == "working",
            rolls=bool(row["rolls"]),
            extend=int(row["extend"]),
            source=row["source"],
        )
        for name, row in rows.items()
    }


@dataclass(frozen=True)
class Stop:
    """An approved suspension: a hearing or an appraisal, from its first day to its last; ``end`` None: still on."""

    start: date
    end: date | None


def due(
    clock: Clock, start: date, calendar: Calendar, *, stops: Sequence[Stop] = (), extended: bool = False
) -> date | None:
    """Return a clock's last day; None while a stop is still on that began before it.

    Parameters
    ----------
    start : date
        The day of the event; counting begins on the next.
    stops : sequence of Stop
        Days in them don't count; they may overlap.
    extended : bool
        Whether the approved extension was granted.

    Raises
    ------
    YearUnknown
        A year is reached whose holidays aren't known.

    Examples
    --------
    >>> due(clocks()["objection"], date(2026, 2, 12), Calendar())
    datetime.date(2026, 2, 26)
    """
    day, left = start, clock.amount + (clock.extend if extended else 0)
    if not clock.working and not stops:
        day, left = day + left * _DAY, 0
    while left:
        day += _DAY
        if any(stop.start <= day and (stop.end is None or day <= stop.end) for stop in stops):
            if any(stop.end is None and stop.start <= day for stop in stops):
                return None
            continue
        left -= 1 if not clock.working or calendar.is_working(day) else 0
    return calendar.rolled(day) if clock.rolls else day


@dataclass(frozen=True)
class Course:
    """What has happened to a letter; None where it hasn't yet.

    ``transferred``: sent on to another unit, whose clocks start anew.

    Examples
    --------
    >>> [(row.clock.name, str(row.due)) for row in timeline(Course(date(2026, 2, 12)), Calendar())][:2]
    [('register', '2026-02-27'), ('urgent', '2026-02-24')]
    """

    received: date
    forwarded: date | None = None
    transferred: date | None = None
    accepted: date | None = None
    result_received: date | None = None
    review_asked: date | None = None
    review_received: date | None = None
    rereview_asked: date | None = None
    extended: bool = False
    stops: tuple[Stop, ...] = field(default=())


@dataclass(frozen=True)
class Due:
    """A clock of a letter: from when, until when; ``projected``: its event lies ahead and is taken on its last day."""

    clock: Clock
    start: date
    due: date | None
    projected: bool


_FOLLOWS: Final = {
    "forwarded": "register",
    "accepted": "accept",
    "result_received": "result",
    "review_asked": "review_request",
    "review_received": "review",
    "rereview_asked": "rereview_request",
}


def timeline(
    course: Course,
    calendar: Calendar,
    changed: Mapping[str, Clock] | None = None,
    running: Collection[str] | None = None,
) -> list[Due]:
    """Return the clocks of a letter in the order of the procedure; events to come are taken on their last day.

    Parameters
    ----------
    running : collection of str, optional
        Names of the clocks that run on the letter's road, as :func:`pipeline.advise.roads.running` gives them; all by
        default.

    Raises
    ------
    YearUnknown
        A year is reached whose holidays aren't known.
    """
    happened = {item.name: getattr(course, item.name) for item in fields(course)}
    if course.transferred:
        happened["forwarded"] = course.transferred
    table = dict(changed or clocks())
    found: dict[str, Due] = {}
    order = ("register", "urgent", "critical", "objection", "accept", "simple", "result", "review_request", "review")
    for name in (*order, "rereview_request", "rereview"):
        if running is not None and name not in running:
            continue
        clock = table[name]
        start = happened[clock.start]
        projected = start is None
        if start is None:
            start = found[_FOLLOWS[clock.start]].due if _FOLLOWS[clock.start] in found else None
        if start is None:
            continue
        last = due(clock, start, calendar, stops=course.stops, extended=course.extended)
        found[name] = Due(clock, start, last, projected)
    return list(found.values())


def due_dates(
    received: Sequence[str], calendar: Calendar, table: Mapping[str, Clock], running: Sequence[Collection[str]]
) -> dict[str, list[str]]:
    """Return the columns ``due_register``, ``due_accept`` and ``due_result`` of a batch, as ISO dates.

    They are the latest lawful days, counted from receipt: the unit is taken to get the letter on the last day of
    forwarding and to accept it on the last day of its notice. Where the holidays of a year aren't known, the cell
    names the year instead of guessing; it is empty where the day of receipt can't be read.

    Parameters
    ----------
    running : sequence of collection of str
        Names of the clocks that run on each letter's road; the cells of the others are empty.

    Examples
    --------
    >>> found = due_dates(["2026-02-12 09:30"] * 2, Calendar(), clocks(), [{"register", "accept"}, ()])
    >>> found["due_register"], found["due_result"]
    (['2026-02-27', ''], ['', ''])
    """
    known: dict[date, tuple[str, str, str]] = {}
    rows: list[list[str]] = []
    for written, wanted in zip(received, running, strict=True):
        day = read_day(written)
        if day is None:
            rows.append([""] * len(_SHOWN))
            continue
        if day not in known:
            known[day] = _projected(day, calendar, table)
        rows.append([last if name in wanted else "" for name, last in zip(_SHOWN, known[day], strict=True)])
    return {f"due_{name}": [row[at] for row in rows] for at, name in enumerate(_SHOWN)}


def _projected(day: date, calendar: Calendar, table: Mapping[str, Clock]) -> tuple[str, str, str]:
    found: list[str] = []
    start: date | None = day
    for name in _SHOWN:
        try:
            start = due(table[name], start, calendar) if start else None
            found.append(start.isoformat() if start else found[-1])
        except YearUnknown as error:
            start = None
            found.append(f"缺 {error.details['year']} 年放假安排")
    return found[0], found[1], found[2]


def read_day(written: str) -> date | None:
    """Return the day of a date as offices write it, None if it is none.

    Examples
    --------
    >>> read_day("2026年1月8日"), read_day("2026/1/8 10:02"), read_day("2026-02-30")
    (datetime.date(2026, 1, 8), datetime.date(2026, 1, 8), None)
    """
    found = _DATE.match(written)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
