"""Find what a cleaned letter tells about somebody's health: a disease or a grade of disability.

A disease is masked where the words around it tie it to a person (确诊肺癌, 有精神病史) and stays where it is
a matter of public health (登革热防控). Diseases: ``data/diseases.tsv``; the words around: ``data/health.toml``.
"""

from __future__ import annotations

import re
from functools import cache

import ahocorasick_rs

from pipeline.settings import read_table, read_toml
from pipeline.text.finder import finder

# Far enough back for the longest words that tie a disease to a person.
_BEFORE = 16
_JOINED = re.compile(r"[、,，和与及并且还有又兼]{1,3}\Z")


@cache
def _diseases() -> ahocorasick_rs.AhoCorasick:
    names = [row["disease"] for row in read_table("diseases.tsv", ("disease", "source"))]
    return finder(names)


@cache
def _ties() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(words) for name, words in read_toml("health.toml").items() if name != "source"}


def find_health(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of what is told about somebody's health, in order, without overlaps.

    Examples
    --------
    >>> text = "父亲确诊肺癌和糖尿病，听力残疾三级；登革热防控要加强"
    >>> [text[start:end] for start, end in find_health(text)]
    ['肺癌', '糖尿病', '听力残疾三级']
    """
    ties = _ties()
    spans = [match.span() for match in ties["disability"].finditer(text)] if "残" in text else []
    known = -1
    for _, start, end in _diseases().find_matches_as_indexes(text):
        if any(start < stop and begin < end for begin, stop in spans):
            continue
        joined = 0 <= known <= start <= known + 3 and _JOINED.fullmatch(text[known:start])
        if joined or _is_personal(text, start, end):
            spans.append((start, end))
            known = end
    return sorted(spans)


def _is_personal(text: str, start: int, end: int) -> bool:
    ties = _ties()
    before = text[max(0, start - _BEFORE) : start]
    if ties["patient"].match(text, end) and ties["owned"].search(before):
        return True
    if ties["public"].match(text, end):
        return False
    return ties["before"].search(before) is not None or ties["after"].match(text, end) is not None
