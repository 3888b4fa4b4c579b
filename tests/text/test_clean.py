"""What a cleaned letter looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import read_table
from pipeline.text.clean import clean, normalise_characters, strip_set_phrases

ANY_TEXT = st.text(st.characters(), max_size=60)
MESSY = st.lists(
    st.sampled_from(
        [
            *("<", ">", "<b>", "</p>", "<br/>", "&lt;", "&amp;", "&#12288;", "&nbsp；", "amp;", "br", "b", "3", "且"),
            *(" ", "\u3000", "\u200b", "\x00", "\ud800", "\r\n", "Ａ", "，", "<!--", "-->", "<script>", "</script>"),
            "_x000D_",
        ]
    ),
    max_size=14,
).map("".join)


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        # full-width
        ("Ａ３区１２栋", "A3区12栋"),
        ("电话：１３８－００１３－８０００", "电话：138-0013-8000"),
        ("停水！（三天），何时来？一；二：三", "停水！（三天），何时来？一；二：三"),
        # traditional
        ("請處理樓上漏水，以後不再發生", "请处理楼上漏水，以后不再发生"),
        ("皇后大道以后", "皇后大道以后"),
        ("乾县甯先生", "乾县甯先生"),
        # copies of usual characters, as text taken from PDF has them
        ("⼯⼈⼯资", "工人工资"),
        ("\uf979水𝟏𝟑𝟖", "凉水138"),
        # HTML
        ("<p>楼上漏水</p><p>三个月</p>", "楼上漏水\n三个月"),
        ("停水<br>停电<BR/>停气< br >停网", "停水\n停电\n停气\n停网"),
        ("重<b>大</b>隐患", "重大隐患"),
        ("<style>p{color:red}</style>停水<script>if(a<b){}</script>三天", "停水三天"),
        ("停<!-- 注释 <b> -->水", "停水"),
        ("<img src='" + "a" * 5000 + "'>停水", "停水"),
        ("水费&lt;50元&amp;电费&gt;80元", "水费<50元&电费>80元"),
        ("&lt;p&gt;停水&lt;/p&gt;", "停水"),
        ("&amp;lt;p&amp;gt;停水&amp;nbsp;三天", "停水三天"),
        ("停水&#65;&#x42;栋", "停水AB栋"),
        ("停水_x000D_\n三天", "停水\n三天"),
        # what only looks like HTML
        ("3<5且7>6", "3<5且7>6"),
        ("若A<B且C>D则退", "若A<B且C>D则退"),
        ("向<云川置业有限公司>交款", "向<云川置业有限公司>交款"),
        ("见 list.asp?a=1&copy=2&tid=3", "见 list.asp?a=1&copy=2&tid=3"),
        # spaces
        ("我 家 停 水", "我家停水"),
        ("我家\u3000\u00a0\t停水", "我家停水"),
        ("A3区  B栋", "A3区 B栋"),
        ("停水  \r\n\r\n  三天", "停水\n三天"),
        ("停\u200b水\ufeff三\u00ad天", "停水三天"),
        ("138\u200b0013\u20608000", "13800138000"),
        ("停水\ue000三天\U000f0000", "停水三天"),
        ("停\x00水\x07三天\x7f", "停水三天"),
        ("停水\ud83d三天\udc00", "停水三天"),
        ("停水\u2028三天\x85四天", "停水\n三天\n四天"),
        ("", ""),
        (" \n\u3000", ""),
    ],
)
def test_clean(given_text: str, cleaned: str) -> None:
    assert clean([given_text]) == [cleaned]


def test_no_letters() -> None:
    assert clean([]) == []
    assert normalise_characters([]) == []


def test_letters_keep_their_places() -> None:
    assert clean(["", "停水", "\x00", "停\x00电", ""]) == ["", "停水", "", "停电", ""]


@given(st.lists(ANY_TEXT, max_size=6))
def test_normalise_keeps_number_and_lengths(texts: list[str]) -> None:
    assert [len(text) for text in normalise_characters(texts)] == [len(text) for text in texts]


@given(st.lists(ANY_TEXT | MESSY, max_size=6))
def test_clean_keeps_the_number_and_a_clean_letter(texts: list[str]) -> None:
    once = clean(texts)
    assert len(once) == len(texts)
    assert clean(once) == once
    assert all(text.isprintable() for letter in once for text in letter.split("\n") if text.isascii())


@given(st.lists(ANY_TEXT | MESSY, max_size=4))
def test_a_letter_is_cleaned_alike_alone_and_in_a_batch(texts: list[str]) -> None:
    assert clean(texts) == [clean([text])[0] for text in texts]


def test_no_simplified_character_is_itself_traditional() -> None:
    rows = list(read_table("text/traditional.tsv", ("traditional", "simplified")))
    traditional = [row["traditional"] for row in rows]
    assert len(set(traditional)) == len(rows)
    assert all(len(cell) == 1 for row in rows for cell in row.values())
    again = normalise_characters([row["simplified"] for row in rows if row["simplified"] not in traditional])
    assert again == [row["simplified"] for row in rows if row["simplified"] not in traditional]


@pytest.mark.parametrize(
    ("letter", "left"),
    [
        ("尊敬的领导：您好！我家停水三天了。谢谢！", "我家停水三天了。"),
        ("各位领导，你们好！打扰了，小区停电。此致\n敬礼！", "小区停电。"),
        ("小区停电。祝您工作顺利，身体健康！", "小区停电。"),
        ("小区停电，盼回复。", "小区停电，"),
        # a whole phrase goes, not its tail
        ("小区停电。希望回复", "小区停电。"),
        ("小区停电。恳请领导答复！十分感谢", "小区停电。"),
        ("小区停电。在此表示衷心的感谢！", "小区停电。"),
        # more closings than the last 60 characters hold
        ("小区停电。" + "谢谢！" * 40, "小区停电。"),
        # whom a letter addresses stays
        ("局长您好：小区停电", "局长您好：小区停电"),
        ("尊敬的王厅长：小区停电", "王厅长：小区停电"),
        ("领导干部占用车位", "领导干部占用车位"),
        # in the middle nothing goes
        ("停电后打电话，您好两个字都没有，谢谢也不说就挂了", "停电后打电话，您好两个字都没有，谢谢也不说就挂了"),
        # nothing but set phrases
        ("您好！谢谢！", "您好！谢谢！"),
        ("尊敬的领导", "尊敬的领导"),
        ("", ""),
    ],
)
def test_set_phrases_go_at_the_two_ends_only(letter: str, left: str) -> None:
    assert strip_set_phrases(letter) == left


PHRASES = st.sampled_from(
    ["尊敬的领导", "您好", "打扰了", "谢谢", "此致", "敬礼", "盼回复", "！", "，", "停电", "局长"]
)


@given(st.lists(PHRASES, max_size=40).map("".join))
def test_stripping_cuts_a_piece_out_and_leaves_something(letter: str) -> None:
    left = strip_set_phrases(letter)
    assert left in letter
    assert bool(left) == bool(letter)
    assert strip_set_phrases(left) == left
