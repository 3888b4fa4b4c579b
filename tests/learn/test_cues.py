"""Cues: what is counted of a letter, and what must not be taken for it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.learn.cues import cues, names
from pipeline.learn.features import prepared
from pipeline.text.places import Gazetteer


def counted(title: str, text: str) -> dict[str, float]:
    letters = prepared([title], [text], Gazetteer.usual())
    row = cues(letters.titles, letters.bodies, ["2020-05-01"])[0]
    assert len(row) == len(names())
    return {name: float(value) for name, value in zip(names(), row, strict=True) if value}


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("长沙市岳麓区教育局不作为", {"place_city", "organ_2"}),
        ("市住建局和区城管来过", {"organ_2", "organ_3"}),
        ("A市A3区", {"place_city", "place_county"}),
        ("派出所没有立案", {"organ_1"}),
        ("省教育厅", {"organ_4"}),
        ("小区城管来过", {"no_division"}),
        ("城市规划局", {"no_division"}),
        ("路灯坏了", set()),
    ],
)
def test_a_place_or_an_organ_counts_for_its_level_once(text: str, groups: set[str]) -> None:
    found = {name.partition(":")[2] for name in counted("", text) if name.startswith("group:")}
    assert {group for group in found if group.startswith(("place_", "organ_", "no_division"))} == groups


def test_organs_hide_no_turn_of_phrase() -> None:
    said = counted("", "多次向市12345热线投诉无果，柳坪镇政府推诿")
    assert said["group:raised_before"] == np.log1p(np.float32(4))
    assert said["group:local"] > 0


def test_the_title_is_told_from_the_text() -> None:
    assert "title:organ_2" in counted("临江区教育局", "")
    assert "title:organ_2" not in counted("", "临江区教育局")


@pytest.mark.parametrize(
    ("text", "years", "span"),
    [
        ("2009年交房", 11, 0),
        ("1998.5办证，2015年起", 22, 0),
        ("拖了十几年了", 0, 15),
        ("20年来", 0, 20),
        ("2015年来", 5, 15),
    ],
)
def test_years_are_read_as_they_are_written(text: str, years: int, span: int) -> None:
    found = counted("", text)
    assert found.get("years_since", 0) == years
    assert found.get("span_years", 0) == span
