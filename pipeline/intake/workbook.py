"""Workbooks: xlsx and xls, with titles above the header, several sheets, passwords and wrong endings."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from pipeline.errors import FileNotReadable, NoSuchSheet, NoTextColumn
from pipeline.intake.headers import has_text

_TITLE_ROWS = 10
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_MARKS = ("EncryptedPackage".encode("utf-16-le"), b"EncryptedPackage")


@dataclass(frozen=True)
class Sheet:
    """Cells of one sheet.

    Attributes
    ----------
    headers : list
        As in the header row.
    first_row : int
        Number that Excel shows for the first data row.
    rows : list of list
    notes : list of str
    """

    headers: list[Any]
    first_row: int
    rows: list[list[Any]]
    notes: list[str]


def read_sheet(path: Path, wanted: str | None, own_text: str | None) -> Sheet:
    """Read the wanted sheet, or the first that holds letters.

    Parameters
    ----------
    own_text : str, optional
        Header that the user named as the text.

    Raises
    ------
    FileNotReadable, NoSuchSheet, NoTextColumn
    """
    workbook = _open(path)
    names = workbook.sheet_names
    if wanted is not None and wanted not in names:
        raise NoSuchSheet(file=path, sheet=wanted, sheets="、".join(names))
    seen: list[str] = []
    empty = True
    for name in [wanted] if wanted is not None else names:
        rows = _rows(path, workbook, name)
        empty = empty and not rows
        at = _header_row(rows, own_text)
        if at is not None:
            return _sheet(rows, at, name, [other for other in names if other != name])
        seen += [str(cell) for cell in (rows[0] if rows else []) if cell not in ("", None)]
    if empty:
        raise FileNotReadable.empty(path)
    raise NoTextColumn(file=path, columns="、".join(seen))


def _open(path: Path) -> Any:
    from python_calamine import CalamineWorkbook, PasswordError

    start = path.open("rb").read(8)
    if start.startswith(_OLE) and any(mark in path.read_bytes() for mark in _ENCRYPTED_MARKS):
        raise FileNotReadable.encrypted(path)
    if not start.startswith((_OLE, b"PK")):
        raise FileNotReadable.damaged(path, "不是 Excel 工作簿；若由网页系统导出，请在 Excel 中打开后另存为 xlsx")
    try:
        with _damage_named(path):
            # From the bytes, not the name: an .xls that is in fact an xlsx, and the reverse, are read.
            return CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    except PasswordError:
        raise FileNotReadable.encrypted(path) from None


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Name the file where the reader gives up, or panics, which is no ``Exception``."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError:
        raise
    except (CalamineError, OSError, ValueError) as error:
        raise FileNotReadable.damaged(path, error) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise FileNotReadable.damaged(path, error) from None


def _rows(path: Path, workbook: Any, name: str) -> list[list[Any]]:
    with _damage_named(path):
        sheet = workbook.get_sheet_by_name(name)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    while rows and all(cell in ("", None) for cell in rows[-1]):
        rows.pop()
    return rows


def _header_row(rows: list[list[Any]], own_text: str | None) -> int | None:
    for at, row in enumerate(rows[:_TITLE_ROWS]):
        if has_text(row) or (own_text is not None and own_text in [str(cell).strip() for cell in row]):
            return at
    return None


def _sheet(rows: list[list[Any]], at: int, name: str, others: list[str]) -> Sheet:
    notes = []
    if others:
        notes.append(f"读的是工作表「{name}」，没有读：{'、'.join(others)}（可用 --sheet 指定）")
    if at:
        notes.append(f"表头在第 {at + 1} 行，上面 {at} 行是题头，没有当作信件")
    width = max(len(row) for row in rows)
    headers = rows[at]
    used = [
        column
        for column in range(width)
        if (column < len(headers) and headers[column] not in ("", None))
        or any(column < len(row) and row[column] not in ("", None) for row in rows[at + 1 :])
    ]
    above = rows[at - 1] if at else []
    names = [_name(headers, above, column) for column in used]
    cells = [[_plain(row[column]) if column < len(row) else None for column in used] for row in rows[at + 1 :]]
    return Sheet(names, at + 2, cells, notes)


def _name(headers: list[Any], above: list[Any], column: int) -> Any:
    """Return a header; under a merged group header an empty cell takes the group's name."""
    own = headers[column] if column < len(headers) else None
    if own in ("", None) and column < len(above):
        return above[column]
    return own


def _plain(cell: Any) -> Any:
    if cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return cell
