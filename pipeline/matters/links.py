"""Matters that are one, and letters that belong elsewhere: every merge and split is a link that can be undone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from pipeline.errors import StoreRefused
from pipeline.matters.past import merged
from pipeline.matters.tables import ACTS, LETTERS, MATTERS
from pipeline.settings import read_toml

MERGE, SPLIT = "merge", "split"
TOOL: Final = "petition"


def merge(connection: Connection, kept: str, other: str, *, why: str, by: str, at: str) -> int:
    """Make a matter part of another; return the number of the act.

    Raises
    ------
    StoreRefused
        There is no such matter, or they are one already.
    """
    into, from_ = _root(connection, kept), _root(connection, other)
    if into == from_:
        raise StoreRefused(store=f"{kept}、{other}", why_zh="已经是同一件事项", why_en="they are one matter already")
    return _merge(connection, into, from_, why=why, by=by, at=at)


def split(connection: Connection, letter_ids: Sequence[str], *, why: str, by: str, at: str) -> int:
    """Take letters out of their matter into one of their own, as first letters; return the number of the act.

    Raises
    ------
    StoreRefused
        There is no such letter, or the letters are of several matters, or all of one.
    """
    rows = connection.execute(
        sa.select(LETTERS).where(LETTERS.c.letter_id.in_(letter_ids)).order_by(LETTERS.c.number)
    ).all()
    missing = set(letter_ids) - {row.letter_id for row in rows}
    if missing:
        names = "、".join(sorted(missing))
        raise StoreRefused(store=names, why_zh="库里没有这封来信", why_en="there is no such letter")
    roots = merged(connection)
    matters = {roots.get(row.matter, row.matter) for row in rows}
    if len(matters) != 1:
        raise StoreRefused(
            store="、".join(letter_ids), why_zh="这些来信不在同一件事项里", why_en="the letters are of several matters"
        )
    number = int(connection.execute(sa.select(sa.func.max(MATTERS.c.number))).scalar_one()) + 1
    day = "".join(filter(str.isdigit, rows[0].received_at[:10])) or "00000000"
    connection.execute(sa.insert(MATTERS), {"number": number, "matter_id": f"M-{day}-s{number}", "merged_into": None})
    before = [[row.number, row.matter, row.first, row.likely, row.copy_kind, row.addition] for row in rows]
    first = rows[0].number
    moved = {row.number for row in rows}
    for row in rows:
        own = row.first not in moved
        changed: dict[str, Any] = {"matter": number, "likely": None}
        if row.first is not None and own:
            changed |= {"first": None, "copy_kind": "", "addition": ""}
        connection.execute(sa.update(LETTERS).where(LETTERS.c.number == row.number).values(**changed))
    return _note(
        connection, SPLIT, {"letters": before, "matter": number, "from": matters.pop(), "first": first}, why, by, at
    )


def undo(connection: Connection, number: int, *, by: str, at: str) -> None:
    """Undo a merge or a split; the act stays in the list, marked as undone.

    Raises
    ------
    StoreRefused
        There is no such act, or it is undone already.
    """
    act = connection.execute(sa.select(ACTS).where(ACTS.c.number == number)).one_or_none()
    if act is None or act.undone:
        raise StoreRefused(
            store=number, why_zh="没有这一步，或已经撤销", why_en="there is no such act, or it is undone"
        )
    before = json.loads(act.before)
    if act.act == MERGE:
        connection.execute(sa.update(MATTERS).where(MATTERS.c.number == before["from"]).values(merged_into=None))
    else:
        for letter, matter, first, likely, kind, addition in before["letters"]:
            connection.execute(
                sa.update(LETTERS)
                .where(LETTERS.c.number == letter)
                .values(matter=matter, first=first, likely=likely, copy_kind=kind, addition=addition)
            )
        into = before["from"]
        connection.execute(sa.update(LETTERS).where(LETTERS.c.matter == before["matter"]).values(matter=into))
        connection.execute(sa.update(MATTERS).where(MATTERS.c.number == before["matter"]).values(merged_into=into))
    connection.execute(
        sa.update(ACTS).where(ACTS.c.number == number).values(undone=True, why=f"{act.why}（{at} {by} 撤销）")
    )


def acts(connection: Connection) -> list[Row[Any]]:
    """Return every merge and split, the newest first."""
    return list(connection.execute(sa.select(ACTS).order_by(ACTS.c.number.desc())).all())


def join_bridged(connection: Connection) -> list[int]:
    """Merge matters that enough letters might as well have joined, but none that a person parted; return the acts."""
    rules = read_toml("matters.toml")["join"]
    roots = merged(connection)
    own = LETTERS.c.first.is_(None)
    sizes: Counter[int] = Counter()
    for matter, n in connection.execute(
        sa.select(LETTERS.c.matter, sa.func.count()).where(own).group_by(LETTERS.c.matter)
    ):
        sizes[roots.get(matter, matter)] += n
    votes: Counter[tuple[int, int]] = Counter()
    counted = sa.select(LETTERS.c.matter, LETTERS.c.likely, sa.func.count(), sa.func.max(LETTERS.c.received_at))
    for matter, likely, n, _ in connection.execute(
        counted.where(own & LETTERS.c.likely.is_not(None)).group_by(LETTERS.c.matter, LETTERS.c.likely)
    ):
        one, other = sorted((roots.get(matter, matter), roots.get(likely, likely)))
        if one != other:
            votes[one, other] += n
    apart = _parted(connection)
    gone: dict[int, int] = {}
    done = []
    for (one, other), n in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        smaller = min(sizes[one], sizes[other])
        if (
            n < rules["bridges"]
            or n < rules["bridged"] * smaller
            or {one, other} & gone.keys()
            or (one, other) in apart
        ):
            continue
        gone |= {other: one, one: one}
        why = f"{n} 封来信与两边都相像"
        done.append(_merge(connection, one, other, why=why, by=TOOL, at=""))
    return done


def _parted(connection: Connection) -> set[tuple[int, int]]:
    """Return pairs of matters that the tool must not merge: a merge was undone, or one was split off the other."""
    found: set[tuple[int, int]] = set()
    for act in acts(connection):
        before = json.loads(act.before)
        if act.act == MERGE and act.undone:
            pair = before["from"], before["into"]
        elif act.act == SPLIT and not act.undone:
            pair = before["from"], before["matter"]
        else:
            continue
        found.add((min(pair), max(pair)))
    return found


def _merge(connection: Connection, into: int, from_: int, *, why: str, by: str, at: str) -> int:
    connection.execute(sa.update(MATTERS).where(MATTERS.c.number == from_).values(merged_into=into))
    return _note(connection, MERGE, {"from": from_, "into": into}, why, by, at)


def _note(connection: Connection, act: str, before: dict[str, Any], why: str, by: str, at: str) -> int:
    last = connection.execute(sa.select(sa.func.max(ACTS.c.number))).scalar()
    number = 1 if last is None else int(last) + 1
    told = {"made_at": at, "made_by": by, "act": act, "why": why, "before": json.dumps(before), "undone": False}
    connection.execute(sa.insert(ACTS), {"number": number, **told})
    return number


def _root(connection: Connection, matter_id: str) -> int:
    number = connection.execute(sa.select(MATTERS.c.number).where(MATTERS.c.matter_id == matter_id)).scalar()
    if number is None:
        raise StoreRefused(store=matter_id, why_zh="没有这件事项", why_en="there is no such matter")
    return merged(connection).get(int(number), int(number))
