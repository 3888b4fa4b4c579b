"""Which letters of a batch are new to the store, which it has, and what an office has noted on those since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipeline import letter
from pipeline.matters import tables
from pipeline.text.letters import strings

CATEGORY: Final = ("category_l1", "category_l2")
KEPT: Final = ("things", "people", "people_words")
REST: Final = (
    *KEPT,
    *(letter.CHANNEL, letter.PLACE, *letter.HANDLING_COLUMNS, letter.CONFIRMED, letter.CORRECTED),
    *(name for name in letter.SUGGESTION_NAMES if name not in CATEGORY),
    *(
        name
        for name in ("early_warning", "early_warning_score", "warning_reason")
        if name not in letter.SUGGESTION_NAMES
    ),
)
_DECIDED: Final = ("purpose", "category_l1", "category_l2", "urgency", "department", "level", "unit")
_NO_DATE: Final = "9999"
_AT_ONCE: Final = 500  # ids asked for in one query


def in_order(frame: pd.DataFrame) -> list[int]:
    """Return the rows of letters in the order in which they came; those without a date come last."""
    received = [value or _NO_DATE for value in strings(frame, letter.RECEIVED_AT)]
    return sorted(range(len(frame)), key=lambda row: (received[row], row))


def sorted_out(connection: Connection, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
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


def renew(connection: Connection, known: pd.DataFrame) -> None:
    """Take over what an office has noted since: how a letter is handled, and what a person has decided."""
    table = tables.LETTERS
    for row in range(len(known)):
        number = int(known["number"].iloc[row])
        held = connection.execute(
            sa.select(table.c.rest, table.c.category_l1, table.c.category_l2).where(table.c.number == number)
        ).one()
        before = {**json.loads(held.rest), "category_l1": held.category_l1, "category_l2": held.category_l2}
        told = cells_kept(known, row)
        told |= {name: str(known[name].iloc[row]) for name in CATEGORY if name in known.columns}
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


def cells_kept(frame: pd.DataFrame, row: int) -> dict[str, Any]:
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
