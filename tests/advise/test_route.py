from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.advise.consistency import findings
from pipeline.advise.deadlines import Calendar
from pipeline.advise.route import Facts, Router
from pipeline.errors import OfficeRefused, RuleTableError, YearUnknown
from pipeline.office import Office
from pipeline.report.new_office import create
from pipeline.text.places import Located
from tests.advise.conftest import AREAS, ROUTES, UNITS, write_office

CITY = ("江原省", "云川市")
LINJIANG = (*CITY, "临江区")
SONGTAO = (*LINJIANG, "松涛街道")
QINGSHI = (*CITY, "青石区")


def located(path: tuple[str, ...], *candidates: tuple[str, ...]) -> Located:
    return Located(path, 0, candidates, "测试", "test")


def facts(department: str = "教育", level: int = 2, path: tuple[str, ...] = LINJIANG, **changes: object) -> Facts:
    usual = Facts("求决", "政法", "其他", (), department, 0.9, level, 0.9, "", located(path))
    return replace(usual, **changes)  # type: ignore[arg-type]


CASES = [
    (facts(), "临江区教育局", ""),
    (facts(path=SONGTAO), "临江区教育局", ""),
    (facts(level=3, path=SONGTAO), "云川市教育局", ""),
    (facts("公安", 3, ()), "云川市公安局", ""),
    (facts(level=1, path=SONGTAO), "松涛街道办事处", ""),
    (facts(level=1), "临江区教育局", ""),
    (facts("公安", 2), "云川市公安局", ""),
    (facts(path=()), "云川市信访局", "地点不明"),
    (facts(path=CITY), "云川市信访局", "地点不明"),
    (facts(path=("广东省", "广州市")), "云川市信访局", "不在云川市辖区"),
    (facts(path=CITY, located=located(CITY, LINJIANG, QINGSHI)), "云川市信访局", "可能是云川市临江区、云川市青石区"),
    (facts("水利"), "云川市信访局", "没有管临江区的水利单位"),
    (facts(department_confidence=0.3), "云川市信访局", "责任部门拿不准"),
    (facts(level_confidence=0.3), "云川市信访局", "办理层级拿不准"),
    (facts("公安", text="校车超载"), "临江区教育局", ""),
    (facts("公安", category_l1="教育文体", path=QINGSHI), "云川市教育局", ""),
]


@pytest.mark.parametrize(("letter", "unit", "doubt"), CASES)
def test_the_unit_of_a_letter(small_office: Office, letter: Facts, unit: str, doubt: str) -> None:
    decision = Router(small_office).decide(letter)
    assert decision.unit == unit
    assert bool(decision.doubts) == bool(doubt)
    assert all(doubt in found.zh for found in decision.doubts)


def test_a_rule_beats_the_model_and_says_so(small_office: Office) -> None:
    decision = Router(small_office).decide(facts("公安", text="校车超载", level=3))
    assert (decision.unit, decision.department, decision.co_units) == ("云川市教育局", "教育", ("云川市公安局",))
    assert any("规则 R1" in step.zh and "先于模型：公安" in step.zh for step in decision.steps)


def test_rules_that_contradict_each_other_leave_the_letter_with_the_office(tmp_path: Path) -> None:
    routes = ROUTES + "R3 - - - - - - 0 校车;超载 公安 0 - 另一条 测试\n"
    decision = Router(Office.load(write_office(tmp_path / "o", routes=routes))).decide(facts(text="校车超载"))
    assert decision.unit == "云川市信访局"
    assert "规则互相矛盾：R1（教育）、R3（公安）" in decision.doubts[0].zh


def test_an_office_that_nobody_named_gets_no_letters_from_elsewhere(small_office: Office) -> None:
    router = Router(small_office, assumed=True)
    assert router.decide(facts(path=())).unit == ""
    assert not router.decide(facts(path=())).doubts
    assert router.decide(facts()).unit == "临江区教育局"


FAULTS = [
    ({"units": UNITS + "孤儿局 教育 2 青石区\n"}, "units.tsv", 15, "没有上级单位"),
    (
        {"units": UNITS + "另一局 教育 2 青石区 云川市人民政府 临江教育局\n"},
        "units.tsv",
        15,
        "名称「临江教育局」与第 11 行",
    ),
    ({"units": UNITS + "某局 教育厅 2 青石区 云川市人民政府\n"}, "units.tsv", 15, "「教育厅」不是部门类型"),
    ({"units": UNITS + "某局 教育 2 白鹭县 云川市人民政府\n"}, "units.tsv", 15, "「白鹭县」不在 areas.tsv"),
    ({"routes": ROUTES + "R3 - - - - - - 0 校车;超载 公安 0 - 另 样\n"}, "routes.tsv", 4, "主办却不同（教育、公安）"),
    ({"routes": ROUTES + "R3 - - - - - - 0 校车 教育 0 - 另 样\n"}, "routes.tsv", 4, "永远用不上"),
    ({"routes": ROUTES + "R3 - 教育文体 治安管理 - - - 0 - 教育 0 - 另 样\n"}, "routes.tsv", 4, "永远用不上"),
    (
        {"routes": ROUTES + "R3 - 教育文体 - - - - 0 放假 某某局 0 - 另 样\n"},
        "routes.tsv",
        4,
        "既不是部门类型，也不在单位目录里",
    ),
    ({"routes": ROUTES + "R3 - 教育文体 - - - - 0 放假 水利 0 - 另 样\n"}, "routes.tsv", 4, "没有这一级的「水利」单位"),
]


INVENTED = [
    ({"areas": AREAS + "河西村 村 1 松涛街道 - 样例：虚构\n"}, "areas.tsv", 8, "「河西村」的依据是编的（样例：虚构）"),
    ({"units": UNITS + "某局 教育 2 松涛街道 临江区人民政府 - - - - 虚构\n"}, "units.tsv", 15, "「某局」的依据是编的"),
    (
        {"routes": ROUTES + "R3 - 教育文体 - - - - 0 放假 教育 0 - 另 义务教育法第七条;样例〔2019〕7号\n"},
        "routes.tsv",
        4,
        "「R3」的依据是编的（义务教育法第七条；样例〔2019〕7号）",
    ),
]


@pytest.mark.parametrize(("changes", "file", "row", "words"), FAULTS + INVENTED)
def test_check_names_file_and_row(tmp_path: Path, changes: dict[str, str], file: str, row: int, words: str) -> None:
    found = findings(Office.load(write_office(tmp_path / "o", **changes)))
    assert any((f.file, f.row) == (file, row) and words in f.zh for f in found), [f.text() for f in found]


def test_a_sound_office_has_gaps_only(small_office: Office) -> None:
    found = findings(small_office)
    assert [finding.text() for finding in found if finding.fault] == []
    assert any("县区一级没有「教育」单位" in finding.zh for finding in found) is False
    assert any("县区一级没有「城市管理」单位：青石区" in finding.zh for finding in found)


def test_a_broken_row_is_named(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "o", units=UNITS + "某局 教育 九 青石区\n")
    with pytest.raises(RuleTableError, match=r"units\.tsv, row 15: level must be 1 to 4"):
        Office.load(folder)


def test_a_new_office_opens_and_names_nothing_of_the_sample(tmp_path: Path) -> None:
    create(tmp_path / "new", name="甲县信访局", area="甲县", level=2)
    office = Office.load(tmp_path / "new")
    assert (office.name, office.area, office.level, office.example) == ("甲县信访局", "甲县", 2, False)
    assert office.routes
    assert "云川" not in "".join(path.read_text() for path in (tmp_path / "new").glob("*.tsv"))
    with pytest.raises(OfficeRefused):
        create(tmp_path / "new", name="甲县信访局", area="甲县", level=2)


def test_an_invented_source_is_no_fault_of_a_sample(tmp_path: Path) -> None:
    changes, *_ = INVENTED[-1]
    office = replace(Office.load(write_office(tmp_path / "o", **changes)), example=True)
    assert not [finding.text() for finding in findings(office) if "编的" in finding.zh]


def test_a_new_office_takes_over_nothing_invented_and_no_year_that_nobody_knows(tmp_path: Path) -> None:
    create(tmp_path / "new", name="甲县信访局", area="甲县", level=2)
    office = Office.load(tmp_path / "new")
    assert len(office.routes) > 40
    assert not [rule for rule in office.routes if "样例" in rule.source or "虚构" in rule.source or not rule.source]
    assert not [finding.text() for finding in findings(office) if finding.fault]
    assert office.holidays == {}
    with pytest.raises(YearUnknown, match="2027"):
        Calendar.of(office.holidays).is_working(date(2027, 2, 8))


def test_the_form_of_the_holidays_holds_once_it_is_filled_in_and_not_before(tmp_path: Path) -> None:
    create(tmp_path / "new", name="甲县信访局", area="甲县", level=2)
    text = (tmp_path / "new" / "holidays.toml").read_text(encoding="utf-8")
    form = re.sub(r'(?m)^# (\["|\w+ = \[)', r"\1", text)
    with pytest.raises(RuleTableError, match="年-月-日"):
        Calendar.of(tomllib.loads(form))
    filled = form.replace("年份", "2027").replace("年-月-日", "2027-02-08")
    assert Calendar.of(tomllib.loads(filled)).years == {2027}
