"""Who is accused of an act: the nearest party before it. Every sentence is invented."""

from __future__ import annotations

import pytest

from pipeline.advise.accusation import accuses, charges, hints

CHARGED = (
    "书记年前收了我的钱，到现在也不退",
    "民政所的所长把救灾大米拉回自己家",
    "环保局的人吃了厂里的饭，来之前先打招呼",
    "运管所的稽查员拦下货车，伸手要烟",
    "所长入股渣土车队，谁去讨薪就抓谁",
    "我爸被联防队员打断两根肋骨",
    "城管队员把商贩的秤砸了",
    "民警把我母亲按在地上",
    "村支书把低保给了自己的老婆",
    "副镇长的小舅子包了修路的工程",
    "校长把食堂包给他弟弟",
    "局长在开发商那里有股份",
    "老师收家长红包",
    "村主任姓何。他把集体的鱼塘卖了",
    "请上级严查，交警大队长扇了我耳光",
)
NOT_CHARGED = (
    "感谢城管队员帮我把砸坏的三轮车推走",
    "公司收了我的钱不退，请市监局要回来",
    "小偷把我的三轮车砸了，民警很快就到了",
    "老板扇了我耳光，派出所已经立案",
    "包工头把钱装进自己口袋，请劳动监察大队管一管",
    "我父亲评不上低保，村干部说条件不够",
    "请问派出所，我儿子在县里上班，怎么迁户口",
    "民警没有收钱，谢谢他",
    "城管队员被打了一巴掌",
    "住建局来看过。邻居把墙砸了",
    "希望公安局打击骗子，他们威胁我",
)


@pytest.mark.parametrize("letter", CHARGED)
def test_an_act_of_a_body_or_an_office_holder_is_charged_to_it(letter: str) -> None:
    assert charges(letter)
    assert accuses(letter)


@pytest.mark.parametrize("letter", NOT_CHARGED)
def test_what_others_did_and_what_a_body_should_do_is_no_charge(letter: str) -> None:
    assert not charges(letter)


@pytest.mark.parametrize(
    ("letter", "accused"),
    [("邻居把我打伤，派出所在处理", False), ("打伤我的是派出所民警", True), ("他打伤我，派出所不管", True)],
)
def test_force_accuses_in_any_order_unless_another_party_stands_before_it(letter: str, accused: bool) -> None:
    assert bool(accuses(letter)) == accused


@pytest.mark.parametrize(
    ("letter", "hinted"), [("请教育局公布名单", False), ("教育局互相推诿", True), ("请纪委彻查", True)]
)
def test_a_letter_that_hints_at_a_wrong_does_more_than_ask(letter: str, hinted: bool) -> None:
    assert hints(letter) == hinted
