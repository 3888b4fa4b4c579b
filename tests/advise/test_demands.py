from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from pipeline.advise.demands import find_demands, pieces
from pipeline.advise.triage import Triage

FUMES = "楼下饭店的油烟每天往家里灌，孩子咳嗽了三个月，多次投诉没有人管。"
WAGES = "我在工地上干了半年，包工头拖欠我们十二个人的工资，快过年了一分钱没有拿到。"
BUS = "小区到地铁站的公交车早高峰四十分钟才来一趟，挤不上去，希望加密班次。"
SCHOOL = "孩子今年上小学，学校说学位满了不肯收，马上开学了不知道去哪里读书。"


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage.load("default", office="sample")


MIXED = [
    (f"一、{FUMES}二、{WAGES}", {"环境保护", "劳动和社会保障"}),
    (f"各位领导：\n1、{FUMES}\n2、{WAGES}\n谢谢！", {"环境保护", "劳动和社会保障"}),
    (f"{WAGES}\n另外，{BUS}", {"劳动和社会保障", "交通运输"}),
    (f"第一件事，{SCHOOL}第二件事，{WAGES}", {"教育文体", "劳动和社会保障"}),
    (f"（一）{BUS}（二）{SCHOOL}", {"交通运输", "教育文体"}),
]
ONE = [
    f"{WAGES}我们的要求：1、发清全部工资；2、赔偿误工费和路费；3、对包工头进行处罚。",
    "开发商延期交房，理由有：一、资金被挪用；二、施工单位撤场；三、监管账户没有钱。请住建部门查处。",
    f"{FUMES}此外，油烟还熏黑了外墙，夜里排风机的声音也很大，一直响到半夜。",
    FUMES,
    "",
    "1、2、3、",
    "谢谢！另外，祝工作顺利！",
]


@pytest.mark.parametrize(("text", "categories"), MIXED)
def test_two_matters_are_two_demands(triage: Triage, text: str, categories: set[str]) -> None:
    found = find_demands(triage.model, ["求助"], [text], [""])[0]
    assert {demand.category_l1 for demand in found} == categories
    letter = f"求助\n{text}"
    assert sum(demand.end - demand.start for demand in found) == len(text)
    assert all(letter[demand.start : demand.end].strip() for demand in found)
    assert [demand.urgency for demand in found] == sorted((demand.urgency for demand in found), reverse=True)


@pytest.mark.parametrize("text", ONE)
def test_reasons_and_wishes_of_one_matter_are_one_demand(triage: Triage, text: str) -> None:
    assert find_demands(triage.model, [""], [text], [""]) == [[]]


def test_pieces_are_the_whole_letter_in_order() -> None:
    for text, _ in MIXED:
        cut = pieces(text)
        assert cut[0][0] == 0
        assert cut[-1][1] == len(text)
        assert all(left[1] == right[0] for left, right in pairwise(cut))
    assert pieces("版本1.5和2.0") == [(0, 9)]


def test_the_units_of_other_demands_assist_and_the_letter_stays_one_record(triage: Triage) -> None:
    frame = pd.DataFrame([{"text": MIXED[0][0], "place": "临江区"}])
    row = triage.suggest(frame).iloc[0]
    assert len(triage.suggest(frame)) == 1
    assert "临江区城市管理和综合执法局" in row["co_units"] or "临江区生态环境分局" in row["co_units"]
    assert row["demands"].startswith("1. ")
    assert "\n2. " in row["demands"]
