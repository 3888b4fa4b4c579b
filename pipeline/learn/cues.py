"""What a careful clerk's eye catches besides the words: counts, ages, lengths, questions.

A few dozen dense numbers a letter. Which of them matter for which head is learned, never set here.
Phrases: ``data/lexicons/cues.tsv``, ``divisions.tsv``, and the organs of ``data/bodies.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from math import log1p

import numpy as np
from numpy.typing import NDArray

from pipeline.text import lexicon
from pipeline.text.bodies import organs
from pipeline.text.counts import DIGITS
from pipeline.text.kinds import kinds
from pipeline.text.lexicon import Lexicon

# Look-behinds stand after the first character: a pattern that begins with a character class is sought faster.
_YEAR = re.compile(r"(1(?<!\d.)9[5-9]\d|2(?<!\d.)0[0-4]\d)(?=年|[.\-/]\d)")
_SPAN_END = re.compile("年(?:多|来|了|前|以来|之久|时间)")
_SPAN = re.compile(
    r"([一二三四五六七八九十两几\d](?:(?<=\d)\d?|(?<!\d)[一二三四五六七八九十两几]{0,2}))多?余?个?" + _SPAN_END.pattern
)
_PEOPLE = re.compile(r"(\d{1,5})(?:多|余|来)?(?:户|名|人|位|家|口|余户|余人)(?!民币|\d)")
_MARKS = ("？", "?", "！", "!", "\n", "1、", "一、")
_SINCE_LEGACY = 3
NAMES_BEFORE_GROUPS = (
    "length",
    "title_length",
    "years_since",
    "legacy_year",
    "span_years",
    "people",
    "title_question",
    *(f"mark {mark!r}" for mark in _MARKS),
)


def names() -> tuple[str, ...]:
    """Return the name of every column of :func:`cues`.

    Examples
    --------
    >>> "group:raised_before" in names()
    True
    """
    return (
        *NAMES_BEFORE_GROUPS,
        *(f"{where}:{group}" for known in _tables() for where in ("group", "title") for group in known.groups),
    )


def _tables() -> tuple[Lexicon, Lexicon]:
    """Turns of phrase, and divisions and organs; each is sought by itself, so that neither hides the other."""
    return lexicon.load("cues"), divisions()


@cache
def divisions() -> Lexicon:
    """Return the divisions of the table and the organs of each level.

    Examples
    --------
    >>> [entry.group for _, entry in divisions().find("某区教育局、市公安局和派出所都不管小区城管")]
    ['organ_2', 'organ_3', 'organ_1', 'no_division']
    """
    table = lexicon.load("divisions").entries
    known = {entry.phrase for entry in table}
    made = {name: level for name, level in organs(kinds()) if name not in known}
    return Lexicon([*table, *(lexicon.Entry(name, f"organ_{level}", 1, "") for name, level in made.items())])


def cues(titles: Sequence[str], bodies: Sequence[str], received_at: Sequence[str]) -> NDArray[np.float32]:
    """Return the cues of prepared letters, shape (letters, ``len(names())``).

    Parameters
    ----------
    titles, bodies : sequence of str
        As :func:`pipeline.learn.features.plain` gives them.
    received_at : sequence of str
        Any text that holds the year of receipt; empty if unknown.

    Examples
    --------
    >>> row = cues(["房产证何时办？"], ["2009年交房，300户业主没有证。"], ["2020-05-01"])[0]
    >>> float(row[names().index("years_since")])
    11.0
    """
    measures = [_measures(*letter) for letter in zip(titles, bodies, received_at, strict=True)]
    columns = [np.array(measures, dtype=np.float32).reshape(len(titles), len(NAMES_BEFORE_GROUPS))]
    for known in _tables():
        said, entitled = (known.by_group(known.find_all(texts), len(texts)) for texts in (bodies, titles))
        columns += [np.log1p((said + entitled).astype(np.float32)), (entitled > 0).astype(np.float32)]
    result: NDArray[np.float32] = np.hstack(columns)
    return result


def _measures(title: str, body: str, received: str) -> list[float]:
    year = _received_year(received)
    years = [int(found) for found in _YEAR.findall(body)] if "年" in body or year else []
    spans = _SPAN.findall(body) if _SPAN_END.search(body) else []
    latest = year or max(years, default=0)
    since = max((latest - found for found in years if found <= latest), default=0)
    span = max((_number(found) for found in spans), default=0)
    people = max((int(found) for found in _PEOPLE.findall(body)), default=0)
    return [
        log1p(len(body)),
        log1p(len(title)),
        float(min(since, 30)),
        float(since >= _SINCE_LEGACY),
        float(min(span, 30)),
        log1p(people),
        float("?" in title or "？" in title),
        *(log1p(body.count(mark)) for mark in _MARKS),
    ]


def _received_year(received: str) -> int:
    found = re.match(r"\s*(19|20)\d\d", received)
    return int(found.group()) if found else 0


def _number(word: str) -> int:
    if word.isdigit():
        return int(word)
    if "十" in word:
        tens, _, ones = word.partition("十")
        return 10 * DIGITS.get(tens, 1) + DIGITS.get(ones, 0)
    return DIGITS.get(word[0], 0)
