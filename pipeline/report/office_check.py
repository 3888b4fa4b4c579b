"""The findings about an office profile as lines for the screen: faults in full, many gaps of a kind in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.advise.consistency import Finding, Kind

_FEW: Final = 5  # so many gaps of a kind stand one by one
_EXAMPLES, _ROWS = 6, 3


def lines(found: Sequence[Finding], lang: str = "zh", *, every: bool = False) -> Iterator[tuple[bool, str]]:
    """Yield (fault, line) in the order of the findings; gaps of a kind stand where the first of them does.

    Parameters
    ----------
    found : sequence of Finding
        As :func:`pipeline.advise.consistency.findings` gives them.
    every : bool
        One line for every gap, however many there are of a kind.

    Examples
    --------
    >>> kind = Kind("没有这些单位", "these units are missing")
    >>> found = [Finding("areas.tsv", 7, False, "没有「教育」单位", "no school", kind, f"甲{n}") for n in range(9)]
    >>> [line for _, line in lines(found)]
    ['请留意 areas.tsv 第 7 行：没有这些单位，共 9 处：甲0、甲1、甲2、甲3、甲4、甲5等（加 --all 逐条列出）']
    """
    groups: dict[tuple[str, Kind], list[Finding]] = {}
    for finding in found:
        if finding.kind is not None and not finding.fault:
            groups.setdefault((finding.file, finding.kind), []).append(finding)
    for finding in found:
        group = [] if finding.kind is None or finding.fault else groups[finding.file, finding.kind]
        if every or len(group) <= _FEW:
            yield finding.fault, _mark(finding.fault, lang) + finding.text(lang)
        elif finding is group[0]:
            yield False, _mark(False, lang) + _together(group, finding.kind, lang)


def _mark(fault: bool, lang: str) -> str:
    if lang == "zh":
        return "必须改 " if fault else "请留意 "
    return "fault " if fault else "gap "


def _together(group: Sequence[Finding], kind: Kind | None, lang: str) -> str:
    """Return one line for gaps of a kind: file, first rows, how many, and the first of them."""
    assert kind is not None
    zh = lang == "zh"
    rows = list(dict.fromkeys(finding.row for finding in group))
    listed = ("、" if zh else ", ").join(map(str, rows[:_ROWS]))
    about = ("、" if zh else ", ").join(finding.about for finding in group[:_EXAMPLES])
    more = len(group) > _EXAMPLES
    if zh:
        where = f"第 {listed} 行" + (f"等 {len(rows)} 行" if len(rows) > _ROWS else "")
        about += "等" if more else ""
        return f"{group[0].file} {where}：{kind.zh}，共 {len(group)} 处：{about}（加 --all 逐条列出）"
    where = ("rows " if len(rows) > 1 else "row ") + listed
    where += f" and {len(rows) - _ROWS} more" if len(rows) > _ROWS else ""
    about = about.replace("（", " (").replace("）", ")") + (", …" if more else "")
    return f"{group[0].file}, {where}: {kind.en}, {len(group)} in all: {about} (--all lists each)"
