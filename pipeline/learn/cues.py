"""What a careful clerk's eye catches besides the words: counts, ages, lengths, questions.

A few dozen dense numbers a letter. Which of them matter for which head is learned, never set here.
Phrases: ``data/lexicons/cues.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log1p

import numpy as np
from numpy.typing import NDArray

from pipeline.text import lexicon
from pipeline.text.counts import DIGITS

_YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20[0-4]\d)(?=年|[.\-/]\d)")
_SPAN = re.compile(r"([一二三四五六七八九十两几]{1,3}|\d{1,2})多?余?个?年(?:多|来|了|前|以来|之久|时间)")
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
    groups = lexicon.load("cues").groups
    return (*NAMES_BEFORE_GROUPS, *(f"group:{group}" for group in groups), *(f"title:{group}" for group in groups))


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
    phrases = lexicon.load("cues")
    said, entitled = (phrases.by_group(phrases.find_all(texts), len(texts)) for texts in (bodies, titles))
    measures = [_measures(*letter) for letter in zip(titles, bodies, received_at, strict=True)]
    counted = np.array(measures, dtype=np.float32).reshape(len(titles), len(NAMES_BEFORE_GROUPS))
    mentions = np.log1p((said + entitled).astype(np.float32))
    result: NDArray[np.float32] = np.hstack([counted, mentions, (entitled > 0).astype(np.float32)])
    return result


def _measures(title: str, body: str, received: str) -> list[float]:
    year = _received_year(received)
    years = [int(found) for found in _YEAR.findall(body)] if "年" in body or year else []
    spans = _SPAN.findall(body) if "年" in body else []
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
