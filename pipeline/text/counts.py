"""Numbers as letters write them: 三百多户, 200余人."""

from __future__ import annotations

import re
from typing import Final

DIGITS: Final = {word: number for number, word in enumerate("零一二三四五六七八九十")} | {"两": 2, "几": 5}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_STATED: Final = re.compile(
    r"(\d{1,6}|[一二三四五六七八九十两百千万]{2,8}|[一二三四五六七八九十两])(?:多|余|来)?(?:户|名|位|家)(?:业主|村民|居民|住户|工人|群众|家庭|职工|学生|家长)?"
    r"|(\d{1,6}|[一二三四五六七八九十两百千万]{2,8})(?:多|余|来)?(?:户|人)(?!民|次|均|工|行)"
)
_MOST: Final = 1_000_000


def whole_number(written: str) -> int:
    """Return a whole number written in digits or characters; 0 if it is none.

    Examples
    --------
    >>> [whole_number(word) for word in ("36", "三百二十", "十五", "两千", "一万三千", "百")]
    [36, 320, 15, 2000, 13000, 100]
    """
    if written.isdigit():
        return int(written)
    total = section = digit = 0
    for character in written:
        unit = _UNITS.get(character)
        if unit is None:
            digit = DIGITS.get(character, 0)
        elif unit == _UNITS["万"]:
            total, section, digit = (total + section + digit or 1) * unit, 0, 0
        else:
            section, digit = section + (digit or 1) * unit, 0
    return total + section + digit


def stated_people(text: str) -> tuple[int, str]:
    """Return the largest number of people, households or firms that a text states, and how it says it.

    A household counts as one: nobody said how many live there.

    Examples
    --------
    >>> stated_people("全小区三百多户业主，其中20人到场")
    (300, '三百多户业主')
    >>> stated_people("我一个人反映")
    (0, '')
    """
    best, quoted = 0, ""
    for found in _STATED.finditer(text):
        number = whole_number(found.group(1) or found.group(2))
        if best < number <= _MOST and number > 1:
            best, quoted = number, found.group()
    return best, quoted
