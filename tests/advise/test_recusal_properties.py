"""Property: however an accused unit is written, a sealed letter never reaches it, or a unit below it."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.advise.recusal import Recusal
from pipeline.advise.route import Facts, Router
from pipeline.office import Office, Unit
from pipeline.settings import departments
from pipeline.text.places import Gazetteer

OFFICE = Office.load("sample")
UNITS = [unit for unit in OFFICE.units if unit.level <= OFFICE.level]
ABBREVIATIONS = {
    "住房和城乡建设": "住建",
    "自然资源和规划": "资规",
    "城市管理和综合执法": "城管",
    "人力资源和社会保障": "人社",
    "市场监督管理": "市场监管",
    "卫生健康委员会": "卫健委",
    "卫生健康": "卫健",
    "发展和改革委员会": "发改委",
    "发展和改革": "发改",
    "人民政府": "政府",
    "人民法院": "法院",
    "人民检察院": "检察院",
    "街道办事处": "街道办",
    "村民委员会": "村委会",
    "医疗保障": "医保",
    "交通运输": "交通",
    "工业和信息化": "工信",
    "应急管理": "应急",
    "退役军人事务": "退役军人",
}
TRADITIONAL = str.maketrans(
    {"区": "區", "县": "縣", "镇": "鎮", "乡": "鄉", "街": "街", "务": "務", "资": "資", "环": "環"}
)
GAPS = ("", "", "", " ", "　", "·", "-", "\u200b", "*", "\n", "_")
OPENINGS = ("", "实名举报", "尊敬的领导，", "请上级严查", "我要控告", "多次向有关部门反映无果，", "纪检部门同志：")
CHARGES = (
    "局长收受贿赂",
    "的干部以权谋私",
    "工作人员滥用职权",
    "与开发商勾结，侵吞补偿款",
    "包庇违法行为",
    "不作为乱作为",
)


@cache
def recusal() -> Recusal:
    return Recusal(Router(OFFICE))


@cache
def places() -> Gazetteer:
    return Gazetteer.of(OFFICE)


def forms(unit: Unit) -> list[str]:
    """Names, aliases, former names, heads and abbreviations of a unit, with and without the city before them."""
    found = [*unit.names, *(name for name, _ in unit.heads), *(name[0] + post for name, post in unit.heads)]
    for name in unit.names:
        for long, short in ABBREVIATIONS.items():
            if long in name:
                found.append(name.replace(long, short))
    found += [name.removeprefix("云川市") for name in found if name.startswith("云川市") and len(name) > 6]
    found += [f"云川市{name}" for name in unit.names if not name.startswith(("云川", "中共"))]
    return found


@st.composite
def accusations(draw: st.DrawFn) -> tuple[Unit, str, str, Facts, bool]:
    unit = draw(st.sampled_from(UNITS))
    form = draw(st.sampled_from(forms(unit)))
    if draw(st.booleans()):
        gap = draw(st.sampled_from(GAPS))
        form = gap.join(form)
    if draw(st.booleans()):
        form = form.translate(TRADITIONAL)
    letter = draw(st.sampled_from(OPENINGS)) + form + draw(st.sampled_from(CHARGES))
    if draw(st.booleans()):
        letter += f"。{draw(st.sampled_from(draw(st.sampled_from(UNITS)).names))}也没有人管。"
    place = draw(st.sampled_from(["", "云川市", "临江区", "望山县柳坪镇", "北京市", OFFICE.path_of(unit.area)[-1]]))
    accusation = draw(st.booleans())
    facts = Facts(
        purpose="检举控告" if accusation else "求决",
        category_l1="纪检监察",
        category_l2="其他",
        topics=(),
        department=draw(st.sampled_from((unit.department, *departments()))),
        department_confidence=0.9,
        level=draw(st.integers(1, 4)),
        level_confidence=0.9,
        text=letter,
        located=places().locate(place, "", letter),
    )
    return unit, form, letter, facts, accusation


@settings(max_examples=3000, deadline=None)
@given(accusations())
def test_a_sealed_letter_never_reaches_the_accused_or_a_unit_below(
    case: tuple[Unit, str, str, Facts, bool],
) -> None:
    unit, form, letter, facts, accusation = case
    decision, accused = recusal().decide(facts, letter, accusation=accusation)
    reached = {decision.unit, *decision.co_units} - {""}
    assert not reached & OFFICE.below[unit.name], (form, decision.unit, accused.unresolved)
    assert not reached & accused.barred
    if accused.unresolved:
        assert not reached
        assert decision.doubts


def test_every_form_of_every_unit_once() -> None:
    tried = 0
    for unit in UNITS:
        for form in forms(unit):
            letter = f"{form}局长收受贿赂"
            for accusation in (True, False):
                facts = Facts(
                    "求决", "政法", "其他", (), unit.department, 0.9, 2, 0.9, letter, places().locate("", "", letter)
                )
                decision, _ = recusal().decide(facts, letter, accusation=accusation)
                assert decision.unit not in OFFICE.below[unit.name], (form, decision.unit)
                tried += 1
    assert tried > 5000
