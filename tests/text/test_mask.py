"""Which numbers are personal and which are not. Every number here is invented."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from pipeline.settings import read_table
from pipeline.text.clean import clean
from pipeline.text.mask import find, mask, mask_rules, without_placeholders


def identity_number(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


ID = identity_number("43012119900307123")
OLD_ID = "430121900307123"
CARD16 = "622202123456789" + luhn.calc_check_digit("622202123456789")
CARD19 = "622202123456789012" + luhn.calc_check_digit("622202123456789012")
WRONG_ID = ID[:-1] + ("1" if ID[-1] != "1" else "2")
WRONG_CARD = CARD19[:-1] + str((int(CARD19[-1]) + 1) % 10)


def grouped(number: str, sizes: tuple[int, ...], separator: str) -> str:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(number[at : at + size])
        at += size
    return separator.join(piece for piece in [*pieces, number[at:]] if piece)


MASKED = [
    # identity cards
    (f"我叫某某，{ID}，住云川", ["identity"], "我叫某某，〔身份证号〕，住云川"),
    (f"身份证{ID.lower()}。", ["identity"], "身份证〔身份证号〕。"),
    (f"ID{ID}", ["identity"], "ID〔身份证号〕"),
    (f"号码 {grouped(ID, (6, 8), ' ')} 。", ["identity"], "号码 〔身份证号〕 。"),
    (f"{grouped(ID, (6, 4, 4), '-')}", ["identity"], "〔身份证号〕"),
    (f"{grouped(ID, (4, 4, 4, 4), ' ')}", ["identity"], "〔身份证号〕"),
    (f"{grouped(ID, (3, 3, 4, 4), ' ')}", ["identity"], "〔身份证号〕"),
    (f"110000 {ID}", ["identity"], "110000 〔身份证号〕"),
    (f"{OLD_ID}", ["identity_old"], "〔身份证号〕"),
    (f"身份证号：{WRONG_ID}", ["identity_named"], "身份证号：〔身份证号〕"),
    (f"身份证号码是{WRONG_ID}2015年补办", ["identity_named"], "身份证号码是〔身份证号〕2015年补办"),
    ("身份证43012119900******* 已注销", ["identity_named"], "身份证〔身份证号〕 已注销"),
    (f"身份证（{grouped(WRONG_ID, (6, 8), ' ')}）", ["identity_named"], "身份证（〔身份证号〕）"),
    # mobile phones
    ("请打13800138000找我", ["mobile"], "请打〔手机号〕找我"),
    ("138 0013 8000", ["mobile"], "〔手机号〕"),
    ("138-0013-8000", ["mobile"], "〔手机号〕"),
    ("138—0013—8000", ["mobile"], "〔手机号〕"),
    ("138.0013.8000", ["mobile"], "〔手机号〕"),
    ("138 001 38000", ["mobile"], "〔手机号〕"),
    ("1380 0138 000", ["mobile"], "〔手机号〕"),
    ("+8613800138000", ["mobile"], "〔手机号〕"),
    ("+86 138 0013 8000", ["mobile"], "〔手机号〕"),
    ("(+86)138-0013-8000", ["mobile"], "〔手机号〕"),
    ("008613800138000", ["mobile"], "〔手机号〕"),
    ("013800138000", ["mobile"], "〔手机号〕"),
    ("Tel13800138000", ["mobile"], "Tel〔手机号〕"),
    ("加V13800138000", ["mobile"], "加V〔手机号〕"),
    ("13800138000、13900139000", ["mobile", "mobile"], "〔手机号〕、〔手机号〕"),
    ("（13800138000）元旦前回电", ["mobile"], "（〔手机号〕）元旦前回电"),
    ("2019-05-01 13800138000", ["mobile"], "2019-05-01 〔手机号〕"),
    # landlines
    ("0731-84444444", ["landline"], "〔固定电话〕"),
    ("0731 84444444", ["landline"], "〔固定电话〕"),
    ("0731—84444444", ["landline"], "〔固定电话〕"),
    ("（0731）84444444", ["landline"], "〔固定电话〕"),
    ("(010)6444-4444", ["landline"], "〔固定电话〕"),
    ("010-64444444-8001", ["landline"], "〔固定电话〕"),
    ("0731-84444444转802", ["landline"], "〔固定电话〕"),
    ("073184444444", ["landline"], "〔固定电话〕"),
    ("+86-731-84444444", ["landline"], "〔固定电话〕"),
    ("0744-8222222、8333333", ["landline"], "〔固定电话〕"),
    ("0731-84444444 2019年打过", ["landline"], "〔固定电话〕 2019年打过"),
    ("联系电话：84444444", ["landline_named"], "联系电话：〔固定电话〕"),
    ("办公电话[8222222]", ["landline_named"], "办公电话[〔固定电话〕]"),
    ("电话8222222、8333333都不通", ["landline_named"], "电话〔固定电话〕都不通"),
    # bank cards
    (f"转到{CARD16}", ["bank"], "转到〔银行卡号〕"),
    (f"转到{CARD19}", ["bank"], "转到〔银行卡号〕"),
    (f"{grouped(CARD19, (4, 4, 4, 4), ' ')}", ["bank"], "〔银行卡号〕"),
    (f"{grouped(CARD16, (4, 4, 4), '-')}", ["bank"], "〔银行卡号〕"),
    (f"{grouped(CARD19, (6,), ' ')}", ["bank"], "〔银行卡号〕"),
    (f"卡号：{WRONG_CARD}", ["bank_named"], "卡号：〔银行卡号〕"),
    ("账号（张某，农商行）：43001234567890123456", ["name", "bank_named"], "账号（〔姓名〕，农商行）：〔银行卡号〕"),
    (f"账户{grouped(WRONG_CARD, (4, 4, 4, 4), ' ')}", ["bank_named"], "账户〔银行卡号〕"),
    # e-mail
    ("邮箱zhang.san_1@mail.example.com。", ["email"], "邮箱〔邮箱〕。"),
    ("123456789@qq.com", ["email"], "〔邮箱〕"),
    # plates
    ("车牌云A12345", ["plate"], "车牌〔车牌号〕"),
    ("湘A·1B2C3乱停", ["plate"], "〔车牌号〕乱停"),
    ("湘a 12345", ["plate"], "〔车牌号〕"),
    ("湘AD12345和湘A12345D", ["plate", "plate"], "〔车牌号〕和〔车牌号〕"),
    ("湘A1234警、湘A1234学、湘A1234挂", ["plate"] * 3, "〔车牌号〕、〔车牌号〕、〔车牌号〕"),
    # WeChat and QQ
    ("微信：zhang_san01", ["wechat"], "微信：〔微信号〕"),
    ("微信号zhangsan", ["wechat"], "微信号〔微信号〕"),
    ("我的微信号是zhang-san88", ["wechat"], "我的微信号是〔微信号〕"),
    ("vx:zhangsan", ["wechat"], "vx:〔微信号〕"),
    ("VX zhangsan01", ["wechat_bare"], "VX 〔微信号〕"),
    ("加wx：zhangsan01", ["wechat"], "加wx：〔微信号〕"),
    ("V信zhangsan01", ["wechat_bare"], "V信〔微信号〕"),
    ("微信123456789", ["wechat_bare"], "微信〔微信号〕"),
    ("WeChat: zhangsan", ["wechat"], "WeChat: 〔微信号〕"),
    ("加我wxid_abc123def456gh", ["wechat_default"], "加我〔微信号〕"),
    ("13800138000微信同号", ["mobile"], "〔手机号〕微信同号"),
    ("微信同号13800138000", ["mobile"], "微信同号〔手机号〕"),
    ("QQ123456789", ["qq"], "QQ〔QQ号〕"),
    ("qq号是：12345", ["qq"], "qq号是：〔QQ号〕"),
    ("QQ群：123456789", ["qq"], "QQ群：〔QQ号〕"),
    ("QQ业主交流群号123456789", ["qq"], "QQ业主交流群号〔QQ号〕"),
    # addresses below street level
    ("槐安里3栋2单元1501室漏水", ["address"], "槐安里〔住址〕漏水"),
    ("临江路88号附2号油烟大", ["address_street"], "临江路〔住址〕油烟大"),
    ("双井村三组12号漏雨", ["address_group"], "双井村三组〔住址〕漏雨"),
    ("家住柳树镇双井村三组5号", ["address_group_home"], "家住柳树镇双井村〔住址〕"),
    ("我家601漏水", ["address_home"], "我家〔住址〕漏水"),
    ("楼上1203室装修", ["address_home"], "楼上〔住址〕装修"),
    ("门牌号27号", ["address_named"], "门牌号〔住址〕"),
    ("水岸花城二期15-2-803漏水", ["address_room"], "水岸花城二期〔住址〕漏水"),
]


@pytest.mark.parametrize(("text", "kinds", "masked"), MASKED)
def test_personal_numbers_are_masked(text: str, kinds: list[str], masked: str) -> None:
    assert [span.kind for span in find(text)] == kinds
    assert mask([text]) == [masked]


def test_full_width_digits_are_masked_after_cleaning() -> None:
    assert mask(clean(["手机：１３８－００１３－８０００，＋８６　１３８００１３８０００"])) == [
        "手机：〔手机号〕，〔手机号〕"
    ]


@pytest.mark.parametrize(
    "text",
    [
        # amounts
        "罚款13800元，共120000000元",
        "总投资13800138000元",
        "电话费2000000元",
        "账户余额120000000000元",
        "投资6222021234567894元",
        "赔偿13800138.5元、13800138000.25元",
        # dates and times
        "2019-05-01和20190501",
        "2019年5月1日10:30到账户查询",
        "账户在2019-05-01 10:30被冻结",
        "1990-03-07 2019-05-01 2020-06-02",
        "2008年至2019年",
        # numbers of documents, cases, orders
        "湘政发〔2019〕12号",
        "云信复〔2020〕3456789号",
        "20261113000017",
        "银行卡被盗刷，订单号20261113000017",
        "工单430102201905010001",
        "GB 50096-2011、GB/T 18883-2002、CJJ27-2005",
        "招标编号：0623-1475",
        # places, lines, houses
        "1-30-9-4012、2-1-2803、14-7-401",
        "坐912路、W103路公交车到A3区",
        "G107国道K154+300",
        "139.5平方米，120㎡",
        "双井村三组修路，红星村第二村民小组的山林",
        "住105国道边，我家300斤稻谷，我家2021年盖的房，住120床",
        # measures
        "0.6222021234567894和3.14159265358979",
        "东经112.9388138，北纬28.2282094",
        "0.13800138000",
        # hotlines
        "打12345、12333、110、95598、12315、120都没人接",
        "电话12345",
        "客服电话4008208820和400-820-8820",
        # words that only look like a name for a number
        "微信支付10000元",
        "微信转账20000元，QQ上转账30000元",
        "微信20000人的群",
        "微信official公众号",
        "政府的威信和公信力",
        "QQ群里2019年说过",
        "https://mp.weixin.qq.com/s/abcdef",
        "新SCHEME方案，新iPhone6s",
        "云南A3区",
        "",
        "停水三天",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask([text]) == [text]


def test_no_letters() -> None:
    assert mask([]) == []


def test_birth_place_is_no_part_of_the_check() -> None:
    """``ric.validate`` refuses people born before their county had its code; they have real cards."""
    born_before = identity_number("43010219490307123")
    assert not ric.is_valid(born_before)
    assert mask([born_before]) == ["〔身份证号〕"]


def test_an_impossible_birth_date_is_no_identity_number() -> None:
    number = identity_number("43012119900230123")
    assert mask([f"工单{number}"]) == [f"工单{number}"]


def test_only_our_own_placeholders_are_dropped() -> None:
    for rule in mask_rules():
        assert without_placeholders(f"甲{rule.placeholder}乙") == "甲 乙"
    kept = "按湘政发〔2019〕12号、〔附件一〕、〔甲方〕办理"
    assert without_placeholders(kept) == kept


def test_every_rule_names_its_source_and_finds_something_here() -> None:
    kinds = {kind for _, found, _ in MASKED for kind in found}
    assert {rule.kind for rule in mask_rules()} == kinds - {"name"}


# Random Chinese around planted numbers: common characters without those that name a number, a unit or a person.
SURNAMES = "".join(row["surname"] for row in read_table("names/surnames.tsv", ("surname", "weight", "word", "source")))
HAN = st.text(
    st.characters(
        min_codepoint=0x4E00,
        max_codepoint=0x9FA5,
        exclude_characters=sorted({*"元万亿平信扣企老小村坝湾屯坪寨残", *SURNAMES}),
    ),
    max_size=20,
)
YEAR = st.integers(1930, 2020)
DIGITS = "0123456789"


@st.composite
def identity(draw: st.DrawFn) -> str:
    county = draw(st.sampled_from(["110101", "310115", "430102", "430121", "500112", "650102"]))
    born = draw(st.dates().filter(lambda day: 1930 <= day.year <= 2020))
    number = identity_number(f"{county}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}")
    return grouped(number, draw(st.sampled_from([(), (6, 8), (6, 4, 4), (4, 4, 4, 4)])), draw(st.sampled_from(" -")))


@st.composite
def mobile(draw: st.DrawFn) -> str:
    number = "1" + draw(st.sampled_from("3456789")) + draw(st.text(DIGITS, min_size=9, max_size=9))
    prefix = draw(st.sampled_from(["", "+86", "+86 ", "86", "0086"]))
    return prefix + grouped(
        number, draw(st.sampled_from([(), (3, 4), (3, 3), (4, 4), (5,)])), draw(st.sampled_from(" -"))
    )


@st.composite
def landline(draw: st.DrawFn) -> str:
    area = draw(st.sampled_from(["010", "021", "0731", "0743", "0599"]))
    number = draw(st.sampled_from("2345678")) + draw(st.text(DIGITS, min_size=7, max_size=7))
    return draw(st.sampled_from(["{}-{}", "{} {}", "({}){}", "（{}）{}", "{}{}"])).format(area, number)


@st.composite
def bank(draw: st.DrawFn) -> str:
    start = draw(st.sampled_from(["6222", "6217", "6228", "9558", "4367"]))
    size = draw(st.sampled_from([15, 18]))
    number = start + draw(st.text(DIGITS, min_size=size - 4, max_size=size - 4))
    number += luhn.calc_check_digit(number)
    return grouped(number, draw(st.sampled_from([(), (4, 4, 4, 4)])), draw(st.sampled_from(" -")))


@st.composite
def plate(draw: st.DrawFn) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    digits = draw(st.text(DIGITS, min_size=5, max_size=5))
    tail = draw(
        st.sampled_from([digits, "D" + digits, digits + "F", digits[:4] + "学", "A" + digits[:4], digits[:3] + "BC"])
    )
    return (
        draw(st.sampled_from("京湘粤云新"))
        + draw(st.sampled_from(letters))
        + draw(st.sampled_from(["", "·", " "]))
        + tail
    )


EMAIL = st.from_regex(r"[a-z][a-z0-9_.]{3,15}@[a-z0-9]{2,10}\.(?:com|cn|com\.cn)", fullmatch=True)
WECHAT = st.from_regex(r"(?:微信|微信号|vx|wx|V信)[:：][a-z][a-z0-9_\-]{5,18}", fullmatch=True)
QQ = st.from_regex(r"(?:QQ|qq号|QQ群)[:：]?[1-9][0-9]{4,10}", fullmatch=True)
PLANTED = st.one_of(identity(), mobile(), landline(), bank(), plate(), EMAIL, WECHAT, QQ)


@given(HAN, PLANTED, HAN)
def test_a_planted_number_is_always_masked_and_nothing_else(before: str, number: str, after: str) -> None:
    masked = mask([f"{before}，{number}。{after}"])[0]
    value = re.sub(r"^\D*[:：]|^(?:QQ群|qq号|QQ)", "", number) if re.match(r"微信|vx|wx|V信|QQ|qq", number) else number
    assert value not in masked
    assert masked.startswith(f"{before}，")
    assert masked.endswith(f"。{after}")
    assert not re.search(r"\d{3}", masked)


NUMBERS = st.text(st.sampled_from("0123456789 -.*@QqVvXxA身份证卡号电话微信〔〕元，:（）年1380"), max_size=60)


@given(st.lists(PLANTED | HAN | NUMBERS, max_size=8).map("".join))
def test_masking_twice_changes_nothing_and_the_rest_is_untouched(text: str) -> None:
    spans = find(text)
    assert all(first.end <= second.start for first, second in pairwise(spans))
    rebuilt, at = "", 0
    for span in spans:
        assert 0 <= at <= span.start < span.end <= len(text)
        rebuilt += text[at : span.start] + span.placeholder
        at = span.end
    masked = mask([text])[0]
    assert masked == rebuilt + text[at:]
    assert mask([masked]) == [masked]


@given(identity())
def test_what_stdnum_calls_a_valid_identity_number_is_masked(number: str) -> None:
    assume(ric.is_valid(number))
    assert mask([number]) == ["〔身份证号〕"]
