from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.advise.deadlines import Calendar, Course, Stop, clocks, due, due_dates, read_day, timeline
from pipeline.errors import RuleTableError, YearUnknown

CLOCKS = clocks()
NAMES = sorted(CLOCKS)
ALL = CLOCKS.keys()
DAYS = st.dates(date(2018, 1, 1), date(2025, 12, 31))
CALENDAR = Calendar()

CASES = [
    ("register", date(2026, 2, 12), date(2026, 2, 27)),
    ("register", date(2026, 2, 1), date(2026, 2, 24)),  # the fifteenth day falls into Spring Festival
    ("register", date(2025, 12, 20), date(2026, 1, 4)),  # over the year's end; a worked Sunday
    ("accept", date(2026, 2, 14), date(2026, 3, 2)),
    ("objection", date(2026, 2, 12), date(2026, 2, 26)),  # 13, 14 (worked Saturday), 24, 25, 26
    ("objection", date(2026, 2, 18), date(2026, 2, 28)),  # begins on a holiday; 28 is a worked Saturday
    ("simple", date(2026, 9, 24), date(2026, 10, 15)),
    ("urgent", date(2026, 4, 30), date(2026, 5, 8)),
    ("critical", date(2026, 2, 16), date(2026, 2, 17)),  # danger knows no holiday
    ("review_request", date(2024, 1, 31), date(2024, 3, 1)),  # a leap year
    ("result", date(2025, 11, 2), date(2026, 1, 4)),
]


@pytest.mark.parametrize(("name", "start", "last"), CASES)
def test_last_days(name: str, start: date, last: date) -> None:
    assert due(CLOCKS[name], start, CALENDAR) == last


@given(st.sampled_from(NAMES), DAYS)
def test_never_before_its_start_and_never_on_an_excluded_day(name: str, start: date) -> None:
    last = due(CLOCKS[name], start, CALENDAR)
    assert last is not None
    assert last > start
    assert CALENDAR.is_working(last) or not CLOCKS[name].rolls


@given(st.sampled_from(NAMES), DAYS, st.integers(0, 40))
def test_monotone_in_the_start_and_in_the_days(name: str, start: date, more: int) -> None:
    clock, one = CLOCKS[name], due(CLOCKS[name], start, CALENDAR)
    later = due(clock, start + timedelta(days=more), CALENDAR)
    longer = due(replace(clock, amount=clock.amount + more), start, CALENDAR)
    assert one is not None
    assert later is not None
    assert longer is not None
    assert one <= later
    assert one <= longer


@given(st.sampled_from(NAMES), DAYS, st.lists(st.tuples(st.integers(-5, 40), st.integers(0, 20)), max_size=3))
def test_a_stop_never_brings_a_day_forward(name: str, start: date, spans: list[tuple[int, int]]) -> None:
    stops = [Stop(start + timedelta(days=a), start + timedelta(days=a + b)) for a, b in spans]
    usual, stopped = due(CLOCKS[name], start, CALENDAR), due(CLOCKS[name], start, CALENDAR, stops=stops)
    assert usual is not None
    assert stopped is not None
    assert stopped >= usual
    twice = due(CLOCKS[name], start, CALENDAR, stops=[*stops, *stops])
    assert twice == stopped


def test_a_stop_pushes_by_its_days_and_an_open_one_has_no_end() -> None:
    start = date(2025, 6, 2)
    stop = Stop(date(2025, 6, 10), date(2025, 6, 19))
    assert due(CLOCKS["result"], start, CALENDAR) == date(2025, 8, 1)
    assert due(CLOCKS["result"], start, CALENDAR, stops=[stop]) == date(2025, 8, 11)
    assert due(CLOCKS["result"], start, CALENDAR, stops=[Stop(date(2025, 6, 10), None)]) is None
    assert due(CLOCKS["result"], start, CALENDAR, stops=[Stop(date(2025, 9, 1), None)]) == date(2025, 8, 1)


def test_an_extension_adds_thirty_days() -> None:
    assert due(CLOCKS["result"], date(2025, 6, 2), CALENDAR, extended=True) == date(2025, 9, 1)  # 31 August is a Sunday


def test_a_transfer_starts_the_unit_s_clocks_anew() -> None:
    rows = {row.clock.name: row for row in timeline(Course(date(2025, 6, 2), date(2025, 6, 3)), CALENDAR)}
    sent_on = {
        row.clock.name: row
        for row in timeline(Course(date(2025, 6, 2), date(2025, 6, 3), transferred=date(2025, 6, 16)), CALENDAR)
    }
    assert (rows["accept"].due, sent_on["accept"].due) == (date(2025, 6, 18), date(2025, 7, 1))
    assert (rows["objection"].due, sent_on["objection"].due) == (date(2025, 6, 10), date(2025, 6, 23))
    assert sent_on["register"].due == rows["register"].due
    assert rows["result"].projected
    assert not rows["accept"].projected


def test_only_the_clocks_of_a_letter_s_road_run() -> None:
    running = {"register", "accept", "simple"}
    assert [row.clock.name for row in timeline(Course(date(2025, 6, 2)), CALENDAR, running=running)] == [
        *("register", "accept", "simple")
    ]
    assert timeline(Course(date(2025, 6, 2)), CALENDAR, running=()) == []


def test_a_year_that_nobody_knows_is_named() -> None:
    with pytest.raises(YearUnknown, match="2031"):
        due(CLOCKS["objection"], date(2031, 3, 3), CALENDAR)
    found = due_dates(["2026-11-20"], CALENDAR, CLOCKS, [ALL])
    assert [found[name][0] for name in ("due_register", "due_accept", "due_result")] == [
        "2026-12-07",
        "2026-12-22",
        "缺 2027 年放假安排",
    ]


def test_an_office_adds_a_year_and_a_day_off() -> None:
    calendar = Calendar.of({"2027": {"holidays": ["2027-02-08"], "workdays": ["2027-02-13"]}})
    assert not calendar.is_working(date(2027, 2, 8))
    assert calendar.is_working(date(2027, 2, 13))
    assert due(CLOCKS["objection"], date(2027, 2, 5), calendar) == date(2027, 2, 13)
    with pytest.raises(RuleTableError, match="2026-02-08"):
        Calendar.of({"2027": {"holidays": ["2026-02-08"]}})
    with pytest.raises(RuleTableError, match=r"clocks\.nonsense"):
        clocks({"nonsense": {}})


def test_a_batch_leaves_out_results_of_other_roads_and_days_it_cannot_read() -> None:
    found = due_dates(["2025/6/2", "2025/6/2", "昨天", ""], CALENDAR, CLOCKS, [{"register", "accept"}, (), ALL, ALL])
    assert found == {
        "due_register": ["2025-06-17", "", "", ""],
        "due_accept": ["2025-07-02", "", "", ""],
        "due_result": [""] * 4,
    }
    assert read_day("20250602") is None
