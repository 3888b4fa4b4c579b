"""三、区域分布: letters by area, and area by category; small groups are hidden so that nobody can compute them."""

from __future__ import annotations

import pandas as pd

from pipeline.report.analysis_material import NO_AREA, Material, Span, ids, small, unsealed
from pipeline.report.analysis_parts import Block, Cell, Ledger, Number, Parts, Section, Table
from pipeline.report.analysis_problems import by_category
from pipeline.report.analysis_words import change, joined, rules, said, share, title
from pipeline.report.small_groups import Showing, protect_cells, protect_totals

_UNKNOWN, _REST = "所在地不明或不在辖区", "其余各类"
_FEWEST_COLUMNS = 2


def places(material: Material, book: Ledger) -> Section:
    """Return the third section. None of its numbers lists ids: crossed with others they would tell a small group."""
    book.begin("3")
    return Section("places", title("places"), tuple(_blocks(material, book)))


def _blocks(material: Material, book: Ledger) -> list[Block]:
    letters = unsealed(material.period)
    if letters.empty:
        return [said("empty")]
    if not letters["area"].ne(NO_AREA).any():
        return [said("no_places")]
    areas = _areas(material, letters)
    shown = _showing(letters, areas)
    if shown is None:
        return [said("few_places")]
    areas = _in_order(letters, shown)
    rows = [_row(material, book, area, shown) for area in areas]
    note = _note(rows)
    headings = ("区域", "本期", "占比", "上期", "较上期", "上年同期", "较上年")
    table = Table("各区域来信（件，不含密件）", headings, tuple(rows), (2.6, 1, 1, 1, 1.1, 1.2, 1.1), note=note)
    return [*_words(letters, areas, shown, book), table, *_heat(letters, areas, shown, book)]


def _areas(material: Material, letters: pd.DataFrame) -> list[str]:
    """Return the areas by name, the unknown one last."""
    return [*sorted({*material.areas, *letters["area"]} - {NO_AREA}), NO_AREA]


def _in_order(letters: pd.DataFrame, shown: dict[str, Showing]) -> list[str]:
    """Return the areas, most letters first; those whose number is hidden by name, as their rank would tell it."""
    counts = letters["area"].value_counts()

    def rank(area: str) -> tuple[bool, int, str]:
        told = shown[area] is Showing.NUMBER
        return not told, -int(counts.get(area, 0)) if told else 0, area

    return [*sorted(set(shown) - {NO_AREA}, key=rank), NO_AREA]


def _showing(letters: pd.DataFrame, areas: list[str]) -> dict[str, Showing] | None:
    counts = [int(letters["area"].eq(area).sum()) for area in areas]
    marks = protect_totals(counts, small())
    return None if marks is None else dict(zip(areas, marks, strict=True))


def _note(rows: list[tuple[Cell, ...]]) -> str:
    """Return what the marks of a table mean, those that it has."""
    rule = rules()["small"]
    found = {cell.text for row in rows for cell in row}
    meanings = {
        rule["shown"]: f"“{rule['shown']}”为1至{rule['letters'] - 1}件。",
        rule["withheld"]: f"“{rule['withheld']}”的数不列，是为了防止由合计反推出小的数。",
    }
    return "".join(meaning for mark, meaning in meanings.items() if mark in found)


def _words(letters: pd.DataFrame, areas: list[str], shown: dict[str, Showing], book: Ledger) -> list[Block]:
    pieces: list[Parts] = []
    for area in areas[:-1][:3]:
        rows = letters[letters["area"].eq(area)]
        if shown[area] is Showing.NUMBER and len(rows):
            number = book.number(area, f"本期；不含密件；区域“{area}”", ids(rows), listed=False)
            pieces.append((area, number, f"件（{share(len(rows), len(letters))}）"))
    blocks: list[Block] = [said("places", list=joined(pieces))] if pieces else []
    lost = letters[letters["area"].eq(NO_AREA)]
    if len(lost) and shown[NO_AREA] is Showing.NUMBER:
        number = book.number(_UNKNOWN, f"本期；不含密件；{_UNKNOWN}", ids(lost), listed=False)
        blocks.append(said("places_unknown", letters=number))
    return blocks


def _row(material: Material, book: Ledger, area: str, now: dict[str, Showing]) -> tuple[Cell, ...]:
    letters = unsealed(material.period)
    here = letters[letters["area"].eq(area)]
    open_now = now[area] is Showing.NUMBER
    cells = [
        Cell(area or _UNKNOWN),
        _cell(book, area, "本期", here, now[area]),
        Cell(share(len(here), len(letters)) if open_now else "—"),
    ]
    for span in (material.previous, material.last_year):
        cells += _earlier(material, book, area, span, len(here) if open_now else None)
    return tuple(cells)


def _earlier(material: Material, book: Ledger, area: str, span: Span, now: int | None) -> list[Cell]:
    if not material.known(span):
        return [Cell("无数据"), Cell("—")]
    letters = unsealed(material.within(span))
    marks = _showing(letters, _areas(material, letters))
    if marks is None:
        return [Cell(rules()["small"]["withheld"]), Cell("—")]
    rows = letters[letters["area"].eq(area)]
    # An area without letters then is not among that period's rows: its zero tells nothing about anybody.
    mark = marks.get(area, Showing.NUMBER)
    both = now is not None and mark is Showing.NUMBER
    return [_cell(book, area, span.name, rows, mark), Cell(change(now or 0, len(rows)) if both else "—")]


def _cell(book: Ledger, area: str, span: str, rows: pd.DataFrame, mark: Showing) -> Cell:
    name = area or _UNKNOWN
    return book.cell(
        f"{name}，{span}",
        f"{span}；不含密件；{'区域“' + area + '”' if area else _UNKNOWN}",
        ids(rows),
        table="各区域来信",
        listed=False,
        main=span == "本期",
        text=_shown_as(len(rows), mark),
    )


def _shown_as(count: int, mark: Showing) -> str:
    rule = rules()["small"]
    return str(count if mark is Showing.NUMBER else rule["shown" if mark is Showing.SMALL else "withheld"])


def _heat(letters: pd.DataFrame, areas: list[str], shown: dict[str, Showing], book: Ledger) -> list[Block]:
    """Return area by category; with fewer columns where the cells of more could not be protected."""
    for columns in range(rules()["lists"]["heat_categories"], _FEWEST_COLUMNS - 1, -1):
        names = _columns(letters, columns)
        groups = {name: _of_column(letters, name, names) for name in names}
        counts = [[int(groups[name]["area"].eq(area).sum()) for name in names] for area in areas]
        marks = protect_cells(counts, [shown[area] for area in areas], small()) if len(names) > 1 else None
        if marks is not None:
            return _heat_blocks(letters, areas, shown, groups, marks, book)
    return [said("few_cells")]


def _columns(letters: pd.DataFrame, most: int) -> list[str]:
    """Return the commonest categories that are large enough to be split by area, and the rest as one column."""
    fewest = 2 * small()
    counts = letters["category_l1"].value_counts()
    names = [name for name in by_category(letters) if counts.get(name, 0) >= fewest][:most]
    while names and 0 < len(letters) - sum(int(counts[name]) for name in names) < fewest:
        names.pop()
    whole = sum(int(counts[name]) for name in names) == len(letters)
    return names if whole else [*names, _REST]


def _of_column(letters: pd.DataFrame, name: str, names: list[str]) -> pd.DataFrame:
    if name == _REST:
        return letters[~letters["category_l1"].isin(names)]
    return letters[letters["category_l1"].eq(name)]


def _heat_blocks(
    letters: pd.DataFrame,
    areas: list[str],
    shown: dict[str, Showing],
    groups: dict[str, pd.DataFrame],
    marks: tuple[tuple[Showing, ...], ...],
    book: Ledger,
) -> list[Block]:
    name = "区域与类别"
    largest = max(
        (
            int(groups[column]["area"].eq(area).sum())
            for area, line in zip(areas, marks, strict=True)
            for column, mark in zip(groups, line, strict=True)
            if mark is Showing.NUMBER and area and column != _REST
        ),
        default=0,
    )
    rows = []
    for area, line in zip(areas, marks, strict=True):
        cells = [Cell(area or _UNKNOWN)]
        for (column, group), mark in zip(groups.items(), line, strict=True):
            found = group[group["area"].eq(area)]
            cells.append(
                book.cell(
                    f"{area or _UNKNOWN}，{column}",
                    f"本期；不含密件；{area or _UNKNOWN}；一级分类“{column}”",
                    ids(found),
                    table=name,
                    listed=False,
                    text=_shown_as(len(found), mark),
                    shade=min(1.0, len(found) / max(largest, 1)) if mark is Showing.NUMBER else None,
                )
            )
        total = letters[letters["area"].eq(area)]
        cells.append(Cell(_shown_as(len(total), shown[area]), _cell(book, area, "本期", total, shown[area]).sources))
        rows.append(tuple(cells))
    rows.append(_totals(letters, groups, book))
    headings = ("区域", *groups, "合计")
    note = _note(rows) + "底色越深，来信越多。"
    table = Table(
        "各区域来信的类别（件，不含密件）",
        headings,
        tuple(rows),
        (1.9, *(1.0,) * (len(headings) - 1)),
        note=note,
        small=True,
        total=True,
    )
    return [*_most(areas, groups, marks, book), table]


def _totals(letters: pd.DataFrame, groups: dict[str, pd.DataFrame], book: Ledger) -> tuple[Cell, ...]:
    named = "、".join(name for name in groups if name != _REST)
    cells = [Cell("合计")]
    for name, group in groups.items():
        where = f"一级分类不是{named}" if name == _REST else f"一级分类“{name}”"
        cells.append(book.cell(name, f"本期；不含密件；{where}", ids(group), table="各类来信合计"))
    return (*cells, book.cell("合计", "本期；不含密件", ids(letters), table="各类来信合计", main=True))


def _most(
    areas: list[str], groups: dict[str, pd.DataFrame], marks: tuple[tuple[Showing, ...], ...], book: Ledger
) -> list[Block]:
    found = [
        (-int(group["area"].eq(area).sum()), area, column)
        for area, line in zip(areas, marks, strict=True)
        for (column, group), mark in zip(groups.items(), line, strict=True)
        if mark is Showing.NUMBER and area and column != _REST
    ]
    if not found or min(found)[0] == 0:
        return []
    _, area, column = min(found)
    rows = groups[column][groups[column]["area"].eq(area)]
    key = book.note(f"{area}，{column}", f"本期；不含密件；{area}；一级分类“{column}”", ids(rows), listed=False)
    return [said("most_in_cell", place=area, category=column, letters=Number(str(len(rows)), (key,)))]
