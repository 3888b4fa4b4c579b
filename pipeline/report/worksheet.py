"""The sheet on which a person works through suspected labels, and the way its decisions come back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline import letter
from pipeline.errors import FileNotReadable, NoTextColumn
from pipeline.learn.heads import PAIR_SEPARATOR
from pipeline.report.atomic import replacing
from pipeline.settings import departments, taxonomy
from pipeline.text.clean import clean
from pipeline.text.mask import mask

HEADERS = ("原表行号", "编号", "项目", "现标注", "可能应为", "为什么", "人工决定", "标题", "内容")
_HEIGHT = 75
_WIDTHS = (8, 20, 14, 22, 22, 30, 22, 26, 80)
_ID, _COLUMN, _DECISION = HEADERS[1], HEADERS[2], HEADERS[6]


def write_audit(letters: pd.DataFrame, found: pd.DataFrame, path: Path) -> None:
    """Write suspected labels as a workbook: text masked, choices offered in the column 人工决定.

    Parameters
    ----------
    letters : DataFrame
        Of :func:`pipeline.report.office.audit_history`.
    found : DataFrame
        Of :func:`pipeline.learn.audit.suspects`.
    path : Path
        xlsx.
    """
    import xlsxwriter

    titles, texts = (mask(clean(letters[name].tolist())) for name in (letter.TITLE, letter.TEXT))
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), {"strings_to_formulas": False, "strings_to_urls": False})
        head = book.add_format({"bold": True, "bg_color": "#D9E2EC", "border": 1, "text_wrap": True, "valign": "top"})
        cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        empty = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "bg_color": "#FFF8DC"})
        sheet = book.add_worksheet("标注复查")
        sheet.freeze_panes(1, 0)
        for column, (header, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, header, head)
        choices = _choices(book)
        for at, suspect in enumerate(found.itertuples(index=False), start=1):
            row = int(str(suspect.row))
            why = (
                f"别的信说明应是“{suspect.suspected}”（{suspect.p_suspected:.0%}），现标注只有 {suspect.p_written:.0%}"
            )
            cells = (
                str(letters[letter.SOURCE_ROW].iloc[row]),
                str(letters[letter.LETTER_ID].iloc[row]),
                letter.ZH_NAMES[str(suspect.head)],
                str(suspect.written),
                str(suspect.suspected),
                why,
                "",
                titles[row],
                texts[row],
            )
            sheet.set_row(at, _HEIGHT)
            for column, value in enumerate(cells):
                sheet.write_string(at, column, value, empty if HEADERS[column] == _DECISION else cell)
            if suspect.head in choices:
                sheet.data_validation(
                    at,
                    HEADERS.index(_DECISION),
                    at,
                    HEADERS.index(_DECISION),
                    {"validate": "list", "source": choices[str(suspect.head)]},
                )
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(len(found), 1), len(HEADERS) - 1)
        book.close()


def _choices(book: object) -> dict[str, str]:
    """Write the labels of each column on a second sheet and return where they stand."""
    ranked = {name: [str(rank) for rank in names] for name, names in letter.VALUE_NAMES.items()}
    labels: dict[str, list[str]] = {
        "purpose": list(letter.PURPOSES),
        "category_l1": list(taxonomy().first_levels),
        "category_l2": [PAIR_SEPARATOR.join(pair) for pair in taxonomy().pairs],
        "department": list(departments()),
        "legacy": ["0", "1"],
        **ranked,
    }
    sheet = book.add_worksheet("可选标注")  # type: ignore[attr-defined]
    where = {}
    for column, (name, values) in enumerate(labels.items()):
        sheet.write_string(0, column, letter.ZH_NAMES[name])
        for row, value in enumerate(values, start=1):
            sheet.write_string(row, column, value)
        mark = chr(ord("A") + column)
        where[name] = f"=可选标注!${mark}$2:${mark}${len(values) + 1}"
    return where


def read_decisions(path: Path) -> list[tuple[str, str, str]]:
    """Return a person's decisions on the sheet of :func:`write_audit`: (letter id, column, label).

    Raises
    ------
    FileNotReadable, NoTextColumn
        It is no workbook, or not that sheet.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    if not path.is_file():
        raise FileNotReadable.missing(path)
    try:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise FileNotReadable.damaged(path, error) from None
    headers = [str(cell) for cell in rows[0]] if rows else []
    if not {_ID, _COLUMN, _DECISION} <= set(headers):
        raise NoTextColumn(file=path, columns="、".join(headers))
    at = [headers.index(name) for name in (_ID, _COLUMN, _DECISION)]
    cells = [[str(row[column]).strip() for column in at] for row in rows[1:]]
    names = {zh: name for name, zh in letter.ZH_NAMES.items()}
    return [(name, names.get(column, column), label.removesuffix(".0")) for name, column, label in cells if label]
