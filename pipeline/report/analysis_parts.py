"""What a periodic analysis is made of: sentences, numbers, tables, charts, and the source of every number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["letter", "matter", "task"]


@dataclass(frozen=True)
class Source:
    """Where a number comes from.

    Attributes
    ----------
    key : str
        Section and running number, as the annex shows it.
    what, condition : str
        What is counted, and the query in plain words.
    ids : tuple of str
        Everything counted, for a program to check.
    hidden : int
        How many of them are sealed: counted, never listed.
    listed : bool
        False where ids could be crossed with others into a small group of a place: only the query is shown.
    table : str
        Title of the table it stands in; "" in a sentence.
    main : bool
        Whether it stands for its table row in the short annex.
    """

    key: str
    what: str
    condition: str
    ids: tuple[str, ...]
    of: Kind = "letter"
    shown_ids: tuple[str, ...] = ()
    hidden: int = 0
    listed: bool = True
    table: str = ""
    main: bool = True
    text: str = ""

    @property
    def count(self) -> int:
        """The number itself."""
        return len(self.ids)


@dataclass(frozen=True)
class Number:
    """A number in a text, with the keys of the sources that it was counted or computed from."""

    text: str
    sources: tuple[str, ...]


Part: TypeAlias = str | Number
Parts: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True)
class Sentence:
    """A finding in words; ``kind`` "item" stands in a list, "note" is set small."""

    parts: Parts
    kind: Literal["plain", "item", "note"] = "plain"

    @property
    def text(self) -> str:
        """The words without their sources.

        Examples
        --------
        >>> Sentence(("收到", Number("3", ("1-01",)), "件。")).text
        '收到3件。'
        """
        return plain(self.parts)


@dataclass(frozen=True)
class Heading:
    """A title within a section."""

    text: str


@dataclass(frozen=True)
class Cell:
    """A cell: text, the sources of its number, and for a heat table a shade from 0 (white) to 1 (dark)."""

    text: str
    sources: tuple[str, ...] = ()
    shade: float | None = None


@dataclass(frozen=True)
class Table:
    """A table; ``widths`` are shares of the line, ``left`` the columns that hold text."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    left: frozenset[int] = frozenset({0})
    note: str = ""
    small: bool = False
    total: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart: ``points`` are what is drawn, ``alt`` says it in a sentence; its table stands after it.

    ``kind``: "bars" (stacked, with an earlier period as a dashed line) or "pairs" (two bars a label).
    """

    title: str
    kind: Literal["bars", "pairs"]
    points: tuple[tuple[str, str, int], ...]
    series: tuple[str, ...]
    alt: str


Block: TypeAlias = Sentence | Heading | Table | Chart


@dataclass(frozen=True)
class Section:
    """One part of the analysis."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Figure:
    """A key figure: its name, its number (or why there is none) and what it is compared with."""

    label: str
    value: Part
    notes: tuple[Parts, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """A whole periodic analysis, ready to be written.

    Attributes
    ----------
    title, period, made_at : str
    figures : tuple of Figure
    summary : tuple of Sentence
    sections, annexes : tuple of Section
    sources : dict of str to Source
        By key: every number of the text can be looked up here.
    spans : tuple of (name, first day, last day)
    ids_shown : int
        How many ids the short annex gives per number.
    """

    title: str
    office: str
    period: str
    made_at: str
    figures: tuple[Figure, ...]
    summary: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    annexes: tuple[Section, ...]
    sources: dict[str, Source]
    spans: tuple[tuple[str, str, str], ...]
    ids_shown: int = 3
    notes: tuple[Sentence, ...] = field(default=())


def plain(parts: Iterable[Part]) -> str:
    """Return parts as one text."""
    return "".join(part.text if isinstance(part, Number) else part for part in parts)


class Ledger:
    """Keeps the source of every number while the sections are written.

    Parameters
    ----------
    sealed : collection of str
        Ids of sealed letters and of matters that hold nothing else; they are counted and never listed.

    Examples
    --------
    >>> book = Ledger({"b"})
    >>> book.begin("1")
    >>> book.number("来信", "本期", ["a", "b"])
    Number(text='2', sources=('1-01',))
    >>> book.sources["1-01"].shown_ids, book.sources["1-01"].hidden
    (('a',), 1)
    """

    def __init__(self, sealed: Iterable[str] = ()) -> None:
        self.sources: dict[str, Source] = {}
        self._sealed = frozenset(sealed)
        self._section = "0"
        self._numbers: Counter[str] = Counter()
        self._taken: dict[tuple[str, Kind, tuple[str, ...], bool], str] = {}

    def begin(self, section: str) -> None:
        """Number the sources to come by a section."""
        self._section = section

    def note(
        self,
        what: str,
        condition: str,
        ids: Sequence[str],
        *,
        of: Kind = "letter",
        listed: bool = True,
        table: str = "",
        main: bool = True,
        text: str = "",
    ) -> str:
        """Keep a source and return its key; what is already kept keeps its own."""
        found = (condition, of, tuple(ids), listed)
        if found not in self._taken:
            self._numbers[self._section] += 1
            key = f"{self._section}-{self._numbers[self._section]:02d}"
            shown = tuple(name for name in found[2] if name not in self._sealed) if listed else ()
            hidden = sum(name in self._sealed for name in found[2])
            self.sources[key] = Source(
                key, what, condition, found[2], of, shown, hidden, listed, table, main, text or str(len(found[2]))
            )
            self._taken[found] = key
        elif main and not self.sources[self._taken[found]].main:
            self.sources[self._taken[found]] = replace(self.sources[self._taken[found]], main=True)
        return self._taken[found]

    def number(
        self, what: str, condition: str, ids: Sequence[str], *, of: Kind = "letter", listed: bool = True
    ) -> Number:
        """Return how many ids there are, as a number of a text."""
        return Number(str(len(ids)), (self.note(what, condition, ids, of=of, listed=listed),))

    def cell(
        self,
        what: str,
        condition: str,
        ids: Sequence[str],
        *,
        table: str,
        of: Kind = "letter",
        listed: bool = True,
        main: bool = False,
        text: str = "",
        shade: float | None = None,
    ) -> Cell:
        """Return a table cell with the number of ids; ``text`` stands in for a number that is not shown."""
        shown = text or str(len(ids))
        key = self.note(what, condition, ids, of=of, listed=listed, table=table, main=main, text=shown)
        return Cell(shown, (key,), shade)
