"""Which column is which: headers recognised by ``data/headers.tsv`` or named by the user."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pipeline import letter
from pipeline.errors import BadOption, HeaderConflict, NoTextColumn
from pipeline.settings import read_table

_NOISE = re.compile(r"[\s*:：_\-]|[(（\[【][^)）\]】]*[)）\]】]")
RESERVED = frozenset((*(column.name for column in letter.ALL_COLUMNS), letter.SOURCE_ROW, letter.INTAKE_NOTE))
RENAMED = "原_"


def normal(header: object) -> str:
    """Return a header as it is compared.

    Examples
    --------
    >>> normal(" 留言 主题*（必填）：")
    '留言主题'
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", str(header))).lower()


@cache
def synonyms() -> dict[str, tuple[str, int]]:
    """Return compared header -> (canonical name, rank in the table)."""
    rows = read_table("headers.tsv", ("canonical", "header", "source"))
    return {normal(row["header"]): (row["canonical"], rank) for rank, row in enumerate(rows)}


def has_text(headers: Sequence[object]) -> bool:
    """Return whether one of the headers is known to hold the letter's text."""
    return any(synonyms().get(normal(header), ("", 0))[0] == letter.TEXT for header in headers)


def unique(headers: Sequence[object]) -> tuple[list[str], list[str]]:
    """Return headers as distinct, filled text, and notes on what was changed.

    Examples
    --------
    >>> unique(["内容", "内容", None])
    (['内容', '内容_2', '第3列'], ['表头「内容」重复，第 2 个改称「内容_2」'])
    """
    seen: dict[str, int] = {}
    names, notes = [], []
    for position, header in enumerate(headers, start=1):
        name = str(header).strip() if header is not None and str(header).strip() else f"第{position}列"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            notes.append(f"表头「{name}」重复，第 {seen[name]} 个改称「{name}_{seen[name]}」")
            name = f"{name}_{seen[name]}"
        names.append(name)
    return names, notes


def match(path: Path, headers: Sequence[str], mapping: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return canonical name -> header, and notes.

    Raises
    ------
    BadOption
        ``mapping`` has an unknown canonical name.
    HeaderConflict
        ``mapping`` names a header that is not there.
    NoTextColumn
        No column is known to hold the text.
    """
    for name, header in mapping.items():
        if name not in letter.LETTER_COLUMNS:
            raise BadOption(
                option="--map",
                value=f"{name}={header}",
                why_zh=f"等号左边应是 {'、'.join(letter.LETTER_COLUMNS)} 之一",
                why_en=f"the left side must be one of {', '.join(letter.LETTER_COLUMNS)}",
            )
        if header not in headers:
            raise HeaderConflict(
                file=path,
                why_zh=f"没有叫「{header}」的列，现有：{'、'.join(headers)}",
                why_en=f"no column {header!r}; there are: {', '.join(headers)}",
            )
    taken = set(mapping.values())
    ranked: dict[str, list[tuple[int, str]]] = {}
    for header in headers:
        name, rank = synonyms().get(normal(header), ("", 0))
        if name and header not in taken and name not in mapping:
            ranked.setdefault(name, []).append((rank, header))
    matched, notes = dict(mapping), []
    for name, found in ranked.items():
        found.sort()
        matched[name] = found[0][1]
        if len(found) > 1:
            others = "、".join(header for _, header in found[1:])
            notes.append(f"「{found[0][1]}」用作{letter.LETTER_HEADERS[name][0]}，「{others}」原样带出")
    if letter.TEXT not in matched:
        raise NoTextColumn(file=path, columns="、".join(headers))
    return {name: matched[name] for name in letter.LETTER_COLUMNS if name in matched}, notes
