"""Find the phrases of a lexicon in letters, leftmost and longest.

A lexicon is a table ``data/lexicons/<name>.tsv`` with the columns phrase, group, value, reason and
source. Aho-Corasick finds thousands of phrases in one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from pipeline import settings
from pipeline.errors import RuleTableError

COLUMNS = ("phrase", "group", "value", "reason", "source")


@dataclass(frozen=True)
class Entry:
    """One phrase with the group it belongs to, the value it gives and why."""

    phrase: str
    group: str
    value: int
    reason: str


class Lexicon:
    """The phrases of one table and where they stand in a text.

    Examples
    --------
    >>> lexicon = load("urgency")
    >>> [(start, entry.phrase) for start, entry in lexicon.find("楼下煤气泄漏了")]
    [(2, '煤气泄漏')]
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        self.groups = tuple(dict.fromkeys(entry.group for entry in entries))
        self._automaton = ahocorasick_rs.AhoCorasick(
            [entry.phrase for entry in self.entries],
            matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
        )

    def find(self, text: str) -> list[tuple[int, Entry]]:
        """Return (start, entry) of every phrase in ``text``, in order, without overlaps."""
        return [(start, self.entries[index]) for index, start, _ in self._automaton.find_matches_as_indexes(text)]


@cache
def load(name: str) -> Lexicon:
    """Return the lexicon ``data/lexicons/<name>.tsv``.

    Raises
    ------
    RuleTableError
        The header, a row's cells or its value are wrong, or a phrase is empty or listed twice; the row is named.
    """
    relative = f"lexicons/{name}.tsv"
    entries: dict[str, Entry] = {}
    for row in settings.read_table(relative, COLUMNS):
        phrase, value = row["phrase"], row["value"]
        if not phrase.strip():
            raise broken_row(relative, row, "没有短语（phrase）", "the phrase is empty")
        if phrase in entries:
            raise broken_row(relative, row, f"短语「{phrase}」重复", f"{phrase!r} is listed twice")
        if not (value.isascii() and value.isdigit()):
            raise broken_row(
                relative, row, f"value 应为整数，实为「{value}」", f"value must be a whole number, not {value!r}"
            )
        entries[phrase] = Entry(phrase, row["group"], int(value), row["reason"])
    return Lexicon(list(entries.values()))


def broken_row(relative: str, row: dict[str, str], why_zh: str, why_en: str) -> RuleTableError:
    """Return the error that names the row's place in its table."""
    lines = (settings.resource("data") / relative).read_text(encoding="utf-8").splitlines()
    number = len(lines) - lines[::-1].index("\t".join(row.values()))
    return RuleTableError(file=relative, row=number, why_zh=why_zh, why_en=why_en)
