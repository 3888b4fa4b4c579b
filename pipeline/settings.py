"""Rule tables, read once into frozen objects.

A table is a tab-separated file under ``data/``: lines that begin with ``#`` are comments, the first
other line is the header, and every row names its source. The tables are small and read on first use.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import RuleTableError

_PACKAGE = Path(__file__).resolve().parent


@cache
def resource(kind: str) -> Path:
    """Return the folder ``data`` or ``models``: inside the installed package, or beside it in a checkout.

    Examples
    --------
    >>> resource("data").name
    'data'
    """
    inside = _PACKAGE / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def read_table(relative: str, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Yield the rows of a rule table below ``data/`` as dictionaries; errors as of :func:`read_rows`."""
    for _, row in read_rows(resource("data") / relative, relative, columns):
        yield row


def read_rows(path: Path, name: str, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row number, row) of a table, which errors call ``name``.

    Parameters
    ----------
    columns : tuple of str
        The header the table must have.

    Raises
    ------
    RuleTableError
        The header differs or a row has another number of cells; the row is named.
    """
    header: list[str] | None = None
    for number, line in enumerate(decoded(path.read_bytes()).splitlines(), start=1):
        cells = [cell.strip() for cell in line.split("\t")]
        if not any(cells) or line.startswith("#"):
            continue
        if header is None:
            header = cells
            if tuple(header) != columns:
                raise RuleTableError(
                    file=name,
                    row=number,
                    why_zh=f"表头应为 {'、'.join(columns)}",
                    why_en=f"the header must be {', '.join(columns)}",
                )
            continue
        if len(cells) != len(header):
            raise RuleTableError(
                file=name,
                row=number,
                why_zh=f"应有 {len(header)} 格，实有 {len(cells)} 格",
                why_en=f"expected {len(header)} cells, found {len(cells)}",
            )
        yield number, dict(zip(header, cells, strict=True))


def several(cell: str) -> tuple[str, ...]:
    """Return the values of a cell that holds several.

    Examples
    --------
    >>> several("停水；停电; ")
    ('停水', '停电')
    """
    return tuple(part.strip() for part in cell.replace(";", "；").split("；") if part.strip())


def broken_row(relative: str, row: dict[str, str], why_zh: str, why_en: str) -> RuleTableError:
    """Return the error of a row of a table below ``data/`` that :func:`read_table` yielded."""
    lines = decoded((resource("data") / relative).read_bytes()).splitlines()
    number = len(lines) - lines[::-1].index("\t".join(row.values()))
    return RuleTableError(file=relative, row=number, why_zh=why_zh, why_en=why_en)


def decoded(content: bytes) -> str:
    """Return the text of a file as Excel or an editor saved it: UTF-8, UTF-16 with its mark, else GB 18030.

    Examples
    --------
    >>> decoded("信访".encode("utf-16")), decoded("信访".encode("gbk"))
    ('信访', '信访')
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


@cache
def read_toml(relative: str) -> dict[str, Any]:
    """Return a TOML file below ``data/`` as a dictionary, which is read once and not to be changed."""
    with (resource("data") / relative).open("rb") as stream:
        return tomllib.load(stream)


@dataclass(frozen=True)
class Taxonomy:
    """The two-level content classification.

    Attributes
    ----------
    pairs : tuple of (str, str)
        All (first level, second level) pairs in the order of the table; names repeat across parents.
    version : str
    """

    pairs: tuple[tuple[str, str], ...]
    version: str

    @property
    def first_levels(self) -> tuple[str, ...]:
        """First-level names in the order of the table."""
        return tuple(dict.fromkeys(first for first, _ in self.pairs))


@cache
def taxonomy() -> Taxonomy:
    """Return the shipped classification (15 first-level classes and 其他, 119 pairs).

    Examples
    --------
    >>> ("城乡建设", "工程质量") in taxonomy().pairs
    True
    """
    rows = read_table("taxonomy.tsv", ("code", "category_l1", "category_l2", "source"))
    return Taxonomy(tuple((row["category_l1"], row["category_l2"]) for row in rows), "2011")


@dataclass(frozen=True)
class FocusRule:
    """A focus topic holds where its first level, second level and flag (each if given) hold."""

    topic: str
    category_l1: str
    category_l2: str
    flag: str


@cache
def focus_rules() -> tuple[FocusRule, ...]:
    """Return the rules of the focus topics (重点类别), in the order in which they are shown."""
    rows = read_table("focus_topics.tsv", ("topic", "category_l1", "category_l2", "flag", "source"))
    return tuple(FocusRule(r["topic"], r["category_l1"], r["category_l2"], r["flag"]) for r in rows)


@cache
def departments() -> tuple[str, ...]:
    """Return the department types in the order of the table.

    Examples
    --------
    >>> "教育" in departments()
    True
    """
    return tuple(row["department"] for row in read_table("departments.tsv", ("department", "duties", "source")))
