from __future__ import annotations

import pytest

from pipeline.advise.accusation import accuses
from pipeline.advise.recusal import Accused, Recusal
from pipeline.advise.route import Router
from pipeline.office import Office
from pipeline.text.bodies import squeezed
from tests.advise.test_route import CITY, LINJIANG, SONGTAO, facts

ACCUSED = [
    ("临江区教育局局长收受家长好处", "临江区纪委监委"),
    ("临江 区 教 育 局 局长收受家长好处", "临江区纪委监委"),
    ("臨江區教育局的人收了好處", "临江区纪委监委"),
    ("临江教育局有人受贿", "临江区纪委监委"),
    ("区教体局有人受贿", "临江区纪委监委"),
    ("原临江区文教局的人贪污", "临江区纪委监委"),
    ("祝明远收了开发商的钱", "临江区纪委监委"),
    ("祝局长收了开发商的钱", "临江区纪委监委"),
    ("区教育局的祝某收了钱", "临江区纪委监委"),
    ("松涛街道办克扣补助", "临江区纪委监委"),
    ("临江区政府强拆", "云川市纪委监委"),
    ("市教育局招生受贿", "云川市纪委监委"),
    ("市公安局交警支队乱罚款", "云川市纪委监委"),
    ("云川市人民政府卖地", "江原省纪委监委"),
    ("区纪委包庇他们", "云川市纪委监委"),
    ("市纪委压案不查，区教育局局长受贿", "江原省纪委监委"),
    ("江原省纪委监委不理", ""),
    ("某些当官的贪污", ""),
    ("水利局的人贪污", ""),
    ("区教育局受贿，水利局也有份", ""),
    ("县长贪污", "云川市纪委监委"),
    ("他们太黑了", ""),
]


@pytest.mark.parametrize(("text", "unit"), ACCUSED)
def test_an_accusation_passes_the_accused_by(small_office: Office, text: str, unit: str) -> None:
    recusal = Recusal(Router(small_office))
    decision, accused = recusal.decide(facts(path=SONGTAO, purpose="检举控告"), text, accusation=True)
    assert decision.unit == unit, (accused, decision.steps)
    assert decision.co_units == ()
    assert decision.unit not in accused.barred
    assert bool(decision.doubts) == (unit == "")


def test_a_demand_past_its_accused_bureau_goes_one_level_up(small_office: Office) -> None:
    recusal = Recusal(Router(small_office))
    decision, _ = recusal.decide(facts("教育"), "区教育局不作为，孩子上不了学", accusation=False)
    assert decision.unit == "云川市教育局"


def test_everything_below_and_lower_units_of_the_type_are_barred(small_office: Office) -> None:
    recusal = Recusal(Router(small_office))
    assert recusal.accused("市教育局受贿", CITY).barred == {"云川市教育局", "临江区教育局", "青石区教育局"}
    assert "云川市交警支队" in recusal.accused("云川市公安局受贿", CITY).barred
    assert "松涛街道办事处" in recusal.accused("临江区人民政府强拆", LINJIANG).barred


def test_without_an_office_a_sealed_letter_is_held(small_office: Office) -> None:
    decision, _ = Recusal(Router(small_office, assumed=True)).decide(
        facts(path=("广东省",)), "区教育局局长受贿", accusation=True
    )
    assert decision.unit == ""


@pytest.mark.parametrize(
    ("letter", "accused"),
    [
        ("感谢临江区教育局。", ""),
        ("希望区教育局公布名单", ""),
        ("请教育局公布名单，区教育局也没人管", "临江区教育局"),
        ("请教育局的祝明远把红包退回来", "临江区教育局"),
        ("希望区教育局不要再包庇校长", "临江区教育局"),
        ("区教育局没有回复", "临江区教育局"),
    ],
)
def test_a_body_that_is_only_asked_or_thanked_is_not_accused(small_office: Office, letter: str, accused: str) -> None:
    found = Recusal(Router(small_office)).accused(letter, SONGTAO)
    assert (accused in {unit.name for unit in found.units}) if accused else found == Accused((), frozenset(), ("",))


@pytest.mark.parametrize(
    ("letter", "phrase"),
    [
        ("路灯不亮。村支书侵吞补偿款。", "侵吞"),
        ("派出所民警滥用职权打人", "滥用职权"),
        ("物业侵吞维修基金，请区住建局处理。", "侵吞"),
        ("物业侵吞维修基金。请区住建局处理。", ""),
        ("公司会计贪污", ""),
        ("请领导多关心", ""),
        ("城管局执法队员把我的水果车掀了，还打了我。", "掀了"),
        ("邻居打了我，没有人管。", ""),
    ],
)
def test_the_phrase_of_an_accusation(letter: str, phrase: str) -> None:
    assert accuses(letter) == phrase


def test_nothing_hides_between_the_characters() -> None:
    assert squeezed("临\u200b江·區_住　建\n局！") == "临江区住建局"
