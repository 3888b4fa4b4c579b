"""一、总体情况: how many letters, when, by which channel, to what purpose; and the comparison every section uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd

from pipeline.report.analysis_material import Material, Span, ids, unsealed
from pipeline.report.analysis_parts import (
    Block,
    Cell,
    Chart,
    Ledger,
    Number,
    Parts,
    Section,
    Sentence,
    Table,
)
from pipeline.report.analysis_words import compared, filled, joined, rules, said, share, spoken_day, title

Pick = Callable[[pd.DataFrame], pd.DataFrame]


def everything(letters: pd.DataFrame) -> pd.DataFrame:
    """Pick all letters."""
    return letters


def against(
    material: Material,
    book: Ledger,
    span: Span,
    now: Number,
    what: str,
    pick: Pick = everything,
    *,
    of_matters: bool = False,
) -> Parts:
    """Return how a number of this period stands to an earlier one, or that there is nothing to compare it with."""
    if material.partly_known(span):
        return filled("part_data", span=span.name, first=spoken_day(material.first_day, year=True))
    if not material.known(span):
        return filled("no_data", span=span.name)
    rows = pick(material.within(span))
    now_of = book.sources[now.sources[0]].what
    if of_matters:
        base = book.number(f"{now_of}，{span.name}", f"{span.name}；{what}", ids(rows, "matter_id"), of="matter")
    else:
        base = book.number(f"{now_of}，{span.name}", f"{span.name}；{what}", ids(rows))
    return compared(span.name, now, base)


def volume(material: Material, book: Ledger) -> Section:
    """Return the first section."""
    book.begin("1")
    letters = material.period
    if letters.empty:
        return Section("volume", title("volume"), (said("empty"), *_undated(material, book)))
    blocks: list[Block] = [_total(material, book), _copies(letters, book), *_trend(material, book)]
    blocks += [*_spread(letters, book), *_undated(material, book)]
    return Section("volume", title("volume"), tuple(blocks))


def _total(material: Material, book: Ledger) -> Sentence:
    letters = material.period
    now = book.number("来信总数", "本期；全部来信", ids(letters))
    parts = filled(
        "total",
        letters=now,
        previous=against(material, book, material.previous, now, "全部来信"),
        last_year=against(material, book, material.last_year, now, "全部来信"),
    )
    earlier = set(material.letters.loc[material.letters["day"] < material.now.start, "matter_id"])
    matters = ids(letters, "matter_id")
    fresh = [matter for matter in matters if matter not in earlier]
    parts += filled(
        "matters",
        matters=book.number("事项数", "本期；来信所属的事项", matters, of="matter"),
        fresh=book.number("新出现的事项", "本期；此前没有来信的事项", fresh, of="matter"),
    )
    if secret := ids(letters[letters["sealed"]]):
        parts += filled("sealed", sealed=book.number("密件", "本期；密件", secret))
    return Sentence(parts)


def _copies(letters: pd.DataFrame, book: Ledger) -> Sentence:
    copies = letters[letters["copy"]]
    if copies.empty:
        return said("no_copies")
    kinds: list[Parts] = []
    for kind, rows in _largest_first(copies, "copy_kind"):
        named = kind or "未注明"
        kinds.append((named, book.number(f"重复件：{named}", f"本期；重复件；重复类型“{named}”", ids(rows)), "件"))
    return said(
        "copies",
        copies=book.number("重复件", "本期；与更早来信重复", ids(copies)),
        kinds=joined(kinds),
        distinct=book.number("去掉重复后", "本期；不含重复件", ids(letters[~letters["copy"]])),
    )


def _largest_first(letters: pd.DataFrame, column: str) -> list[tuple[str, pd.DataFrame]]:
    groups = [(str(name), rows) for name, rows in letters.groupby(column, sort=True)]
    return sorted(groups, key=lambda group: (-len(group[1]), group[0]))


def _steps(span: Span) -> list[Span]:
    """Return the days of a period, or its weeks where it is long."""
    length = 1 if span.days <= rules()["trend"]["daily_up_to"] else 7
    start, end = date.fromisoformat(span.start), date.fromisoformat(span.end)
    found = []
    while start <= end:
        last = min(start + timedelta(days=length - 1), end)
        name = _short(start) if length == 1 else f"{_short(start)}—{_short(last)}"
        found.append(Span(name, start.isoformat(), last.isoformat()))
        start = last + timedelta(days=1)
    return found


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _trend(material: Material, book: Ledger) -> list[Block]:
    steps = _steps(material.now)
    blocks: list[Block] = []
    if len(steps) > 1:
        counts = [(step, material.within(step)) for step in steps]
        day, most = max(counts, key=lambda pair: len(pair[1]))
        key = book.note("最多的一天", f"收到时间在{day.name}；全部来信", ids(most))
        if material.now.days == len(steps):
            blocks.append(said("peak", day=day.name, letters=Number(str(len(most)), (key,))))
        blocks += _chart_and_table(material, book, counts)
    return [*blocks, *_longer_trend(material, book)]


def _chart_and_table(material: Material, book: Ledger, counts: list[tuple[Span, pd.DataFrame]]) -> list[Block]:
    earlier = _steps(material.previous) if material.known(material.previous) else []
    unit = "日" if material.now.days == len(counts) else "周"
    name = f"每{unit}来信"
    points, rows = [], []
    for at, (step, letters) in enumerate(counts):
        first, copies = letters[~letters["copy"]], letters[letters["copy"]]
        label = step.name.split("—")[0]
        points += [(label, "初件", len(first)), (label, "重复件", len(copies))]
        cells = [
            Cell(step.name),
            book.cell(f"{step.name}来信", f"收到时间在{step.name}；全部来信", ids(letters), table=name, main=True),
            book.cell(f"{step.name}重复件", f"收到时间在{step.name}；重复件", ids(copies), table=name),
        ]
        if earlier:
            then = material.within(earlier[at])
            points.append((label, "上期", len(then)))
            cells.append(
                book.cell(f"上期同位（{earlier[at].name}）", f"收到时间在{earlier[at].name}", ids(then), table=name)
            )
        rows.append(tuple(cells))
    headings = (unit, "来信", "其中重复件", *(("上期对应",) if earlier else ()))
    alt = f"{name}柱状图：" + "，".join(f"{step.name}{len(letters)}件" for step, letters in counts) + "。"
    series = ("初件", "重复件", *(("上期",) if earlier else ()))
    return [
        Chart(name, "bars", tuple(points), series, alt),
        Table(f"{name}（件）", headings, tuple(rows), (2, *(1.4,) * (len(headings) - 1))),
    ]


def _longer_trend(material: Material, book: Ledger) -> list[Block]:
    """Return how many letters each of the earlier periods brought, as far as the letters reach back."""
    spans = [material.now.before(back, "") for back in range(rules()["trend"]["periods"] - 1, 0, -1)]
    spans = [span for span in spans if material.known(span)]
    if len(spans) < 3:
        return []
    name = f"近{len(spans) + 1}期来信"
    years = spans[0].start[:4] != material.now.end[:4]
    points, rows = [], []
    for span in (*spans, material.now):
        letters = material.within(span)
        first, copies = letters[~letters["copy"]], letters[letters["copy"]]
        label = (f"{span.start[:4]}年" if years else "") + _short(date.fromisoformat(span.start)) + "起"
        points += [(label, "初件", len(first)), (label, "重复件", len(copies))]
        dates = f"收到时间在{span.start}至{span.end}"
        cells = (
            Cell(f"{span.start}至{span.end}"),
            book.cell(label, f"{dates}；全部来信", ids(letters), table=name, main=True),
            book.cell(f"{label}，重复件", f"{dates}；重复件", ids(copies), table=name),
        )
        rows.append(cells)
    alt = f"{name}柱状图：" + "，".join(f"{row[0].text}{row[1].text}件" for row in rows) + "。"
    return [
        Chart(name, "bars", tuple(points), ("初件", "重复件"), alt),
        Table(f"{name}（件）", ("时间", "来信", "其中重复件"), tuple(rows), (3, 1.2, 1.2)),
    ]


def _spread(letters: pd.DataFrame, book: Ledger) -> list[Block]:
    """Return channels and purposes in words."""
    open_letters = unsealed(letters)
    blocks: list[Block] = []
    for key, column, what in (("channels", "channel", "渠道"), ("purposes", "purpose", "信访目的")):
        rows = letters if column == "channel" else open_letters
        if rows.empty or not rows[column].ne("").any():
            continue
        pieces: list[Parts] = []
        for value, part in _largest_first(rows, column):
            named = value or "未注明"
            scope = "全部来信" if column == "channel" else "不含密件"
            number = book.number(f"{what}：{named}", f"本期；{scope}；{what}“{named}”", ids(part))
            pieces.append((named, number, f"件（{share(len(part), len(rows))}）"))
        blocks.append(said(key, list=joined(pieces)))
    return blocks


def _undated(material: Material, book: Ledger) -> list[Block]:
    if not material.undated:
        return []
    return [said("undated", letters=book.number("时间不明", "来信时间读不出来", list(material.undated)))]
