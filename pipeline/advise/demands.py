"""Mixed letters: the several demands of one letter, each with its own class and department (一事一诉).

A letter is cut where it enumerates, turns or begins a paragraph; the model reads the pieces, and those that speak of
the same matter are joined again. Reasons, evidence and several wishes about one matter are one demand. The letter stays
one record. Marks and limits: ``data/demands.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.learn.features import plain
from pipeline.learn.heads import PAIR_SEPARATOR
from pipeline.learn.model import Model
from pipeline.settings import read_toml


@dataclass(frozen=True)
class Demand:
    """One demand of a letter: ``text[start:end]``, and what the model says of it alone.

    Attributes
    ----------
    confidence : float
        Probability of its department.
    """

    start: int
    end: int
    purpose: str
    category_l1: str
    category_l2: str
    department: str
    level: int
    urgency: int
    confidence: float


def pieces(text: str) -> list[tuple[int, int]]:
    """Return where a letter may turn to another demand, as (start, end) of its pieces; one piece where it doesn't.

    Examples
    --------
    >>> text = "领导好！一、我家楼下的路灯坏了半年多没有人来修。二、村里修路占了我家的两分地，两年了一直没有给补偿款。"
    >>> [text[start:end] for start, end in pieces(text)]
    ['领导好！一、我家楼下的路灯坏了半年多，一直没有人来修。', '二、村里修路占了我家的两分地，两年了一直没有给补偿款。']
    """
    limits = read_toml("demands.toml")["piece"]
    cuts = [match.start("mark") for match in _marks().finditer(text)]
    if not cuts and len(text) >= limits["letter"]:
        cuts = [match.end() for match in re.finditer(r"\n", text)]
        limits = {**limits, "characters": limits["paragraph"]}
    found = [0]
    for cut in cuts:
        if cut - found[-1] >= limits["characters"] and len(text) - cut >= limits["characters"]:
            found.append(cut)
    return list(zip(found, [*found[1:], len(text)], strict=True))


def find_demands(
    model: Model, titles: Sequence[str], texts: Sequence[str], received_at: Sequence[str]
) -> list[list[Demand]]:
    """Return the demands of each letter that holds several, the weightiest first; [] for all others.

    The weightiest is the most urgent one, among equals the longest, among equals the first.

    Parameters
    ----------
    titles, texts : sequence of str
        Cleaned and masked. Spans count from the beginning of ``title + line break + text``.
    """
    cut = [pieces(text) for text in texts]
    rows = [row for row, spans in enumerate(cut) if len(spans) > 1]
    parts = [(row, start, end) for row in rows for start, end in cut[row]]
    found: list[list[Demand]] = [[] for _ in texts]
    if not parts:
        return found
    read = _read(model, [texts[row][start:end] for row, start, end in parts], [received_at[row] for row, _, _ in parts])
    at = 0
    for row in rows:
        count = len(cut[row])
        found[row] = _demands(model, cut[row], {name: table[at : at + count] for name, table in read.items()})
        shift = len(titles[row]) + 1
        found[row] = [_shifted(demand, shift) for demand in found[row]]
        at += count
    return found


def _read(model: Model, texts: list[str], received_at: list[str]) -> dict[str, NDArray[np.float32]]:
    return model.read(plain([""] * len(texts), texts), received_at).probabilities


def _demands(model: Model, spans: Sequence[tuple[int, int]], read: dict[str, NDArray[np.float32]]) -> list[Demand]:
    """Join the pieces of one letter that speak of the same matter; [] if all do."""
    limits = read_toml("demands.toml")["turn"]
    category = model.category(read)
    departments = read["department"]
    sure = (category.first_probabilities.max(axis=1) >= limits["category"]) & (
        departments.max(axis=1) >= limits["department"]
    )
    groups: list[list[int]] = [[]]
    kinds: list[tuple[int, int]] = []
    for piece in range(len(spans)):
        kind = (int(category.first[piece]), int(departments[piece].argmax()))
        if sure[piece] and not any(kind[0] == first or kind[1] == department for first, department in kinds):
            # What stands before the first sure piece is its background.
            groups += [[]] if kinds else []
            kinds.append(kind)
        groups[-1].append(piece)
    demands = [_demand(model, spans, group, sure, read) for group in groups] if len(groups) > 1 else []
    if len({demand.category_l1 for demand in demands}) < len(demands):
        return []
    return sorted(demands, key=lambda demand: (-demand.urgency, demand.start - demand.end, demand.start))


def _demand(
    model: Model,
    spans: Sequence[tuple[int, int]],
    group: Sequence[int],
    sure: NDArray[np.bool_],
    read: dict[str, NDArray[np.float32]],
) -> Demand:
    """Return the demand of some neighbouring pieces: their probabilities weighed by length, sure pieces only."""
    rows = [piece for piece in group if sure[piece]] or list(group)
    sizes = np.array([spans[piece][1] - spans[piece][0] for piece in rows], dtype=np.float32)
    mean = {
        name: (table[rows] * sizes[:, None]).sum(axis=0, keepdims=True) / sizes.sum() for name, table in read.items()
    }
    pair = model.heads["category_l2"].labels[int(model.category(mean).pair[0])].split(PAIR_SEPARATOR, 1)
    chosen = {
        name: model.heads[name].labels[int(model.heads[name].decide(mean[name])[0])]
        for name in ("purpose", "department", "level", "urgency")
    }
    return Demand(
        start=spans[group[0]][0],
        end=spans[group[-1]][1],
        purpose=chosen["purpose"],
        category_l1=pair[0],
        category_l2=pair[1],
        department=chosen["department"],
        level=int(chosen["level"]),
        urgency=int(chosen["urgency"]),
        confidence=float(mean["department"].max()),
    )


def _shifted(demand: Demand, by: int) -> Demand:
    return replace(demand, start=demand.start + by, end=demand.end + by)


@cache
def _marks() -> re.Pattern[str]:
    marks = "|".join(read_toml("demands.toml")["marks"])
    return re.compile(rf"(?:^|(?<=[\n。；;！!？?：:]))[ 　]*(?P<mark>{marks})")
