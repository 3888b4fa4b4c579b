"""What a matter is, in words and numbers made from its letters: title, things, places, time, people, trend, unit.

Sealed letters count; their words never appear: no title, thing, place, number of people or quotation of a matter comes
from one, and no unit that must recuse itself from one of its letters is named.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from pipeline import letter
from pipeline.matters.alike import alike
from pipeline.matters.due import due_day
from pipeline.matters.hidden import hidden_letters
from pipeline.matters.warn import HIDDEN, Members, may_be_warned, most_people, warning
from pipeline.settings import read_toml, several

SEALED_TITLE: Final = "密件类事项"
COLUMNS: Final = (
    *("matter_id", "title", "category_l1", "category_l2", "focus_topics", "located", "area", "places", "things"),
    *("first", "last", "letters", "distinct", "sealed", "people", "people_words", "trend", "recent", "before"),
    *("answered", "unit"),
    *("early_warning", "score", "warning_reason", "evidence", "tried", "due", "grouped_by", "alike", "age_days"),
)
_READ: Final = (
    *(letter.TITLE, letter.TEXT, "category_l1", "category_l2", "focus_topics", "located", "unit", "recused", "sealed"),
    *("purpose", "urgency", "action", "early_warning", "early_warning_score", "duplicate_of", "copy_kind"),
    *("things", "people", "people_words", "accepted_at", "answered_at", "handling_result", "due_result", HIDDEN),
)
_LONGEST_TITLE: Final = 40
_ANONYMOUS: Final = re.compile(r"[A-Z]\d+[区县市]")
_ENDS: Final = re.compile(r"[。！？!?\n]")
_THINGS, _PLACES, _ALIKE = 4, 3, 4


def describe(
    letters: pd.DataFrame, today: date, areas: Sequence[str] = (), *, asked: Set[str] | None = None
) -> pd.DataFrame:
    """Return one row a matter, the warned ones first, then by score.

    Parameters
    ----------
    letters : DataFrame
        As :meth:`pipeline.matters.store.Store.letters` gives them.
    today : date
        The day for which trend, age and warnings hold.
    areas : sequence of str
        Names of the county-level areas of the office.
    asked : set of str, optional
        If given, only these matters and those of the others that are warned of or watched.

    Examples
    --------
    >>> from pipeline.matters.store import Store
    >>> store = Store.open("sqlite://")
    >>> texts = ["丽景花园旁的搅拌站粉尘大，窗户不敢开。", "丽景花园小区附近搅拌站粉尘太大，孩子咳嗽。"]
    >>> letters = pd.DataFrame({"letter_id": ["1", "2"], "received_at": ["2026-11-02", "2026-11-09"], "text": texts})
    >>> _ = store.add(letters)
    >>> matter = describe(store.letters(), date(2026, 11, 16)).iloc[0]
    >>> int(matter["letters"]), matter["things"], matter["grouped_by"]
    (2, '丽景花园', '都写到丽景花园（2 件）；2026-11-02 至 2026-11-09 共 2 件')
    """
    overall = _Flow.of(_days(letters[letter.RECEIVED_AT]))
    letters = letters.assign(**{HIDDEN: hidden_letters(letters)})
    others = alike(letters)
    likely = letters if asked is None else letters[letters["matter_id"].isin(asked) | may_be_warned(letters)]
    rows = [_matter(members, today, overall, areas) for members in _matters(likely)]
    if asked is not None:
        rows = [row for row in rows if row["early_warning"] or row["matter_id"] in asked]
    beside = {other for row in rows for other in others.get(row["matter_id"], ())}
    titles = _first_titles(letters[letters["matter_id"].isin(beside)])
    for row in rows:
        row["alike"] = _listed([f"{other} {titles[other]}" for other in others.get(row["matter_id"], ())])
    rows.sort(key=lambda row: (-row["early_warning"], -row["score"], row["matter_id"]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _first_titles(letters: pd.DataFrame) -> dict[str, str]:
    """Return per matter the title of its first letter that may be told."""
    told = letters[~letters[HIDDEN]].drop_duplicates("matter_id")
    cells = (told["matter_id"], told[letter.TITLE], told[letter.TEXT])
    return {matter: _sentence(title, text) for matter, title, text in zip(*cells, strict=True)}


def _listed(others: list[str]) -> str:
    more = len(others) - _ALIKE
    return "\n".join([*others[:_ALIKE], *([f"等 {len(others)} 件"] if more > 0 else [])])


def last_day(letters: pd.DataFrame) -> date:
    """Return the day of the last letter; the first of all days where no letter has one."""
    return max((day for day in _days(letters[letter.RECEIVED_AT]) if day is not None), default=date.min)


@dataclass(frozen=True)
class _Counts:
    """Letters of the last days and of as many before."""

    recent: int
    before: int


@dataclass(frozen=True)
class _Flow:
    """The days of letters, in order."""

    days: list[date]

    @classmethod
    def of(cls, days: Sequence[date | None]) -> _Flow:
        return cls(sorted(day for day in days if day is not None))

    def counts(self, today: date) -> _Counts:
        span = timedelta(days=int(read_toml("matters.toml")["trend"]["days"]))
        now, then, earlier = (bisect_right(self.days, today - back) for back in (timedelta(), span, 2 * span))
        return _Counts(now - then, then - earlier)


def _matters(letters: pd.DataFrame) -> Iterator[Members]:
    """Yield the letters of each matter, as lists of cells."""
    names = [name for name in _READ if name in letters.columns]
    columns = [letters[name].tolist() for name in names]
    days = _days(letters[letter.RECEIVED_AT])
    by_matter: dict[str, list[int]] = {}
    for row, matter in enumerate(letters["matter_id"]):
        by_matter.setdefault(matter, []).append(row)
    for matter, rows in by_matter.items():
        cells = {name: [column[row] for row in rows] for name, column in zip(names, columns, strict=True)}
        yield Members(matter, cells, [days[row] for row in rows])


def _days(moments: pd.Series[Any]) -> list[date | None]:
    known: dict[str, date | None] = {}
    for moment in set(moments):
        try:
            known[moment] = date.fromisoformat(str(moment)[:10])
        except ValueError:
            known[moment] = None
    return [known[moment] for moment in moments]


def _matter(members: Members, today: date, overall: _Flow, areas: Sequence[str]) -> dict[str, Any]:
    told, speaking = members.told(), members.speaking()
    own = told.distinct() or told
    counts = _Flow.of(members.distinct().days).counts(today)
    trend = _trend(members, counts, overall, today)
    pair = Counter(zip(speaking["category_l1"], speaking["category_l2"], strict=True)).most_common(1)[0][0]
    topics = Counter(topic for cell in speaking["focus_topics"] for topic in several(cell))
    things = _things(own)
    places = [place for place, _ in Counter(filter(None, told["located"])).most_common(_PLACES)]
    days = sorted(day for day in members.days if day is not None)
    people, people_words = most_people(members)
    warned = warning(members, today, counts.recent, counts.before, trend == _RISING)

    def level_on(day: date) -> int:
        then = members.until(day)
        own = _Flow.of(then.distinct().days).counts(day)
        rising = _trend(then, own, overall, day) == _RISING
        return warning(then, day, own.recent, own.before, rising, quoting=False).level

    return {
        "matter_id": members.matter_id,
        "title": _title(own) if len(told) else f"{SEALED_TITLE}（{pair[0]}）",
        "category_l1": pair[0],
        "category_l2": pair[1],
        "focus_topics": "；".join(topic for topic, _ in topics.most_common(3)),
        "located": places[0] if places else "",
        "area": _area(places[0] if places else "", areas),
        "places": "；".join(places),
        "things": "；".join(name for name, _ in things),
        "first": days[0].isoformat() if days else "",
        "last": days[-1].isoformat() if days else "",
        "letters": len(members),
        "distinct": len(members.distinct()) or 1,
        "sealed": sum(members["sealed"]),
        "people": people,
        "people_words": people_words,
        "trend": trend,
        "recent": counts.recent,
        "before": counts.before,
        "answered": sum(bool(day) for day in speaking["answered_at"]),
        "unit": members.unit(),
        "early_warning": warned.level,
        "score": warned.score,
        "warning_reason": "\n".join(warned.reasons),
        "evidence": "\n".join(warned.evidence),
        "tried": "；".join(warned.tried),
        "due": due_day(members, warned.level, level_on, today),
        "grouped_by": _why(members, things, days),
        "age_days": (today - days[0]).days if days else 0,
    }


_NEW, _RISING, _STEADY, _FALLING, _QUIET = "新发", "上升", "平稳", "下降", "平息"


def _trend(members: Members, counts: _Counts, overall: _Flow, today: date) -> str:
    """Return the trend against the matter's own past, and against all letters of the same days."""
    rules = read_toml("matters.toml")["trend"]
    last = members.last()
    if last is not None and (today - last).days > rules["quiet"]:
        return _QUIET
    first = members.first()
    if first is not None and (today - first).days < rules["days"]:
        return _NEW
    if counts.recent + counts.before < rules["least"]:
        return _STEADY
    all_letters = overall.counts(today)
    season = max(all_letters.recent, 1) / max(all_letters.before, 1) if all_letters.before else 1.0
    ratio = counts.recent / max(counts.before, 1)
    if ratio >= rules["rising"] * max(season, 1.0):
        return _RISING
    return _FALLING if ratio <= rules["falling"] else _STEADY


def _things(own: Members) -> list[tuple[str, int]]:
    """Return the named things of most letters; a name within a longer one of as many letters is left out."""
    counted = Counter(name for cell in own["things"] for name in several(cell))
    least = 2 if len(own) > 1 else 1
    kept: list[tuple[str, int]] = []
    for name, n in counted.most_common():
        if n >= least and not any(name in other and n <= m for other, m in kept):
            kept.append((name, n))
    return kept[:_THINGS]


def _title(own: Members) -> str:
    """Return the letter's title that shares most with the others', or its first sentence."""
    titles = [_sentence(title, text) for title, text in zip(own["title"], own["text"], strict=True)]
    marks = [{title[at : at + 2] for at in range(len(title) - 1)} for title in titles]
    common = Counter(mark for title in marks for mark in title)
    scores = [sum(common[mark] for mark in title) / (len(title) + 8) for title in marks]
    return titles[scores.index(max(scores))]


def _sentence(title: str, text: str) -> str:
    written = title.strip() or next((part.strip() for part in _ENDS.split(text) if len(part.strip()) > 4), text.strip())
    return written if len(written) <= _LONGEST_TITLE else written[:_LONGEST_TITLE] + "…"


def _area(located: str, areas: Sequence[str]) -> str:
    found = next((area for area in areas if area in located), "")
    anonymous = _ANONYMOUS.search(located)
    return found or (anonymous.group() if anonymous else "")


def _why(members: Members, things: list[tuple[str, int]], days: list[date]) -> str:
    """Return in words why these letters are one matter."""
    if len(members) == 1:
        return "只有这一件来信"
    named = "、".join(f"{name}（{n} 件）" for name, n in things)
    kinds = Counter(filter(None, members.speaking()["category_l2"])).most_common(1)
    copies = Counter(filter(None, members["copy_kind"]))
    parts = [
        f"都写到{named}" if named else "",
        f"多为{kinds[0][0]}（{kinds[0][1]} 件）" if kinds else "",
        "、".join(f"{kind} {n} 件" for kind, n in copies.most_common()),
        f"{days[0]} 至 {days[-1]} 共 {len(members)} 件" if days else f"共 {len(members)} 件",
    ]
    return "；".join(part for part in parts if part)
