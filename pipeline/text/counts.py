"""Numbers as letters write them: 三百多户, 200余人."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from pipeline.settings import read_toml

DIGITS: Final = {word: number for number, word in enumerate("零一二三四五六七八九十")} | {"两": 2, "几": 5, "数": 5}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10000}


def whole_number(written: str) -> int:
    """Return a whole number written in digits or characters; 0 if it is none.

    Examples
    --------
    >>> [whole_number(word) for word in ("36", "三百二十", "十五", "两千", "一万三千", "百", "3百", "几十", "十多万")]
    [36, 320, 15, 2000, 13000, 100, 300, 50, 100000]
    >>> [whole_number(word) for word in ("三四十", "两三百", "十七八")]  # of a range the first
    [30, 200, 17]
    """
    total = section = digit = 0
    for character in _first_of_ranges().sub(lambda found: found.group()[0], written):
        unit = _UNITS.get(character)
        if unit is None:
            digit = digit * 10 + int(character) if character.isdecimal() else DIGITS.get(character, digit)
        elif unit == _UNITS["万"]:
            total, section, digit = (total + section + digit or 1) * unit, 0, 0
        else:
            section, digit = section + (digit or 1) * unit, 0
    return total + section + digit


def stated_people(text: str) -> tuple[int, str]:
    """Return the largest number of people, households or firms that a text states, and how it says it.

    A household counts as one: nobody said how many live there. How they are stated: ``data/people.toml``.

    Examples
    --------
    >>> stated_people("全小区三百多户业主，其中20人到场")
    (300, '三百多户')
    >>> stated_people("我一个人反映")
    (0, '')
    >>> stated_people("我家两人，楼下三十家商户")
    (30, '三十家')
    >>> stated_people("欠了四十多万人工费"), stated_people("总户数1200户")
    ((0, ''), (1200, '1200户'))
    """
    pattern, everyday, smallest, largest = _stated()
    best = (0, "")
    for match in pattern.finditer(text):
        if not match.group().startswith(everyday):
            number = whole_number(match.group(1))
            if max(best[0] + 1, smallest) <= number < largest:
                best = (number, match.group())
    return best


def is_vague(words: str) -> bool:
    """Return whether the words of a stated number leave it open.

    Examples
    --------
    >>> is_vague("几十户"), is_vague("三四十户"), is_vague("三百多户"), is_vague("")
    (True, True, False, False)
    """
    rules = read_toml("people.toml")
    return any(word in words for word in (*rules["vague"], *rules["ranges"]))


def people_told(number: int, words: str) -> str:
    """Return how a stated number of people is shown to a clerk: in the letter's words, never as an invented number.

    Parameters
    ----------
    number : int
        As :func:`stated_people` gives it, for sums; 0 if none was stated.
    words : str
        How the letter says it; "" where its words may not be told.

    Examples
    --------
    >>> people_told(50, "几十户"), people_told(300, "三百多户"), people_told(50, ""), people_told(0, "")
    ('约几十户', '三百多户', '约 50 人（户）', '')
    """
    if not words:
        return f"约 {number} 人（户）" if number else ""
    return f"约{words}" if is_vague(words) else words


@cache
def _first_of_ranges() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, read_toml("people.toml")["ranges"])))


@cache
def _stated() -> tuple[re.Pattern[str], tuple[str, ...], int, int]:
    rules = read_toml("people.toml")
    return re.compile(rules["stated"]), tuple(rules["everyday"]), int(rules["smallest"]), int(rules["largest"])
