"""The store of matters: letters come in, each joins a matter or opens one, and nothing is lost or counted twice.

A batch is one transaction: killed in its middle, the store is as it was before, and the same command goes on. Letters
that are in already are known by their id and text and stay where they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from pipeline import letter
from pipeline.errors import StoreRefused
from pipeline.matters import links, tables
from pipeline.matters.arriving import arrive
from pipeline.matters.describe import describe, last_day
from pipeline.matters.past import merged
from pipeline.matters.sorting import CATEGORY, REST, in_order, renew, sorted_out
from pipeline.text.segment import Segmenter, default_segmenter
from pipeline.text.things import NOTHING_LISTED, Listed


@dataclass(frozen=True)
class Added:
    """What a batch did.

    Attributes
    ----------
    new, known : int
        Letters that were new, and that were in the store already.
    opened, joined, copies : int
        Of the new ones: they opened a matter, joined one, are copies of an earlier letter.
    ids : tuple of str
        Under which each letter stands in the store, in the order of the input.
    """

    new: int = 0
    known: int = 0
    opened: int = 0
    joined: int = 0
    copies: int = 0
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Store:
    """Matters in a database.

    Examples
    --------
    >>> store = Store.open("sqlite://")
    >>> letters = pd.DataFrame({"letter_id": ["1", "2"], "received_at": ["2026-11-02", "2026-11-09"]})
    >>> letters["text"] = "丽景花园旁的搅拌站粉尘大，窗户不敢开。"
    >>> added = store.add(letters)
    >>> added.new, added.opened, store.letters()["copy_kind"].tolist()
    (2, 1, ['', '重复件'])
    >>> store.add(letters).new
    0
    """

    engine: Engine
    segmenter: Segmenter
    listed: Listed

    @classmethod
    def open(cls, store: str | Path, segmenter: Segmenter | None = None, listed: Listed = NOTHING_LISTED) -> Store:
        """Open a store, a file or a database's URL; a new one is made.

        Parameters
        ----------
        segmenter, listed : Segmenter, Listed, optional
            The office's own words and places, by which letters that arrive are read.

        Raises
        ------
        StoreRefused
            It can't be opened, or another version of the tool made it.
        """
        try:
            engine = tables.engine_of(store)
            tables.keep_private(engine)
            with engine.begin() as connection:
                tables.METADATA.create_all(connection)
                version = sa.select(tables.ABOUT.c.value).where(tables.ABOUT.c.name == "version")
                known = connection.execute(version).scalar()
                if known is None:
                    about = [("version", tables.VERSION), ("turn", "0")]
                    connection.execute(
                        sa.insert(tables.ABOUT), [{"name": name, "value": value} for name, value in about]
                    )
        except (sa.exc.SQLAlchemyError, ModuleNotFoundError) as error:
            raise StoreRefused.closed(store, error) from None
        if known not in (None, tables.VERSION):
            raise StoreRefused.other_version(store, known)
        return cls(engine, segmenter or default_segmenter(), listed)

    def add(self, frame: pd.DataFrame) -> Added:
        """Add letters, cleaned and masked, in the order in which they were received.

        Parameters
        ----------
        frame : DataFrame
            ``letter_id`` and ``text`` are needed; suggestions, if there are any, are kept. A letter whose id and text
            are known only renews what an office notes on its handling; one whose id is known with another text is
            another letter and gets the id with ``#2`` behind it.
        """
        order = in_order(frame)
        frame = frame.iloc[order].reset_index(drop=True)
        with self.engine.begin() as connection:
            _take_turn(connection)
            fresh, known, ids = sorted_out(connection, frame)
            renew(connection, known)
            opened, copies = arrive(connection, fresh, self.segmenter, self.listed) if len(fresh) else (0, 0)
        by_input = dict(zip(order, ids, strict=True))
        joined = len(fresh) - opened - copies
        return Added(len(fresh), len(known), opened, joined, copies, tuple(by_input[row] for row in range(len(frame))))

    def letters(self) -> pd.DataFrame:
        """Return every letter with its matter, what it is a copy of, what is suggested and how it is handled."""
        names = ("letter_id", "received_at", "title", "text", *CATEGORY, "copy_kind", "addition")
        table = tables.LETTERS
        wanted = [table.c[name] for name in ("number", "matter", "first", "rest", *names)]
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(*wanted).order_by(table.c.number)).all()
            matters = connection.execute(sa.select(tables.MATTERS.c.number, tables.MATTERS.c.matter_id)).all()
            ids = {int(matter.number): str(matter.matter_id) for matter in matters}
            roots = merged(connection)
        columns = list(zip(*rows, strict=True)) or [()] * len(wanted)
        _, matter, first, rest, *told = columns
        letter_ids = told[0]
        cells = [json.loads(row) for row in rest]
        return pd.DataFrame(
            {
                **dict(zip(names, map(list, told), strict=True)),
                "matter_id": [ids[roots.get(number, number)] for number in matter],
                "duplicate_of": ["" if number is None else letter_ids[number] for number in first],
                **{name: [_cell(row, name) for row in cells] for name in REST},
            }
        )

    def matters(self, today: date | None = None, areas: Sequence[str] = ()) -> pd.DataFrame:
        """Return every matter as it stands on a day, by default that of the last letter; see :func:`describe`."""
        letters = self.letters()
        return describe(letters, today or last_day(letters), areas)

    def tasks(self) -> pd.DataFrame:
        """Return what the office has noted on the matters that it works on."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(tables.TASKS).order_by(tables.TASKS.c.matter_id)).mappings().all()
        return pd.DataFrame([dict(row) for row in rows], columns=[column.name for column in tables.TASKS.columns])

    def matter_ids(self) -> frozenset[str]:
        """Return the ids of all matters, merged ones, too."""
        with self.engine.connect() as connection:
            return frozenset(connection.execute(sa.select(tables.MATTERS.c.matter_id)).scalars())

    def merge(self, kept: str, other: str, *, why: str, by: str = "") -> int:
        """Make a matter part of another; see :func:`pipeline.matters.links.merge`."""
        with self.engine.begin() as connection:
            _take_turn(connection)
            return links.merge(connection, kept, other, why=why, by=by, at=_now())

    def split(self, letter_ids: Sequence[str], *, why: str, by: str = "") -> int:
        """Take letters out of their matter; see :func:`pipeline.matters.links.split`."""
        with self.engine.begin() as connection:
            _take_turn(connection)
            return links.split(connection, letter_ids, why=why, by=by, at=_now())

    def undo(self, act: int, *, by: str = "") -> None:
        """Undo a merge or a split; see :func:`pipeline.matters.links.undo`."""
        with self.engine.begin() as connection:
            _take_turn(connection)
            links.undo(connection, act, by=by, at=_now())

    def acts(self) -> list[sa.Row[Any]]:
        """Return every merge and split, the newest first."""
        with self.engine.connect() as connection:
            return links.acts(connection)

    def take_tasks(self, tasks: pd.DataFrame) -> int:
        """Take over an office's notes on matters and return how many changed; matters that aren't listed stay."""
        before = {row["matter_id"]: row for row in self.tasks().to_dict("records")}
        changed = 0
        with self.engine.begin() as connection:
            _take_turn(connection)
            for row in tasks.to_dict("records"):
                old = before.get(row["matter_id"])
                if old is not None and all(old[name] == row[name] for name in row if name != "updated_at"):
                    continue
                connection.execute(sa.delete(tables.TASKS).where(tables.TASKS.c.matter_id == row["matter_id"]))
                connection.execute(sa.insert(tables.TASKS), {str(name): value for name, value in row.items()})
                changed += 1
        return changed


_USUAL: Final[dict[str, Any]] = {
    **dict.fromkeys(("sealed", "legacy", "needs_review", letter.CONFIRMED), False),
    **dict.fromkeys(("people", "urgency", "level", "scope", "action", "early_warning"), 0),
    "early_warning_score": 0.0,
}


def _cell(cells: dict[str, Any], name: str) -> Any:
    """Return a suggestion or note as it was, or what it usually is where there was none."""
    cell, usual = cells.get(name, ""), _USUAL.get(name, "")
    return cell if usual == "" else usual if cell == "" else type(usual)(cell)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _take_turn(connection: Connection) -> None:
    """Wait until nobody else writes: the row stays locked to the end of the transaction."""
    about = tables.ABOUT
    connection.execute(sa.update(about).where(about.c.name == "turn").values(value=about.c.value))
