"""By which road: petition, litigation, arbitration, review, enforcement, disclosure or Party-internal appeal.

诉访分离, 依法分类处理 (信访工作条例第二十八条、第三十一条). A road other than the petition procedure needs a phrase
of the letter, not a class alone, but for accusations, whose purpose the law names. Suggestions, enquiries and thanks
have roads of their own, on which fewer clocks run or none; where anything in the letter sounds like a grievance, the
petition procedure and its clocks stay. Rules: ``data/legal_roads.tsv``, ``data/road_rules.tsv``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from pipeline.advise.deadlines import clocks
from pipeline.errors import RuleTableError
from pipeline.settings import read_rows, resource, several
from pipeline.text.clean import strip_set_phrases
from pipeline.text.finder import finder

_ROADS = "legal_roads.tsv"
_RULES = "road_rules.tsv"
_OPENING = "^"  # before a phrase with which a letter begins
_GREETED = 120  # characters within which a text begins behind its greeting
_BEFORE = 6  # characters before a phrase in which a denial is sought
_ROAD_COLUMNS = ("road", "clocks", "source")
COLUMNS = (
    "rule",
    "road",
    "category_l1",
    "category_l2",
    "purpose",
    "phrases",
    "unless",
    "denied",
    "advice",
    "law",
    "source",
)


@dataclass(frozen=True)
class Road:
    """A suggested road.

    Attributes
    ----------
    name : str
    phrase : str
        The words of the letter that show it; "" where its class alone does.
    advice : str
        One plain sentence that the citizen could be told.
    law : str
    clocks : frozenset of str
        Names of the clocks of ``data/clocks.toml`` that run on it.
    """

    name: str
    phrase: str
    advice: str
    law: str
    clocks: frozenset[str]


@dataclass(frozen=True)
class _Rule:
    road: str
    category_l1: str
    category_l2: str
    purpose: str
    phrases: frozenset[str]
    unless: frozenset[str]
    denied: tuple[str, ...]
    advice: str
    law: str


def suggest_roads(
    titles: Sequence[str],
    texts: Sequence[str],
    *,
    category_l1: Sequence[str],
    category_l2: Sequence[str],
    purpose: Sequence[str],
) -> list[Road]:
    """Return the road of each letter.

    Parameters
    ----------
    titles, texts : sequence of str
        Cleaned and masked.
    category_l1, category_l2, purpose : sequence of str
        As suggested.

    Examples
    --------
    >>> road = suggest_roads([""], ["公司违法解除劳动合同，不给经济补偿金"], category_l1=["劳动和社会保障"],
    ...     category_l2=["劳动关系"], purpose=["求决"])[0]
    >>> road.name, road.phrase
    ('劳动仲裁', '解除劳动合同')
    """
    found = []
    for title, text, *classes in zip(titles, texts, category_l1, category_l2, purpose, strict=True):
        letter = f"{title}\n{text}"
        automaton, phrases = _phrases(classes[-1])
        said = [
            (phrases[index], letter[max(0, start - _BEFORE) : start])
            for index, start, _ in automaton.find_matches_as_indexes(letter, overlapping=True)
        ]
        said += [(f"{_OPENING}{phrase}", "") for phrase in _begun(text)]
        found.append(_road(letter, said, *classes))
    return found


def _road(letter: str, said: Sequence[tuple[str, str]], first: str, second: str, purpose: str) -> Road:
    """Return the road of a letter; ``said`` are phrases of it, each with the words before it."""
    held = {phrase for phrase, _ in said}
    for rule in _rules_for(first, second, purpose):
        hits = rule.phrases & held
        if (rule.phrases and not hits) or any(word in letter for word in rule.unless):
            continue
        shown = [phrase for phrase, before in said if phrase in hits and not before.endswith(rule.denied)]
        if shown or not rule.phrases:
            phrase = max(shown, key=len, default="").removeprefix(_OPENING)
            return Road(rule.road, phrase, rule.advice, rule.law, running(rule.road))
    raise AssertionError("the last rule holds for every letter")


def _begun(text: str) -> list[str]:
    """Return the phrases of ``_openings`` with which a text begins, behind a greeting at most."""
    openings = _openings()
    if not any(map(text[:_GREETED].__contains__, openings)):
        return []
    begins = text[text.find(strip_set_phrases(text)) :]
    return [phrase for phrase in openings if begins.startswith(phrase)]


def running(road: str) -> frozenset[str]:
    """Return the names of the clocks that run on a road.

    Examples
    --------
    >>> "result" in running("信访程序"), "result" in running("咨询"), running("感谢表扬")
    (True, False, frozenset())
    """
    return _roads()[road]


@cache
def _roads() -> dict[str, frozenset[str]]:
    """Return the roads in their order, with the clocks that run on each.

    Raises
    ------
    RuleTableError
        A road names a clock that there isn't.
    """
    known, found = clocks().keys(), {}
    for number, row in read_rows(resource("data") / _ROADS, _ROADS, _ROAD_COLUMNS):
        found[row["road"]] = frozenset(several(row["clocks"]))
        if wrong := sorted(found[row["road"]] - known):
            raise RuleTableError(
                file=_ROADS, row=number, why_zh=f"没有期限「{wrong[0]}」", why_en=f"there is no clock {wrong[0]}"
            )
    return found


@cache
def _rules() -> tuple[_Rule, ...]:
    """Return the rules in the order in which they are tried.

    Raises
    ------
    RuleTableError
        A rule names a road that there isn't, or the last one doesn't hold for every letter.
    """
    order = list(_roads())
    found = []
    for number, row in read_rows(resource("data") / _RULES, _RULES, COLUMNS):
        if row["road"] not in order:
            raise RuleTableError(
                file=_RULES, row=number, why_zh=f"没有途径「{row['road']}」", why_en=f"there is no road {row['road']}"
            )
        found.append(
            _Rule(
                road=row["road"],
                category_l1=row["category_l1"],
                category_l2=row["category_l2"],
                purpose=row["purpose"],
                phrases=frozenset(several(row["phrases"])),
                unless=frozenset(several(row["unless"])),
                denied=several(row["denied"]),
                advice=row["advice"],
                law=row["law"],
            )
        )
    found.sort(key=lambda rule: order.index(rule.road))
    last = found[-1]
    if last.phrases or last.unless or last.category_l1 or last.category_l2 or last.purpose:
        raise RuleTableError(
            file=_RULES, row=0, why_zh="最后一条途径必须没有条件", why_en="the last road must have no condition"
        )
    return tuple(found)


@cache
def _rules_for(first: str, second: str, purpose: str) -> tuple[_Rule, ...]:
    """Return the rules that may hold for letters of some classes, in their order."""
    return tuple(
        rule
        for rule in _rules()
        if rule.category_l1 in ("", first) and rule.category_l2 in ("", second) and rule.purpose in ("", purpose)
    )


@cache
def _phrases(purpose: str) -> tuple[ahocorasick_rs.AhoCorasick, list[str]]:
    """Return what finds the phrases of the rules for a purpose, and these."""
    named = {phrase for rule in _rules() if rule.purpose in ("", purpose) for phrase in rule.phrases}
    phrases = sorted(phrase for phrase in named if not phrase.startswith(_OPENING))
    return finder(phrases, longest=False), phrases


@cache
def _openings() -> tuple[str, ...]:
    """Return the phrases that count only where a letter's text begins with them."""
    named = {phrase for rule in _rules() for phrase in rule.phrases if phrase.startswith(_OPENING)}
    return tuple(sorted(phrase.removeprefix(_OPENING) for phrase in named))
