"""What the sheets on matters share: columns with their meaning, rows tall enough to read, paper, the sheet 说明."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.report.sheet import cell_formats, legal

_LINE_POINTS, _EDGE_POINTS, _TALLEST = 15.0, 3.0, 409.0
_LONGEST_LINK = 250
_MOST_LINKS = 65_000  # Excel drops those beyond 65,530 on a sheet
A3, A4 = 8, 9


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet: its header, its width in characters, and a sentence for the sheet 说明."""

    title: str
    width: float
    meaning: str


def matter_formats(workbook: Any) -> dict[str, Any]:
    """Return the looks of the cells on sheets of matters, by name."""
    base = {"valign": "top", "text_wrap": True, "font_size": 10, "border": 1, "border_color": "#BFBFBF"}
    styles: dict[str, dict[str, object]] = {
        "warned": {"bg_color": "#C00000", "font_color": "#FFFFFF", "bold": True},
        "watched": {"bg_color": "#FFD27F", "bold": True},
        "bold": {"bold": True},
        "link": {"bold": True, "font_color": "#1F4E78"},
        "line": {"text_wrap": False, "valign": "vcenter"},
        "line_count": {"text_wrap": False, "valign": "vcenter", "align": "center"},
        "line_link": {"text_wrap": False, "valign": "vcenter", "font_color": "#1F4E78"},
        "band": {"bg_color": "#F2F2F2"},
        "fixed": {"bg_color": "#EDEDED"},
        "fixed_count": {"bg_color": "#EDEDED", "align": "center"},
        "day": {"num_format": "yyyy-mm-dd", "align": "left", "bg_color": "#FFF8DC"},
        "filled": {"bg_color": "#FFF8DC"},
    }
    added = {name: workbook.add_format({**base, **style}) for name, style in styles.items()}
    return {**cell_formats(workbook), **added}


def add_table(workbook: Any, name: str, columns: Sequence[SheetColumn], looks: Sequence[Any]) -> Any:
    """Add a sheet with its header row; ``looks`` holds a format for each header."""
    sheet = workbook.add_worksheet(name)
    for position, (column, look) in enumerate(zip(columns, looks, strict=True)):
        sheet.set_column(position, position, column.width)
        sheet.write_string(0, position, column.title, look)
    sheet.set_row(0, 32)
    return sheet


def finish_table(
    sheet: Any, rows: int, columns: int, *, frozen: int, paper: int = A3, printed: int | None = None
) -> None:
    """Freeze, filter and lay out for paper: landscape, fit to width, header on every page.

    Parameters
    ----------
    printed : int, optional
        How many of the rows paper shows; all of them where not said.
    """
    last = max(rows, 1)
    sheet.freeze_panes(1, frozen)
    sheet.autofilter(0, 0, last, columns - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, max(rows if printed is None else printed, 1), columns - 1)
    sheet.set_footer("&L&A&C第 &P 页，共 &N 页&R工具的建议，由人确认")


def write_cell(sheet: Any, at: int, position: int, value: object, look: Any) -> None:
    """Write a whole number as one, anything else as text that starts no formula; nothing stays a blank cell."""
    if isinstance(value, int) and not isinstance(value, bool):
        sheet.write_number(at, position, value, look)
    elif text := legal(str(value)):
        sheet.write_string(at, position, text, look)
    else:
        sheet.write_blank(at, position, None, look)


def write_link(sheet: Any, at: int, position: int, target: str, text: str, look: Any) -> None:
    """Write text that leads to a cell of the workbook; an empty text stays blank, and so long a one is cut."""
    text = legal(text)
    if not text:
        sheet.write_blank(at, position, None, look)
    elif at > _MOST_LINKS:
        sheet.write_string(at, position, text, look)
    else:
        sheet.write_url(at, position, f"internal:{target}", look, text[:_LONGEST_LINK])


def row_height(texts: Iterable[str], widths: Iterable[float], most_lines: int = 27) -> float:
    r"""Return the height in points that shows the longest of wrapped cells.

    Examples
    --------
    >>> row_height(["停水", "一行\n两行\n三行"], [10, 10]), row_height(["停" * 400], [10], most_lines=6)
    (48.0, 93.0)
    """
    lines = 1
    for text, width in zip(texts, widths, strict=True):
        room = max(int(width) - 1, 2)
        lines = max(lines, sum(max(1, -(-_cells(line[:2000]) // room)) for line in text[:4000].split("\n")))
        if lines >= most_lines:
            return min(_LINE_POINTS * most_lines + _EDGE_POINTS, _TALLEST)
    return min(_LINE_POINTS * lines + _EDGE_POINTS, _TALLEST)


def _cells(line: str) -> int:
    return sum(2 if character > "\u2e80" else 1 for character in line)


def write_about(workbook: Any, parts: Mapping[str, Iterable[tuple[str, str]]]) -> None:
    """Add the sheet 说明: under each heading, names with a sentence each."""
    sheet = workbook.add_worksheet("说明")
    heading = workbook.add_format({"bold": True, "font_size": 13})
    edge = {"valign": "top", "border": 1, "border_color": "#D9D9D9", "text_wrap": True, "font_size": 10}
    bold, plain = workbook.add_format({**edge, "bold": True}), workbook.add_format(edge)
    widths = (26, 100)
    for position, width in enumerate(widths):
        sheet.set_column(position, position, width)
    at = 0
    for name, rows in parts.items():
        sheet.write_string(at, 0, name, heading)
        for title, text in rows:
            at += 1
            write_cell(sheet, at, 0, title, bold)
            write_cell(sheet, at, 1, text, plain)
            sheet.set_row(at, row_height([title, text], widths))
        at += 2
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
