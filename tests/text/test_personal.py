"""Names, addresses below street level and health in invented letters: what is found, and what must stay."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from pipeline.text.mask import find_all
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


@pytest.mark.parametrize("part", ["open", "held", "made"])
def test_most_names_are_found(part: str) -> None:
    found, all_of_them = recall(part, "name")
    assert found >= 0.97 * all_of_them


@pytest.mark.parametrize("part", ["open", "held"])
@pytest.mark.parametrize("kind", ["address", "health"])
def test_most_addresses_and_diseases_are_found(part: str, kind: str) -> None:
    found, all_of_them = recall(part, kind)
    assert found >= 0.95 * all_of_them


@pytest.mark.parametrize("part", ["open", "held", "made"])
def test_ordinary_words_stay(part: str) -> None:
    wrong, words = wrongly_masked(part)
    assert wrong < 0.01 * words
