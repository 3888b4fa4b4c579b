"""A letter with several demands is split where another matter begins; one matter, however it is told, is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.advise.demands import Demand, find_demands, merge
from pipeline.advise.pieces import Mark, Span, candidates
from pipeline.advise.triage import Triage

MIXED = {
    "wages and bus": (
        "我在青石区一家服装厂上班，厂里拖欠我们三十多名工人四个月工资，多次催要都不给。"
        "另外，我们小区门口的公交车一小时才来一趟，希望公交公司增加班次、延长末班车时间。",
        ["另外，我们小区"],
    ),
    "lamp and school": (
        "一、白鹭县河滨小区外的路灯坏了两个月，晚上漆黑一片，请城管部门尽快修好。"
        "二、县第二小学强制学生购买校外教辅资料，每学期收费六百元，请教育局查处。",
        ["二、县第二小学"],
    ),
    "smoke, wages": (
        "反映两件事。第一件事，临江区化工园的工厂夜里偷排废气，气味刺鼻，老人孩子咳嗽不止，请环保部门查处。"
        "第二件事，我爱人在园区物流公司开车，公司不给缴纳社会保险，也不签劳动合同，请人社局处理。",
        ["第二件事，我爱人"],
    ),
    "noise and register": (
        "1、楼下的工地每天夜里施工到两点，混凝土泵车的噪音让人无法入睡，请责令停止夜间施工。"
        "2、我的孩子出生半年了，派出所以材料不全为由一直不给上户口，请告知需要哪些材料。",
        ["2、我的孩子"],
    ),
    "water and road": (
        "望山县柳塘村灌溉水渠塌了，两百亩稻田没有水插秧，请水利局派人维修。"
        "还有一件事，村口到镇上的公路坑坑洼洼，货车一过尘土飞扬，请交通部门修补路面。",
        ["还有一件事"],
    ),
    "hospital and property": (
        "云川市人民医院给我母亲做手术时误诊，术后感染住院两个月，医院拒绝承担责任，请卫健委调查。"
        "此外，我住的锦园小区物业公司乱收停车费，业主要求公开账目一直被拒绝，请住建局处理。",
        ["此外，我住的"],
    ),
    "pension and taxi": (
        "我父亲今年六十二岁，退休手续办完半年，养老金至今没有发放，社保局窗口说系统有问题。"
        "顺便反映一下，南浦新区火车站的出租车不打表、拼客、绕路，外地来的人意见很大。",
        ["顺便反映一下"],
    ),
    "food and lamps": (
        "问题一：学校旁边的小吃店使用过期肉，孩子吃了拉肚子，请市场监管局检查。"
        "问题二：新城大道红绿灯时间太短，行人过不了马路，请交警部门调整信号灯。",
        ["问题二："],
    ),
    "land and insurance": (
        "我们村的承包地2022年被征收修路，征地补偿款至今没有发到村民手里，请自然资源局督促兑付。\n"
        "另，我本人的医保卡在外地住院不能报销，医保局说没有备案，请问异地就医怎样备案和报销？",
        ["另，我本人"],
    ),
    "three matters": (
        "1.河西路两旁夜市占道经营，垃圾遍地，请城管整治。现在连盲道也被摊位占满。"
        "2.实验小学班主任在校外有偿补课，不补课的孩子被冷落，请教育局查处。"
        "3.我爱人所在的电子厂拖欠工资三个月，工人们多次讨要没有结果，请人社局帮助。",
        ["2.实验小学", "3.我爱人"],
    ),
    "fire danger second": (
        "建议在临江区图书馆增加少儿阅览座位，周末孩子们常常没有地方坐，希望文旅局考虑。"
        "另外还有一件事，我们楼里有人在楼道给电动车充电，昨天已经起火冒烟，差点烧到住户，请消防马上处理！",
        ["另外还有一件事"],
    ),
}

ONE_MATTER = {
    "reasons": "请求取消小区旁的加油站规划。理由如下：一、加油站离居民楼只有三十米，不符合安全距离。二、附近有幼儿园，"
    "孩子上下学经过这里很危险。三、周边三公里已有四座加油站，完全能满足需要。",
    "requests": "我在望山县华美装饰公司交了三万元装修款，公司收钱后不开工，老板失联。诉求：1.退还装修款三万元。"
    "2.按合同赔偿违约金五千元。3.请市场监管部门依法查处该公司。",
    "wages and what they are": "工地拖欠我们工资。1、2023年3月至6月的工资每人一万八千元没有发。2、加班费按合同应另付，也没有发。"
    "3、老板承诺春节前结清，现在电话打不通。请劳动监察部门帮我们讨回工资。",
    "proofs": "我被公司违法辞退，请求仲裁。证据材料如下：1、劳动合同复印件一份，证明存在劳动关系；2、工资流水一份，"
    "证明每月工资六千元；3、公安机关出具的报警回执一份，证明公司保安动手打人；4、医院病历一份。",
    "law": "小区物业不公开维修资金账目。根据《物业管理条例》：（一）业主有权监督维修资金的使用；（二）物业企业应当每年公布账目。"
    "我们多次要求公布，物业一直不理，请住建局责令公开。",
    "further": "楼上住户半夜装修，电钻声不断，老人无法休息。另外，多次找楼上住户沟通，对方态度恶劣，依然我行我素，请管一管这户人家的夜间装修噪音。",
    "besides": "云川市23路公交车经常脱班，早上等四十分钟都不来。此外，司机到站不停，老人招手也不停车，希望公交公司加强管理。",
    "steps": "2月3日我到社保局咨询，工作人员让我去街道。2月5日街道说归社保局管。第二次去社保局，窗口又说要开证明。"
    "请问灵活就业人员补缴养老保险到底在哪里办理？",
    "first second": "希望延长图书馆开放时间。首先，上班族下班后图书馆已经关门，没有办法借书。其次，周末座位少，学生一早就要排队。"
    "希望晚上开放到九点，给大家一个读书学习的好地方。",
    "thanks": "尊敬的领导您好，感谢您百忙之中看信。\n我家住在南浦新区育才路，门前下水道堵塞半个月，污水漫到路面，臭气熏天。\n"
    "打过热线没有人来，请尽快疏通下水道。\n此致敬礼，一名普通市民，盼望早日得到回复。",
    "one firm": "采石场长期扰民：1、爆破震裂村民房屋二十多户；2、运石车辆碾坏村道；3、粉尘污染水源和庄稼。请关停采石场并赔偿村民损失。",
    "plain": "我想咨询一下，外地户口的孩子在云川市读小学需要哪些材料，什么时候报名，没有房产证只有租房合同可以吗？谢谢。",
    "other people": "青石区农贸市场的厕所长期没有人打扫，污水横流。另一个问题是市场里的厕所只有一个坑位能用，做生意的和买菜的人都要排队，请城管局增加并保洁。",
    "short aside": "白鹭县新建的体育馆什么时候对外开放？我们打球的人很期待，请文体部门告知时间。另外，收费吗？",
}


def starts(triage: Triage, text: str, title: str = "") -> list[int]:
    return [demand.start for demand in find_demands(triage.model, triage.handling.places, [title], [text], [""])[0]]


@pytest.mark.parametrize("name", MIXED)
def test_mixed_letters_are_split_where_the_other_matter_begins(name: str, triage: Triage) -> None:
    text, begins = MIXED[name]
    assert starts(triage, text) == [0, *(text.index(begin) for begin in begins)]


@pytest.mark.parametrize("name", ONE_MATTER)
def test_one_matter_is_not_split(name: str, triage: Triage) -> None:
    assert starts(triage, ONE_MATTER[name]) == []


def test_each_demand_has_its_own_answers_and_the_more_urgent_leads(triage: Triage) -> None:
    text, _ = MIXED["fire danger second"]
    first, second = find_demands(triage.model, triage.handling.places, [""], [text], [""])[0]
    assert (first.category_l1, first.department, first.purpose) == ("教育文体", "文化旅游", "建议")
    assert second.urgency > first.urgency
    assert (first.lead, second.lead) == (False, True)
    assert (first.end, second.end) == (second.start, len(text))


def test_a_batch_says_what_each_letter_alone_says(triage: Triage) -> None:
    texts = [text for text, _ in MIXED.values()] + list(ONE_MATTER.values())
    empty = [""] * len(texts)
    together = find_demands(triage.model, triage.handling.places, empty, texts, empty)
    assert together == find_demands(triage.model, triage.handling.places, empty, texts, empty)
    assert [places(found) for found in together] == [
        places(find_demands(triage.model, triage.handling.places, [""], [text], [""])[0]) for text in texts
    ]
    assert all(sum(demand.lead for demand in found) == 1 for found in together if found)


def places(found: list[Demand]) -> list[tuple[int, int]]:
    return [(demand.start, demand.end) for demand in found]


def test_no_letters_and_letters_without_marks_cost_no_reading(triage: Triage) -> None:
    assert find_demands(triage.model, triage.handling.places, [], [], []) == []
    assert find_demands(triage.model, triage.handling.places, ["", ""], ["", ONE_MATTER["plain"]], ["", ""]) == [[], []]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("小区停水三天了，请问什么时候恢复供水？", 1),
        ("2、小区停水三天了，请问什么时候恢复供水？全楼老人孩子都没有水用，物业公司也不给说法。", 1),
        ("1、小区停水三天了，请问什么时候能够恢复供水？2、公交站台没有遮雨棚，请问什么时候能够修建？", 2),
        ("合同金额为1.2万元，小区停水三天了，请问什么时候恢复供水？全楼老人孩子都没有水用2.5天了。", 1),
        ("根据条例第一条和第二条规定，小区停水三天了，请问什么时候恢复供水？全楼老人孩子都没有水用。", 1),
        ("小区停水三天了，老人孩子都没有水用，请尽快恢复。我想反映的第二个问题是站台没有遮雨棚，请修建。", 2),
    ],
)
def test_marks(text: str, pieces: int) -> None:
    assert max(1, len(candidates("", text))) == pieces


@given(
    st.lists(
        st.sampled_from(["另外，", "一、", "二、", "1.", "2.", "\n", "。", "第二件事", "路灯坏了很久没有人修"]),
        max_size=40,
    )
)
def test_pieces_cover_the_letter_without_gaps(parts: list[str]) -> None:
    text = "".join(parts)
    spans = candidates("", text)
    assert len(spans) != 1
    assert "".join(text[span.start : span.end] for span in spans) == (text if spans else "")


def test_category_and_department_must_both_change_unless_the_writer_says_so() -> None:
    both = np.array([[0.9, 0.1], [0.1, 0.9]], np.float32)
    same = both[[0, 0]]
    for mark, split in ((Mark(0.5), 1), (Mark(0.5, outspoken=True), 2)):
        spans = [Span(0, 30, Mark(1.0)), Span(30, 60, mark)]
        assert len(merge(spans, same, both, same)) == split
        assert len(merge(spans, both, both, both)) == 2
        assert len(merge(spans, same, same, same)) == 1


def test_the_units_of_other_demands_assist_and_the_letter_stays_one_record(triage: Triage) -> None:
    fumes = "楼下饭店的油烟每天往家里灌，孩子咳嗽了三个月，多次投诉没有人管。"
    wages = "我在工地上干了半年，包工头拖欠我们十二个人的工资，快过年了一分钱没有拿到。"
    frame = pd.DataFrame([{"text": f"我家住临江区枫桥雅苑，{fumes}\n另外，我在南浦新区上班，{wages}"}])
    mine = Triage(triage.bundle, office="sample")
    suggested = mine.suggest(frame)
    row = suggested.iloc[0]
    assert len(suggested) == 1
    assert row["unit"] == "南浦新区人力资源和社会保障局"
    assert "临江区" in row["co_units"]
    assert row["demands"].startswith("1. 劳动和社会保障/")
    assert "\n2. 环境保护/" in row["demands"]
