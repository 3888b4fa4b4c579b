"""A periodic analysis as one HTML page: charts inline, each number linked to its source, nothing to load."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, tostring

from pipeline.report.analysis_charts import caption, draw, shade_of
from pipeline.report.analysis_parts import (
    Analysis,
    Block,
    Cell,
    Chart,
    Figure,
    Heading,
    Number,
    Part,
    Section,
    Sentence,
    Source,
    Table,
)
from pipeline.report.analysis_words import spoken_day, title
from pipeline.report.atomic import replacing
from pipeline.report.evaluation_charts import node, svg_element
from pipeline.report.evaluation_words import DARK, FONT

_KINDS: Final = {"letter": "件来信", "matter": "件事项", "task": "项任务"}
_TOGETHER: Final = 16
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_html(analysis: Analysis, path: Path) -> None:
    """Write an analysis as one HTML page; the same analysis gives the same bytes.

    Raises
    ------
    OutputNotWritable
        It cannot be put there.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from pipeline.report.analysis import analyse
    >>> none = pd.DataFrame()
    >>> page = Path(tempfile.mkdtemp()) / "week.html"
    >>> write_html(analyse(none, none, none, "2026-11-16", "2026-11-22", today="2026-11-23"), page)
    >>> "本期没有来信记录" in page.read_text(encoding="utf-8")
    True
    """
    text = "<!DOCTYPE html>\n" + tostring(_page(analysis), encoding="unicode", method="html") + "\n"
    with replacing(path) as temporary:
        temporary.write_text(_ILLEGAL.sub("", text), encoding="utf-8", newline="\n")


def _page(analysis: Analysis) -> Element:
    top = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("title", f"{analysis.title}（{analysis.period}）"),
        node("style", STYLE),
    )
    sections = (*analysis.sections, *analysis.annexes)
    body = [_opening(analysis), *(_section(section) for section in sections), _sources(analysis)]
    return node("html", top, node("body", *body), lang="zh-CN")


def _opening(analysis: Analysis) -> Element:
    made = f"{analysis.office}　{spoken_day(analysis.made_at, year=True)}".strip("　")
    return node(
        "header",
        node("h1", analysis.title),
        node("p", f"（{analysis.period}）", class_="dates"),
        node("p", made, class_="dates"),
        node("div", *map(_tile, analysis.figures), class_="tiles"),
        node("h2", title("summary")),
        *map(_sentence, analysis.summary),
        *(node("p", *_words(sentence.parts), class_="note") for sentence in analysis.notes),
    )


def _tile(figure: Figure) -> Element:
    notes = [node("small", *_words(note)) for note in figure.notes]
    return node("div", node("span", figure.label), node("b", *_words([figure.value])), *notes)


def _words(parts: Iterable[Part]) -> list[str | Element]:
    """Return text and numbers; a number leads to its (first) source."""
    return [_linked(part.text, part.sources) if isinstance(part, Number) else part for part in parts]


def _linked(text: str, sources: tuple[str, ...]) -> str | Element:
    if not sources:
        return text
    return node("a", text, href=f"#s-{sources[0]}", title=f"数据来源 {'、'.join(sources)}", class_="n")


def _section(section: Section) -> Element:
    return node("section", node("h2", section.title), *map(_block, section.blocks), id=section.key)


def _block(block: Block) -> Element:
    if isinstance(block, Sentence):
        return _sentence(block)
    if isinstance(block, Heading):
        return node("h3", block.text)
    return _table(block) if isinstance(block, Table) else _chart(block)


def _sentence(sentence: Sentence) -> Element:
    return node("p", *_words(sentence.parts), class_=sentence.kind)


def _chart(chart: Chart) -> Element:
    drawing = svg_element(draw(chart), chart.alt)
    return node("figure", node("h4", chart.title), drawing, node("figcaption", caption(chart)))


def _table(table: Table) -> Element:
    head = node("thead", node("tr", *(node("th", heading, scope="col") for heading in table.headings)))
    body = [node("tr", *(_cell(cell, at in table.left, at == 0) for at, cell in enumerate(row))) for row in table.rows]
    if table.total and body:
        body[-1].set("class", "total")
    drawn = node("div", node("table", head, node("tbody", *body)), class_="wide")
    parts = [node("h4", table.title)] if table.title else []
    notes = [node("p", table.note, class_="note")] if table.note else []
    return node("div", *parts, drawn, *notes, class_="table" if len(table.rows) > _TOGETHER else "table whole")


def _cell(cell: Cell, left: bool, first: bool) -> Element:
    made = node("th" if first else "td", _linked(cell.text, cell.sources))
    if first:
        made.set("scope", "row")
    if left:
        made.set("class", "left")
    if cell.shade is not None:
        made.set("style", f"background:#{shade_of(cell.shade)}")
    return made


def _sources(analysis: Analysis) -> Element:
    spans = "；".join(f"{name}：{start}至{end}" for name, start, end in analysis.spans)
    words = (
        f"{spans}。点正文里的数，就到它的来源；编号的前一位是所在部分（0为要点），百分比和增减由所列各数算得。"
        "展开可以看到全部编号；区域、单位和事项的数只列条件，密件只计数，都不列编号。"
    )
    rows = [_source(source) for source in analysis.sources.values()]
    return node("section", node("h2", title("annex_sources")), node("p", words, class_="note"), *rows, id="sources")


def _source(source: Source) -> Element:
    what = f"{source.table}：{source.what}" if source.table else source.what
    head = node("summary", node("b", source.key), f"　{what}　{source.text} {_KINDS[source.of]}")
    parts = [node("p", f"条件：{source.condition}")]
    if source.shown_ids:
        parts.append(node("p", "、".join(source.shown_ids), class_="ids"))
    if source.hidden and source.listed:
        parts.append(node("p", f"其中密件 {source.hidden} 件，不列编号。"))
    if not source.listed:
        parts.append(node("p", "只列条件，不列编号，以免由编号反推出小的数。"))
    return node("details", head, *parts, id=f"s-{source.key}")


STYLE: Final = f"""
:root {{ color-scheme: light; print-color-adjust: exact; -webkit-print-color-adjust: exact }}
body {{ font: 16px/1.8 {FONT}; color: #222; max-width: 900px; margin: 2rem auto; padding: 0 1.2rem }}
h1 {{ font-size: 1.8rem; margin: 0; text-align: center }} .dates {{ text-align: center; margin: .1rem 0; color: #444 }}
h2 {{ font-size: 1.3rem; margin: 2.2rem 0 .6rem; border-bottom: 2px solid {DARK} }}
h3 {{ font-size: 1.05rem; margin: 1.2rem 0 .3rem }} h4 {{ font-size: .95rem; margin: 1rem 0 .3rem; text-align: center }}
p {{ margin: .35rem 0 }} p.item {{ padding-left: 1em; border-left: 3px solid #d3dae2 }}
.note, figcaption {{ font-size: .85rem; color: #444 }} figcaption {{ text-align: center }}
a.n {{ color: inherit; text-decoration: underline dotted #8a97a6; text-underline-offset: 3px }}
.tiles {{ display: grid; grid-template-columns: repeat(5, 1fr); gap: .6rem; margin: 1.2rem 0 }}
.tiles div {{ border: 1px solid #b9c2cc; border-radius: 4px; padding: .5rem .7rem }}
.tiles span {{ display: block; color: #444; font-size: .9rem }}
.tiles b {{ display: block; font-size: 1.7rem; line-height: 1.3 }}
.tiles small {{ display: block; font-size: .76rem; line-height: 1.45; color: #444; margin-top: .2rem }}
.wide {{ overflow-x: auto }} table {{ border-collapse: collapse; width: 100%; font-size: .88rem; line-height: 1.5 }}
th, td {{ border: 1px solid #aab2bb; padding: .2rem .5rem; text-align: center; font-weight: normal }}
td {{ font-variant-numeric: tabular-nums }} thead th {{ background: #e9ecef; font-weight: bold }}
.left {{ text-align: left }} tr.total > * {{ font-weight: bold }} td a.n, th a.n {{ text-decoration: none }}
figure {{ margin: 1rem 0; break-inside: avoid }} svg {{ max-width: 100%; height: auto; display: block; margin: 0 auto }}
svg text {{ font-family: {FONT} }}
details {{ border-bottom: 1px solid #dddddd; font-size: .85rem; padding: .15rem 0 }} summary {{ cursor: pointer }}
details:target {{ background: #fff4cf; outline: 2px solid #c9a227 }} .ids {{ word-break: break-all; color: #333 }}
@media (max-width: 700px) {{ .tiles {{ grid-template-columns: repeat(2, 1fr) }} }}
@page {{ size: A4; margin: 18mm 16mm }}
@media print {{
body {{ margin: 0; max-width: none; padding: 0; font-size: 12pt }}
h2, h3, h4 {{ break-after: avoid }}
tr, .tiles div, .whole, p {{ break-inside: avoid }} thead {{ display: table-header-group }}
.wide {{ overflow: visible }} a.n {{ text-decoration: none }} #annex_matters, #sources {{ break-before: page }}
details {{ font-size: 8.5pt }} .tiles small {{ font-size: 8pt }}
}}
"""
