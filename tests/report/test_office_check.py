"""What ``petition office check`` prints: faults in full, many gaps of a kind in one line."""

from __future__ import annotations

import pytest

from pipeline.advise.consistency import Finding, Kind
from pipeline.report.office_check import lines

KIND = Kind("这些规则的主办单位，单位目录里还没有", "the directory lacks the lead of these rules")


def gaps(number: int) -> list[Finding]:
    return [
        Finding("routes.tsv", row, False, f"规则 R{row}：没有单位", f"rule R{row}: no unit", KIND, f"R{row}（教育）")
        for row in range(7, 7 + number)
    ]


@pytest.mark.parametrize("number", [1, 5])
def test_few_gaps_each_name_file_and_row(number: int) -> None:
    assert [line for _, line in lines(gaps(number))] == [
        f"请留意 routes.tsv 第 {row} 行：规则 R{row}：没有单位" for row in range(7, 7 + number)
    ]


def test_many_gaps_of_a_kind_are_one_line_with_the_first_of_them() -> None:
    assert list(lines(gaps(40))) == [
        (
            False,
            "请留意 routes.tsv 第 7、8、9 行等 40 行：这些规则的主办单位，单位目录里还没有，共 40 处："
            "R7（教育）、R8（教育）、R9（教育）、R10（教育）、R11（教育）、R12（教育）等（加 --all 逐条列出）",
        )
    ]
    assert next(lines(gaps(6), "en"))[1].startswith(
        "gap routes.tsv, rows 7, 8, 9 and 3 more: the directory lacks the lead of these rules, 6 in all: R7 (教育), R8"
    )


def test_on_request_every_gap_has_its_line() -> None:
    assert len(list(lines(gaps(40), every=True))) == 40


def test_faults_are_always_told_in_full_and_others_stay_where_they_are() -> None:
    faults = [Finding("units.tsv", row, True, "没有上级单位", "it has no parent", KIND, "某局") for row in range(20)]
    other = Finding("routes.tsv", 99, False, "别的", "other")
    found = list(lines([*faults, *gaps(9), other]))
    assert [fault for fault, _ in found] == [True] * 20 + [False] * 2
    assert found[3][1] == "必须改 units.tsv 第 3 行：没有上级单位"
    assert found[-1][1] == "请留意 routes.tsv 第 99 行：别的"
