"""Phrases raise urgency and never lower it; each raise quotes its phrase."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.advise.urgency import raise_urgency
from pipeline.text import lexicon

LIKELY = [0.1, 0.3, 0.3, 0.3]
UNLIKELY = [0.5, 0.47, 0.0, 0.03]
RULED_OUT = [0.9, 0.1, 0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "shares", "before", "after", "doubt"),
    [
        ("楼下煤气泄漏，没人处理", LIKELY, 2, 4, ""),
        ("楼下煤气泄漏，没人处理", UNLIKELY, 2, 2, "煤气泄漏"),
        ("楼下煤气泄漏，没人处理", RULED_OUT, 2, 2, "煤气泄漏"),
        ("孩子说想自杀", RULED_OUT, 2, 4, ""),
        ("请加强宣传，防止煤气泄漏", LIKELY, 1, 1, ""),
        ("工地拖欠工资三个月", LIKELY, 2, 3, ""),
        ("工地拖欠工资三个月", LIKELY, 4, 4, ""),
        ("公交车间隔太长", LIKELY, 1, 1, ""),
        ("大坝渗水越来越大，还带泥沙", RULED_OUT, 2, 4, ""),
        ("背水坡出现管涌", RULED_OUT, 2, 4, ""),
        ("大坝渗水，一旦下大雨怎么办", RULED_OUT, 2, 4, ""),
        ("一旦溃坝下游就完了", LIKELY, 2, 2, ""),
        ("房顶漏水，渗水带泥沙", LIKELY, 2, 2, ""),
        ("水库漏水，存不住水", RULED_OUT, 2, 2, "水库漏水"),
        ("再不解决我就带孩子跳下去", RULED_OUT, 2, 4, ""),
        ("我就从镇政府楼上跳下去", RULED_OUT, 1, 4, ""),
        ("蹦床没有护栏，家长带孩子跳下去没有垫子", LIKELY, 2, 2, ""),
        ("滑梯太高，孩子跳下去容易摔伤", RULED_OUT, 1, 1, "跳下去"),
    ],
)
def test_raises(text: str, shares: list[float], before: int, after: int, doubt: str) -> None:
    raised = raise_urgency([""], [text], np.array([before]), np.array([shares], np.float32))
    assert (int(raised.urgency[0]), raised.doubts[0]) == (after, doubt)
    assert bool(raised.reasons[0]) == (after > before)


@given(
    st.lists(st.sampled_from([entry.phrase for entry in lexicon.load("urgency").entries] + ["，", "路灯"]), max_size=6),
    st.integers(1, 4),
    st.lists(st.floats(0.01, 1), min_size=4, max_size=4),
)
def test_never_lowers_and_always_quotes(words: list[str], before: int, shares: list[float]) -> None:
    probabilities = np.array([shares], np.float32) / sum(shares)
    raised = raise_urgency([""], ["".join(words)], np.array([before]), probabilities.astype(np.float32))
    assert raised.urgency[0] >= before
    if raised.urgency[0] > before:
        phrase = raised.reasons[0].split("”")[0].removeprefix("“")
        assert phrase in "".join(words)
