"""Phrases are found leftmost and longest; a broken table names its row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import settings
from pipeline.errors import RuleTableError
from pipeline.text import lexicon
from pipeline.text.lexicon import COLUMNS, Entry, Lexicon

GAS = Lexicon(
    [
        Entry("泄漏", "danger", 3, "泄漏"),
        Entry("煤气", "topic", 1, "煤气"),
        Entry("煤气泄漏", "danger", 4, "煤气泄漏"),
        Entry("漏水", "topic", 2, "漏水"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("楼下煤气泄漏了", [(2, "煤气泄漏")]),
        ("煤气公司说泄漏", [(0, "煤气"), (5, "泄漏")]),
        ("煤气泄漏水", [(0, "煤气泄漏")]),
        ("泄漏水", [(0, "泄漏")]),
        ("漏水漏水", [(0, "漏水"), (2, "漏水")]),
        ("😀煤气", [(1, "煤气")]),
        ("停电", []),
        ("", []),
    ],
)
def test_leftmost_longest_without_overlaps(text: str, found: list[tuple[int, str]]) -> None:
    assert [(start, entry.phrase) for start, entry in GAS.find(text)] == found


def test_groups_in_the_order_of_the_table() -> None:
    assert GAS.groups == ("danger", "topic")


def test_an_entry_carries_its_group_value_and_reason() -> None:
    ((_, entry),) = GAS.find("煤气泄漏")
    assert (entry.group, entry.value, entry.reason) == ("danger", 4, "煤气泄漏")


def test_a_lexicon_without_phrases_finds_nothing() -> None:
    assert Lexicon([]).find("煤气泄漏") == []


@given(st.lists(st.sampled_from(["煤气", "泄漏", "漏水", "水", "😀", "a"]), max_size=12).map("".join))
def test_what_is_found_stands_where_it_is_said(text: str) -> None:
    end = 0
    for start, entry in GAS.find(text):
        assert start >= end
        assert text.startswith(entry.phrase, start)
        end = start + len(entry.phrase)


@pytest.mark.parametrize("name", ["cues", "urgency"])
def test_shipped_lexicons(name: str) -> None:
    shipped = lexicon.load(name)
    assert lexicon.load(name) is shipped
    phrases = [entry.phrase for entry in shipped.entries]
    assert all(phrase == phrase.strip() != "" for phrase in phrases)
    assert len(set(phrases)) == len(phrases)
    for entry in shipped.entries:
        assert shipped.find(entry.phrase) == [(0, entry)]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lexicons").mkdir()
    monkeypatch.setattr(settings, "resource", lambda kind: tmp_path)
    return tmp_path / "lexicons" / "invented.tsv"


@pytest.mark.parametrize(
    ("lines", "row", "why"),
    [
        (["phrase\tgroup\tvalue", "煤气\tdanger\t4"], 1, "header"),
        (["\t".join(COLUMNS), "煤气\tdanger\t4\t原因\t来源", "漏水\tdanger"], 3, "5 cells"),
        (["# 说明", "\t".join(COLUMNS), "煤气\tdanger\t四\t原因\t来源"], 3, "whole number"),
        (["\t".join(COLUMNS), "\tdanger\t4\t原因\t来源"], 2, "phrase"),
        (["\t".join(COLUMNS), "煤气\ta\t4\t原因\t来源", "# 再次", "煤气\tb\t1\t原因\t来源"], 4, "twice"),
    ],
)
def test_a_broken_table_names_its_row(table: Path, lines: list[str], row: int, why: str) -> None:
    table.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(RuleTableError, match=why) as caught:
        lexicon.load.__wrapped__("invented")
    assert caught.value.details["file"] == "lexicons/invented.tsv"
    assert caught.value.details["row"] == row
