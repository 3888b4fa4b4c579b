"""Open a file of letters and read it batch by batch: rows in = letters + rejected rows, always."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import letter
from pipeline.errors import FileNotReadable
from pipeline.intake.delimited import open_delimited
from pipeline.intake.headers import RENAMED, RESERVED, match, unique
from pipeline.intake.rows import Ids, moment, texts
from pipeline.intake.workbook import read_sheet

KINDS = {
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
REASON = "reason"


@dataclass(frozen=True)
class Batch:
    """A piece of a file.

    Attributes
    ----------
    letters : DataFrame
        Letter columns, ``source_row``, ``intake_note``, then every other column as it came.
    rejected : DataFrame
        ``source_row``, ``reason``, then every column as in the file.
    """

    letters: pd.DataFrame
    rejected: pd.DataFrame


@dataclass(frozen=True)
class Piece:
    """Raw rows: their numbers, their cells by header, and why some are unusable from the start."""

    numbers: list[int]
    cells: pd.DataFrame
    unusable: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LetterSource:
    """An opened file of letters.

    Attributes
    ----------
    path : Path
    kind : str
        xlsx, xls, csv, jsonl or parquet.
    headers : tuple of str
    matched : dict
        Canonical name -> header.
    notes : tuple of str
        What was understood of the file, in Chinese.
    n_rows : int or None
        None where only reading to the end can tell.
    """

    path: Path
    kind: str
    headers: tuple[str, ...]
    matched: dict[str, str]
    notes: tuple[str, ...]
    n_rows: int | None
    _rows: Any = field(repr=False)

    def batches(self, size: int = 2048) -> Iterator[Batch]:
        """Yield the file in batches of at most ``size`` rows; ids are distinct over the whole file."""
        ids = Ids()
        for piece in self._pieces(size):
            yield self._batch(piece, ids)

    def _pieces(self, size: int) -> Iterator[Piece]:
        if self.kind == "parquet":
            yield from _parquet_pieces(self.path, self._rows, size)
            return
        rows = iter(self._rows())
        while taken := list(islice(rows, size)):
            numbers = [number for number, _, _ in taken]
            unusable = {at: reason for at, (_, _, reason) in enumerate(taken) if reason}
            cells = pd.DataFrame([cells for _, cells, _ in taken], columns=list(self.headers), dtype=object)
            yield Piece(numbers, cells, unusable)

    def _batch(self, piece: Piece, ids: Ids) -> Batch:
        cells, numbers = piece.cells, pd.Series(piece.numbers, dtype="int64")
        columns = {name: texts(cells[header]) for name, header in self.matched.items()}
        empty = [""] * len(cells)
        body = columns[letter.TEXT]
        blank = cells.isna().all(axis=1).tolist()
        reasons = [
            piece.unusable.get(at)
            or ("" if text.strip() else _why_empty(blank[at], columns.get(letter.TITLE, empty)[at]))
            for at, text in enumerate(body)
        ]
        kept = [at for at, reason in enumerate(reasons) if not reason]
        gone = [at for at, reason in enumerate(reasons) if reason]
        letters: dict[str, Any] = {
            name: [columns.get(name, empty)[at] for at in kept] for name in letter.LETTER_COLUMNS
        }
        rows = [piece.numbers[at] for at in kept]
        letters[letter.LETTER_ID], notes = ids.settle(letters[letter.LETTER_ID], rows)
        moments = [moment(value) for value in letters[letter.RECEIVED_AT]]
        letters[letter.RECEIVED_AT] = [value for value, _ in moments]
        letters[letter.TEXT], cut = _cut(letters[letter.TEXT])
        joined = [
            "；".join(filter(None, parts)) for parts in zip(notes, [note for _, note in moments], cut, strict=True)
        ]
        letters[letter.SOURCE_ROW] = rows
        letters[letter.INTAKE_NOTE] = joined
        # An empty batch has the types of a full one, so that batches can be put together again.
        types = {name: "int64" if name == letter.SOURCE_ROW else "str" for name in letters}
        frame = pd.DataFrame(letters).astype(types)
        used = set(self.matched.values())
        others = {
            _free(name): cells[name].iloc[kept].reset_index(drop=True) for name in self.headers if name not in used
        }
        if others:
            frame = pd.concat([frame, pd.DataFrame(others)], axis=1)
        rejected = cells.iloc[gone].reset_index(drop=True)
        rejected.insert(0, REASON, [reasons[at] for at in gone], allow_duplicates=True)
        rejected.insert(0, letter.SOURCE_ROW, numbers.iloc[gone].to_numpy(), allow_duplicates=True)
        return Batch(frame, rejected)


LONGEST_TEXT = 200_000


def _cut(values: list[str]) -> tuple[list[str], list[str]]:
    notes = [
        f"内容共 {len(value)} 字，只取前 {LONGEST_TEXT} 字" if len(value) > LONGEST_TEXT else "" for value in values
    ]
    return [value[:LONGEST_TEXT] for value in values], notes


def _why_empty(blank: bool, title: str) -> str:
    if blank:
        return "整行为空"
    return "没有信件内容（只有标题）" if title.strip() else "没有信件内容"


def _free(name: str) -> str:
    taken = name in RESERVED or name in letter.LETTER_COLUMNS
    return RENAMED + name if taken else name


def open_letters(path: Path, *, sheet: str | None = None, mapping: Mapping[str, str] | None = None) -> LetterSource:
    """Open a file of letters.

    Parameters
    ----------
    path : Path
        xlsx, xls, csv, tsv, txt, jsonl or parquet.
    sheet : str, optional
        Sheet of a workbook; by default the first that holds letters.
    mapping : mapping of str to str, optional
        Canonical name -> header, where the header is not known.

    Raises
    ------
    FileNotReadable, NoSuchSheet, NoTextColumn, HeaderConflict, BadOption

    Examples
    --------
    >>> from pipeline.settings import resource
    >>> source = open_letters(resource("data") / "samples" / "letters.csv")
    >>> source.matched["text"], sum(len(batch.letters) for batch in source.batches(50))
    ('内容', 132)
    """
    path = Path(path)
    mapping = dict(mapping or {})
    kind = kind_of(path)
    own_text = mapping.get(letter.TEXT)
    if kind in ("xlsx", "xls"):
        found = read_sheet(path, sheet, own_text)
        headers, notes, n_rows = found.headers, found.notes, len(found.rows)
        rows: Any = _numbered(found.rows, found.first_row)
    elif kind == "csv":
        table = open_delimited(path, own_text)
        headers, notes, n_rows = table.headers, table.notes, None
        rows = _cells(table.rows, len(headers))
    elif kind == "jsonl":
        headers, notes, n_rows = _json_keys(path), [], None
        rows = _json_rows(path, headers)
    else:
        rows, headers = _open_parquet(path)
        notes, n_rows = [], rows.metadata.num_rows
    names, renamed = unique(headers)
    matched, others = match(path, names, mapping)
    if n_rows == 0 or (n_rows is None and next(iter(rows()), None) is None):
        raise FileNotReadable.empty(path)
    clashes = [name for name in names if _free(name) != name and name not in matched.values()]
    told = [f"「{name}」与结果列同名，改称「{_free(name)}」带出" for name in clashes]
    return LetterSource(path, kind, tuple(names), matched, (*notes, *renamed, *others, *told), n_rows, rows)


def kind_of(path: Path) -> str:
    """Return the kind of file that a name's ending says; raise :class:`FileNotReadable` where it can't be opened."""
    if not path.exists():
        raise FileNotReadable.missing(path)
    if path.is_dir():
        raise FileNotReadable.folder(path)
    if path.suffix.lower() not in KINDS:
        raise FileNotReadable.unknown_kind(path, "、".join(KINDS))
    try:
        with path.open("rb") as stream:
            if not stream.read(1):
                raise FileNotReadable.empty(path)
    except PermissionError:
        raise FileNotReadable.locked(path) from None
    return KINDS[path.suffix.lower()]


def _numbered(rows: list[list[Any]], first: int) -> Any:
    return lambda: ((number, cells, "") for number, cells in enumerate(rows, start=first))


def _cells(rows: Any, width: int) -> Any:
    def read() -> Iterator[tuple[int, list[Any], str]]:
        for number, cells, reason in rows():
            if len(cells) > width:
                surplus = "".join(f"「{cell}」" for cell in cells[width:])
                reason = f"这一行有 {len(cells)} 格，表头只有 {width} 格；多出的：{surplus}"
            padded: list[Any] = [*cells[:width], *[""] * (width - len(cells))]
            yield number, [cell if cell != "" else None for cell in padded], reason

    return read


def _json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError:
                value = None
            yield number, value if isinstance(value, dict) else None, line


def _json_keys(path: Path) -> list[str]:
    keys: dict[str, None] = {}
    for _, value, _ in _json_lines(path):
        keys |= dict.fromkeys(value or {})
    if not keys:
        raise FileNotReadable.damaged(path, "没有一行是 JSON 对象")
    return list(keys)


def _json_rows(path: Path, headers: Sequence[str]) -> Any:
    def read() -> Iterator[tuple[int, list[Any], str]]:
        for number, value, line in _json_lines(path):
            if value is None:
                raw: list[Any] = [None] * len(headers)
                yield number, raw, f"不是 JSON 对象：{line.strip()[:200]}"
            else:
                yield number, [_scalar(value.get(key)) for key in headers], ""

    return read


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        # JSON can spell half a character (a lone surrogate); no file can hold it.
        return value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _open_parquet(path: Path) -> tuple[Any, list[str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        return file, list(file.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileNotReadable.damaged(path, error) from None


def _parquet_pieces(path: Path, file: Any, size: int) -> Iterator[Piece]:
    import pyarrow as pa

    at, batches = 1, file.iter_batches(batch_size=size)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            batch.validate(full=True)
            # Whole numbers stay whole: ids beside empty cells would be rounded as floating-point numbers.
            cells = batch.to_pandas(integer_object_nulls=True, ignore_metadata=True)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise FileNotReadable.damaged(path, error) from None
        cells.columns, _ = unique(list(cells.columns))
        yield Piece(list(range(at, at + len(cells))), cells)
        at += len(cells)
