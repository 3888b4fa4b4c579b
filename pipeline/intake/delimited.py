"""Comma-, semicolon-, tab- or bar-separated text in any encoding that offices use, read as a stream."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import FileNotReadable
from pipeline.intake.headers import has_text

_SAMPLE = 1 << 20
_SEPARATORS = ",\t;|"
_ENCODINGS = ("utf-8", "gb18030")
_TITLE_ROWS = 10
_UNCLOSED = "引号没有闭合，这一行没有分列"
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Delimited:
    """A delimited file: how to read it and where its rows begin."""

    path: Path
    encoding: str
    separator: str
    headers: list[str]
    header_at: int
    notes: list[str]

    def rows(self) -> Iterator[tuple[int, list[str], str]]:
        """Yield (line number, cells, why unusable) of every row after the header; empty lines are passed over.

        A quote that is opened and not closed would swallow the rows after it: its line alone is unusable then.
        """
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as stream:
            lines = _Lines(stream)
            reader, begin, at = csv.reader(lines, delimiter=self.separator), 1, 0
            while (cells := next(reader, None)) is not None:
                why = ""
                if len(lines.taken) > 1 and sum(line.count('"') for line in lines.taken) % 2:
                    why, cells = _UNCLOSED, [lines.give_back_all_but_first()]
                    reader = csv.reader(lines, delimiter=self.separator)
                if at > self.header_at and cells:
                    yield begin, cells, why
                begin += len(lines.taken)
                lines.taken.clear()
                at += 1


def open_delimited(path: Path, own_text: str | None) -> Delimited:
    """Find encoding, separator and header row of a file.

    Raises
    ------
    FileNotReadable
        It is binary or empty.
    """
    with path.open("rb") as stream:
        start = stream.read(_SAMPLE)
    if not start.strip():
        raise FileNotReadable.empty(path)
    encoding = _encoding(path, start)
    sample = start.decode(encoding, "replace")
    if sample.count("\ufffd") + sum(character < "\t" for character in sample) > len(sample) // 50:
        raise FileNotReadable.damaged(path, "不是文本文件")
    lines = sample.lstrip("\ufeff").splitlines()[:_TITLE_ROWS]
    for separator in sorted(_SEPARATORS, key=lambda mark: -max(line.count(mark) for line in lines)):
        for at, cells in enumerate(csv.reader(lines, delimiter=separator)):
            if has_text(cells) or (own_text is not None and own_text in [cell.strip() for cell in cells]):
                return Delimited(path, encoding, separator, cells, at, _notes(encoding, separator, at))
    separator = max(_SEPARATORS, key=lines[0].count)
    return Delimited(path, encoding, separator, next(csv.reader(lines, delimiter=separator)), 0, [])


class _Lines:
    """Physical lines for a csv reader; those of the record being read can be given back."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._stream = iter(stream)
        self._back: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._stream).replace("\0", "")
        self.taken.append(line)
        return line

    def give_back_all_but_first(self) -> str:
        """Put the record's later lines before what is still to be read; return its first."""
        self._back += reversed(self.taken[1:])
        del self.taken[1:]
        return self.taken[0].rstrip("\r\n")


def _notes(encoding: str, separator: str, at: int) -> list[str]:
    named = {"\t": "制表符", ";": "分号", "|": "竖线"}
    notes = [] if encoding in ("utf-8-sig", "utf-8") else [f"按 {encoding.upper()} 编码读取"]
    if separator in named:
        notes.append(f"以{named[separator]}分列")
    if at:
        notes.append(f"表头在第 {at + 1} 行，上面 {at} 行没有当作信件")
    return notes


def _encoding(path: Path, start: bytes) -> str:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start[:2000].count(b"\0") * 5 > len(start[:2000]):
        return "utf-16-le" if start[1::2][:1000].count(0) >= start[::2][:1000].count(0) else "utf-16-be"
    for encoding in _ENCODINGS:
        if _decodes(path, encoding):
            return encoding
    return "gb18030"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_SAMPLE):
                decoder.decode(piece)
            decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True
