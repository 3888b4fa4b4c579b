"""Letters with several demands (一事一诉): where each begins, what it is about, and which weighs most.

Marks in the text (numbers, turns of phrase, paragraphs) cut a letter into pieces at next to no cost; only the
pieces of letters with marks are read by the model. A piece opens a new demand only where what it is about changes
clearly, because a wrong split is worse than none. The letter stays one record.

Patterns and thresholds: ``data/demands.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline import letter
from pipeline.advise.pieces import Span, candidates
from pipeline.advise.urgency import raise_urgency
from pipeline.learn.features import prepared
from pipeline.learn.heads import PAIR_SEPARATOR, by_rank
from pipeline.learn.model import Model
from pipeline.settings import read_toml
from pipeline.text.places import Gazetteer

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Demand:
    """One demand of a mixed letter.

    Attributes
    ----------
    start, end : int
        Its place in the cleaned, masked text; the demands of a letter cover it without gaps.
    category_l1, category_l2, department, purpose : str
    level, urgency, scope : int
    confidence : float
        How clearly, 0 to 1, it differs from the demands beside it; the smaller value where there are two.
    lead : bool
        The weightiest of the letter: the most urgent, then of the widest scope, then the longest, then the first.
    """

    start: int
    end: int
    category_l1: str
    category_l2: str
    department: str
    level: int
    urgency: int
    scope: int
    purpose: str
    confidence: float
    lead: bool


def merge(spans: Sequence[Span], firsts: Floats, pairs: Floats, departments: Floats) -> list[tuple[list[int], float]]:
    """Join the pieces of one letter that speak of one matter.

    Parameters
    ----------
    spans : sequence of Span
        In the order of the text.
    firsts, pairs, departments : ndarray, shape (pieces, labels)
        Probabilities of first levels, pairs and departments.

    Returns
    -------
    list of (positions of the pieces, how clearly the group differs from the one before)
        A matter that comes back takes what stood between as an aside.

    Examples
    --------
    >>> from pipeline.advise.pieces import Mark
    >>> heat, bus = [0.9, 0.1], [0.1, 0.9]
    >>> spans = [Span(0, 30, Mark(1)), Span(30, 60, Mark(0.5)), Span(60, 90, Mark(0.5))]
    >>> for topics in ([heat, bus, bus], [heat, bus, heat]):
    ...     merge(spans, *[np.array(topics, np.float32)] * 3)
    [([0], 1.0), ([1, 2], 0.8)]
    [([0, 1, 2], 1.0)]
    """
    lengths = np.array([span.end - span.start for span in spans], dtype=np.float32)
    groups: list[tuple[list[int], float]] = []

    def change(before: list[int], after: list[int]) -> float:
        old, new = (lengths[pieces] / lengths[pieces].sum() for pieces in (before, after))
        first, pair, department = (
            _change(old @ table[before], new @ table[after]) for table in (firsts, pairs, departments)
        )
        if spans[after[0]].mark.outspoken:
            return max(pair, department)
        return float(np.sqrt(pair * department)) if first else 0.0

    for position, span in enumerate(spans):
        changes = [change(pieces, [position]) for pieces, _ in groups]
        same = [number for number, clear in enumerate(changes) if clear < span.mark.needs]
        if not same:
            groups.append(([position], 1.0))
            continue
        while len(groups) > same[-1] + 1:
            aside, _ = groups.pop()
            groups[-1][0].extend(aside)
        groups[-1][0].append(position)
    kept = groups[:1]
    for pieces, _ in groups[1:]:
        # Pieces that joined a group later may have made it like its neighbour.
        clear = change(kept[-1][0], pieces)
        if clear < spans[pieces[0]].mark.needs:
            kept[-1][0].extend(pieces)
        else:
            kept.append((pieces, round(clear, 4)))
    return kept


def _change(before: Floats, after: Floats) -> float:
    """Return how clearly each prefers its own likeliest label to the other's: 0 if they agree, at most 1."""
    old, new = int(before.argmax()), int(after.argmax())
    return float(np.sqrt(max(0.0, (before[old] - after[old]) * (after[new] - before[new]))))


def find_demands(
    model: Model, places: Gazetteer, titles: Sequence[str], texts: Sequence[str], received_at: Sequence[str]
) -> list[list[Demand]]:
    """Return the demands of each mixed letter of a batch; an empty list for every other letter.

    Parameters
    ----------
    titles, texts : sequence of str
        Cleaned and masked.
    received_at : sequence of str
        As the model reads them.

    Examples
    --------
    >>> from pipeline.advise.triage import Triage
    >>> text = "公交12路晚高峰一小时才来一班，请增加班次。另外，我在电子厂上班，厂里拖欠我们三个月工资不发。"
    >>> places = Gazetteer.usual()
    >>> found = find_demands(Triage.load().model, places, [""], [text], [""])
    >>> [[demand.department for demand in demands] for demands in found]
    [['交通运输', '人力资源社会保障']]
    """
    found: list[list[Demand]] = [[] for _ in texts]
    pieces = [candidates(title, text) for title, text in zip(titles, texts, strict=True)]
    rows = [row for row, spans in enumerate(pieces) if spans]
    if not rows:
        return found
    read = read_toml("demands.toml")["piece"]["read"]
    cut = [texts[row][span.start : min(span.end, span.start + read)] for row in rows for span in pieces[row]]
    received = [received_at[row] for row in rows for _ in pieces[row]]
    # Without the title: it speaks for the whole letter and would make all pieces alike.
    probabilities = model.read(prepared([""] * len(cut), cut, places), received).probabilities
    category = model.category(probabilities)
    first = 0
    for row in rows:
        spans, own = pieces[row], slice(first, first + len(pieces[row]))
        first = own.stop
        groups = merge(
            spans, category.first_probabilities[own], category.pair_probabilities[own], probabilities["department"][own]
        )
        if len(groups) > 1:
            tables = {name: table[own] for name, table in probabilities.items()}
            found[row] = _demands(model, texts[row], spans, groups, tables)
    return found


def _demands(
    model: Model,
    text: str,
    spans: Sequence[Span],
    groups: Sequence[tuple[list[int], float]],
    probabilities: dict[str, Floats],
) -> list[Demand]:
    lengths = np.array([span.end - span.start for span in spans], dtype=np.float32)
    shares = np.zeros((len(groups), len(spans)), dtype=np.float32)
    for number, (pieces, _) in enumerate(groups):
        shares[number, pieces] = lengths[pieces] / lengths[pieces].sum()
    tables = {name: shares @ table for name, table in probabilities.items()}
    names = {
        name: [model.heads[name].labels[place] for place in model.heads[name].decide(tables[name])]
        for name in ("purpose", "urgency", "level", "department", "scope")
    }
    pairs = [model.heads["category_l2"].labels[place] for place in model.category(tables).pair]
    places = [(spans[pieces[0]].start, spans[pieces[-1]].end) for pieces, _ in groups]
    cut = [text[start:end] for start, end in places]
    ranks = by_rank(model.heads["urgency"].labels, tables["urgency"], len(letter.URGENCY_NAMES))
    urgency = raise_urgency([""] * len(cut), cut, np.array(names["urgency"], dtype=np.int64), ranks).urgency.tolist()
    scope = [int(name) for name in names["scope"]]
    lead = max(range(len(groups)), key=lambda at: (urgency[at], scope[at], len(cut[at]), -at))
    changes = [clear for _, clear in groups][1:]
    beside = zip([changes[0], *changes], [*changes, changes[-1]], strict=True)
    return [
        Demand(
            start=places[at][0],
            end=places[at][1],
            category_l1=pairs[at].split(PAIR_SEPARATOR, 1)[0],
            category_l2=pairs[at].split(PAIR_SEPARATOR, 1)[1],
            department=names["department"][at],
            level=int(names["level"][at]),
            urgency=urgency[at],
            scope=scope[at],
            purpose=names["purpose"][at],
            confidence=min(near),
            lead=at == lead,
        )
        for at, near in enumerate(beside)
    ]
