"""Suggestions as csv, jsonl or parquet: batch after batch, canonical names, input order."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.report.atomic import replacing

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose text cells never begin a formula: an apostrophe goes before = + - @ and tabs.

    Numbers stay numbers.

    Examples
    --------
    >>> harmless(pd.DataFrame({"a": ["=1+1", "信"], "b": [-3, 4]})).to_dict("list")
    {'a': ["'=1+1", '信'], 'b': [-3, 4]}
    """
    result = frame.copy(deep=False)
    for position in range(result.shape[1]):
        column = result.iloc[:, position]
        if pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column):
            result.isetitem(position, [_harmless(cell) for cell in column])
    result.columns = pd.Index([_harmless(name) for name in result.columns])
    return result


def _harmless(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    cell = cell.encode("utf-8", "replace").decode("utf-8")
    return "'" + cell if cell.startswith(FORMULA_STARTS) else cell


class SuggestionStream:
    """A file that grows by batches and appears whole, or not at all.

    Parquet: the first batch fixes the columns' types; a later batch whose column has another type turns
    into the first one's, as text where it must (a column that was empty at first is text).

    Parameters
    ----------
    path : Path
        Ends in ``.csv``, ``.jsonl`` or ``.parquet``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kind = path.suffix.lower()
        self._stack = ExitStack()
        self._parquet: pq.ParquetWriter | None = None
        self._text: IO[str] | None = None
        self._first = True

    def __enter__(self) -> SuggestionStream:
        self._temporary = self._stack.enter_context(replacing(self._path))
        if self._kind == ".parquet":
            self._temporary.touch()
        else:
            encoding = "utf-8-sig" if self._kind == ".csv" else "utf-8"
            stream = self._temporary.open("w", encoding=encoding, errors="replace", newline="")
            self._text = self._stack.enter_context(stream)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._parquet is not None:
            self._parquet.close()
        self._stack.__exit__(kind, error, trace)

    def write(self, frame: pd.DataFrame) -> None:
        """Append a batch."""
        if self._kind == ".parquet":
            self._write_parquet(frame)
        elif self._kind == ".csv":
            harmless(frame).to_csv(self._text, index=False, header=self._first, lineterminator="\r\n")
        else:
            assert self._text is not None, "the stream is open"
            self._text.writelines(json.dumps(row, ensure_ascii=False, default=_plain) + "\n" for row in _rows(frame))
        self._first = False

    def _write_parquet(self, frame: pd.DataFrame) -> None:
        if self._parquet is None:
            table = pa.Table.from_pandas(_one_type_a_column(frame), preserve_index=False)
            fields = [pa.field(f.name, pa.string() if pa.types.is_null(f.type) else f.type) for f in table.schema]
            self._schema = pa.schema(fields)
            self._parquet = pq.ParquetWriter(self._temporary, self._schema)
        arrays = [_as(frame[field.name], field.type) for field in self._schema]
        self._parquet.write_table(pa.Table.from_arrays(arrays, schema=self._schema))


def _one_type_a_column(frame: pd.DataFrame) -> pd.DataFrame:
    mixed = {
        name: frame[name].map(lambda cell: None if cell is None or cell != cell else str(cell))
        for name in frame.columns
        if pd.api.types.is_object_dtype(frame[name]) and len({type(cell) for cell in frame[name].dropna()}) > 1
    }
    return frame.assign(**mixed) if mixed else frame


def _as(column: pd.Series, kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(column, type=kind, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        texts = [None if cell is None or cell != cell else str(cell) for cell in column]
        return pa.array(texts, type=pa.string()).cast(kind, safe=False)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name) for name in frame.columns]
    columns = [frame.iloc[:, position].tolist() for position in range(frame.shape[1])]
    return [
        {name: None if cell is None or cell != cell else cell for name, cell in zip(names, cells, strict=True)}
        for cells in zip(*columns, strict=True)
    ]


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else str(value)
