"""The store of matters: letters come in, each joins a matter or opens one, and nothing is lost or counted twice.

A batch is one transaction: killed in its middle, the store is as it was before, and the same command goes on. Letters
that are in already are known by their id and text and stay where they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection, Engine

from pipeline import letter
from pipeline.errors import StoreRefused
from pipeline.matters import links, tables
from pipeline.matters.describe import describe, last_day
from pipeline.matters.duplicates import copy_of
from pipeline.matters.group import Place, category_of, group
from pipeline.matters.past import Past, merged
from pipeline.matters.traits import Traits, traits_and_things
from pipeline.text.copies import bare, find_copies
from pipeline.text.counts import stated_people
from pipeline.text.letters import strings
from pipeline.text.segment import Segmenter, default_segmenter

_OWN: Final = ("category_l1", "category_l2")
KEPT: Final = ("things", "people", "people_words")
REST: Final = (
    *KEPT,
    *(letter.CHANNEL, letter.PLACE, *letter.HANDLING_COLUMNS, letter.CONFIRMED, letter.CORRECTED),
    *(name for name in letter.SUGGESTION_NAMES if name not in _OWN),
    *(
        name
        for name in ("early_warning", "early_warning_score", "warning_reason")
        if name not in letter.SUGGESTION_NAMES
    ),
)
_NO_DATE: Final = "9999"
_AT_ONCE: Final = 500  # ids asked for in one query


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

    @classmethod
    def open(cls, store: str | Path, segmenter: Segmenter | None = None) -> Store:
        """Open a store, a file or a database's URL; a new one is made.

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
        return cls(engine, segmenter or default_segmenter())

    def add(self, frame: pd.DataFrame) -> Added:
        """Add letters, cleaned and masked, in the order in which they were received.

        Parameters
        ----------
        frame : DataFrame
            ``letter_id`` and ``text`` are needed; suggestions, if there are any, are kept. A letter whose id and text
            are known only renews what an office notes on its handling; one whose id is known with another text is
            another letter and gets the id with ``#2`` behind it.
        """
        order = _order(frame)
        frame = frame.iloc[order].reset_index(drop=True)
        with self.engine.begin() as connection:
            _take_turn(connection)
            fresh, known, ids = _sorted_out(connection, frame)
            _renew(connection, known)
            added = self._insert(connection, fresh, len(known)) if len(fresh) else Added(known=len(known))
        by_input = dict(zip(order, ids, strict=True))
        return replace(added, ids=tuple(by_input[row] for row in range(len(frame))))

    def _insert(self, connection: Connection, fresh: pd.DataFrame, n_known: int) -> Added:
        past = Past.read(connection)
        titles, texts = strings(fresh, letter.TITLE), strings(fresh, letter.TEXT)
        wholes = [f"{title}\n{text}" for title, text in zip(titles, texts, strict=True)]
        told = (strings(fresh, name) for name in (*_OWN, "category_alternatives"))
        categories = [category_of(*cells) for cells in zip(*told, strict=True)]
        fresh = fresh.assign(categories=categories)
        new, things = traits_and_things(titles, texts, self.segmenter)
        people = [stated_people(whole) for whole in wholes]
        fresh = fresh.assign(
            things=["；".join(told) for told in things],
            people=[n for n, _ in people],
            people_words=[words for _, words in people],
        )
        firsts = _firsts(past, new.sketches, [bare(whole) for whole in wholes])
        whole_traits = Traits.joined([past.traits, new])
        elsewhere = [
            first >= 0 and whole_traits.name_others(len(past) + row, first) for row, first in enumerate(firsts.tolist())
        ]
        own = np.flatnonzero((firsts < 0) | np.array(elsewhere))
        places = dict(
            zip(
                own.tolist(),
                group(past.known(), new.take(own), [categories[row] for row in own], past.next_matter),
                strict=True,
            )
        )
        begin, days = len(past), [received[:10] for received in strings(fresh, letter.RECEIVED_AT)]
        matters: list[int] = []
        copied: list[tuple[str, str]] = []
        for row, first in enumerate(firsts.tolist()):
            old = first < begin
            if row in places:
                matters.append(places[row].matter)
            else:
                matters.append(int(past.joined[first]) if old else matters[first - begin])
            if first < 0:
                copied.append(("", ""))
                continue
            whole, day = (past.whole(first), past.day(first)) if old else (wholes[first - begin], days[first - begin])
            copied.append(copy_of(whole, wholes[row], same_day=day == days[row]))
        others = [places[row].other if row in places else -1 for row in range(len(fresh))]
        _write_letters(connection, fresh, begin, matters, firsts, copied, others)
        connection.execute(
            sa.insert(tables.TRAITS),
            {
                "number": begin,
                "names": new.names.to_bytes(),
                "words": new.words.to_bytes(),
                "sketches": new.sketches.to_bytes(),
            },
        )
        opened = [place for place in places.values() if place.likeness == 0.0]
        ids = strings(fresh, letter.LETTER_ID)
        _open_matters(connection, {row: place for row, place in places.items() if place.likeness == 0.0}, days, ids)
        links.join_bridged(connection)
        n_copies = int((firsts >= 0).sum())
        return Added(len(fresh), n_known, len(opened), len(fresh) - len(opened) - n_copies, n_copies)

    def letters(self) -> pd.DataFrame:
        """Return every letter with its matter, what it is a copy of, what is suggested and how it is handled."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(tables.LETTERS).order_by(tables.LETTERS.c.number)).mappings().all()
            matters = connection.execute(sa.select(tables.MATTERS.c.number, tables.MATTERS.c.matter_id)).all()
            ids = {int(matter.number): str(matter.matter_id) for matter in matters}
            roots = merged(connection)
        rest = [json.loads(row["rest"]) for row in rows]
        frame = pd.DataFrame(
            {
                **{name: [row[name] for row in rows] for name in ("letter_id", "received_at", "title", "text", *_OWN)},
                "matter_id": [ids[roots.get(row["matter"], row["matter"])] for row in rows],
                "duplicate_of": ["" if row["first"] is None else rows[row["first"]]["letter_id"] for row in rows],
                **{name: [row[name] for row in rows] for name in ("copy_kind", "addition")},
                **{name: [cells.get(name, "") for cells in rest] for name in REST},
            }
        )
        for name, usual in _USUAL.items():
            frame[name] = [usual if cell == "" else type(usual)(cell) for cell in frame[name]]
        return frame

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


def _order(frame: pd.DataFrame) -> list[int]:
    """Return the rows of letters in the order in which they came; those without a date come last."""
    received = [value or _NO_DATE for value in strings(frame, letter.RECEIVED_AT)]
    return sorted(range(len(frame)), key=lambda row: (received[row], row))


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _take_turn(connection: Connection) -> None:
    """Wait until nobody else writes: the row stays locked to the end of the transaction."""
    about = tables.ABOUT
    connection.execute(sa.update(about).where(about.c.name == "turn").values(value=about.c.value))


def _sorted_out(connection: Connection, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return the letters that are new, each with its own id, those that the store has, and the id of every one."""
    given = strings(frame, letter.LETTER_ID)
    digests = [
        hashlib.sha1(f"{title}\n{text}".encode(), usedforsecurity=False).hexdigest()
        for title, text in zip(strings(frame, letter.TITLE), strings(frame, letter.TEXT), strict=True)
    ]
    seen = _seen(connection, list(dict.fromkeys(given)))
    ids: list[str] = []
    new_rows, old_rows, numbers = [], [], []
    for row, (name, digest) in enumerate(zip(given, digests, strict=True)):
        has = seen.setdefault(name, [])
        known = next((one for one in has if one[0] == digest), None)
        if known is None:
            known = (digest, f"{name}#{len(has) + 1}" if has else name, -1)
            has.append(known)
            new_rows.append(row)
        elif known[2] >= 0:
            old_rows.append(row)
            numbers.append(known[2])
        ids.append(known[1])
    fresh = frame.iloc[new_rows].assign(
        letter_id=[ids[row] for row in new_rows],
        given_id=[given[row] for row in new_rows],
        digest=[digests[row] for row in new_rows],
    )
    return fresh.reset_index(drop=True), frame.iloc[old_rows].assign(number=numbers).reset_index(drop=True), ids


def _seen(connection: Connection, given: Sequence[str]) -> dict[str, list[tuple[str, str, int]]]:
    """Return (digest, id, number) of the letters that the store has under each id that was given."""
    table = tables.LETTERS
    found: dict[str, list[tuple[str, str, int]]] = {}
    for at in range(0, len(given), _AT_ONCE):
        query = sa.select(table.c.given_id, table.c.digest, table.c.letter_id, table.c.number)
        for row in connection.execute(
            query.where(table.c.given_id.in_(given[at : at + _AT_ONCE])).order_by(table.c.number)
        ):
            found.setdefault(row.given_id, []).append((row.digest, row.letter_id, row.number))
    return found


def _renew(connection: Connection, known: pd.DataFrame) -> None:
    """Take over what an office has noted since: how a letter is handled, and what a person has decided."""
    table = tables.LETTERS
    for row in range(len(known)):
        number = int(known["number"].iloc[row])
        held = connection.execute(
            sa.select(table.c.rest, table.c.category_l1, table.c.category_l2).where(table.c.number == number)
        ).one()
        before = {**json.loads(held.rest), "category_l1": held.category_l1, "category_l2": held.category_l2}
        told = _cells(known, row)
        told |= {name: str(known[name].iloc[row]) for name in _OWN if name in known.columns}
        if not told.get(letter.CONFIRMED):
            told = {name: value for name, value in told.items() if name in letter.HANDLING_COLUMNS}
        changed = [name for name in _DECIDED if name in told and str(told[name]) != str(before.get(name, ""))]
        if told.get(letter.CONFIRMED) and changed:
            told[letter.CORRECTED] = "；".join(changed)
        after = {**before, **told}
        if after != before:
            connection.execute(
                sa.update(table)
                .where(table.c.number == number)
                .values(
                    category_l1=after.pop("category_l1"),
                    category_l2=after.pop("category_l2"),
                    rest=json.dumps(after, ensure_ascii=False, sort_keys=True),
                )
            )


_DECIDED: Final = ("purpose", "category_l1", "category_l2", "urgency", "department", "level", "unit")


def _cells(frame: pd.DataFrame, row: int) -> dict[str, Any]:
    """Return what is kept of a letter besides its own columns, as JSON can hold it; empty cells are left out."""
    found: dict[str, Any] = {}
    for name in REST:
        if name not in frame.columns:
            continue
        value = frame[name].iloc[row]
        value = value.item() if isinstance(value, np.generic) else value
        if value is None or value != value or value == "":
            continue
        found[name] = value if isinstance(value, bool | int | float) else str(value)
    return found


def _firsts(past: Past, sketches: Any, texts: Sequence[str]) -> NDArray[np.int64]:
    """Return the number of the first letter of which each new one is a copy, or -1."""
    compared = past.compared()
    n = len(compared)
    found = find_copies(past.traits.sketches.take(compared), texts, lambda at: past.bare(int(compared[at])), sketches)
    firsts = np.full(len(texts), -1, np.int64)
    for row, copy in enumerate(found):
        if copy is None:
            continue
        if copy[0] >= n:
            earlier = copy[0] - n
            firsts[row] = firsts[earlier] if firsts[earlier] >= 0 else len(past) + earlier
        else:
            number = int(compared[copy[0]])
            firsts[row] = past.firsts[number] if past.firsts[number] >= 0 else number
    return firsts


def _write_letters(
    connection: Connection,
    fresh: pd.DataFrame,
    begin: int,
    matters: Sequence[int],
    firsts: NDArray[np.int64],
    copied: Sequence[tuple[str, str]],
    others: Sequence[int],
) -> None:
    columns = {
        name: strings(fresh, name)
        for name in ("letter_id", "given_id", "digest", "received_at", "title", "text", *_OWN, "categories")
    }
    records = [
        {
            **{name: cells[row] for name, cells in columns.items()},
            "number": begin + row,
            "matter": matters[row],
            "likely": None if others[row] < 0 else others[row],
            "first": None if firsts[row] < 0 else int(firsts[row]),
            "copy_kind": copied[row][0],
            "addition": copied[row][1],
            "rest": json.dumps(_cells(fresh, row), ensure_ascii=False, sort_keys=True),
        }
        for row in range(len(fresh))
    ]
    connection.execute(sa.insert(tables.LETTERS), records)


def _open_matters(connection: Connection, opened: dict[int, Place], days: Sequence[str], ids: Sequence[str]) -> None:
    """Write the matters that were opened; an id comes from the day and id of the first letter and stays."""
    records = []
    for row, place in opened.items():
        mark = hashlib.sha1(f"{ids[row]} {place.matter}".encode(), usedforsecurity=False).hexdigest()[:6]
        day = "".join(filter(str.isdigit, days[row])) or "00000000"
        records.append(
            {
                "number": place.matter,
                "matter_id": f"M-{day}-{mark}",
                "merged_into": None,
            }
        )
    if records:
        connection.execute(sa.insert(tables.MATTERS), records)
