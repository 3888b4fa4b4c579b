"""Pieces of a letter, cut at the marks that may open another demand: numbers, turns of phrase, paragraphs.

Only the text is looked at, at next to no cost; what the pieces are about, the model says (``advise/demands.py``).
Patterns: ``data/demands.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from pipeline.settings import read_toml
from pipeline.text.finder import finder

_SENTENCE_ENDS = "。！？；;\n"


@dataclass(frozen=True)
class Mark:
    """What a mark in the text asks for before it opens a new demand.

    Attributes
    ----------
    needs : float
        How clearly, 0 to 1, what the letter is about must change there.
    outspoken : bool
        The writer says that it is another matter: it is enough if the second level or the department changes.
        Else first level, second level and department must.
    """

    needs: float
    outspoken: bool = False


@dataclass(frozen=True)
class Span:
    """A piece of a letter, ``text[start:end]``, and the mark that it begins with."""

    start: int
    end: int
    mark: Mark


@dataclass(frozen=True)
class _Pattern:
    """A row of the table; ``numbers`` is empty where it is no list."""

    pattern: re.Pattern[str]
    numbers: str
    mark: Mark


@dataclass(frozen=True)
class _Rules:
    patterns: tuple[_Pattern, ...]
    hints: ahocorasick_rs.AhoCorasick
    hinted: tuple[frozenset[int], ...]
    shortest: int
    reach: int
    list_begins: int


@cache
def _rules() -> _Rules:
    table = read_toml("demands.toml")
    rows = [*table["list"], *table["turn"]]
    hints = sorted({hint for row in rows for hint in row["hints"]})
    return _Rules(
        tuple(
            _Pattern(
                re.compile(row["pattern"]), row.get("numbers", ""), Mark(row["needs"], row.get("outspoken", False))
            )
            for row in rows
        ),
        finder(hints, longest=False),
        tuple(frozenset(number for number, row in enumerate(rows) if hint in row["hints"]) for hint in hints),
        **{name: table["piece"][name] for name in ("shortest", "reach", "list_begins")},
    )


def candidates(title: str, text: str) -> list[Span]:
    """Return the pieces that the marks of a letter cut it into; none where there are not two.

    Parameters
    ----------
    title, text : str
        Cleaned and masked. A title that names two matters is no mark: it does not say where the second begins.

    Examples
    --------
    >>> text = "小区门口的路灯坏了半个月，晚上出门很不安全。另外，我父亲的高龄津贴从去年十月起一直没有发放。"
    >>> [text[span.start : span.start + 5] for span in candidates("", text)]
    ['小区门口的', '另外，我父']
    """
    rules = _rules()
    found = rules.hints.find_matches_as_indexes(text, overlapping=True) if len(text) >= 2 * rules.shortest else []
    if not found:
        return []
    hinted = frozenset[int]().union(*(rules.hinted[hint] for hint in {match[0] for match in found}))
    marks: dict[int, Mark] = {}
    for place, mark in _marks(text, rules, sorted(hinted)):
        start = _sentence_start(text, place, rules.reach)
        marks[start] = min(mark, marks.get(start, mark), key=lambda known: known.needs)
    starts = [0]
    for start in sorted(marks):
        if start - starts[-1] >= rules.shortest and len(text) - start >= rules.shortest:
            starts.append(start)
    if len(starts) < 2:
        return []
    ends = [*starts[1:], len(text)]
    return [Span(start, end, marks.get(start, Mark(1.0))) for start, end in zip(starts, ends, strict=True)]


def _marks(text: str, rules: _Rules, numbers: Sequence[int]) -> Iterator[tuple[int, Mark]]:
    lists: list[tuple[list[int], int]] = []
    for number in numbers:
        known = rules.patterns[number]
        if not known.numbers:
            yield from ((found.start(), known.mark) for found in known.pattern.finditer(text))
        elif len(run := _run(text, known, rules.list_begins)) > 1:
            lists.append((run, number))
    if lists:
        # A later list gives parts of an item of the first, or what is asked for in the end.
        first, number = min(lists)
        yield from ((place, rules.patterns[number].mark) for place in first[1:])


def _run(text: str, known: _Pattern, within: int) -> list[int]:
    """Return where the numbers 1, 2, 3 and so on of a list that begins early in the text stand."""
    early = known.pattern.finditer(text, 0, within + 3)
    begin = next((found.start() for found in early if found[1] == known.numbers[0]), None)
    places: list[int] = []
    for found in known.pattern.finditer(text, begin) if begin is not None else ():
        if known.numbers.find(found[1]) == len(places):
            places.append(found.start())
    return places


def _sentence_start(text: str, place: int, reach: int) -> int:
    last = max(text.rfind(end, max(0, place - reach), place) for end in _SENTENCE_ENDS)
    return place if last < 0 else last + 1
