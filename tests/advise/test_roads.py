from __future__ import annotations

import re

import pytest

from pipeline.advise.roads import Road, suggest_roads
from pipeline.settings import read_table

COLUMNS = ("rule", "road", "category_l1", "category_l2", "purpose", "phrases", "unless", "advice", "law", "source")
RULES = list(read_table("road_rules.tsv", COLUMNS))


def road(text: str, first: str = "其他", second: str = "其他", purpose: str = "求决") -> Road:
    return suggest_roads([""], [text], category_l1=[first], category_l2=[second], purpose=[purpose])[0]


LABOUR, ENVIRONMENT, CITY, LAND, POLICE, TRADE = (
    *("劳动和社会保障", "环境保护", "城乡建设", "农村农业", "政法", "商贸旅游"),
)
CASES = [
    (("局长收钱", "纪检监察", "贪污贿赂", "检举控告"), "检举控告", ""),
    (("不服开除党籍的决定", "纪检监察", "党政处分"), "党内申诉", "不服开除党籍"),
    (("要求查处，应当开除党籍", "纪检监察", "党政处分"), "信访程序", ""),
    (("不服判决，请求再审", POLICE, "诉讼"), "诉讼和法律监督", "不服判决"),
    (("赢了官司，执行难", CITY), "诉讼和法律监督", "执行难"),
    (("执行局一直找不到人", LABOUR, "工资福利"), "诉讼和法律监督", "执行局"),
    (("我不想打官司，只想拿回工钱", LABOUR, "工资福利"), "履行职责和查处", "工钱"),
    (("派出所不立案", POLICE, "刑案侦破"), "诉讼和法律监督", "不立案"),
    (("派出所不立案", POLICE, "社会治安"), "诉讼和法律监督", "不立案"),
    (("申请信息公开，至今没有答复", CITY), "政府信息公开", "申请信息公开"),
    (("要求村务公开，申请公开账目", LAND, "村务管理"), "信访程序", ""),
    (("公司违法解除劳动合同，不给经济补偿金", LABOUR, "劳动关系"), "劳动仲裁", "解除劳动合同"),
    (("公司没签劳动合同，要双倍工资", LABOUR, "劳动关系"), "劳动仲裁", "没签劳动合同"),
    (("老板把我辞退了", LABOUR, "劳动关系"), "劳动仲裁", "辞退"),
    (("拖欠农民工工资，没签劳动合同", LABOUR, "工资福利"), "履行职责和查处", "拖欠"),
    (("仲裁裁决下来了，公司不给", LABOUR, "劳动关系"), "信访程序", ""),
    (("辞退公务员的规定", LABOUR, "劳动关系"), "信访程序", ""),
    (("村里收回承包地", LAND, "土地承包经营"), "土地承包仲裁", "收回承包"),
    (("承包地被征收没有补偿", LAND, "土地承包经营"), "信访程序", ""),
    (("不服行政处罚决定书", "交通运输"), "行政复议", "不服行政处罚"),
    (("收到限期拆除通知，房子是合法的", CITY, "城乡规划"), "行政复议", "收到限期拆除通知"),
    (("公司被吊销执照，没收违法所得", "环境保护"), "信访程序", ""),
    (("消防出具的火灾事故认定书", CITY), "信访程序", ""),
    (("已经取得工伤认定，公司不付钱", LABOUR, "劳动保护"), "信访程序", ""),
    (("把材料送到检察院附近", LABOUR, "劳动关系"), "信访程序", ""),
    (("下岗职工没有解除劳动合同", LABOUR, "城镇职工社会保险"), "信访程序", ""),
    (("请求给予行政处罚", ENVIRONMENT), "信访程序", ""),
    (("不予登记，没有道理", "国土资源", "土地资源管理"), "行政复议", "不予登记"),
    (("工地夜里噪音很大", ENVIRONMENT, "环境污染"), "履行职责和查处", "噪音"),
    (("建议多种树，减少扬尘", ENVIRONMENT, "环境污染", "建议"), "信访程序", ""),
    (("楼顶违建没人管", CITY, "城乡规划"), "履行职责和查处", "违建"),
    (("健身房跑路，不退会员卡的钱", TRADE, "市场监管"), "履行职责和查处", "会员卡"),
    (("买到过期食品", "卫生计生", "食品药品监管"), "履行职责和查处", "过期"),
    (("学校乱收费", "教育文体", "教育收费"), "履行职责和查处", "乱收费"),
    (("出租车拒载", "交通运输", "出租车管理"), "履行职责和查处", "拒载"),
    (("退休金少发了", LABOUR, "退休政策及待遇"), "信访程序", ""),
    (("路灯不亮", CITY, "城市建设和市政管理"), "信访程序", ""),
    (("请问怎么办理居住证", POLICE, "户籍证件", "咨询"), "信访程序", ""),
]


@pytest.mark.parametrize(("letter", "name", "phrase"), CASES)
def test_the_road_of_a_letter(letter: tuple[str, ...], name: str, phrase: str) -> None:
    found = road(*letter)
    assert (found.name, found.phrase) == (name, phrase)
    assert found.advice.endswith("。")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_every_rule_can_be_reached_and_names_its_law(rule: dict[str, str]) -> None:
    phrase = rule["phrases"].split("；")[0]
    purpose = rule["purpose"] or "求决"
    found = road(phrase, rule["category_l1"] or "其他", rule["category_l2"] or "其他", purpose)
    assert (found.name, found.advice, found.law) == (rule["road"], rule["advice"], rule["law"])
    assert re.fullmatch(r"《.+》(第.+条(、第.+条)*)", rule["law"])
    assert rule["source"]


def test_only_the_petition_procedure_has_its_clock() -> None:
    assert road("路灯不亮").petition_procedure
    assert not road("不服判决").petition_procedure
