"""Names of the things that letters are about are found as people write them, and everyday words are none."""

from __future__ import annotations

import pytest

from pipeline.office import Office
from pipeline.text.segment import default_segmenter
from pipeline.text.things import NOTHING_LISTED, Listed, named_things

SAMPLE = Listed.of(Office.load())


def names(text: str, listed: Listed = NOTHING_LISTED) -> list[str]:
    return [thing.name for thing in named_things(text, default_segmenter(), listed)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("松雅小区后街的违建", ["松雅"]),
        ("山水印象小区北门的车库", ["山水印象"]),
        ("九道湾社区不发通知", ["九道湾社区"]),
        ("城市花园的广场", ["城市花园"]),
        ("大陶超市卖过期牛奶", ["大陶超市"]),
        ("湖畔云著二期交不了房", ["湖畔云著"]),
        ("星汇中心的电梯", ["星汇中心"]),
        ("孩子在枫叶英语校区上课", ["枫叶英语"]),
        ("临江区松涛街道的丽景花园", ["丽景花园"]),
    ],
)
def test_a_name_is_found_by_its_ending(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    "text",
    ["我们小区的物业", "楼下超市太吵", "这个社区不管", "社保中心不办", "全市的老旧小区", "我市新区的规划", "二期工程"],
)
def test_everyday_words_are_no_names(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("沙鸥岛的渡船停了", ["沙鸥洲村"]),
        ("湖畔云著的物业乱涨价", ["湖畔云著"]),
        ("湖畔云著幼儿园不收孩子", ["湖畔云著幼儿园"]),
        ("湖畔云著小区停水", ["湖畔云著"]),
        ("青石区有人反映", []),
    ],
)
def test_an_office_s_places_are_known_by_all_their_names(text: str, found: list[str]) -> None:
    assert names(text, SAMPLE) == found
