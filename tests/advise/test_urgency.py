"""Phrases raise urgency and never lower it; each raise quotes its phrase."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.advise.urgency import raise_urgency
from pipeline.settings import read_toml
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
        # A title, and thanks for what is over.
        ("大剧院演出《跳楼》，想退票", RULED_OUT, 1, 1, "跳楼"),
        ("《关于拆迁的情况》没人回，我要跳楼，附《照片》", RULED_OUT, 2, 4, ""),
        ("放映《集体上访》要审批吗", LIKELY, 1, 1, ""),
        ("感谢消防员救下要跳楼的邻居", RULED_OUT, 1, 1, "跳楼"),
        ("感谢特警把要跳河的姑娘劝了下来", RULED_OUT, 1, 1, "跳河"),
        ("感谢民警救下要跳楼的我，可是钱还没给", RULED_OUT, 1, 4, ""),
        ("感谢消防员救了他。他今天又说要跳楼", RULED_OUT, 2, 4, ""),
    ],
)
def test_raises(text: str, shares: list[float], before: int, after: int, doubt: str) -> None:
    raised = raise_urgency([""], [text], np.array([before]), np.array([shares], np.float32))
    assert (int(raised.urgency[0]), raised.doubts[0]) == (after, doubt)
    assert bool(raised.reasons[0]) == (after > before)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("山塘的土坝底下往外冒黄泥水，比昨天大了一圈", 4),
        ("江堤内侧冒水泡，带着细沙", 4),
        ("水坝漏得厉害，水色发浑，下面几千人", 4),
        ("挡墙裂缝三天里宽到能塞进拳头，昨晚听到石头往下掉", 4),
        ("屋后的堡坎外凸，半夜掉了几块石头下来", 4),
        ("吃完午饭有四十几个孩子上吐下泻，送到市中心医院", 4),
        ("车间漏氯气，十几名女工头晕呕吐，被送进医院", 4),
        ("我背汽油去乡政府，大不了一起烧", 4),
        ("工人已经约好，明天早上八点到市政府门口拉横幅，不给说法就去北京", 3),
        ("联系好二十辆农用车，下周三把高速出口堵死，谁来都没用", 3),
        ("司机都串联好了，八号早上把收费站堵了，不降价不撤", 3),
        ("一百多名代课老师约好月底去省里上访", 3),
        ("水库大坝内坡滑塌，昨夜又塌下去一截", 4),
        ("后山整块往下溜，昨夜轰隆隆响，七户没人敢住", 4),
        ("九月五日上午，我们一百多人又一次上访", 2),
        ("横幅广告挂在公司门口，明天再不拆我们就投诉", 2),
        ("河堤绿道新铺的地砖裂了，下雨积水", 2),
        ("水库渗漏整治工程拖了两年，裂缝越来越多", 2),
        ("地下车库漏水，冒浑水，物业不修", 2),
        ("水库度假村的房间漏水，越来越大，退钱", 2),
        ("围墙里的树往外长，枝条掉下来砸到车", 2),
        ("边坡绿化带裂缝里长草，建议清理", 2),
        ("孩子吃坏了拉肚子，去医院看过一次", 2),
        ("听说去年有几十个孩子吃了午饭食物中毒送医，建议公开后厨", 2),
        ("村民要背汽油过江，公司怕烧起来不让上船", 2),
        ("马拉松下周六在市政府门口集合，请退报名费", 2),
        ("大家商量好了，下周去市里参加比赛，单位不给钱", 2),
        ("今天又有几十辆车堵在学校门口，家长走不动", 2),
    ],
)
def test_words_that_tell_it_together(text: str, after: int) -> None:
    raised = raise_urgency([""], [text], np.array([2]), np.array([UNLIKELY], np.float32))
    assert int(raised.urgency[0]) == after
    assert bool(raised.reasons[0]) == (after > 2)
    assert raised.reasons[0].split("”")[0].removeprefix("“") in text


def test_every_sign_names_its_source_and_has_no_empty_word() -> None:
    for sign in read_toml("urgency.toml")["together"]:
        assert sign["source"]
        assert sign["value"] in (3, 4)
        assert all(word.partition("…")[0] for words in (*sign["words"], sign["unless"]) for word in words)


def test_who_threatens_others_is_not_only_a_danger_to_himself() -> None:
    raised = raise_urgency([""], ["我要跟他们同归于尽"], np.array([2]), np.array([RULED_OUT], np.float32))
    assert raised.reasons == ["“同归于尽”：有人可能自伤或伤及他人"]


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
