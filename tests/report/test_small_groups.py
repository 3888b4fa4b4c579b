"""No hidden number of a table can be computed from what is shown, whatever the table: checked by trying all tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.report.small_groups import Showing, protect_cells, protect_totals

LEAST = 3  # the rule is the same as with 5, and all tables can still be tried
tables = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 6), min_size=width, max_size=width), min_size=1, max_size=3)
)


def fits(number: int, showing: Showing, true: int) -> bool:
    """Whether a reader may take a number for the one behind a mark."""
    if showing is Showing.NUMBER:
        return number == true
    return 0 < number < LEAST if showing is Showing.SMALL else number == 0 or number >= LEAST


def possible(column: list[int], marks: list[Showing]) -> Iterator[tuple[int, ...]]:
    """All columns with the same sum that agree with the marks."""
    ranges = [[n for n in range(sum(column) + 1) if fits(n, m, true)] for true, m in zip(column, marks, strict=True)]
    return (tried for tried in product(*ranges) if sum(tried) == sum(column))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=5))
def test_no_hidden_number_of_a_list_follows_from_its_sum(totals: list[int]) -> None:
    marks = protect_totals(totals, LEAST)
    if marks is None:
        return
    assert all(mark is not Showing.NUMBER for mark, n in zip(marks, totals, strict=True) if 0 < n < LEAST)
    tried = list(possible(totals, list(marks)))
    for at, mark in enumerate(marks):
        assert mark is Showing.NUMBER or len({other[at] for other in tried}) > 1


@settings(max_examples=150, deadline=None)
@given(tables)
def test_no_hidden_cell_follows_from_the_totals(counts: list[list[int]]) -> None:
    rows = protect_totals([sum(row) for row in counts], LEAST)
    cells = protect_cells(counts, rows, LEAST) if rows else None
    if rows is None or cells is None:
        return
    columns = [
        list(possible([row[at] for row in counts], [marks[at] for marks in cells])) for at in range(len(counts[0]))
    ]
    tried = [
        table
        for table in (list(zip(*choice, strict=True)) for choice in product(*columns))
        if all(fits(sum(line), mark, sum(true)) for line, mark, true in zip(table, rows, counts, strict=True))
    ]
    for row, marks in enumerate(cells):
        assert rows[row] is Showing.NUMBER or len({sum(table[row]) for table in tried}) > 1
        for column, mark in enumerate(marks):
            assert mark is not Showing.NUMBER or not 0 < counts[row][column] < LEAST
            assert mark is Showing.NUMBER or len({table[row][column] for table in tried}) > 1
