"""二、反映的主要问题: categories and focus topics against the previous period and the same days of last year."""

from __future__ import annotations

import pandas as pd

from pipeline.report.analysis_material import Material, Span, chosen, ids, topics_of, unsealed
from pipeline.report.analysis_parts import Block, Cell, Chart, Heading, Ledger, Parts, Section, Sentence, Table
from pipeline.report.analysis_volume import Pick, against
from pipeline.report.analysis_words import change, filled, joined, rules, said, share, stands_out, title
from pipeline.settings import focus_rules

_NO_CATEGORY = "未分类"


def problems(material: Material, book: Ledger) -> Section:
    """Return the second section; sealed letters are in none of its numbers."""
    book.begin("2")
    letters = unsealed(material.period)
    if letters.empty:
        return Section("problems", title("problems"), (said("empty"),))
    blocks: list[Block] = [_main(letters, book), *_categories(material, book), Heading("重点类别")]
    blocks += [*_topics(material, book), Heading("增减明显的类别"), *_moves(material, book)]
    return Section("problems", title("problems"), tuple(blocks))


def by_category(letters: pd.DataFrame) -> list[str]:
    """Return the first levels of letters, the commonest first."""
    counts = letters["category_l1"].replace("", _NO_CATEGORY).value_counts()
    return sorted(counts.index, key=lambda name: (-int(counts[name]), name))


def of_category(category: str) -> Pick:
    """Return a pick of unsealed letters of a first level."""
    wanted = "" if category == _NO_CATEGORY else category
    return lambda letters: unsealed(letters)[unsealed(letters)["category_l1"].eq(wanted)]


def of_topic(topic: str) -> Pick:
    """Return a pick of unsealed letters of a focus topic."""

    def pick(letters: pd.DataFrame) -> pd.DataFrame:
        rows = unsealed(letters)
        return chosen(rows, [topic in topics_of(cell) for cell in rows["focus_topics"]])

    return pick


def topics_in_order(letters: pd.DataFrame) -> list[str]:
    """Return the focus topics of letters: the three asked for by name first, the others by how common they are."""
    counts = pd.Series([topic for cell in letters["focus_topics"] for topic in topics_of(cell)]).value_counts()
    first = list(rules()["topics"]["first"])
    known = [*first, *(rule.topic for rule in focus_rules() if rule.topic not in first)]
    others = {str(topic) for topic in counts.index} - set(first)
    rest = sorted(others, key=lambda topic: (-int(counts[topic]), known.index(topic) if topic in known else 99, topic))
    return [*first, *rest]


def _main(letters: pd.DataFrame, book: Ledger) -> Sentence:
    pieces: list[Parts] = []
    for category in by_category(letters)[:3]:
        rows = of_category(category)(letters)
        number = book.number(category, f"本期；不含密件；一级分类“{category}”", ids(rows))
        pairs = rows["category_l2"].value_counts()
        most = min(pairs.index, key=lambda name: (-int(pairs[name]), name))
        under = rows[rows["category_l2"].eq(most)]
        detail: Parts = ()
        if most:
            inner = book.number(f"{category}/{most}", f"本期；不含密件；分类“{category}/{most}”", ids(under))
            detail = (f"，其中{most}", inner, "件")
        pieces.append((category, number, f"件（{share(len(rows), len(letters))}", *detail, "）"))
    total = book.number("不含密件的来信", "本期；不含密件", ids(letters))
    return said("main_problems", letters=total, list=joined(pieces))


def _categories(material: Material, book: Ledger) -> list[Block]:
    letters = unsealed(material.period)
    names = by_category(letters)
    shown, rest = names[: rules()["lists"]["categories"]], names[rules()["lists"]["categories"] :]
    table = "各类来信"
    picks: list[tuple[str, Pick, str]] = [(name, of_category(name), f"一级分类“{name}”") for name in shown]
    if rest:
        wanted = {"" if name == _NO_CATEGORY else name for name in rest}
        picks.append(
            (
                f"其余{len(rest)}类",
                lambda rows: unsealed(rows)[unsealed(rows)["category_l1"].isin(wanted)],
                f"一级分类为{'、'.join(rest)}",
            )
        )
    rows = [comparison(material, book, name, pick, where, table, len(letters)) for name, pick, where in picks]
    return [*_chart(material, rows), comparison_table(material, f"{table}（件，不含密件）", "一级分类", rows)]


def comparison(
    material: Material, book: Ledger, name: str, pick: Pick, where: str, table: str, whole: int
) -> tuple[Cell, ...]:
    """Return a row: name, this period, share, then per earlier period its number and the change."""
    here = pick(material.period)
    cells = [
        Cell(name),
        book.cell(name, f"本期；不含密件；{where}", ids(here), table=table, main=True),
        Cell(share(len(here), whole)),
    ]
    for span in (material.previous, material.last_year):
        cells += _earlier(material, book, span, name, pick, where, table, len(here))
    return tuple(cells)


def _earlier(
    material: Material, book: Ledger, span: Span, name: str, pick: Pick, where: str, table: str, now: int
) -> list[Cell]:
    if not material.known(span):
        return [Cell("无数据"), Cell("—")]
    then = pick(material.within(span))
    cell = book.cell(f"{name}，{span.name}", f"{span.name}；不含密件；{where}", ids(then), table=table)
    return [cell, Cell(change(now, len(then)))]


def comparison_table(material: Material, name: str, first: str, rows: list[tuple[Cell, ...]]) -> Table:
    """Return a table of rows made by :func:`comparison`."""
    missing = [span.name for span in (material.previous, material.last_year) if not material.known(span)]
    base = rules()["change"]["percent_from"]
    note = f"增减：早期不足{base}件的写件数之差，其余写百分比。" + (
        f"没有{'、'.join(missing)}数据。" if missing else ""
    )
    headings = (first, "本期", "占比", "上期", "较上期", "上年同期", "较上年")
    return Table(name, headings, tuple(rows), (2.6, 1, 1, 1, 1.1, 1.2, 1.1), note=note)


def _chart(material: Material, rows: list[tuple[Cell, ...]]) -> list[Block]:
    paired = material.known(material.previous)
    points = []
    for row in rows:
        points.append((row[0].text, "本期", int(row[1].text)))
        if paired:
            points.append((row[0].text, "上期", int(row[3].text)))
    series = ("本期", "上期") if paired else ("本期",)
    alt = "各类来信条形图：" + "，".join(f"{row[0].text}{row[1].text}件" for row in rows) + "。"
    return [Chart("各类来信与上期比较" if paired else "各类来信", "pairs", tuple(points), series, alt)]


def _topics(material: Material, book: Ledger) -> list[Block]:
    letters = unsealed(material.period)
    table = "重点类别"
    names = topics_in_order(letters)
    pieces: list[Parts] = []
    for topic in names[:3]:
        now = book.number(topic, f"本期；不含密件；重点类别“{topic}”", ids(of_topic(topic)(letters)))
        with_change = against(material, book, material.previous, now, f"不含密件；重点类别“{topic}”", of_topic(topic))
        pieces.append((topic, now, "件（", *with_change, "）"))
    where = "重点类别“{}”".format
    rows = [comparison(material, book, name, of_topic(name), where(name), table, len(letters)) for name in names]
    return [
        said("topics", list=joined(pieces)),
        comparison_table(material, f"{table}（件，不含密件，可重复计数）", "重点类别", rows),
    ]


def _moves(material: Material, book: Ledger) -> list[Block]:
    blocks: list[Block] = []
    if material.known(material.previous):
        for direction, key in ((1, "rising"), (-1, "falling")):
            blocks += moved(material, book, material.previous, direction, key)
        if not blocks:
            blocks.append(said("no_rising"))
    else:
        blocks.append(said("no_rising_data"))
    if material.known(material.last_year):
        blocks += moved(material, book, material.last_year, 1, "rising_last_year")
    else:
        blocks.append(Sentence((*filled("no_data", span=material.last_year.name), "。")))
    return blocks


def moved(material: Material, book: Ledger, span: Span, direction: int, key: str) -> list[Sentence]:
    """Return a sentence for each category pair or topic that rose (1) or fell (-1) beyond chance, strongest first."""
    found = []
    for name, pick in _candidates(material, span):
        now, then = pick(material.period), pick(material.within(span))
        if stands_out(len(now), len(then)) == direction:
            found.append((-abs(len(now) - len(then)), name, pick, now))
    sentences = []
    for _, name, pick, rows in sorted(found, key=lambda one: one[:2])[: rules()["rising"]["shown"]]:
        number = book.number(name, f"本期；不含密件；{name}", ids(rows))
        earlier = against(material, book, span, number, f"不含密件；{name}", pick)
        place = "last_year" if key == "rising_last_year" else "previous"
        sentences.append(Sentence(filled(key, name=name, letters=number, **{place: earlier}), "item"))
    return sentences


def _candidates(material: Material, span: Span) -> list[tuple[str, Pick]]:
    rows = unsealed(pd.concat([material.period, material.within(span)]))
    pairs = sorted(set(zip(rows["category_l1"], rows["category_l2"], strict=True)))
    return [(f"{first}/{second}", of_pair(first, second)) for first, second in pairs if first and second]


def of_pair(first: str, second: str) -> Pick:
    """Return a pick of unsealed letters of a category pair; "" as second level stands for all of the first."""

    def pick(letters: pd.DataFrame) -> pd.DataFrame:
        rows = unsealed(letters)
        return rows[rows["category_l1"].eq(first) & (rows["category_l2"].eq(second) | (not second))]

    return pick
