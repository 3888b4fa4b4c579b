"""Tables of the Word file: header repeated on each page, rows never split, heat cells that read in grey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from pipeline.report.analysis_charts import shade_of
from pipeline.report.analysis_docx_look import SIZES, add_text, style_paragraph
from pipeline.report.analysis_parts import Cell, Figure, Table, plain

_HEAD: Final = "E7E6E6"
_TOGETHER: Final = 16
_FIRST_ROWS: Final = 4
_SMALL: Final = 9.0


def add_table(document: Any, table: Table, line_mm: float) -> None:
    """Add a table with its title above and its note below."""
    if table.title:
        name = style_paragraph(document.add_paragraph(), align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)
        add_text(name, table.title, "caption")
    drawn = _new(document, len(table.rows) + 1, _widths(table.widths, line_mm))
    size = _SMALL if table.small else SIZES["cell"]
    for at, text in enumerate(table.headings):
        _fill(drawn.rows[0].cells[at], Cell(text), "head", size, left=False, keep=True)
        _shade(drawn.rows[0].cells[at], _HEAD)
    _repeat(drawn.rows[0])
    whole = len(table.rows) <= _TOGETHER
    for number, row in enumerate(table.rows, start=1):
        last = number == len(table.rows)
        look = "head" if table.total and last else "cell"
        cells = drawn.rows[number].cells
        for at, cell in enumerate(row):
            _fill(
                cells[at],
                cell,
                look,
                size,
                left=at in table.left,
                keep=(whole and not last) or number < _FIRST_ROWS or (last and bool(table.note)),
            )
            if cell.shade is not None:
                _shade(cells[at], shade_of(cell.shade))
    below = style_paragraph(document.add_paragraph(), exact=18)
    add_text(below, table.note, "small", size=10)


def add_figures(document: Any, figures: Sequence[Figure], line_mm: float) -> None:
    """Add the key figures: names, large numbers and comparisons in three rows."""
    style_paragraph(document.add_paragraph(), exact=12)
    drawn = _new(document, 3, [line_mm / len(figures)] * len(figures))
    for at, figure in enumerate(figures):
        _fill(drawn.rows[0].cells[at], Cell(figure.label), "head", 12, left=False, keep=True)
        _shade(drawn.rows[0].cells[at], _HEAD)
        _fill(drawn.rows[1].cells[at], Cell(plain([figure.value])), "figure", 20, left=False, keep=True, exact=32)
        notes = "\n".join(plain(note) for note in figure.notes)
        _fill(drawn.rows[2].cells[at], Cell(notes), "cell", _SMALL, left=True, keep=False)
    style_paragraph(document.add_paragraph(), exact=8)


def _widths(shares: Sequence[float], line_mm: float) -> list[float]:
    return [line_mm * share / sum(shares) for share in shares]


def _new(document: Any, rows: int, widths: Sequence[float]) -> Any:
    drawn = document.add_table(rows=rows, cols=len(widths), style="Table Grid")
    drawn.alignment = WD_TABLE_ALIGNMENT.CENTER
    drawn.autofit = False
    _margins(drawn)
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = Mm(width)
    for row in drawn.rows:
        _whole(row)
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    return drawn


def _fill(
    holder: Any, cell: Cell, look: str, size: float, *, left: bool, keep: bool, exact: float | None = None
) -> None:
    for at, line in enumerate(cell.text.split("\n")):
        paragraph = holder.paragraphs[0] if at == 0 else holder.add_paragraph()
        align = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
        style_paragraph(paragraph, align=align, exact=exact or size * 1.35, keep=keep)
        add_text(paragraph, line, look, size=size)


def _shade(holder: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    holder._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _margins(drawn: Any) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side, points in (("top", 1), ("left", 3), ("bottom", 1), ("right", 3)):
        part = OxmlElement(f"w:{side}")
        part.set(qn("w:w"), str(points * 20))
        part.set(qn("w:type"), "dxa")
        margins.append(part)
    drawn._tbl.tblPr.append(margins)
