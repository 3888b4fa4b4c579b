"""What a new batch must know of the letters that came before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from pipeline.matters.group import Known
from pipeline.matters.tables import LETTERS, MATTERS, TRAITS
from pipeline.matters.traits import Traits
from pipeline.text.bags import Bags
from pipeline.text.copies import bare

_COPIES_KEPT = 8


@dataclass(frozen=True)
class Past:
    """Letters in the store, by number.

    Attributes
    ----------
    matters : ndarray of int
        The matter of each, after merging.
    joined : ndarray of int
        The matter that each joined or opened, before merging.
    firsts : ndarray of int
        The first of the letters of which each is a copy, -1 for one that is none.
    categories : list of str
        See :func:`pipeline.matters.group.category_of`.
    traits : Traits
    next_matter : int
        The first number that no matter ever had.
    """

    connection: Connection
    matters: NDArray[np.int64]
    joined: NDArray[np.int64]
    firsts: NDArray[np.int64]
    categories: list[str]
    traits: Traits
    next_matter: int

    @classmethod
    def read(cls, connection: Connection) -> Past:
        """Read the store."""
        columns = (LETTERS.c.matter, LETTERS.c.first, LETTERS.c.categories)
        rows = connection.execute(sa.select(*columns).order_by(LETTERS.c.number)).all()
        packs = connection.execute(
            sa.select(TRAITS.c.names, TRAITS.c.words, TRAITS.c.sketches).order_by(TRAITS.c.number)
        ).all()
        roots = merged(connection)
        last = connection.execute(sa.select(sa.func.max(MATTERS.c.number))).scalar()
        return cls(
            connection,
            np.array([roots.get(row.matter, row.matter) for row in rows], np.int64),
            np.array([row.matter for row in rows], np.int64),
            np.array([-1 if row.first is None else row.first for row in rows], np.int64),
            [row.categories for row in rows],
            Traits.joined([Traits(*map(Bags.from_bytes, pack)) for pack in packs]),
            0 if last is None else int(last) + 1,
        )

    def __len__(self) -> int:
        return len(self.matters)

    def known(self) -> Known:
        """Return the letters that new ones are grouped with: all but copies, unless a copy is about another place."""
        own = np.flatnonzero((self.firsts < 0) | (self.matters != self.matters[self.firsts]))
        return Known(self.traits.take(own), self.matters[own], [self.categories[row] for row in own])

    def compared(self) -> NDArray[np.int64]:
        """Return the numbers of the letters that new ones may be copies of: of copies of one text the first eight."""
        copies = np.flatnonzero(self.firsts >= 0)
        order = copies[np.argsort(self.firsts[copies], kind="stable")]
        first = self.firsts[order]
        begins = np.concatenate([[0], np.flatnonzero(np.diff(first)) + 1]).astype(np.int64) if len(order) else order
        place = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
        kept = np.zeros(len(self), bool)
        kept[self.firsts < 0] = True
        kept[order[place < _COPIES_KEPT]] = True
        return np.flatnonzero(kept)

    def whole(self, number: int) -> str:
        """Return title and text of a letter."""
        row = self.connection.execute(
            sa.select(LETTERS.c.title, LETTERS.c.text).where(LETTERS.c.number == number)
        ).one()
        return f"{row.title}\n{row.text}"

    def bare(self, number: int) -> str:
        """Return title and text of a letter as copies are compared."""
        return bare(self.whole(number))

    def day(self, number: int) -> str:
        """Return the day on which a letter came."""
        found = self.connection.execute(sa.select(LETTERS.c.received_at).where(LETTERS.c.number == number)).scalar_one()
        return str(found)[:10]


def merged(connection: Connection) -> dict[int, int]:
    """Return for each matter that was merged the one that now holds its letters."""
    rows = connection.execute(
        sa.select(MATTERS.c.number, MATTERS.c.merged_into).where(MATTERS.c.merged_into.is_not(None))
    ).all()
    into = {int(row.number): int(row.merged_into) for row in rows}
    for number in into:
        root = into[number]
        while root in into:
            root = into[root]
        into[number] = root
    return into
