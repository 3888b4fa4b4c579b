"""Cells become text: ids that stay ids, moments in one form, errors of a sheet as nothing."""

from __future__ import annotations

import re
from datetime import datetime

import pandas as pd

_ERRORS = frozenset({"#REF!", "#VALUE!", "#N/A", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_MOMENT = re.compile(
    r"\s*((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]*(\d{1,2})\s*[:：时]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2})(?:\.\d+)?\s*秒?)?\s*分?)?\s*(?:Z|[+-]\d{2}:?\d{2})?\s*"
)
_COMPACT = re.compile(r"\s*((?:19|20)\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?\s*")
_EXACT_DIGITS = 15


def texts(cells: pd.Series) -> list[str]:
    """Return cells as text; whole numbers without a point, missing and error cells as nothing.

    Examples
    --------
    >>> texts(pd.Series([20260000123.0, "0012", None, "#REF!"], dtype=object))
    ['20260000123', '0012', '', '']
    """
    return [cell if isinstance(cell, str) and cell not in _ERRORS else _text(cell) for cell in cells.tolist()]


def _text(cell: object) -> str:
    if cell is None or cell is pd.NaT or cell is pd.NA or cell != cell or cell in _ERRORS:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    return str(cell)


def moment(value: str) -> tuple[str, str]:
    """Return (moment as ``YYYY-MM-DD`` or ``YYYY-MM-DD HH:MM``, note); what cannot be understood stays as it is.

    Examples
    --------
    >>> moment("2026年11月9日 8:05"), moment("上周")
    (('2026-11-09 08:05', ''), ('上周', '时间「上周」看不懂，原样保留'))
    """
    value = value.strip()
    if not value:
        return "", ""
    found = _MOMENT.fullmatch(value) or _COMPACT.fullmatch(value)
    if found:
        year, month, day, hour, minute = (int(part or 0) for part in found.groups()[:5])
        try:
            stamp = datetime(year, month, day, hour, minute)
        except ValueError:
            return value, f"时间「{value}」看不懂，原样保留"
        has_time = found.group(4) is not None and (hour, minute) != (0, 0)
        return stamp.strftime("%Y-%m-%d %H:%M" if has_time else "%Y-%m-%d"), ""
    return value, f"时间「{value[:30]}」看不懂，原样保留"


class Ids:
    """Ids of one file: missing ones are made, repeated ones are told apart; each change is noted.

    Examples
    --------
    >>> Ids().settle(["7", "", "7"], [2, 3, 4])[0]
    ['7', '无编号-3', '7-重2']
    """

    def __init__(self) -> None:
        self._row_of: dict[str, int] = {}
        self._repeats: dict[str, int] = {}

    def settle(self, ids: list[str], rows: list[int]) -> tuple[list[str], list[str]]:
        """Return (distinct ids, notes) for the letters of the rows."""
        settled, notes = [], []
        for raw, row in zip(ids, rows, strict=True):
            name, note = raw.strip(), ""
            if not name:
                name, note = f"无编号-{row}", "原表无编号，已按行号生成"
            if name in self._row_of:
                first = self._row_of[name]
                name, note = self._next(name), f"编号与第 {first} 行重复，已加后缀"
            if name.isdigit() and len(name) > _EXACT_DIGITS and name.endswith("000") and not note:
                note = f"编号超过 {_EXACT_DIGITS} 位且以 000 结尾，若原表为数字格式，末位可能已被 Excel 改写"
            self._row_of[name] = row
            settled.append(name)
            notes.append(note)
        return settled, notes

    def _next(self, name: str) -> str:
        while True:
            self._repeats[name] = self._repeats.get(name, 1) + 1
            candidate = f"{name}-重{self._repeats[name]}"
            if candidate not in self._row_of:
                return candidate
