"""When a matter is warned of: an additive score, every contribution shown, weights in ``data/matters.toml``.

Distinct texts count, copies don't: one text sent a hundred times is one. A matter that got its answer, or of which
nobody writes any more, calms down. What comes out is a task: what is the matter, who can solve it, by when, what was
tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import log2, log10
from typing import Any, Final

import pandas as pd

from pipeline.settings import read_toml, several
from pipeline.text import lexicon
from pipeline.text.counts import is_vague, people_told
from pipeline.text.quoting import tells
from pipeline.text.stretches import bounds

_AROUND: Final = 18
_MARKS: Final = "，。；！？!?;\n"
_QUOTES: Final = 5
_CALM: Final = ("咨询", "建议")
_COLLECTIVE, _RAISED = "collective_step", "raised_before"
HIDDEN: Final = "hidden"
_BY_ACTION: Final = (_COLLECTIVE, _RAISED)
_GROUPS: Final = {_COLLECTIVE: 2, _RAISED: 1, "danger": 0, "deadline": 0, "hardship": 0}
PRESSING, CRITICAL = 3, 4


@dataclass(frozen=True)
class Members:
    """The letters of a matter, in the order in which they came.

    Attributes
    ----------
    matter_id : str
    cells : dict of str to list
        Columns.
    days : list of date or None
    """

    matter_id: str
    cells: dict[str, list[Any]]
    days: list[date | None]

    def __len__(self) -> int:
        return len(self.days)

    def __getitem__(self, name: str) -> list[Any]:
        return self.cells[name]

    def where(self, kept: list[bool]) -> Members:
        """Return some of the letters."""
        if all(kept):
            return self
        rows = [row for row, keep in enumerate(kept) if keep]
        cells = {name: [column[row] for row in rows] for name, column in self.cells.items()}
        return Members(self.matter_id, cells, [self.days[row] for row in rows])

    def told(self) -> Members:
        """Return the letters whose words may be shown: all but sealed ones and what would show their text."""
        return self.where([not hidden for hidden in self[HIDDEN]])

    def speaking(self) -> Members:
        """Return the letters of which more than their number and classes may be told; all where none may."""
        told = self.told()
        return told if len(told) else self

    def until(self, day: date) -> Members:
        """Return the matter as it stood on a day: the letters that had come, the answers that were given."""
        kept = self.where([came is None or came <= day for came in self.days])
        answers = [answer if answer[:10] <= day.isoformat() else "" for answer in kept["answered_at"]]
        return Members(self.matter_id, {**kept.cells, "answered_at": answers}, kept.days)

    def distinct(self) -> Members:
        """Return the letters that are no copies."""
        return self.where([not first for first in self["duplicate_of"]])

    def first(self) -> date | None:
        """Return the day of the first letter."""
        return min((day for day in self.days if day is not None), default=None)

    def last(self) -> date | None:
        """Return the day of the last letter."""
        return max((day for day in self.days if day is not None), default=None)

    def unit(self) -> str:
        """Return the unit of most letters, but none that must recuse itself; "" leaves it to a person."""
        barred = {name for cell in self["recused"] for name in several(cell)}
        units = Counter(unit for unit, sealed in zip(self["unit"], self[HIDDEN], strict=True) if unit and not sealed)
        return next((unit for unit, _ in units.most_common() if unit not in barred), "")


@dataclass
class Warned:
    """What speaks for warning of a matter."""

    score: float = 0.0
    level: int = 0
    reasons: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)

    def add(self, points: float, why: str, quotes: list[str] | None = None) -> None:
        """Add a contribution, with the words that show it."""
        if abs(points) < _LEAST:
            return
        shown = "".join(f"“{quote}”" for quote in (quotes or [])[:1])
        self.score += points
        self.reasons.append(f"{points:+.1f} {why}{'：' if shown else ''}{shown}")
        self.evidence.extend(quote for quote in quotes or [] if quote not in self.evidence)


_LEAST: Final = 0.05


def warning(members: Members, today: date, recent: int, before: int, rising: bool, *, quoting: bool = True) -> Warned:
    """Return the warning of a matter on a day.

    Sealed letters count, by their number and classes: what they say of people, earlier steps and results is left out.

    Parameters
    ----------
    recent, before : int
        Distinct letters of the last days, and of as many before.
    rising : bool
        Whether the matter grows faster than its own past and all letters.
    quoting : bool
        False where only the level is wanted.
    """
    rules = read_toml("matters.toml")["warning"]
    found, told, speaking = Warned(), members.told(), members.speaking()
    own = members.distinct() if any(not first for first in members["duplicate_of"]) else members
    grieved = [
        purpose not in _CALM or urgency > 1 for purpose, urgency in zip(own["purpose"], own["urgency"], strict=True)
    ]
    share = sum(grieved) / len(grieved)
    pressing = len(own) > 1 or any(members["early_warning"]) or max(speaking["action"]) >= _GROUPS[_COLLECTIVE]
    quotes = _quotes(told) if pressing and quoting else {}
    if len(own) > 1:
        found.add(rules["letters"] * log2(len(own)) * share, f"{len(own)} 件不同来信，反映问题的 {sum(grieved)} 件")
    people, words = most_people(members)
    if people >= 10 and share > 0:
        named = "信中说到的人数户数" + ("（约数）" if is_vague(words) else "")
        why = named if words else f"信中说涉及{people_told(people, words)}"
        found.add(rules["people"] * log10(people), why, [words] if words else [])
    if rising:
        found.add(rules["growth"], f"近 30 天 {recent} 件，之前 30 天 {before} 件")
    _add_course(found, members, rules, quotes)
    for name in _near(speaking, told, today):
        found.add(rules["date"], f"临近{name}")
    telling = max(map(float, members["early_warning_score"]), default=0.0)
    found.add(rules["first_letter"] * telling, f"最紧要的一封信自身预警把握 {telling:.0%}")
    _calm(found, members, today, rules)
    found.level = _level(found.score, members, len(own), rules)
    found.evidence = found.evidence[:_QUOTES]
    return found


def most_people(members: Members) -> tuple[int, str]:
    """Return the largest number of people that the letters state, and how one of them says it.

    An open matter tells what its open letters say; one of sealed letters only a number, where it is one: no words.
    """
    told = members.told()
    if len(told):
        return max(zip(told["people"], told["people_words"], strict=True), key=lambda stated: stated[0])
    stated = zip(members["people"], members["people_words"], strict=True)
    return max((number for number, words in stated if not is_vague(words)), default=0), ""


def _add_course(found: Warned, members: Members, rules: dict[str, Any], quotes: dict[str, list[str]]) -> None:
    """Add how pressing the matter is, and what was done about it so far."""
    speaking = members.speaking()
    urgency, action = max(members["urgency"]), max(speaking["action"])
    if urgency >= CRITICAL:
        found.add(rules["danger"], "有特急来信", quotes.get("danger"))
    elif urgency == PRESSING:
        found.add(rules["urgent"], "有紧急来信", quotes.get("deadline") or quotes.get("hardship"))
    if action >= 2:
        found.add(rules["collective"], "已有或扬言集体行动", quotes.get(_COLLECTIVE))
    raised = sum(step >= 1 for step in speaking["action"])
    if raised:
        found.add(rules["raised"], f"{raised} 件说曾反映未解决", quotes.get(_RAISED))
    answered = sum(bool(day) for day in speaking["answered_at"])
    found.tried.extend(
        part
        for part in (
            f"{raised} 件说此前反映过" if raised else "",
            f"已答复 {answered} 件" if answered else "",
            *(f"办理结果：{result}" for result in dict.fromkeys(members.told()["handling_result"]) if result),
        )
        if part
    )
    if not found.tried:
        found.tried.append("没有办理记录")


def _calm(found: Warned, members: Members, today: date, rules: dict[str, Any]) -> None:
    """Take off what an answer and silence are worth."""
    last = members.last()
    if last is None:
        return
    quiet = (today - last).days > read_toml("matters.toml")["trend"]["quiet"]
    answers = [day[:10] for day in members.speaking()["answered_at"] if day]
    if answers and max(answers) >= last.isoformat():
        found.add(rules["answered"], f"{max(answers)} 已答复，此后没有来信")
    elif quiet:
        found.add(rules["quiet"], f"{last} 后没有来信")
    first = members.first()
    if first is not None and (today - first).days > 365 and not quiet:
        found.add(rules["old"], f"{first} 起反映，已逾一年")


def _level(score: float, members: Members, n: int, rules: dict[str, Any]) -> int:
    """Return 0, 1 (watch) or 2 (warn); a matter of one letter is judged by that letter, unless it calmed down."""
    if n < rules["least_letters"]:
        own = max(members["early_warning"], default=0)
        return int(own if score > 0 else 0)
    return 2 if score >= rules["warn"] else 1 if score >= rules["watch"] else 0


def may_be_warned(letters: pd.DataFrame) -> pd.Series[bool]:
    """Return which letters are in a matter that may be warned of or watched on some day; of the others none ever is.

    Examples
    --------
    >>> letters = pd.DataFrame({"matter_id": ["a", "b", "b"], "duplicate_of": [""] * 3, "early_warning": 0})
    >>> may_be_warned(letters).tolist()
    [False, True, True]
    """
    by_matter = letters["matter_id"]
    distinct = letters["duplicate_of"].eq("").groupby(by_matter).transform("sum")
    size = distinct.where(distinct > 0, letters["duplicate_of"].groupby(by_matter).transform("size"))
    telling = letters["early_warning"].groupby(by_matter).transform("max")
    together: pd.Series[bool] = size >= int(read_toml("matters.toml")["warning"]["least_letters"])
    return together | (telling > 0)


def _near(speaking: Members, told: Members, today: date) -> Iterator[str]:
    """Yield the names of dates that are near for the matter's categories."""
    pairs = {f"{one}/{two}" for one, two in zip(speaking["category_l1"], speaking["category_l2"], strict=True)}
    held = pairs | set(speaking["category_l1"])
    now = today.strftime("%m-%d")
    for season in read_toml("matters.toml")["season"]:
        begin, end = season["from"], season["to"]
        inside = begin <= now <= end if begin <= end else now >= begin or now <= end
        if inside and held.intersection(season["groups"]):
            words = season.get("words", ())
            if not words or any(word in text for text in told["text"] for word in words):
                yield season["name"]


def _quotes(told: Members) -> dict[str, list[str]]:
    """Return for each kind of cue the clauses that show it, from letters in which the model sees what the cue says."""
    found: dict[str, list[str]] = {}
    cues = lexicon.load("cues")
    for text, action, urgency in zip(told["text"], told["action"], told["urgency"], strict=True):
        if len(found) == len(_GROUPS) or not (action or urgency >= PRESSING):
            continue
        for start, entry in cues.find(text):
            fits = action >= _GROUPS.get(entry.group, 9) if entry.group in _BY_ACTION else urgency >= PRESSING
            new = entry.group in _GROUPS and entry.group not in found
            if new and fits and tells(text, start, entry.phrase):
                found[entry.group] = [clause(text, start, start + len(entry.phrase))]
    return found


def clause(text: str, start: int, end: int) -> str:
    """Return the clause around a phrase, 40 characters at most.

    Examples
    --------
    >>> clause("窗户不敢开，我们多次反映无果，请派人看看。", 8, 12)
    '我们多次反映无果'
    """
    begin, stop = bounds(text, start, end, _MARKS)
    begin, stop = max(begin, start - _AROUND), min(stop, end + _AROUND)
    return text[begin:stop].strip()
