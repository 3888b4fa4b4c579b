"""Public bodies that a letter names: their type by the end of the name, their level by the place before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import ahocorasick_rs

from pipeline.settings import read_table
from pipeline.text.clean import clean
from pipeline.text.finder import finder

_LONGEST_PLACE: Final = 14
_OTHER: Final = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
# What may stand before a body's name and belongs to it: a place that ends in its kind, or an anonymised one (A3区).
_PLACE = re.compile(
    r"(?:(?:[A-Z]\d*|[\u4e00-\u9fff]{1,6}?)?(?:自治州|自治县|开发区|高新区|新区|街道|社区|省|市|区|县|州|旗|镇|乡|村))+(?:的)?$"
)
# Function words and verbs of telling end a sentence's own words and begin the name.
_BEFORE_NAMES: Final = "我你他她找过到向去在和与及被让请由对从给了是报举诉投告、经"
_LEVELS: Final = {
    **dict.fromkeys(("镇", "乡", "村", "街道", "社区"), 1),
    **dict.fromkeys(("区", "县", "旗"), 2),
    **dict.fromkeys(("市", "州"), 3),
    "省": 4,
}


@dataclass(frozen=True)
class Body:
    """A body named in a text: ``text[start:end]``.

    Attributes
    ----------
    department : str
        Its type.
    level : int
        0 where the name doesn't tell.
    institution : bool
        A school, a hospital, a utility: no organ of its type, but under one.
    """

    start: int
    end: int
    text: str
    department: str
    level: int
    institution: bool


def find_bodies(text: str) -> list[Body]:
    """Return the public bodies named in a text, in order.

    Examples
    --------
    >>> [(body.text, body.department, body.level) for body in find_bodies("我找过临江区住建局和派出所，没人管")]
    [('临江区住建局', '住房城乡建设', 2), ('派出所', '公安', 1)]
    """
    automaton, rows = _bodies()
    found = []
    for index, start, end in automaton.find_matches_as_indexes(text):
        department, level, institution = rows[index]
        begin = _begin(text, start)
        body = text[begin:end]
        found.append(Body(begin, end, body, department, level or _level(text[begin:start]), institution))
    return found


def squeezed(text: str) -> str:
    """Return text without anything that can be put between the characters of a name, in its usual form.

    Examples
    --------
    >>> squeezed("临江區　住·建 局")
    '临江区住建局'
    """
    return _OTHER.sub("", clean([text])[0].lower())


def _begin(text: str, start: int) -> int:
    """Return where the place before a body's name begins."""
    begin = max(0, start - _LONGEST_PLACE)
    begin += max(text[begin:start].rfind(word) for word in _BEFORE_NAMES) + 1
    match = _PLACE.search(text, begin, start)
    return match.start() if match else start


def _level(place: str) -> int:
    place = place.removesuffix("的")
    if place.endswith(("开发区", "高新区", "新区")):
        return 2
    return next((level for kind, level in _LEVELS.items() if place.endswith(kind)), 0)


def organs(kinds: Iterable[tuple[int, str, str]]) -> Iterator[tuple[str, int]]:
    """Yield names of organs that tell their level, with it: 派出所, and with a kind of place 某区教育局 and 区教育局.

    Parameters
    ----------
    kinds : iterable of (level, ending, kind)
        As :func:`pipeline.text.kinds.kinds` gives them, a kind with a character before it; organs of towns have
        names of their own.
    """
    before = [(level, kind) for level, _, kind in kinds if kind and level > 1]
    for row in _table():
        if row["kind"] != "organ":
            continue
        if level := int(row["level"]):
            yield row["body"], level
        else:
            yield from ((place + row["body"], of) for of, kind in before for place in (kind, kind[1:]))


def _table() -> list[dict[str, str]]:
    return list(read_table("bodies.tsv", ("body", "department", "level", "kind", "source")))


@cache
def _bodies() -> tuple[ahocorasick_rs.AhoCorasick, list[tuple[str, int, bool]]]:
    rows = _table()
    return finder(row["body"] for row in rows), [
        (row["department"], int(row["level"]), row["kind"] == "institution") for row in rows
    ]
