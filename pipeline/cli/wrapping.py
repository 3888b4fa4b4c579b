"""Lines of Chinese and English on a screen of any width: nothing is cut, and no line begins with a comma."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_UNIT: Final = re.compile(r"[（《“「]*(?:[\[{<][^\s\[\]{}<>]+[\]}>]|[!-~]+|[^!-~\s])?[，。；：、！？）》”」…]*\s*")

_NARROWEST: Final = 16


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text, each at most ``width`` columns; a Chinese character takes two.

    Examples
    --------
    >>> wrapped("来信表：xlsx、csv 或 parquet 文件。", 14)
    ['来信表：xlsx、', 'csv 或 parquet', '文件。']
    """
    from rich.cells import cell_len, chop_cells

    lines = [""]
    for paragraph in text.split("\n"):
        for unit in _UNIT.findall(paragraph):
            for piece in [unit] if cell_len(unit.rstrip()) <= width else chop_cells(unit, width):
                if cell_len(lines[-1] + piece.rstrip()) > width:
                    lines.append("")
                lines[-1] += piece
        lines.append("")
    return [line.rstrip() for line in lines[:-1]]


@dataclass(frozen=True)
class Wrapped:
    """A text as a cell of a table or in a panel of rich, which itself breaks lines at spaces only, and cuts.

    Examples
    --------
    >>> from rich.console import Console
    >>> Console(width=10).print(Wrapped("每一条都是建议，由人确认。"))
    每一条都是
    建议，由人
    确认。
    """

    text: str

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        """Yield the lines."""
        from rich.text import Text

        for line in wrapped(self.text, options.max_width):
            yield Text(line)

    def __rich_measure__(self, console: Any, options: Any) -> Any:
        """Return how narrow and how wide it may be."""
        from rich.cells import cell_len
        from rich.measure import Measurement

        longest = max(cell_len(line) for line in self.text.split("\n"))
        return Measurement(min(longest, _NARROWEST), longest).with_maximum(options.max_width)
