"""Names, addresses below street level and health in invented letters: what is found, and what must stay."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RuleTableError
from pipeline.settings import read_table
from pipeline.text.mask import find_all, mask, without_placeholders
from pipeline.text.names import GIVEN, whole
from pipeline.text.segment import Segmenter

MARKS = {"‹": "name", "[": "address", "{": "health"}
PERSONS = [
    "周启明",
    "陈晓燕",
    "何文斌",
    "郑国栋",
    "冯德海",
    "罗秀英",
    "韩子轩",
    "龙春梅",
    "石长贵",
    "魏素芬",
    "彭佳",
    "雷晓琴",
    "葛洪亮",
    "蔡金凤",
    "曹志伟",
    "丁香兰",
    "尤永芳",
    "金圣哲",
    "严立新",
    "康永平",
    "祝小虎",
    "左文凯",
    "阮志明",
    "黎子墨",
    "柯美玲",
    "侯宝山",
    "谭桂花",
    "熊大海",
    "孟凡荣",
    "白俊杰",
    "吕长顺",
    "樊大江",
    "覃振宇",
    "辛建民",
    "庞继业",
    "闵大刚",
    "池志强",
    "霍思思",
    "路长青",
    "苏桂芝",
    "岳明辉",
    "项天成",
    "瞿颖",
    "章成林",
    "简玉",
    "伍小满",
    "欧阳建军",
    "司马晴",
    "诸葛明",
    "上官婉",
]
PLACEHOLDERS = {"〔姓名〕", "〔住址〕", "〔手机号〕"}
ADDRESSES = [
    "9幢",
    "3栋2单元501室",
    "12幢1单元",
    "7号楼1单元1203",
    "18#楼2单元302室",
    "5栋",
    "A2栋1801",
    "2号楼903室",
    "6栋2单元",
]
ESTATES = [
    "家住槐安里{}，水管爆了。",
    "水岸花城{}的业主反映电梯故障。",
    "锦绣家园{}楼道堆满杂物。",
    "在幸福里小区{}开麻将馆扰民。",
]
ILLNESSES = ["肺癌", "糖尿病", "尿毒症", "抑郁症", "脑梗", "白血病", "精神分裂症", "乙肝", "癫痫", "尘肺"]
PATIENTS = ["我母亲患有{}，没钱治。", "去年他被确诊为{}，丢了工作。", "孩子查出{}，求医保报销。"]
SENTENCES = (
    "我叫{}，是白鹭县的村民。",
    "联系人：{}，请尽快回复。",
    "2021年5月，{}把货款转走后失联。",
    "经查，{}与开发商签了两份合同。",
    "这件事{}书记是知道的。",
    "我们去找村主任{}评理，没有结果。",
    "被{}打伤的工人还躺在医院里。",
    "工程实际由{}承包，手续挂在别人名下。",
    "请求依法追究{}的责任。",
    "信访人\n{}\n2023年4月2日",
)


@cache
def letters(part: str) -> tuple[tuple[str, tuple[tuple[str, int, int], ...]], ...]:
    """Return the invented letters of a part with the personal data marked in them."""
    lines = (Path(__file__).parent / "personal.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")][1:]
    texts = [text.replace("\\n", "\n") for name, text in rows if name == part]
    if part == "made":
        texts = [sentence.format(f"‹{person}›") for person in PERSONS for sentence in SENTENCES]
    if part == "made_address":
        texts = [sentence.format(f"[{address}]") for address in ADDRESSES for sentence in ESTATES]
    if part == "made_health":
        texts = [sentence.format(f"{{{illness}}}") for illness in ILLNESSES for sentence in PATIENTS]
    return tuple(parse(text) for text in texts)


def parse(marked: str) -> tuple[str, tuple[tuple[str, int, int], ...]]:
    text, spans, opened = "", [], 0
    for piece in re.split(r"([‹›\[\]{}])", marked):
        if piece in MARKS:
            kind, opened = MARKS[piece], len(text)
        elif piece in {"›", "]", "}"}:
            spans.append((kind, opened, len(text)))
        else:
            text += piece
    return text, tuple(spans)


def hidden(part: str) -> list[bytearray]:
    """Return per letter which characters are masked."""
    texts = [text for text, _ in letters(part)]
    masks = [bytearray(len(text)) for text in texts]
    for row, spans in zip(masks, find_all(texts), strict=True):
        for span in spans:
            row[span.start : span.end] = b"\1" * (span.end - span.start)
    return masks


def recall(part: str, kind: str) -> tuple[int, int]:
    """Return how many are wholly masked, of how many."""
    told = [
        all(row[start:end])
        for (_, spans), row in zip(letters(part), hidden(part), strict=True)
        for name, start, end in spans
        if name == kind
    ]
    return sum(told), len(told)


def wrongly_masked(part: str) -> tuple[int, int]:
    """Return how many words that are nobody's data are masked, of how many words."""
    segmenter = Segmenter()
    wrong = words = 0
    for (text, spans), row in zip(letters(part), hidden(part), strict=True):
        at = 0
        for word in segmenter.cut(text):
            if not any(start < at + len(word) and at < end for _, start, end in spans):
                words += 1
                wrong += any(row[at : at + len(word)])
            at += len(word)
    return wrong, words


HAND_WRITTEN = ["open", "held", "fresh"]


def test_most_names_are_found() -> None:
    told = [recall(part, "name") for part in [*HAND_WRITTEN, "made"]]
    assert sum(found for found, _ in told) >= 0.97 * sum(of for _, of in told)
    assert all(found >= 0.85 * of for found, of in told)


@pytest.mark.parametrize("kind", ["address", "health"])
def test_most_addresses_and_diseases_are_found(kind: str) -> None:
    told = [recall(part, kind) for part in [*HAND_WRITTEN, f"made_{kind}"]]
    assert sum(found for found, _ in told) >= 0.97 * sum(of for _, of in told)


def test_the_set_is_large_enough() -> None:
    parts = [*HAND_WRITTEN, "made", "made_address", "made_health"]
    counts = {kind: sum(recall(part, kind)[1] for part in parts) for kind in MARKS.values()}
    assert counts["name"] >= 300
    assert counts["address"] >= 60
    assert counts["health"] >= 40


@pytest.mark.parametrize("part", [*HAND_WRITTEN, "made", "made_address", "made_health"])
def test_ordinary_words_stay(part: str) -> None:
    wrong, words = wrongly_masked(part)
    assert wrong < 0.01 * words


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("李主任和老王都在", "〔姓名〕主任和〔姓名〕都在"),
        ("王某某打了张某", "〔姓名〕打了〔姓名〕"),
        ("欧阳局长请看", "〔姓名〕局长请看"),
        ("阿卜杜拉·买买提的摊位", "〔姓名〕的摊位"),
        ("我叫周启明，家住槐安里12栋3单元501室", "我叫〔姓名〕，家住槐安里〔住址〕"),
        ("父亲确诊肺癌，本人听力残疾三级", "父亲确诊〔健康信息〕，本人〔健康信息〕"),
        ("登革热防控要加强，新冠疫苗在哪接种", "登革热防控要加强，新冠疫苗在哪接种"),
        ("小区有12栋楼，A3区、5号线、3号地块、2号文、1号门", "小区有12栋楼，A3区、5号线、3号地块、2号文、1号门"),
        ("孩子划到湘龙小学，校长李明华不管", "孩子划到湘龙小学，校长〔姓名〕不管"),
        ("新石小学的学生，我叫石晓梅", "新石小学的学生，我叫〔姓名〕"),
        ("王建国在湘李小学教书", "〔姓名〕在湘李小学教书"),
        ("翰林雅苑的业主李佳苑", "翰林雅苑的业主〔姓名〕"),
        ("李卫生院长没来，张超市长也没来", "〔姓名〕院长没来，〔姓名〕市长也没来"),
        ("昨天李建设来了，鑫王建设公司没来人", "昨天〔姓名〕来了，鑫王建设公司没来人"),
        ("我叫李小学", "我叫〔姓名〕"),
        ("感谢槐安街道，关于李家村的路", "感谢槐安街道，关于李家村的路"),
        ("书记谭柏年长期不在岗，老师张丽收家长红包", "书记〔姓名〕长期不在岗，老师〔姓名〕收家长红包"),
        ("卫健委主任和森林公安主任没来", "卫健委主任和森林公安主任没来"),
        ("村主任何大海里外勾结", "村主任〔姓名〕里外勾结"),
        ("感谢谢海涛，感谢周局长", "感谢〔姓名〕，感谢〔姓名〕局长"),
    ],
)
def test_what_is_shown_instead(text: str, masked: str) -> None:
    assert mask([text]) == [masked]


NAMED_AFTER_SURNAMES = (
    *("湘李小学", "金周实验小学", "星唐嘉园", "博宇双语幼儿园", "永孙花园", "大陶超市", "星朱建筑公司", "金倪中医院"),
    *("福尹银行", "东侯敬老院", "湘虞卫生室", "老邬大厦", "鑫刘建材有限公司", "宏姚幼儿中心", "康冯制衣厂", "云杨职高"),
)


@pytest.mark.parametrize("name", NAMED_AFTER_SURNAMES)
@pytest.mark.parametrize("sentence", ["我家孩子分到了{}", "{}的问题一直没有解决", "关于{}拖欠工资，请查处", "{}"])
def test_names_of_institutions_are_not_masked_in_part(name: str, sentence: str) -> None:
    assert mask([sentence.format(name)]) == [sentence.format(name)]


def test_a_name_once_told_is_known_in_the_whole_letter() -> None:
    assert "冯德海" not in mask(["我叫冯德海。后来的事冯德海都不记得了，都怪冯德海"])[0]


def test_the_new_placeholders_are_dropped_for_learning() -> None:
    assert without_placeholders("甲〔姓名〕乙〔住址〕丙〔健康信息〕丁") == "甲 乙 丙 丁"


PIECES = st.sampled_from([text[at : at + 9] for text, _ in letters("open") for at in range(0, len(text), 9)])
TOLD = st.sampled_from(
    [*PERSONS, "〔姓名〕", "〔住址〕", "〔手机号〕", "3栋2单元501室", "13800138000", "确诊肺癌", "、", "主任"]
)


@given(
    st.lists(
        PIECES | TOLD | st.text("王李张周主任局长某老小，。、：0123栋号组患肺癌〔〕", max_size=6), max_size=12
    ).map("".join)
)
def test_masking_again_changes_nothing(text: str) -> None:
    masked = mask([text])[0]
    assert mask([masked]) == [masked]
    assert all(masked.count(own) >= text.count(own) for own in PLACEHOLDERS)


def test_letters_of_a_batch_do_not_touch_each_other() -> None:
    texts = [text for text, _ in letters("open")]
    assert find_all(texts) == [find_all([text])[0] for text in texts]


def test_a_broken_weight_names_file_and_row() -> None:
    with pytest.raises(RuleTableError) as caught:
        whole("names/given.tsv", next(iter(read_table("names/given.tsv", GIVEN))), "character")
    assert caught.value.details["file"] == "names/given.tsv"
    assert caught.value.details["row"] == 5
