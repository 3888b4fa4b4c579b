"""Find the phrases of a lexicon in letters, leftmost and longest.

A lexicon is a table ``data/lexicons/<name>.tsv`` with the columns phrase, group, value, reason and
source. Aho-Corasick finds thousands of phrases in one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import settings
from pipeline.errors import RuleTableError
from pipeline.text.finder import finder

COLUMNS = ("phrase", "group", "value", "reason", "source")


@dataclass(frozen=True)
class Entry:
    """One phrase with the group it belongs to, the value it gives and why."""

    phrase: str
    group: str
    value: int
    reason: str


@dataclass(frozen=True)
class Hits:
    """The phrases of a lexicon in many texts, text after text and in each in their order.

    Attributes
    ----------
    texts, starts, entries : ndarray of int, shape (hits,)
        Position of the text, of the phrase in it and of the phrase's entry in the lexicon.
    """

    texts: NDArray[np.int64]
    starts: NDArray[np.int64]
    entries: NDArray[np.int64]

    def of(self, text: int) -> Hits:
        """Return the hits of one text."""
        first, last = np.searchsorted(self.texts, [text, text + 1])
        return self.take(slice(first, last))

    def take(self, part: slice | NDArray[np.bool_]) -> Hits:
        """Return some of the hits."""
        return Hits(self.texts[part], self.starts[part], self.entries[part])


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
        self._automaton = finder(entry.phrase for entry in self.entries)

    def find(self, text: str) -> list[tuple[int, Entry]]:
        """Return (start, entry) of every phrase in ``text``, in order, without overlaps."""
        return [(start, self.entries[index]) for index, start, _ in self._automaton.find_matches_as_indexes(text)]

    def find_all(self, texts: Sequence[str]) -> Hits:
        """Return what :meth:`find` finds in each text, as numbers.

        Examples
        --------
        >>> hits = load("urgency").find_all(["路灯不亮", "楼下煤气泄漏了"])
        >>> hits.texts.tolist(), hits.starts.tolist()
        ([1], [2])
        """
        find = self._automaton.find_matches_as_indexes
        found = [find(text) for text in texts]
        hits = np.fromiter(chain.from_iterable(chain.from_iterable(found)), dtype=np.int64).reshape(-1, 3)
        return Hits(np.repeat(np.arange(len(found)), [len(hits) for hits in found]), hits[:, 1], hits[:, 0])

    @cached_property
    def group_of(self) -> NDArray[np.int64]:
        """The position of each entry's group in ``groups``."""
        at = {group: position for position, group in enumerate(self.groups)}
        return np.array([at[entry.group] for entry in self.entries], dtype=np.int64)

    def by_group(self, hits: Hits, texts: int) -> NDArray[np.int64]:
        """Return how many of the hits each group has in each of so many texts, shape (texts, groups)."""
        size = len(self.groups)
        cells = hits.texts * size + self.group_of[hits.entries]
        return np.bincount(cells, minlength=texts * size).reshape(texts, size)


@cache
def load(name: str) -> Lexicon:
    """Return the lexicon ``data/lexicons/<name>.tsv``; errors as of :func:`read`."""
    relative = f"lexicons/{name}.tsv"
    return Lexicon(read(settings.resource("data") / relative, relative))


def read(path: Path, name: str) -> list[Entry]:
    """Return the entries of a table of phrases, which errors call ``name``.

    Raises
    ------
    RuleTableError
        The header, a row's cells or its value are wrong, or a phrase is empty or listed twice; the row is named.
    """
    entries: dict[str, Entry] = {}
    for number, row in settings.read_rows(path, name, COLUMNS):
        phrase, value = row["phrase"], row["value"]
        if not phrase.strip():
            raise RuleTableError(file=name, row=number, why_zh="没有短语（phrase）", why_en="the phrase is empty")
        if phrase in entries:
            raise RuleTableError(
                file=name, row=number, why_zh=f"短语「{phrase}」重复", why_en=f"{phrase!r} is listed twice"
            )
        if not (value.isascii() and value.isdigit()):
            raise RuleTableError(
                file=name,
                row=number,
                why_zh=f"value 应为整数，实为「{value}」",
                why_en=f"value must be a whole number, not {value!r}",
            )
        entries[phrase] = Entry(phrase, row["group"], int(value), row["reason"])
    return list(entries.values())
