"""The tokens are those of jieba itself, token for token."""

from __future__ import annotations

import logging
import pickle
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import resource
from pipeline.text.segment import Segmenter, default_segmenter

jieba = pytest.importorskip("jieba")
jieba.setLogLevel(logging.ERROR)
PLAIN = Segmenter()

PLACES = [
    "云川市",
    "A3区",
    "A7县",
    "青石镇",
    "望月小区",
    "K2-1栋",
    "云川大道128号",
    "3栋2单元1501",
    "G107国道",
    "西地省",
]
WHO = [
    "小区业主",
    "物业公司",
    "村干部",
    "开发商",
    "包工头张某",
    "幼儿园老师",
    "4S店",
    "KTV老板",
    "退役军人",
    "我们一家五口",
]
DID = [
    "乱收费",
    "拖欠农民工工资",
    "半夜施工噪音扰民",
    "强行征地拆迁",
    "违规加装电梯",
    "不给办理不动产权证",
    "停水停电",
    "排放黑臭水体",
]
ASCII = [
    *(
        "3.5%",
        "100%",
        "10:30",
        "2019-05-01",
        "20190501",
        "iPhone6s",
        "T恤",
        "KTV",
        "4S店",
        "PM2.5",
        "GB/T 18883",
        "120㎡",
    ),
    *("C++", "c#", "A&B", "a_b@c.com", "www.example.com", "node.js", "192.168.1.1", "P2P网贷", "B超", "卡拉OK", "WiFi"),
    *(
        "5G",
        "K154+300",
        "#2",
        "-5℃",
        "1.5.6",
        ".5",
        "50%off",
        "x_y-z",
        "...",
        "139.5平方米",
        "〔手机号〕",
        "〔2019〕12号",
    ),
]
SAYING = [
    "反映",
    "投诉",
    "请求尽快处理",
    "至今未解决",
    "希望有关部门核实",
    "谢谢",
    "怎么办？",
    "不知道该找谁",
    "已经三个月了",
]
MARKS = ["，", "。", "！", "\n", " ", "", "、", "“", "”", "……", "——"]
OFFICE_WORDS = ["云川大道", "望月小区", "拖欠工资款", "K2-1栋", "PM2.5值", "加装电梯"]


def petitions(count: int, seed: int) -> Iterator[str]:
    draw = random.Random(seed)
    for _ in range(count):
        parts = [draw.choice(PLACES), draw.choice(WHO), draw.choice(DID), draw.choice(ASCII), draw.choice(SAYING)]
        parts += draw.choices([*ASCII, *PLACES, *DID, *SAYING], k=draw.randint(0, 6))
        draw.shuffle(parts)
        yield "".join(part + draw.choice(MARKS) for part in parts)


def dictionary_sentences(count: int, seed: int) -> Iterator[str]:
    draw = random.Random(seed)
    lines = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines()
    words = [line.split(" ")[0] for line in lines]
    for _ in range(count):
        parts = draw.choices(words, k=draw.randint(2, 9))
        if draw.random() < 0.4:
            parts.insert(draw.randrange(len(parts)), draw.choice(ASCII))
        yield "".join(part + (draw.choice(MARKS) if draw.random() < 0.2 else "") for part in parts)


SENTENCES = [*petitions(3000, seed=1), *dictionary_sentences(3000, seed=2)]


def user_words() -> list[str]:
    lines = (resource("data") / "text" / "user_words.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize(
    "words", [[], OFFICE_WORDS, user_words()], ids=["default dictionary", "office words", "shipped words"]
)
def test_parity_with_jieba(words: list[str]) -> None:
    reference = jieba.Tokenizer()
    for word in words:
        reference.add_word(word)
    segmenter = Segmenter(words)
    differing = [text for text in SENTENCES if segmenter.cut(text) != reference.lcut(text, HMM=True)]
    assert differing == []


@given(st.text("aB3.%+#&_-/@: \n区的水栋，", max_size=14))
def test_parity_on_any_mix_of_ascii_and_chinese(text: str) -> None:
    assert PLAIN.cut(text) == jieba.dt.lcut(text, HMM=True)


@given(st.text(max_size=40))
def test_joined_tokens_are_the_text(text: str) -> None:
    tokens = PLAIN.cut(text)
    assert "".join(tokens) == text
    assert "" not in tokens


def test_user_words_are_kept_whole() -> None:
    assert "云川大道" in Segmenter(["云川大道"]).cut("我住云川大道旁")
    assert default_segmenter().cut("老旧小区加装电梯") == ["老旧小区", "加装电梯"]


def test_the_shipped_words_are_listed_once() -> None:
    assert len(set(user_words())) == len(user_words())


def test_one_segmenter_a_process() -> None:
    assert default_segmenter() is default_segmenter()


def test_a_pickled_segmenter_cuts_the_same() -> None:
    segmenter = Segmenter(OFFICE_WORDS)
    copy = pickle.loads(pickle.dumps(segmenter))
    assert [copy.cut(text) for text in SENTENCES[:200]] == [segmenter.cut(text) for text in SENTENCES[:200]]


def test_processes_cut_the_same() -> None:
    segmenter = Segmenter(OFFICE_WORDS)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(segmenter.cut, SENTENCES[:20])) == [segmenter.cut(text) for text in SENTENCES[:20]]
