from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.learn.features import prepared
from pipeline.office import Office
from pipeline.text.places import Gazetteer

OFFICE = Office.load("sample")
PLACES = Gazetteer.of(OFFICE)
CITY = ("江原省", "云川市")
LINJIANG, QINGSHI, WANGSHAN = (*CITY, "临江区"), (*CITY, "青石区"), (*CITY, "望山县")

CASES = [
    # place column, title, text, path
    ("临江区", "", "路灯不亮", LINJIANG),
    ("云川市临江区松涛街道", "", "路灯不亮", (*LINJIANG, "松涛街道")),
    ("临江区", "", "松涛街道的路灯不亮", (*LINJIANG, "松涛街道")),
    ("临江区", "", "青石区的路灯不亮", LINJIANG),
    ("望山县柳坪镇", "响水冲没有路", "组里三十六户", (*WANGSHAN, "柳坪镇", "响水冲")),
    ("", "老棉纺巷停水", "", (*LINJIANG, "松涛街道", "老棉纺巷")),
    ("", "", "住在枫桥雅苑的业主", (*LINJIANG, "松涛街道", "枫桥雅苑")),
    ("", "青石区停水", "临江区没有停水", QINGSHI),
    ("", "", "临江的江边", LINJIANG),
    ("", "", "我们临江区、青石区都停水", CITY),
    ("", "", "云川市的公交", CITY),
    ("", "", "第二棉纺厂改制", (*QINGSHI, "东门街道", "云川第二棉纺厂")),
    ("", "", "广州市天河区棠下街道", ("广东省", "广州市", "天河区", "棠下街道")),
    ("", "", "长沙岳麓区的公交", ("湖南省", "长沙市", "岳麓区")),
    ("", "", "湖南长沙的公交", ("湖南省", "长沙市")),
    ("", "", "湖南省浏阳市", ("湖南省", "长沙市", "浏阳市")),
    ("", "", "北京市朝阳区", ("北京市", "朝阳区")),
    ("", "", "长春市朝阳区", ("吉林省", "长春市", "朝阳区")),
    ("", "", "内蒙古呼和浩特", ("内蒙古自治区", "呼和浩特市")),
    ("", "", "新疆维吾尔自治区乌鲁木齐市", ("新疆维吾尔自治区", "乌鲁木齐市")),
    ("", "", "广西南宁", ("广西壮族自治区", "南宁市")),
    ("", "", "重庆市渝北区", ("重庆市", "渝北区")),
    ("", "", "湖北省仙桃市", ("湖北省", "仙桃市")),
    ("", "", "香港的货车", ("香港特别行政区",)),
    ("", "", "A市A3区的公交", ("A市", "A3区")),
    ("", "", "A3区的公交", ("A市", "A3区")),
    ("", "", "A7县的公交", ("A市", "A7县")),
    ("", "", "吉林市的公交", ("吉林省", "吉林市")),
    ("", "", "路灯不亮", ()),
    ("", "", "北京路堵车", ()),
    ("", "", "中山路的树", ()),
    ("", "", "南门市场的菜", ()),
    ("", "", "上海大众的车", ()),
    ("", "", "河南岸的房子", ()),
    ("", "", "湖南人做的菜", ()),
    ("", "", "青山绿水", ()),
    ("", "", "龙湖的物业", ()),
    ("", "", "我是湖南人，住临江区", LINJIANG),
    ("", "", "从广州市搬到临江区", LINJIANG),
    ("不详", "", "临江区的路灯", LINJIANG),
    ("松涛街道", "", "", (*LINJIANG, "松涛街道")),
    ("云川市", "", "望山县柳坪镇", (*WANGSHAN, "柳坪镇")),
    ("A3区", "", "A5区的公交", ("A市", "A3区")),
    ("", "", "我家住临江区，单位在青石区", LINJIANG),
    ("", "", "我在青石区上班，位于云川市临江区松涛街道的房子漏水", (*LINJIANG, "松涛街道")),
    ("", "", "家住A3区，在A5区上班", ("A市", "A3区")),
    ("", "", "内蒙古的草场", ("内蒙古自治区",)),
    ("", "", "新疆的棉花", ("新疆维吾尔自治区",)),
    ("", "", "宁夏银川", ("宁夏回族自治区", "银川市")),
    ("", "", "西藏拉萨", ("西藏自治区", "拉萨市")),
    ("", "", "大连的海鲜", ("辽宁省", "大连市")),
    ("", "", "海南三亚的房子", ("海南省", "三亚市")),
    ("", "", "乌海市海南区", ("内蒙古自治区", "乌海市", "海南区")),
    ("", "", "吉林省的政策", ("吉林省",)),
    ("", "", "天津市和平区", ("天津市", "和平区")),
    ("", "", "福州鼓楼区积水", ("福建省", "福州市", "鼓楼区")),
    ("", "", "河南省济源市", ("河南省", "济源市")),
    ("", "", "新疆石河子市", ("新疆维吾尔自治区", "石河子市")),
    ("", "", "长沙县星沙街道", ("湖南省", "长沙市", "长沙县", "星沙街道")),
    ("", "", "山西省晋城市城区", ("山西省", "晋城市", "城区")),
    ("", "", "城区的路灯", ()),
    ("", "", "小城镇的路灯", ()),
    ("", "", "浦东城区的改造", ()),
    ("", "", "小区B区停水", ()),
    ("", "", "VIP区的座位", ()),
    ("", "", "M市的路", ("M市",)),
    ("", "", "M市M2区南路堵车", ("M市",)),
    ("", "", "F2区的小城镇", ("F市", "F2区")),
    ("", "", "F4县榆垡镇的路", ("F市", "F4县")),
    ("", "", "长沙步行街", ("湖南省", "长沙市")),
    ("", "", "长沙枫桥雅苑", ("湖南省", "长沙市")),
    ("", "", "临江区枫桥雅苑", (*LINJIANG, "松涛街道", "枫桥雅苑")),
    ("", "", "大连路停水", ()),
    ("", "", "西安路堵车", ()),
    ("", "", "中山医院看病", ()),
    ("", "", "朝阳医院排队", ()),
    ("", "", "广州本田的车", ()),
    ("", "", "长沙银行的贷款", ()),
    ("", "", "湘潭大学", ()),
    ("", "", "河北侧的路", ()),
    ("", "", "兰州拉面店的油烟", ()),
    ("", "", "开封后发现变质", ()),
    ("", "", "本市区停水", ()),
    ("", "", "西地省A市A3区停水", ("A市", "A3区")),
    # A stone, and where somebody comes from.
    ("", "", "青石板路上有个坑", ()),
    ("", "", "鹭洲老街保留青石板路面", (*CITY, "白鹭县", "鹭洲镇", "鹭洲老街")),
    ("", "", "青石的路灯", QINGSHI),
    ("", "", "上海来的老板欠我钱", ()),
    # What lies in one street is no contradiction; nor is a canal of the whole county.
    ("", "", "石榴路上盖楼那家，叫云栖里的", (*QINGSHI, "石榴街道")),
    ("", "", "家住枫桥雅苑，鑫磐公司夜里吵", (*LINJIANG, "松涛街道", "枫桥雅苑")),
    ("", "", "红旗干渠在柳坪镇响水冲漏水", (*WANGSHAN, "柳坪镇", "响水冲")),
    ("青石区", "", "从云帆桥上跳下去", QINGSHI),
]


@pytest.mark.parametrize(("place", "title", "text", "path"), CASES)
def test_where_a_letter_is(place: str, title: str, text: str, path: tuple[str, ...]) -> None:
    assert PLACES.locate(place, title, text).path == path


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("朝阳区的路", {("北京市", "朝阳区"), ("吉林省", "长春市", "朝阳区")}),
        ("临江区、青石区都停水", {LINJIANG, QINGSHI}),
    ],
)
def test_what_is_not_clear_stays_open(text: str, candidates: set[tuple[str, ...]]) -> None:
    located = PLACES.locate("", "", text)
    assert set(located.candidates) == candidates
    assert located.path not in candidates
    assert "没有说清" in located.reason_zh


@pytest.mark.parametrize("place", ["", "临江区"])
def test_what_lies_in_one_street_is_no_contradiction(place: str) -> None:
    located = PLACES.locate(place, "", "枫桥雅苑对面的鑫磐公司夜里开工")
    assert located.path == (*LINJIANG, "松涛街道")
    assert not located.candidates
    assert located.reason_zh.endswith("正文“枫桥雅苑、鑫磐公司”，同在松涛街道")


def test_a_name_with_many_places_is_not_guessed() -> None:
    located = PLACES.locate("", "", "城关镇的路")
    assert located.path == ()
    assert len(located.candidates) > 3


def test_one_place_named_far_more_often_than_another_is_meant() -> None:
    assert PLACES.locate("", "", "临江区。临江区。临江区。青石区。").path == LINJIANG
    assert PLACES.locate("", "", "临江区。临江区。青石区。").path == CITY


def test_two_addresses_stay_open() -> None:
    located = PLACES.locate("", "", "家住临江区，又住在青石区")
    assert located.path == CITY
    assert set(located.candidates) == {LINJIANG, QINGSHI}


def test_the_order_of_letters_changes_nothing() -> None:
    letters = [case[:3] for case in CASES]
    forward = Gazetteer.of(OFFICE).locate_all(*zip(*letters, strict=True))
    backward = Gazetteer.of(OFFICE).locate_all(*zip(*reversed(letters), strict=True))
    assert forward == backward[::-1]


def test_the_reason_says_that_a_name_has_several_places() -> None:
    assert (
        PLACES.locate("", "", "长春市朝阳区").reason_zh
        == "正文“朝阳区”，属长春市（同名不止一处，按本单位辖区或邻近地名取）"
    )


def test_the_reason_names_the_mention() -> None:
    assert PLACES.locate("临江区", "", "松涛街道").reason_zh == "地址列“临江区”，正文“松涛街道”，属临江区"
    assert PLACES.locate("", "", "").reason_zh == "来信没有写明地点"


NAMES = st.sampled_from(
    [name for area in OFFICE.areas for name in (area.name, *area.aliases)]
    + ["长沙", "朝阳区", "A3区", "，", "的路", "城关镇"]
)


@given(st.lists(NAMES, max_size=6).map("".join), st.sampled_from(["", "临江区", "望山县"]))
def test_a_path_is_a_chain_and_the_place_column_holds(text: str, place: str) -> None:
    located = PLACES.locate(place, "", text)
    own = set(OFFICE.paths.values())
    assert located == PLACES.locate(place, "", text)
    if located.path[:1] == ("江原省",):
        assert located.path in own
    if place:
        assert located.path[: len(OFFICE.path_of(place))] == OFFICE.path_of(place)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A市A3区停水", "某市某区停水"),
        ("长沙市岳麓区停水", "某市某区停水"),
        ("长沙停水", "某市停水"),
        ("云川市临江区停水", "某市某区停水"),
        ("西地省A7县", "某省某县"),
        ("湖南省长沙县", "某省某县"),
        ("A9市", "某县"),
        ("云川市望山县柳坪镇", "某市某县某镇"),
        ("临江区松涛街道丽景花园", "某区某街道丽景花园"),
        ("去北京上访", "去北京上访"),
        ("城关镇", "某镇"),
        ("岳麓山和中山路", "岳麓山和中山路"),
        ("本市区停水", "本市区停水"),
        ("A级景区、B区车库", "A级景区、B区车库"),
        ("", ""),
    ],
)
def test_a_division_is_read_by_its_kind_wherever_it_lies(text: str, read: str) -> None:
    assert PLACES.by_kind(["", text], [text, ""]) == (["", read], [read, ""])


@given(st.lists(NAMES, max_size=6).map("".join), st.lists(NAMES, max_size=6).map("".join))
def test_title_and_text_keep_their_border_when_read_by_kind(title: str, text: str) -> None:
    titles, texts = PLACES.by_kind([title], [text])
    assert PLACES.by_kind([title], [""])[0] == titles
    assert PLACES.by_kind([""], [text])[1] == texts


def test_what_the_model_reads_does_not_depend_on_the_city() -> None:
    letters = prepared(["A3区停水", "岳麓区停水"], ["A市A3区停水三天", "长沙市岳麓区停水三天"], PLACES)
    assert letters.titles[0] == letters.titles[1]
    assert letters.bodies[0] == letters.bodies[1]
