"""The things that a letter is about by name: an estate, a school, a firm, a road, a project, a village.

A name is the run of words before an ending (花园, 小学, 有限公司, 大道) since the last word that can't belong to it,
a word that no dictionary knows, or a place that the office lists, by whichever of its names. Tables:
``data/things.tsv`` (endings), ``data/thing_borders.tsv`` (words before a name), the office's ``areas.tsv``.
Nobody's name is a thing: letters are masked before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final, NamedTuple

import ahocorasick_rs

from pipeline.office import Office
from pipeline.settings import read_table
from pipeline.text.finder import finder
from pipeline.text.segment import Segmenter

_WORD: Final = re.compile(r"[\u4e00-\u9fffA-Za-z0-9·.]+")
# Divisions stand apart (see places.py): A3区, 临江区, 松涛街道; what follows them begins anew.
_ANONYMOUS: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]\d{0,2}[区县市]|西地省")
_PLACE: Final = re.compile(r"[\u4e00-\u9fff]{2,3}?(?:省|市|自治州|自治县|新区|区|县|街道|镇|乡)|[\u4e00-\u9fff]县")
_WORDS_KEPT, _LONGEST, _SHORTEST, _UNKNOWN = 4, 14, 2, 3

_NONE: Final = "-"


class Thing(NamedTuple):
    """A named thing: its name, its kind ("" for a word that no dictionary knows), and how the name ends by its kind."""

    name: str
    kind: str
    ending: str = ""


@dataclass(frozen=True)
class Listed:
    """The places that an office lists, each known by all its names.

    Examples
    --------
    >>> Listed.of(Office.load()).things["湖畔云著二期"]
    Thing(name='湖畔云著', kind='小区', ending='')
    """

    things: Mapping[str, Thing] = field(default_factory=dict)

    @classmethod
    def of(cls, office: Office) -> Listed:
        """Return the places below a town: estates, villages, roads; a town or district is no thing."""
        found: dict[str, Thing] = {}
        for area in office.areas:
            if area.is_division:
                continue
            ending = _ending(area.name)
            kind = area.kind if ending is None or ending.kind == _NONE else ending.kind
            found |= dict.fromkeys((area.name, *area.aliases), Thing(area.name, kind))
        return cls(found)

    def cut(self, text: str, segmenter: Segmenter) -> list[str]:
        """Return the words of a text; a listed name is one word."""
        if not self.things:
            return segmenter.cut(text)
        words, end = [], 0
        for _, begin, stop in self._finder.find_matches_as_indexes(text):
            words += [*segmenter.cut(text[end:begin]), text[begin:stop]]
            end = stop
        return [*words, *segmenter.cut(text[end:])]

    @cached_property
    def _finder(self) -> ahocorasick_rs.AhoCorasick:
        return finder(self.things)


NOTHING_LISTED: Final = Listed()


@dataclass(frozen=True)
class _Ending:
    text: str
    kind: str
    own: bool
    telling: bool


def named_things(text: str, segmenter: Segmenter, listed: Listed = NOTHING_LISTED) -> list[Thing]:
    """Return the things that a text names, in order, as often as it names them.

    Examples
    --------
    >>> from pipeline.text.segment import default_segmenter
    >>> [thing.name for thing in named_things("我们住在丽景花园小区，旁边的鑫磐搅拌站太吵", default_segmenter())]
    ['丽景花园', '鑫磐搅拌站']
    """
    return things_and_words(text, segmenter, listed)[0]


def things_and_words(text: str, segmenter: Segmenter, listed: Listed = NOTHING_LISTED) -> tuple[list[Thing], list[str]]:
    """Return the things that a text names, and its other words that tell what it is about.

    Parameters
    ----------
    text : str
        Cleaned, masked, without placeholders.
    """
    things: list[Thing] = []
    words: list[str] = []
    run: list[str] = []
    cut = listed.cut(_ANONYMOUS.sub("，", text), segmenter)
    for word, following in zip(cut, [*cut[1:], ""], strict=False):
        ahead = _ending(following)
        if (own := listed.things.get(word)) is not None:
            words.extend(run)
            # 丽景花园|幼儿园: the name goes on.
            goes_on = ahead is not None and ahead.kind != _NONE and not ahead.own
            run[:] = [own.name] if goes_on else []
            things.extend([] if goes_on else [own])
            continue
        if word in _borders() or not _WORD.fullmatch(word) or _is_division(word, segmenter):
            words.extend(run)
            run.clear()
            continue
        run.append(word)
        # 枫桥|雅苑: the name goes on.
        ending = _ending(word)
        if ending and len(ending.text) == 1 < len(following) and following in _endings():
            ending = None
        if ending is None and ahead is not None and ahead.kind != _NONE:
            continue
        thing = _named(run, ending, segmenter) if ending else _unknown(word, segmenter)
        ending = None if ending and ending.kind == _NONE else ending
        if thing:
            things.append(thing)
            words.extend(run[:-_WORDS_KEPT] if ending else run[:-1])
            # What kind of thing it is says what the letter is about, too: 搅拌站, 幼儿园.
            words.extend([ending.text] if ending and not ending.telling else [])
        elif ending:
            words.extend(run)
        if thing or ending:
            run.clear()
    words.extend(run)
    return things, [word for word in words if len(word) > 1 and not word.isdigit()]


def _is_division(word: str, segmenter: Segmenter) -> bool:
    """Return whether a word names a division (临江区); everyday words that end like one (生活区, 菜市) don't."""
    return _PLACE.fullmatch(word) is not None and not segmenter.is_everyday(word)


def _unknown(word: str, segmenter: Segmenter) -> Thing | None:
    """Return a word that no dictionary knows as a thing."""
    return Thing(word, "") if len(word) >= _UNKNOWN and not word.isascii() and not segmenter.knows(word) else None


def _named(run: list[str], ending: _Ending, segmenter: Segmenter) -> Thing | None:
    """Return the thing that the run names; None where it says only what kind of thing it is (地下停车场 may stay)."""
    if ending.kind == _NONE:
        return None
    whole = "".join(run[-_WORDS_KEPT:])[-_LONGEST:]
    core = whole.removesuffix(ending.text)
    if len(core) < _SHORTEST and not (core and len(ending.text) == 1 and len(run) == 1):
        return None
    if (len(run) == 1 or not ending.telling) and all(map(segmenter.is_everyday, run[-_WORDS_KEPT:])):
        return None
    return Thing(core, ending.kind) if ending.own else Thing(whole, ending.kind, ending.text)


def _ending(word: str) -> _Ending | None:
    table = _endings()
    for length in range(min(len(word), _longest()), 0, -1):
        if (ending := table.get(word[-length:])) is not None:
            return ending
    return None


@cache
def _endings() -> dict[str, _Ending]:
    rows = read_table("things.tsv", ("ending", "kind", "own", "telling", "source"))
    return {r["ending"]: _Ending(r["ending"], r["kind"], r["own"] == "1", r["telling"] == "1") for r in rows}


@cache
def _longest() -> int:
    return max(map(len, _endings()))


@cache
def _borders() -> frozenset[str]:
    return frozenset(row["word"] for row in read_table("thing_borders.tsv", ("word", "source")))
