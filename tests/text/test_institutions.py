"""What names of schools, hospitals, estates and companies end in."""

from __future__ import annotations

import pytest

from pipeline.text.institutions import institutions


@pytest.mark.parametrize(
    ("phrase", "ends"),
    [
        ("湘李小学门口", "小学"),
        ("鑫王建材有限公司的人", "建材有限公司"),
        ("金周第一实验小学", "第一实验小学"),
        ("康冯服装厂", "服装厂"),
        ("厂里的人", ""),
        ("王建设和李文化", ""),
        ("李卫生院长", ""),
        ("翰林雅苑", ""),
        ("翰林雅苑小区", "雅苑小区"),
    ],
)
def test_where_the_end_of_a_name_stands(phrase: str, ends: str) -> None:
    found = institutions(phrase, titled="长")
    assert "".join(phrase[at] for at in sorted(found.inside)) == ends
    assert found.starts == ({phrase.index(ends)} if ends else set())


def test_positions_are_those_of_the_text() -> None:
    assert institutions("湘李小学", 10).inside == {12, 13}
    assert institutions("翰林雅苑", 10).joined == {12, 13}
