"""The triaged workbook: suggestions with review rows first, counts, and what everything means."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from pipeline import letter
from pipeline.errors import OutputNotWritable
from pipeline.report.atomic import replacing
from pipeline.report.legend import write_legend
from pipeline.report.stream import harmless
from pipeline.report.summary import write_summary

MOST_ROWS = 1_048_575
LONGEST_CELL = 32_767
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FRONT = (
    "needs_review",
    "review_reason",
    "urgency",
    letter.LETTER_ID,
    letter.TITLE,
    letter.TEXT,
    "purpose",
    "category_l1",
    "category_l2",
    "department",
    "level",
    "unit",
    "sealed",
    "due_result",
    "early_warning",
    letter.CONFIRMED,
    "co_units",
    "due_accept",
    "legal_route",
    "focus_topics",
    "urgency_reason",
    "warning_reason",
    "demands",
    "evidence",
)
_BACK = (letter.RECEIVED_AT, letter.CHANNEL, letter.PLACE, letter.SOURCE_ROW, letter.INTAKE_NOTE)
_FROZEN_COLUMNS = 5
_CONFIDENCE = {
    "purpose": ("purpose_confidence", ()),
    "category_l1": ("category_confidence", ("category_l2",)),
    "level": ("level_confidence", ()),
    "department": ("department_confidence", ()),
}
_COLUMNS = {column.name: column for column in letter.ALL_COLUMNS}
_LINE_POINTS, _MOST_LINES = 15.0, 7


@dataclass(frozen=True)
class RunFacts:
    """What the sheets say of the run.

    Attributes
    ----------
    source : str
        Name of the input file, without its folder.
    rows_in, rows_out, rows_rejected : int
    model_name, model_version, model_trained_on : str
    office : str
        Name and version of the office's profile; "" where none was named.
    made_at : str
        ISO date.
    accept : float
        Wanted share of right categories among letters not sent to a person.
    masked : bool
        Whether personal data in title and text are masked.
    notes, weaknesses : tuple of str
    doubtful : dict of str to dict of str to float
        Per field and label the confidence below which the cell is shown as doubtful.
    """

    source: str
    rows_in: int
    rows_out: int
    rows_rejected: int
    model_name: str
    model_version: str
    model_trained_on: str
    office: str
    made_at: str
    accept: float
    masked: bool
    notes: tuple[str, ...]
    weaknesses: tuple[str, ...]
    doubtful: dict[str, dict[str, float]] = field(default_factory=dict)


def write_suggestions(frame: pd.DataFrame, path: Path, facts: RunFacts, *, lang: str = "zh") -> None:
    """Write suggestions as a workbook with three sheets.

    Parameters
    ----------
    frame : DataFrame
        Letters with suggestions, as :meth:`pipeline.Triage.suggest` returns them.

    Raises
    ------
    OutputNotWritable
        The place cannot be written, or the rows do not fit a sheet.
    """
    if len(frame) > MOST_ROWS:
        raise OutputNotWritable(
            file=path,
            why_zh=f"共 {len(frame)} 行，Excel 一张表最多 {MOST_ROWS} 行，请改用 .csv 或 .parquet",
            why_en=f"{len(frame)} rows; a sheet holds {MOST_ROWS}: use .csv or .parquet",
        )
    ordered = review_order(frame)
    with replacing(path) as temporary, new_workbook(temporary, facts.made_at) as workbook:
        _write_letters(workbook, ordered, facts.doubtful, lang)
        write_summary(workbook, ordered, facts, lang)
        write_legend(workbook, ordered, facts, lang)


def new_workbook(path: Path, made_at: str) -> Any:
    """Return a workbook in which no text turns into a formula, a link or a number, dated for the sake of same bytes."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(str(path), {**options, "nan_inf_to_errors": True})
    workbook.set_properties({"created": datetime.fromisoformat(made_at)})
    return workbook


def today() -> str:
    """Return the date, or that of SOURCE_DATE_EPOCH, so that a build can be repeated to the byte."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now().astimezone()
    return moment.date().isoformat()


def header(name: str, lang: str) -> tuple[str, float]:
    """Return the title and the width of a column.

    Examples
    --------
    >>> header("urgency", "zh"), header("办理人", "zh")
    (('紧急程度', 10), ('办理人', 16.0))
    """
    if name in _COLUMNS:
        column = _COLUMNS[name]
        return (column.zh if lang == "zh" else column.en), column.width
    zh, en, width = letter.LETTER_HEADERS.get(name, (name, name, 16.0))
    return (zh if lang == "zh" else en), width


def write_rejected(frame: pd.DataFrame, path: Path) -> None:
    """Write rejected rows as csv with a byte order mark, so that Excel opens it in Chinese."""
    with replacing(path) as temporary:
        harmless(frame).to_csv(temporary, index=False, encoding="utf-8-sig", errors="replace")


def review_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Return review rows first, each part by falling urgency, review rows by rising confidence, then as they came."""
    doubt = frame["category_confidence"].where(frame["needs_review"].astype(bool), 1.0)
    keys = (doubt.to_numpy(), -frame["urgency"].to_numpy(), ~frame["needs_review"].to_numpy(dtype=bool))
    return frame.take(np.lexsort(keys))


def _write_letters(workbook: Any, frame: pd.DataFrame, doubtful: dict[str, dict[str, float]], lang: str) -> None:
    sheet = workbook.add_worksheet("分拣建议" if lang == "zh" else "Triage")
    formats = cell_formats(workbook)
    if letter.CONFIRMED not in frame.columns:
        frame = frame.assign(**{letter.CONFIRMED: ""})
    names = _columns(frame)
    widths = []
    for position, name in enumerate(names):
        title, width = header(str(name), lang)
        widths.append(width)
        sheet.set_column(position, position, width)
        sheet.write_string(0, position, legal(title), formats["header"])
    sheet.set_row(0, 32)
    last = max(len(frame), 1)
    # Rows are as tall as what a clerk decides on needs: long reasons further right would leave six letters on a screen.
    read = names[: names.index(letter.CONFIRMED) + 1] if letter.CONFIRMED in names else names
    for at, values in enumerate(zip(*(frame[name].tolist() for name in names), strict=True), start=1):
        row = dict(zip(names, values, strict=True))
        style, unsure = _row_style(row), _unsure(row, doubtful)
        for position, name in enumerate(names):
            _write(sheet, at, position, row[name], formats, name, "doubtful" if name in unsure else style, lang)
        sheet.set_row(at, _height([str(row[name]) for name in read], widths))
    if letter.CONFIRMED in names:
        at = names.index(letter.CONFIRMED)
        sheet.data_validation(1, at, last, at, {"validate": "list", "source": ["是"], "ignore_blank": True})
    sheet.freeze_panes(1, min(_FROZEN_COLUMNS, len(names)))
    sheet.autofilter(0, 0, last, len(names) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.repeat_rows(0)
    # Paper shows what a clerk decides on; reasons, confidences and carried columns are for the screen.
    sheet.print_area(0, 0, last, names.index(letter.CONFIRMED))
    sheet.fit_to_pages(1, 0)


def _columns(frame: pd.DataFrame) -> list[str]:
    own = [column.name for column in letter.ALL_COLUMNS]
    rest = [name for name in own if name not in _FRONT]
    known = {*_FRONT, *rest, *_BACK}
    others = [name for name in frame.columns if name not in known]
    empty = {name for name in _BACK if name in frame.columns and not frame[name].astype(str).str.strip().any()}
    return [name for name in (*_FRONT, *rest, *_BACK, *others) if name in frame.columns and name not in empty]


def cell_formats(workbook: Any) -> dict[str, Any]:
    """Return the looks of the cells of a sheet of letters, by name; "3" and "4" are those of urgent letters."""
    base = {"valign": "top", "text_wrap": True, "font_size": 10, "border": 1, "border_color": "#D9D9D9"}
    styles: dict[str, dict[str, object]] = {
        "plain": {},
        "calm": {"font_color": "#7F7F7F"},
        "doubtful": {"font_color": "#7F7F7F", "italic": True},
        "4": {"bg_color": "#C00000", "font_color": "#FFFFFF", "bold": True},
        "3": {"bg_color": "#F4B183", "bold": True},
        "review": {"bg_color": "#FFF2CC", "bold": True},
        "share": {"num_format": "0%"},
        "fill": {"bg_color": "#FFF8DC", "align": "center"},
    }
    formats = {name: workbook.add_format({**base, **style}) for name, style in styles.items()}
    header = {"bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF", "valign": "vcenter", "align": "center"}
    formats["header"] = workbook.add_format({**base, **header})
    return formats


def _row_style(row: dict[str, Any]) -> str:
    return {4: "4", 3: "3", 1: "calm"}.get(int(row["urgency"]), "plain")


def _unsure(row: dict[str, Any], doubtful: dict[str, dict[str, float]]) -> set[str]:
    """Return the fields of a row that are right too seldom at such a confidence."""
    found = set()
    for name, (confidence, shown_too) in _CONFIDENCE.items():
        needs = doubtful.get(name, {}).get(str(row[name]), 0.0) if name in row else 0.0
        if row.get(confidence, 1.0) < needs:
            found |= {name, *shown_too}
    return found


def _write(
    sheet: Any, at: int, position: int, value: Any, formats: dict[str, Any], name: str, style: str, lang: str
) -> None:
    if name == "urgency":
        sheet.write_string(at, position, shown(name, value, lang), formats[style])
    elif name == "needs_review":
        sheet.write_string(at, position, shown(name, value, lang), formats["review" if value else "plain"])
    elif name == letter.CONFIRMED:
        sheet.write_string(at, position, str(value or ""), formats["fill"])
    elif name.endswith(("_confidence", "_score")):
        sheet.write_number(at, position, value, formats["share"])
    elif isinstance(value, bool) or name in letter.VALUE_NAMES:
        look = formats["doubtful" if style == "doubtful" else "plain"]
        sheet.write_string(at, position, shown(name, value, lang), look)
    elif isinstance(value, int | float) and value == value and abs(value) < 1e15:
        sheet.write_number(at, position, value, formats["plain"])
    else:
        text = "" if value is None or value != value else legal(str(value))
        calm = style == "calm" and name == letter.TEXT
        sheet.write_string(
            at, position, text, formats["doubtful" if style == "doubtful" else "calm" if calm else "plain"]
        )


def shown(name: str, value: Any, lang: str) -> str:
    """Return a coded value in words.

    Examples
    --------
    >>> shown("urgency", 4, "zh"), shown("needs_review", True, "zh"), shown("legacy", False, "zh")
    ('4 特急', '是', '')
    """
    if name in letter.VALUE_NAMES:
        zh, en = letter.VALUE_NAMES[name][int(value)]
        return f"{int(value)} {zh if lang == 'zh' else en}"
    return ("是" if lang == "zh" else "yes") if value else ""


def legal(text: str) -> str:
    """Return text as a cell can hold it: no control characters, at most 32,767 units with a note of what was cut."""
    text = _ILLEGAL.sub("", text)
    if len(text.encode("utf-16-le")) // 2 <= LONGEST_CELL:
        return text
    mark = f"…（全文 {len(text)} 字）"
    return text[: LONGEST_CELL // 2 - len(mark)] + mark


def _height(texts: list[str], widths: list[float]) -> float:
    """Return a row's height for its longest wrapped cell; long letters are cut off at seven lines."""
    lines = 1
    for text, width in zip(texts, widths, strict=False):
        cells = sum(2 if character > "\u2e80" else 1 for character in text[:400])
        lines = max(lines, -(-cells // max(int(width) - 1, 1)) + text[:400].count("\n"))
        if lines >= _MOST_LINES:
            return _LINE_POINTS * _MOST_LINES
    return _LINE_POINTS * lines
