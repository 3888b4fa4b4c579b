"""By when a warned matter asks for a step: a day that stays, so that it can pass.

It is counted from the day since which the matter has stood at its level: found again from its letters and answers
alone, so that it is the same whenever the matter is described. A new letter moves it only where the level rises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from pipeline.advise.deadlines import Calendar, clocks, due
from pipeline.errors import YearUnknown
from pipeline.matters.warn import CRITICAL, PRESSING, Members
from pipeline.settings import read_toml

_WARN = 2


def due_day(members: Members, level: int, level_on: Callable[[date], int], today: date) -> str:
    """Return by when a matter of a level asks for a step, ISO; "" at level 0.

    So many days after it came to its level (``data/matters.toml``), or earlier: when a letter's result is due, or the
    clock of an urgent letter that nobody acted on runs out. Sealed letters have their own dates elsewhere.

    Parameters
    ----------
    level_on : callable
        The level that the matter had on a day, with the letters and answers of that day.
    """
    if not level:
        return ""
    rules = read_toml("matters.toml")["due"]
    turns = [day for day in _turns(members) if day <= today]
    levels = _levels_back(turns, level_on)
    turns = turns[len(turns) - len(levels) :]
    came = [day for day in members.days if day is not None and day <= today]
    since = since_when(turns, levels, level) or max(came, default=today)
    warned = since_when(turns, levels, 1) or since
    letters = members.speaking()
    dates = [(since + timedelta(days=int(rules["warn_days" if level == _WARN else "watch_days"]))).isoformat()]
    dates += [day.isoformat() for day in _pressed(letters, warned)]
    results = zip(letters["due_result"], letters["answered_at"], strict=True)
    dates += [result for result, answered in results if result >= warned.isoformat() and not answered]
    return str(min(dates))


def _levels_back(days: Sequence[date], level_on: Callable[[date], int]) -> list[int]:
    """Return the levels of the last days, back to the last one without any: what was before tells nothing."""
    levels: list[int] = []
    for day in reversed(days):
        levels.append(level_on(day))
        if not levels[-1]:
            break
    return levels[::-1]


def since_when(days: Sequence[date], levels: Sequence[int], least: int) -> date | None:
    """Return since which of some days on the level has never been lower; None where the last one is.

    Examples
    --------
    >>> days = [date(2026, 11, day) for day in (2, 9, 16, 23)]
    >>> since_when(days, [1, 0, 1, 2], 1), since_when(days, [2, 2, 1, 1], 2)
    (datetime.date(2026, 11, 16), None)
    """
    since = None
    for day, level in zip(days, levels, strict=True):
        since = (since or day) if level >= least else None
    return since


def overdue_days(due: str, today: str) -> int:
    """Return by how many days a date has passed; 0 if it hasn't or there is none.

    Examples
    --------
    >>> [overdue_days(due, "2026-11-08") for due in ("2026-11-01", "2026-11-08", "")]
    [7, 0, 0]
    """
    try:
        return max((date.fromisoformat(today) - date.fromisoformat(due)).days, 0)
    except ValueError:
        return 0


def _turns(members: Members) -> list[date]:
    """Return the days on which the level may change: a letter, an answer, silence, a season, a year."""
    rules = read_toml("matters.toml")
    came = sorted({day for day in members.distinct().days if day is not None})
    if not came:
        return []
    last, quiet = members.last() or came[-1], timedelta(days=int(rules["trend"]["quiet"]) + 1)
    later = [*came[1:], last]
    found = {*came, last, came[0] + timedelta(days=366), last + quiet}
    found |= {day + quiet for day, after in zip(came, later, strict=True) if after > day + quiet}
    found |= {date.fromisoformat(day[:10]) for day in members["answered_at"] if day}
    for season in rules["season"]:
        for year in range(came[0].year, last.year + 2):
            found.add(date.fromisoformat(f"{year}-{season['from']}"))
            found.add(date.fromisoformat(f"{year}-{season['to']}") + timedelta(days=1))
    return sorted(day for day in found if day >= came[0])


def _pressed(members: Members, warned: date) -> Iterator[date]:
    """Yield by when urgent letters that nobody acted on, of the days since a matter is warned of, ask for a step."""
    table, calendar = clocks(), Calendar()
    for day, urgency, *acted in zip(
        members.days, members["urgency"], members["accepted_at"], members["answered_at"], strict=True
    ):
        if day is None or day < warned or urgency < PRESSING or any(acted):
            continue
        try:
            last = due(table["critical" if urgency >= CRITICAL else "urgent"], day, calendar)
        except YearUnknown:  # the holidays of that year are not known yet: the ordinary rule holds
            continue
        if last is not None:
            yield last
