"""New letters arrive: copies find their first letter, the others their matter, and all of it is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from pipeline import letter
from pipeline.matters import links, tables
from pipeline.matters.duplicates import copy_of
from pipeline.matters.group import Place, category_of, group
from pipeline.matters.past import Past
from pipeline.matters.sorting import CATEGORY, cells_kept
from pipeline.matters.traits import Traits, traits_and_things
from pipeline.text.copies import bare, find_copies
from pipeline.text.counts import stated_people
from pipeline.text.letters import strings
from pipeline.text.segment import Segmenter
from pipeline.text.things import Listed


@dataclass(frozen=True)
class _Batch:
    """New letters in the order in which they came, and where each goes."""

    frame: pd.DataFrame
    wholes: list[str]
    days: list[str]
    firsts: NDArray[np.int64]
    places: dict[int, Place]
    begin: int


def arrive(connection: Connection, fresh: pd.DataFrame, segmenter: Segmenter, listed: Listed) -> tuple[int, int]:
    """Write new letters, each in its matter; return how many opened one, and how many are copies.

    Parameters
    ----------
    fresh : DataFrame
        As :func:`pipeline.matters.sorting.sorted_out` gives them.
    """
    past = Past.read(connection)
    titles, texts = strings(fresh, letter.TITLE), strings(fresh, letter.TEXT)
    wholes = [f"{title}\n{text}" for title, text in zip(titles, texts, strict=True)]
    new, things = traits_and_things(titles, texts, segmenter, listed)
    told = (strings(fresh, name) for name in (*CATEGORY, "category_alternatives"))
    categories = [category_of(*cells) for cells in zip(*told, strict=True)]
    people = [stated_people(whole) for whole in wholes]
    frame = fresh.assign(
        categories=categories,
        things=["；".join(names) for names in things],
        people=[n for n, _ in people],
        people_words=[words for _, words in people],
    )
    firsts = _firsts(past, new, [bare(whole) for whole in wholes])
    own = np.flatnonzero(firsts < 0)
    found = group(past.known(), new.take(own), [categories[row] for row in own], past.next_matter)
    days = [received[:10] for received in strings(fresh, letter.RECEIVED_AT)]
    batch = _Batch(frame, wholes, days, firsts, dict(zip(own.tolist(), found, strict=True)), len(past))
    _write_letters(connection, batch, _matters(batch, past), _copied(batch, past))
    _write_traits(connection, len(past), new)
    opened = {row: place for row, place in batch.places.items() if place.likeness == 0.0}
    _open_matters(connection, opened, days, strings(fresh, letter.LETTER_ID))
    links.join_bridged(connection)
    return len(opened), int((firsts >= 0).sum())


def _matters(batch: _Batch, past: Past) -> list[int]:
    """Return the matter of each letter; a copy goes where its first went."""
    matters: list[int] = []
    for row, first in enumerate(batch.firsts.tolist()):
        if row in batch.places:
            matters.append(batch.places[row].matter)
        else:
            matters.append(int(past.joined[first]) if first < batch.begin else matters[first - batch.begin])
    return matters


def _copied(batch: _Batch, past: Past) -> list[tuple[str, str]]:
    """Return for each letter the kind of copy that it is, and what it adds."""
    found = []
    for row, first in enumerate(batch.firsts.tolist()):
        if first < 0:
            found.append(("", ""))
            continue
        at = first - batch.begin
        whole, day = (past.whole(first), past.day(first)) if at < 0 else (batch.wholes[at], batch.days[at])
        found.append(copy_of(whole, batch.wholes[row], same_day=day == batch.days[row]))
    return found


def _firsts(past: Past, new: Traits, texts: Sequence[str]) -> NDArray[np.int64]:
    """Return the number of the first letter of which each new one is a copy, or -1.

    A text that was copied for another place is no copy: it is another matter's first letter.
    """
    compared = past.compared()
    n = len(compared)
    every = Traits.joined([past.traits, new])
    found = find_copies(
        past.traits.sketches.take(compared), texts, lambda at: past.bare(int(compared[at])), new.sketches
    )
    firsts = np.full(len(texts), -1, np.int64)
    for row, copy in enumerate(found):
        if copy is None:
            continue
        if copy[0] >= n:
            earlier = copy[0] - n
            first = int(firsts[earlier]) if firsts[earlier] >= 0 else len(past) + earlier
        else:
            number = int(compared[copy[0]])
            first = int(past.firsts[number]) if past.firsts[number] >= 0 else number
        firsts[row] = -1 if every.name_others(len(past) + row, first) else first
    return firsts


def _write_letters(
    connection: Connection, batch: _Batch, matters: Sequence[int], copied: Sequence[tuple[str, str]]
) -> None:
    names = ("letter_id", "given_id", "digest", "received_at", "title", "text", *CATEGORY, "categories")
    columns = {name: strings(batch.frame, name) for name in names}
    records = []
    for row, (matter, (kind, addition)) in enumerate(zip(matters, copied, strict=True)):
        first, place = int(batch.firsts[row]), batch.places.get(row)
        records.append(
            {
                **{name: cells[row] for name, cells in columns.items()},
                "number": batch.begin + row,
                "matter": matter,
                "likely": None if place is None or place.other < 0 else place.other,
                "first": None if first < 0 else first,
                "copy_kind": kind,
                "addition": addition,
                "rest": json.dumps(cells_kept(batch.frame, row), ensure_ascii=False, sort_keys=True),
            }
        )
    connection.execute(sa.insert(tables.LETTERS), records)


def _write_traits(connection: Connection, begin: int, new: Traits) -> None:
    bags = {"names": new.names, "words": new.words, "sketches": new.sketches}
    packed = {name: bag.to_bytes() for name, bag in bags.items()}
    connection.execute(sa.insert(tables.TRAITS), {"number": begin, **packed})


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
