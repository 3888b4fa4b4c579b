"""Near-copies: found through small changes, never between different letters."""

from __future__ import annotations

from pipeline.text.copies import near_copies

LETTER = (
    "我是幸福路十二号院的住户，楼下烧烤店每天营业到凌晨两点，油烟直接排到三楼以上，噪声吵得老人孩子睡不着觉。"
    "我们向物业反映过两次，也打过热线，都说会处理，可是一个多月过去了还是老样子，请有关部门到现场看一看。"
)


def test_a_copy_with_another_name_date_and_spaces_is_found() -> None:
    other = LETTER.replace("十二号院", "14号院").replace("一个多月", "两个月").replace("，", "， ")
    assert near_copies([LETTER, other, LETTER[::-1]]).tolist() == [0, 0, 1]


def test_copies_of_copies_are_one_group() -> None:
    half = LETTER[: int(len(LETTER) * 0.9)]
    third = half[: int(len(half) * 0.85)]
    assert len(set(near_copies([LETTER, half, third]).tolist())) == 1


def test_letters_on_the_same_matter_in_other_words_are_no_copies() -> None:
    other = "幸福路烧烤摊的油烟味太大，窗户都不敢开，晚上喝酒划拳的声音很响，影响孩子写作业，盼望城管管一管。"
    assert near_copies([LETTER, other]).tolist() == [0, 1]


def test_empty_texts_stay_alone() -> None:
    assert near_copies(["", "", "。"]).tolist() == [0, 1, 2]
    assert near_copies([]).tolist() == []
