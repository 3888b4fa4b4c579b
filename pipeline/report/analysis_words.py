"""How a periodic analysis is worded: sentences from ``data/report.toml``, days as documents write them, comparisons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from pipeline.errors import RuleTableError
from pipeline.report.analysis_parts import Number, Part, Parts, Sentence
from pipeline.settings import read_toml

_HOLE = re.compile(r"\{(\w+)\}")


def rules() -> dict[str, Any]:
    """Return ``data/report.toml``.

    Examples
    --------
    >>> rules()["small"]["letters"]
    5
    """
    return read_toml("report.toml")


def title(key: str) -> str:
    """Return a title of the document."""
    return str(rules()["titles"][key])


def filled(key: str, **values: Part | Parts) -> Parts:
    """Return a sentence of the table with its holes filled; numbers stay numbers.

    Raises
    ------
    RuleTableError
        The table lacks the sentence, or the sentence has a hole that nothing fills.

    Examples
    --------
    >>> filled("empty")
    ('本期没有来信记录，这一部分没有数据可以分析。',)
    >>> filled("peak", day="11月16日", letters=Number("12", ("1-03",)))[-2:]
    (Number(text='12', sources=('1-03',)), '件。')
    """
    sentences: Mapping[str, str] = rules()["sentences"]
    if key not in sentences:
        raise _broken(f"[sentences] 缺 {key}", f"[sentences] lacks {key}")
    parts: list[Part] = []
    for at, piece in enumerate(_HOLE.split(sentences[key])):
        if at % 2 == 0:
            parts.append(piece)
        elif piece not in values:
            raise _broken(f"句子 {key} 里的 {{{piece}}} 没有这个数", f"sentence {key}: nothing fills {{{piece}}}")
        else:
            value = values[piece]
            parts += [*value] if isinstance(value, tuple) else [value]
    return tuple(part for part in parts if part != "")


def said(key: str, **values: Part | Parts) -> Sentence:
    """Return a plain sentence of the table."""
    return Sentence(filled(key, **values))


def joined(pieces: Sequence[Parts], mark: str = "、") -> Parts:
    """Return passages with a mark between them.

    Examples
    --------
    >>> joined([("甲",), ("乙",)])
    ('甲', '、', '乙')
    """
    parts: list[Part] = []
    for at, piece in enumerate(pieces):
        parts += [mark, *piece] if at else [*piece]
    return tuple(parts)


def share(part: int, whole: int) -> str:
    """Return a share in per cent; a dash where there is no whole.

    Examples
    --------
    >>> share(1, 3), share(0, 0)
    ('33.3%', '—')
    """
    return f"{part / whole:.1%}" if whole else "—"


def change(now: int, before: int) -> str:
    """Return a change as a cell shows it: per cent where the base is large enough, else the difference.

    Examples
    --------
    >>> change(120, 100), change(3, 1), change(5, 5)
    ('+20.0%', '+2', '0')
    """
    if now == before:
        return "0"
    return f"{now / before - 1:+.1%}" if before >= rules()["change"]["percent_from"] else f"{now - before:+d}"


def compared(span: str, now: Number, base: Number) -> Parts:
    """Return the passage that sets a number against an earlier one.

    Examples
    --------
    >>> from pipeline.report.analysis_parts import plain
    >>> plain(compared("上期", Number("90", ("1-01",)), Number("100", ("1-02",))))
    '比上期（100件）减少10件，下降10.0%'
    """
    here, there = int(now.text), int(base.text)
    if here == there:
        return filled("same", span=span, base=base)
    sources = (*now.sources, *base.sources)
    key = "up" if here > there else "down"
    if there < rules()["change"]["percent_from"]:
        return filled(f"{key}_small", span=span, base=base, difference=Number(str(abs(here - there)), sources))
    percent = Number(f"{abs(here / there - 1):.1%}", sources)
    return filled(key, span=span, base=base, difference=Number(str(abs(here - there)), sources), percent=percent)


def stands_out(now: int, before: int) -> int:
    """Return 1 for a rise beyond chance and large enough to matter, -1 for such a fall, else 0.

    Examples
    --------
    >>> stands_out(40, 20), stands_out(9, 8), stands_out(10, 30)
    (1, 0, -1)
    """
    rule = rules()["rising"]
    more, less = max(now, before), min(now, before)
    if more < rule["letters"] or more < rule["ratio"] * less or (more - less) / sqrt(more + less) < rule["chance"]:
        return 0
    return 1 if now > before else -1


def spoken_day(day: str, *, year: bool = False) -> str:
    """Return an ISO day as documents write it.

    Examples
    --------
    >>> spoken_day("2026-11-09"), spoken_day("2026-11-09", year=True), spoken_day("")
    ('11月9日', '2026年11月9日', '')
    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d.*", day):
        return day
    short = f"{int(day[5:7])}月{int(day[8:10])}日"
    return f"{day[:4]}年{short}" if year else short


def spoken_period(start: str, end: str) -> str:
    """Return a period as the title writes it.

    Examples
    --------
    >>> spoken_period("2026-11-16", "2026-11-22"), spoken_period("2026-12-28", "2027-01-03")
    ('2026年11月16日至11月22日', '2026年12月28日至2027年1月3日')
    """
    if start == end:
        return spoken_day(start, year=True)
    return f"{spoken_day(start, year=True)}至{spoken_day(end, year=start[:4] != end[:4])}"


def _broken(why_zh: str, why_en: str) -> RuleTableError:
    return RuleTableError(file="report.toml", row=0, why_zh=why_zh, why_en=why_en)
