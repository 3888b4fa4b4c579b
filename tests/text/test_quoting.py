"""Phrases that may mean something else are quoted as evidence only where people do what they say."""

from __future__ import annotations

import pytest

from pipeline.settings import read_toml
from pipeline.text import lexicon
from pipeline.text.quoting import quoting_rule, tells


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("工地停工两年", "停工", False),
        ("我们小区的楼盘工地停工两年", "停工", False),
        ("因拖欠工人工资，项目停工", "停工", False),
        ("工人没有拿到钱。停工两年了", "停工", False),  # another sentence
        ("搅拌站夜里不停工", "停工", False),
        ("被责令停工", "停工", False),
        ("公交线路停运", "停运", False),
        ("学校停课两周", "停课", False),
        ("化工厂停产整顿", "停产", False),
        ("停工两年", "停工", False),
        ("工人们集体停工", "停工", True),
        ("工地上的农民工拿不到钱，已经停工", "停工", True),
        ("工人在项目部门口停工讨薪", "停工", True),
        ("出租车司机准备全体停运", "停运", True),
        ("再不发工资我们就停工", "停工", True),
        ("村集体土地被占", "集体", False),
        ("我们准备集体去省里", "集体", True),
        ("工地上有人罢工", "罢工", True),
    ],
)
def test_who_stops_tells(text: str, phrase: str, expected: bool) -> None:
    assert tells(text, text.index(phrase), phrase) is expected


def test_every_rule_is_about_phrases_that_are_counted() -> None:
    counted = {entry.phrase for name in ("cues", "warning") for entry in lexicon.load(name).entries}
    for row in read_toml("quoting.toml")["phrase"]:
        assert counted.issuperset(row["phrases"])
        assert row["source"]
        assert all(quoting_rule(phrase) is not None for phrase in row["phrases"])
