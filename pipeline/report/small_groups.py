"""Which cells of a table must be hidden so that no small group can be seen or computed from what is shown.

A cell of fewer letters than a threshold is hidden; where the totals would give it away, further cells are hidden until
every hidden cell could hold at least two different numbers. That is checked, not hoped for: a small integer programme
looks for a second table that agrees with everything shown (cf. cell suppression in official statistics).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeAlias

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

Counts: TypeAlias = np.ndarray[Any, np.dtype[Any]]
_WHOLE_ROW = -1


class Showing(Enum):
    """How a cell is shown: its number, as small (1 to threshold - 1), or not at all."""

    NUMBER = "number"
    SMALL = "small"
    WITHHELD = "withheld"


def protect_totals(totals: Sequence[int], least: int) -> tuple[Showing, ...] | None:
    """Return how each of some numbers may be shown whose sum is known; None where none may be.

    Examples
    --------
    >>> [one.value for one in protect_totals([20, 3, 9], 5)]
    ['number', 'small', 'withheld']
    >>> protect_totals([3, 0], 5) is None
    True
    """
    lines = [[total] for total in totals]
    # Rows of a single column are no totals of their own: the column's sum is all that a reader has.
    found = _protect(np.array(lines, dtype=int), None, least)
    return None if found is None else tuple(line[0] for line in found)


def protect_cells(
    counts: Sequence[Sequence[int]], rows: Sequence[Showing], least: int
) -> tuple[tuple[Showing, ...], ...] | None:
    """Return how the cells of a table may be shown whose column totals are known, and whose row totals are as given.

    Examples
    --------
    >>> rows = protect_totals([20, 20], 5)
    >>> [[cell.value for cell in row] for row in protect_cells([[17, 3], [9, 11]], rows, 5)]
    [['withheld', 'small'], ['withheld', 'withheld']]
    """
    return _protect(np.array(counts, dtype=int), tuple(rows), least)


def _protect(cells: Counts, rows: tuple[Showing, ...] | None, least: int) -> tuple[tuple[Showing, ...], ...] | None:
    """Hide small cells, then more until none can be computed; None where hiding all of them would not do."""
    hidden = (cells > 0) & (cells < least)
    while (at := _derivable(cells, hidden, rows, least)) is not None:
        chosen = _next_to_hide(cells, hidden, at)
        if chosen is None:
            return None
        hidden[chosen] = True
    _show_again(cells, hidden, rows, least)
    return tuple(
        tuple(_showing(int(n), bool(mark), least) for n, mark in zip(line, marks, strict=True))
        for line, marks in zip(cells, hidden, strict=True)
    )


def _show_again(cells: Counts, hidden: Counts, rows: tuple[Showing, ...] | None, least: int) -> None:
    """Show what turns out not to be needed as cover: whole rows, columns, then single cells, largest first."""
    cover = hidden & ((cells == 0) | (cells >= least))
    masks = [_only(cover, (row, slice(None))) for row in range(cells.shape[0])]
    masks += [_only(cover, (slice(None), column)) for column in range(cells.shape[1])]
    masks += [_only(cover, (int(row), int(column))) for row, column in np.argwhere(cover)]
    sizes = [int(cells[mask].sum()) for mask in masks[: sum(cells.shape)]]
    lines = [masks[at] for at in sorted(range(len(sizes)), key=lambda at: (-sizes[at], at))]
    single = sorted(masks[sum(cells.shape) :], key=lambda mask: -int(cells[mask].sum()))
    for mask in (*lines, *single):
        tried = hidden & ~mask
        if (tried != hidden).any() and _derivable(cells, tried, rows, least) is None:
            hidden &= ~mask


def _only(cover: Counts, place: tuple[int | slice, int | slice]) -> Counts:
    mask = np.zeros_like(cover)
    mask[place] = cover[place]
    return mask


def _showing(number: int, hidden: bool, least: int) -> Showing:
    if not hidden:
        return Showing.NUMBER
    return Showing.SMALL if 0 < number < least else Showing.WITHHELD


def _next_to_hide(cells: Counts, hidden: Counts, at: tuple[int, int]) -> tuple[int, int] | None:
    """Return a shown cell in line with one that gives itself away, else one of the whole table.

    Columns that already hide something first, then the smallest number; zeros last.
    """
    row, column = at
    shown = [(int(r), int(c)) for r, c in np.argwhere(~hidden)]
    in_line = [cell for cell in shown if cell[0] == row or cell[1] == column]

    def loss(cell: tuple[int, int]) -> tuple[bool, bool, int, tuple[int, int]]:
        return bool(cells[cell] == 0), not hidden[:, cell[1]].any(), int(cells[cell]), cell

    return min(in_line or shown, key=loss, default=None)


def _derivable(cells: Counts, hidden: Counts, rows: tuple[Showing, ...] | None, least: int) -> tuple[int, int] | None:
    """Return a hidden cell (or row total) that only one number fits; None where each has a second one that fits."""
    places = [(int(r), int(c)) for r, c in np.argwhere(hidden)]
    wanted: list[tuple[tuple[int, int], list[int]]] = [(place, [at]) for at, place in enumerate(places)]
    for row, showing in enumerate(rows or ()):
        if showing is not Showing.NUMBER:
            wanted.append(((row, _WHOLE_ROW), [at for at, place in enumerate(places) if place[0] == row]))
    if not wanted:
        return None
    truth = np.array([cells[place] for place in places], dtype=int)
    programme = _Programme(cells, places, rows, least)
    free = [False] * len(wanted)
    for at, (place, members) in enumerate(wanted):
        for sign in (1.0, -1.0):
            if free[at] or not members:
                break
            other = programme.solve(members, sign)
            free = [was or bool(other[m].sum() != truth[m].sum()) for was, (_, m) in zip(free, wanted, strict=True)]
        if not free[at]:
            return place
    return None


class _Programme:
    """Everything that a reader knows of the hidden cells, as an integer programme.

    Known are the column totals, the row totals that are shown, and what the marks say: a small number is 1 to
    ``least`` - 1; a withheld one is 0 or at least ``least``, which takes one more yes/no variable.
    """

    def __init__(
        self, cells: Counts, places: list[tuple[int, int]], rows: tuple[Showing, ...] | None, least: int
    ) -> None:
        self._lines: list[tuple[dict[int, float], float, float]] = []
        self._upper: list[float] = []
        self._lower: list[float] = []
        self._n, self._least, self._most = len(places), least, float(max(int(cells.sum()), least))
        for place in places:
            small = 0 < cells[place] < least
            self._lower.append(1 if small else 0)
            self._upper.append(least - 1 if small else self._most)
        for at, place in enumerate(places):
            if not 0 < cells[place] < least:
                self._none_or_many([at], 0)
        for column in {place[1] for place in places}:
            members = [at for at, place in enumerate(places) if place[1] == column]
            total = float(sum(int(cells[places[at]]) for at in members))
            self._lines.append((dict.fromkeys(members, 1.0), total, total))
        for row, showing in enumerate(rows or ()):
            self._row(cells, places, row, showing)

    def _row(self, cells: Counts, places: list[tuple[int, int]], row: int, showing: Showing) -> None:
        members = [at for at, place in enumerate(places) if place[0] == row]
        hidden = sum(int(cells[places[at]]) for at in members)
        shown = int(cells[row].sum()) - hidden
        if not members:
            return
        if showing is Showing.NUMBER:
            self._lines.append((dict.fromkeys(members, 1.0), hidden, hidden))
        elif showing is Showing.SMALL:
            self._lines.append((dict.fromkeys(members, 1.0), 1 - shown, self._least - 1 - shown))
        else:
            self._none_or_many(members, shown)

    def _none_or_many(self, members: list[int], shown: int) -> None:
        switch = len(self._upper)
        self._upper.append(1)
        self._lower.append(0)
        sums = dict.fromkeys(members, 1.0)
        self._lines.append((sums | {switch: -self._most}, -np.inf, -shown))
        self._lines.append((sums | {switch: -float(self._least)}, -shown, np.inf))

    def solve(self, members: list[int], sign: float) -> Counts:
        """Return a table that agrees with all that is known; the sum of some cells is its least (sign -1: most)."""
        width = len(self._upper)
        matrix = lil_array((len(self._lines), width))
        for at, (weights, _, _) in enumerate(self._lines):
            for variable, weight in weights.items():
                matrix[at, variable] = weight
        cost = np.zeros(width)
        cost[members] = sign
        low, high = np.array([line[1] for line in self._lines]), np.array([line[2] for line in self._lines])
        answer = milp(
            cost,
            constraints=LinearConstraint(matrix.tocsr(), low, high),
            bounds=Bounds(np.array(self._lower, dtype=float), np.array(self._upper, dtype=float)),
            integrality=np.ones(width, dtype=int),
        )
        # The true table always fits, so there is an answer.
        found: Counts = np.rint(np.asarray(answer.x)[: self._n]).astype(int)
        return found
