"""A periodic analysis as a Word file: A4, laid out as Chinese official documents are (GB/T 9704)."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from pipeline.report.analysis_charts import caption, png
from pipeline.report.analysis_docx_look import (
    BODY,
    add_text,
    describe_picture,
    number_pages,
    set_styles,
    style_paragraph,
)
from pipeline.report.analysis_docx_tables import add_figures, add_table
from pipeline.report.analysis_parts import Analysis, Block, Cell, Chart, Heading, Section, Sentence, Source, Table
from pipeline.report.analysis_words import spoken_day, title
from pipeline.report.atomic import replacing
from pipeline.report.sheet import legal

LINE_MM: Final = 156.0
_SIDEWAYS_MARGIN: Final = 26
_FIRST_DATE: Final = (1980, 1, 1, 0, 0, 0)
_MARGINS: Final = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}


def write_docx(analysis: Analysis, path: Path) -> None:
    """Write an analysis as a Word file.

    Parameters
    ----------
    analysis : Analysis
    path : Path
        Replaced when the file is whole.

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
    >>> target = Path(tempfile.mkdtemp()) / "week.docx"
    >>> write_docx(analyse(none, none, none, "2026-11-16", "2026-11-22", today="2026-11-23"), target)
    >>> Document(str(target)).paragraphs[0].text
    '信访形势分析'
    """
    document = Document()
    _page(document)
    set_styles(document)
    _opening(document, analysis)
    for section in analysis.sections:
        _section(document, section)
    for annex in analysis.annexes:
        _section(document, annex, page=True)
    _sources(document, analysis)
    _properties(document, analysis)
    with replacing(path) as temporary:
        temporary.write_bytes(_dated(document))


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, width in _MARGINS.items():
        setattr(section, name, Mm(width))
    number_pages(section)


def _opening(document: Any, analysis: Analysis) -> None:
    add_text(document.add_paragraph(style="Title"), analysis.title, "title")
    dates = style_paragraph(document.add_paragraph(), align=WD_ALIGN_PARAGRAPH.CENTER)
    add_text(dates, f"（{analysis.period}）", "second")
    made = f"{analysis.office}　{spoken_day(analysis.made_at, year=True)}".strip("　")
    add_text(style_paragraph(document.add_paragraph(), align=WD_ALIGN_PARAGRAPH.CENTER), made, "second")
    add_figures(document, analysis.figures, LINE_MM)
    add_text(document.add_paragraph(style="Heading 1"), title("summary"), "heading")
    for sentence in analysis.summary:
        _sentence(document, sentence)
    for sentence in analysis.notes:
        _sentence(document, Sentence(sentence.parts, "note"))


def _section(document: Any, section: Section, *, page: bool = False) -> None:
    heading = document.add_paragraph(style="Heading 1")
    heading.paragraph_format.page_break_before = page
    add_text(heading, section.title, "heading")
    for block in section.blocks:
        _block(document, block)


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Sentence):
        _sentence(document, block)
    elif isinstance(block, Heading):
        add_text(document.add_paragraph(style="Heading 2"), block.text, "second")
    elif isinstance(block, Table):
        add_table(document, block, LINE_MM)
    else:
        _chart(document, block)


def _sentence(document: Any, sentence: Sentence) -> None:
    small = sentence.kind == "note"
    paragraph = style_paragraph(document.add_paragraph(), indent=True, exact=20 if small else BODY)
    add_text(paragraph, sentence.text, "small" if small else "body")


def _chart(document: Any, chart: Chart) -> None:
    name = style_paragraph(document.add_paragraph(), align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)
    add_text(name, chart.title, "caption")
    holder = style_paragraph(document.add_paragraph(), align=WD_ALIGN_PARAGRAPH.CENTER, exact=None, keep=True)
    picture = holder.add_run().add_picture(io.BytesIO(png(chart)), width=Mm(LINE_MM - 4))
    describe_picture(picture, chart.title, chart.alt)
    below = style_paragraph(document.add_paragraph(), align=WD_ALIGN_PARAGRAPH.CENTER, exact=20)
    add_text(below, caption(chart), "small")


def _sources(document: Any, analysis: Analysis) -> None:
    """Write the annex that tells where each number comes from: what, by which query, how many, the first ids."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_SIDEWAYS_MARGIN)
    add_text(document.add_paragraph(style="Heading 1"), title("annex_sources"), "heading")
    spans = "；".join(f"{name}：{start}至{end}" for name, start, end in analysis.spans)
    words = (
        f"{spans}。编号的前一位是所在部分（0为要点），百分比和增减由所列各数算得。"
        f"表格每行列一条，其余各格按表头推。每条列前{analysis.ids_shown}个编号，全部编号见网页版；"
        "区域、单位和事项的数只列条件，密件只计数，都不列编号。"
    )
    _sentence(document, Sentence((words,), "note"))
    rows = tuple(_source_row(source, analysis.ids_shown) for source in analysis.sources.values() if source.main)
    headings = ("编号", "数字", "条件", "数", "前几个编号")
    left = frozenset({0, 1, 2, 4})
    sideways = 297.0 - 2 * _SIDEWAYS_MARGIN
    add_table(document, Table("", headings, rows, (0.7, 2.5, 3.9, 0.7, 5.2), left=left, small=True), sideways)


def _source_row(source: Source, shown: int) -> tuple[Cell, ...]:
    names = "、".join(source.shown_ids[:shown]) or "—"
    what = f"{source.table}：{source.what}" if source.table else source.what
    return tuple(Cell(text) for text in (source.key, what, source.condition, source.text, names))


def _properties(document: Any, analysis: Analysis) -> None:
    core = document.core_properties
    moment = datetime.fromisoformat(analysis.made_at)
    core.author = core.last_modified_by = legal(analysis.office)
    core.title, core.subject = legal(analysis.title), legal(analysis.period)
    core.comments, core.keywords, core.language = "", "", "zh-CN"
    core.created = core.modified = moment
    core.revision = 1


def _dated(document: Any) -> bytes:
    """Return the file with all its parts dated alike, so that the same analysis gives the same bytes."""
    first, again = io.BytesIO(), io.BytesIO()
    document.save(first)
    with zipfile.ZipFile(first) as parts, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as dated:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, _FIRST_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            dated.writestr(entry, parts.read(name))
    return again.getvalue()
