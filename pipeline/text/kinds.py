"""What kind of division a name is, and letters with kinds in place of names (``data/place_kinds.tsv``)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from pipeline.settings import read_table


@cache
def kinds() -> tuple[tuple[int, str, str], ...]:
    """Return (level, ending of the name, kind) of divisions, longer endings first; level 0: of whole names."""
    rows = read_table("place_kinds.tsv", ("level", "ending", "kind", "source"))
    return tuple(sorted(((int(r["level"]), r["ending"], r["kind"]) for r in rows), key=lambda row: -len(row[1])))


def kind_of(level: int, name: str) -> str:
    """Return what is read in place of a division's whole name; "" where the name stays.

    Examples
    --------
    >>> kind_of(2, "岳麓区"), kind_of(2, "浏阳市"), kind_of(4, "北京市")
    ('某区', '某县', '')
    """
    return next(kind for of, ending, kind in kinds() if of == level and name.endswith(ending))


def by_kind(title: str, text: str, spans: Iterable[tuple[int, int, str]]) -> tuple[str, str]:
    """Return (title, text) with kinds in place of names.

    Parameters
    ----------
    spans : iterable of (start, length, kind)
        In order, by where they stand in title, line break and text; a kind of "" changes nothing.

    Examples
    --------
    >>> by_kind("岳麓区停水", "浏阳市也停", [(0, 3, "某区"), (6, 3, "某县")])
    ('某区停水', '某县也停')
    """
    letter, parts, at, border = f"{title}\n{text}", [], 0, len(title)
    for start, length, kind in spans:
        if kind and start >= at:
            parts += [letter[at:start], kind]
            at = start + length
            border += (len(kind) - length) * (start < len(title))
    if parts:
        letter = "".join((*parts, letter[at:]))
        title, text = letter[:border], letter[border + 1 :]
    for level, name, kind in kinds():
        if not level:
            title, text = title.replace(name, kind), text.replace(name, kind)
    return title, text
