from __future__ import annotations

import re

import pytest

from pipeline.advise.roads import COLUMNS, Road, suggest_roads
from pipeline.settings import read_table

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
    (("拖欠农民工工资，没签劳动合同", LABOUR, "工资福利"), "履行职责和查处", "农民工工资"),
    (("仲裁裁决下来了，公司不给", LABOUR, "劳动关系"), "诉讼和法律监督", "仲裁裁决"),
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
    (("建议多种树，减少扬尘", ENVIRONMENT, "环境污染", "建议"), "建议意见", "建议"),
    (("楼顶违建没人管", CITY, "城乡规划"), "履行职责和查处", "违建"),
    (("健身房跑路，不退会员卡的钱", TRADE, "市场监管"), "履行职责和查处", "会员卡"),
    (("买到过期食品", "卫生计生", "食品药品监管"), "履行职责和查处", "过期"),
    (("学校乱收费", "教育文体", "教育收费"), "履行职责和查处", "乱收费"),
    (("出租车拒载", "交通运输", "出租车管理"), "履行职责和查处", "拒载"),
    (("退休金少发了", LABOUR, "退休政策及待遇"), "信访程序", ""),
    (("路灯不亮", CITY, "城市建设和市政管理"), "信访程序", ""),
    (("请问怎么办理居住证", POLICE, "户籍证件", "咨询"), "咨询", "请问"),
    # Denied, or only wished away.
    (("我没有申请再审，只求邻居让路", CITY), "信访程序", ""),
    (("还没申请行政复议，先问问政策", CITY, "城乡规划", "咨询"), "信访程序", ""),
    (("我不想申请行政复议，路灯坏了请修", CITY), "信访程序", ""),
    (("公司没有辞退我，只是调岗", LABOUR, "劳动关系"), "信访程序", ""),
    (("单位没有拖欠，工钱按月发", LABOUR, "工资福利"), "信访程序", ""),
    (("我们厂没有加班费", LABOUR, "劳动关系"), "劳动仲裁", "加班费"),
    (("一审拖了两年，至今没有判决", POLICE, "诉讼"), "信访程序", ""),
    (("法院拖了两年，至今没有判决", POLICE, "诉讼"), "诉讼和法律监督", "法院"),
    (("我还没起诉，邻居占了我家院子", POLICE, "诉讼"), "信访程序", ""),
    (("我拒绝申请执行和解，只要开发商交房", CITY), "信访程序", ""),
    # Words used loosely.
    (("养猪场有人徇私枉法包庇，污水直排", ENVIRONMENT, "环境污染"), "履行职责和查处", "污水"),
    (("厂里有人贪赃枉法，要求分房", CITY, "住房保障与房地产"), "信访程序", ""),
    (("法官枉法", POLICE, "诉讼"), "诉讼和法律监督", "法官"),
    (("全家人的家庭困难", POLICE, "诉讼"), "信访程序", ""),
    (("老板是失信被执行人，商铺退不了款", CITY, "住房保障与房地产"), "信访程序", ""),
    (("企业工资制度差距太大", LABOUR, "工资福利"), "信访程序", ""),
    (("反对建填埋场，担心污染", ENVIRONMENT, "建设项目审批"), "信访程序", ""),
    # Courts and what follows an award.
    (("判决早就生效，申请执行一年没有结果", CITY), "诉讼和法律监督", "申请执行"),
    (("被害人收到不起诉决定", POLICE, "刑案侦破"), "诉讼和法律监督", "不起诉决定"),
    (("枉法判决维持了公司的处罚", LABOUR, "劳动关系"), "诉讼和法律监督", "枉法判决"),
    (("被单位辞退两年，仲裁赢了一分钱没拿到", LABOUR, "劳动关系"), "诉讼和法律监督", "仲裁赢了"),
    (("打赢劳动仲裁，老板躲着不付双倍工资", LABOUR, "工资福利"), "诉讼和法律监督", "打赢劳动仲裁"),
    (("公司辞退我，还没申请仲裁", LABOUR, "劳动关系"), "劳动仲裁", "辞退"),
    (("仲裁赢了吗？公司辞退我", LABOUR, "劳动关系"), "劳动仲裁", "辞退"),
    (("仲裁委不予受理我的申请", LABOUR, "劳动关系"), "诉讼和法律监督", "仲裁委不予受理"),
    (("已过仲裁时效，双倍工资要不到", LABOUR, "劳动关系"), "诉讼和法律监督", "已过仲裁时效"),
    (("双倍工资的事法院正在审", LABOUR, "劳动关系"), "信访程序", ""),
    # Labour: public posts and restructured firms are no labour disputes of today.
    (("我在事业单位上班，没有加班费", LABOUR, "劳动关系"), "信访程序", ""),
    (("协管员没有加班费", LABOUR, "工资福利"), "信访程序", ""),
    (("2003年改制买断，解除劳动合同", LABOUR, "劳动关系"), "信访程序", ""),
    (("辞退有没有补偿", LABOUR, "劳动关系", "咨询"), "咨询", "有没有"),
    (("工厂不给工伤赔偿", LABOUR, "劳动保护"), "劳动仲裁", "工伤赔偿"),
    (("超市拖了两个月工资未发", LABOUR, "工资福利"), "履行职责和查处", "工资未发"),
    (("保洁公司没有加班费", LABOUR, "工资福利"), "履行职责和查处", "加班费"),
    (("包工头跑了，我们十个人没钱过年", LABOUR, "工资福利"), "履行职责和查处", "包工头"),
    (("教师绩效工资未发", LABOUR, "工资福利"), "信访程序", ""),
    # Decisions of authorities.
    (("人社局不予认定工伤，我要工伤待遇", LABOUR, "劳动保护"), "行政复议", "不予认定工伤"),
    (("老板那边的公司不服，说要申请行政复议", LABOUR, "劳动保护"), "信访程序", ""),
    (("复议决定已经维持，仍不服处罚", CITY), "信访程序", ""),
    (("政府信息不予公开，我有意见", CITY), "行政复议", "政府信息不予公开"),
    (("申请信息公开被拒，申请行政复议", CITY), "行政复议", "申请行政复议"),
    (("依申请公开被拖延", CITY), "政府信息公开", "依申请公开"),
    (("物业账目我们申请公开，没人理", CITY, "住房保障与房地产"), "信访程序", ""),
    # Land, taxis, schools.
    (("承包合同没到期就转给别人", LAND, "土地承包经营"), "土地承包仲裁", "承包合同"),
    (("承包地的纠纷法院已经判决", LAND, "土地承包经营"), "信访程序", ""),
    (("我们出租车司机的份子钱太高，黑车又多", "交通运输", "出租车管理"), "信访程序", ""),
    (("培训学校收费合规吗", "教育文体", "教育收费", "咨询"), "信访程序", ""),
    (("建议尽快查处夜间噪声", ENVIRONMENT, "环境污染"), "履行职责和查处", "噪声"),
    # Suggestions, enquiries and thanks; a word of a grievance keeps the petition procedure with its clocks.
    (("滨江路希望加装路灯，方便散步", CITY, "城市建设和市政管理", "建议"), "建议意见", "希望加装"),
    (("建议改公交线路，反映多次没人管", "交通运输", "城市公交", "建议"), "信访程序", ""),
    (("请问房产证哪里办，拖了多年一直没办下来", CITY, "其他", "咨询"), "信访程序", ""),
    (("请问农民工工资怎么要，包工头跑了", LABOUR, "工资福利"), "履行职责和查处", "农民工工资"),
    (("请问拆迁补偿标准是多少", CITY, "国有土地上房屋征收与补偿", "咨询"), "咨询", "请问"),
    (("为昨天护送考生的交警点赞", POLICE, "交通管理", "建议"), "感谢表扬", "点赞"),
    (("下水道堵了当天就来疏通，特写此信表示衷心感谢", CITY), "感谢表扬", "表示衷心感谢"),
    (("感谢石榴街道的干部帮我们修路", CITY), "感谢表扬", "感谢"),
    (("尊敬的领导：您好！多亏信访局的协调，我们村喝上了干净水", CITY, "其他", "建议"), "感谢表扬", "多亏"),
    (("感谢消防员救下要跳楼的邻居，你们辛苦了", POLICE), "感谢表扬", "感谢"),
    (("感谢市长信箱，我家门口的树遮住了窗户", CITY), "信访程序", ""),
    (("感谢政府修好了路，路灯却不亮了", CITY), "信访程序", ""),
    (("谢谢！路灯坏了三个", CITY), "信访程序", ""),
    (("感谢民警救下要跳楼的我，我又想跳楼了", POLICE), "信访程序", ""),
    (("门口的树遮住了窗户，感谢！", CITY), "信访程序", ""),
    (("特此感谢，但路灯仍不亮，请尽快修", CITY), "信访程序", ""),
    (("路口应该加个红绿灯，表示感谢", CITY, "城市建设和市政管理", "建议"), "信访程序", ""),
    (("请问公司拖欠工资怎么办，表示感谢", LABOUR, "工资福利", "咨询"), "信访程序", ""),
]


@pytest.mark.parametrize(("letter", "name", "phrase"), CASES)
def test_the_road_of_a_letter(letter: tuple[str, ...], name: str, phrase: str) -> None:
    found = road(*letter)
    assert (found.name, found.phrase) == (name, phrase)
    assert found.advice.endswith("。")


LAW = r"《[^》]+》(第[一二三四五六七八九十百]+条(、第[一二三四五六七八九十百]+条)*)?"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_every_phrase_of_every_rule_leads_to_its_road(rule: dict[str, str]) -> None:
    purpose = rule["purpose"] or "求决"
    for phrase in rule["phrases"].split("；"):
        found = road(phrase.removeprefix("^"), rule["category_l1"] or "其他", rule["category_l2"] or "其他", purpose)
        assert (found.name, found.advice, found.law) == (rule["road"], rule["advice"], rule["law"]), phrase


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_every_rule_names_its_law_and_tells_what_to_do(rule: dict[str, str]) -> None:
    assert all(re.fullmatch(LAW, law) for law in rule["law"].split("；"))
    assert rule["source"]
    assert rule["advice"].endswith("。")


def test_only_accusations_and_the_petition_procedure_need_no_phrase() -> None:
    assert {rule["road"] for rule in RULES if not rule["phrases"]} == {"检举控告", "信访程序"}


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        (("路灯不亮",), {"register", "accept", "simple", "result", "review"}),
        (("不服判决",), {"register", "accept"}),
        (("请问怎么办理居住证", POLICE, "户籍证件", "咨询"), {"register", "accept", "simple"}),
        (("建议多种树", CITY, "其他", "建议"), {"register", "accept", "simple"}),
        (("写信感谢社区的网格员",), set()),
    ],
)
def test_each_road_has_its_own_clocks(letter: tuple[str, ...], expected: set[str]) -> None:
    assert road(*letter).clocks & {"register", "accept", "simple", "result", "review"} == expected
    assert bool(road(*letter).clocks) == bool(expected)
