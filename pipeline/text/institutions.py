"""Find what names of schools, hospitals, estates and companies end in, so that no part of them is taken for a person.

Such a name ends in a word that says what it is (小学, 医院, 小区, 公司), often with others before it (实验小学,
建材有限公司). Words: ``data/names/institutions.tsv``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import ahocorasick_rs

from pipeline.settings import broken_row, read_table
from pipeline.text.finder import finder

_TABLE = "names/institutions.tsv"
_ENDING, _BEFORE, _FORM, _JOINED = "ending", "before", "form", "joined"
_Word = tuple[int, int, str]


@dataclass(frozen=True)
class Institutions:
    """Positions in a text.

    Attributes
    ----------
    starts : frozenset of int
        Where the ends of such names begin: what stands right before belongs to the name.
    inside : frozenset of int
        Their characters.
    joined : frozenset of int
        Characters of words that only end a name where more of it stands before.
    """

    starts: frozenset[int] = frozenset()
    inside: frozenset[int] = frozenset()
    joined: frozenset[int] = frozenset()


def institutions(phrase: str, begin: int = 0, titled: str = "") -> Institutions:
    """Return where the ends of names of institutions stand in a phrase without punctuation.

    Parameters
    ----------
    begin : int
        Position of the phrase in the text; the positions returned are those of the text.
    titled : str
        Characters that make another word of an ending right before them (院长).

    Examples
    --------
    >>> found = institutions("湘李建材有限公司")
    >>> sorted(found.starts), sorted(found.inside)
    ([2], [2, 3, 4, 5, 6, 7])
    >>> institutions("王建设说").inside, institutions("王卫生院长", titled="长").inside
    (frozenset(), frozenset())
    """
    automaton, _ = _words()
    found = automaton.find_matches_as_indexes(phrase)
    if not found:
        return _NOWHERE
    starts: set[int] = set()
    inside: set[int] = set()
    joined: set[int] = set()
    for chain in _chains(found):
        last = _last_ending(chain, phrase, titled)
        if last is None:
            joined.update(at for start, end, role in chain if role == _JOINED for at in range(start, end))
        else:
            starts.add(chain[0][0])
            inside.update(range(chain[0][0], last))
    return Institutions(*(frozenset(begin + at for at in places) for places in (starts, inside, joined)))


_NOWHERE: Final = Institutions()


def _chains(found: Sequence[tuple[int, int, int]]) -> Iterator[list[_Word]]:
    """Yield the runs of words that stand side by side, each from the first that may open one."""
    _, roles = _words()
    chain: list[_Word] = []
    for index, start, end in found:
        if chain and chain[-1][1] != start:
            yield chain
            chain = []
        if chain or roles[index] != _FORM:
            chain.append((start, end, roles[index]))
    if chain:
        yield chain


def _last_ending(chain: list[_Word], phrase: str, titled: str) -> int | None:
    """Return where the last ending of a run ends; None if it has none."""
    ends = [end for start, end, role in chain if role in (_ENDING, _FORM) and not phrase.startswith(tuple(titled), end)]
    return ends[-1] if ends else None


@cache
def _words() -> tuple[ahocorasick_rs.AhoCorasick, list[str]]:
    """Return an automaton of the words, and their roles.

    Raises
    ------
    RuleTableError
        A role is unknown; the row is named.
    """
    rows = list(read_table(_TABLE, ("word", "role", "source")))
    known = (_ENDING, _BEFORE, _FORM, _JOINED)
    for row in rows:
        if row["role"] not in known:
            why_zh, why_en = f"role 应为 {'、'.join(known)} 之一", f"role must be one of {', '.join(known)}"
            raise broken_row(_TABLE, row, why_zh, why_en)
    return finder(row["word"] for row in rows), [row["role"] for row in rows]
