"""A table as letters with suggestions: a triaged sheet is read back as it stands, any other is triaged first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

import pandas as pd

from pipeline import letter
from pipeline.advise.parallel import suggest_batches
from pipeline.advise.triage import Triage
from pipeline.intake import LetterSource
from pipeline.intake.headers import normal
from pipeline.intake.rows import moment
from pipeline.settings import read_table
from pipeline.text.letters import masked

BATCH: Final = 2048
_NEEDED: Final = ("sealed", "unit", "recused", "urgency", "early_warning")
_NUMBERS: Final = ("urgency", "level", "scope", "action", "early_warning")
_FLAGS: Final = ("sealed", "legacy", "needs_review", letter.CONFIRMED)
_TRUE: Final = ("是", "yes", "true", "1")


def is_triaged(source: LetterSource) -> bool:
    """Return whether a table holds suggestions of this tool already."""
    return set(_NEEDED) <= {_names().get(header, header) for header in source.headers}


def suggested(
    source: LetterSource,
    triage: Triage,
    rejected: list[pd.DataFrame],
    *,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda rows: None,
) -> Iterator[pd.DataFrame]:
    """Yield batches of letters with suggestions and what the office has noted of their handling, masked.

    Parameters
    ----------
    rejected : list of DataFrame
        Rows that are no letters are added to it.
    """
    done = 0
    ready = is_triaged(source)

    def batches() -> Iterator[tuple[int, pd.DataFrame]]:
        for number, batch in enumerate(source.batches(BATCH)):
            if len(batch.rejected):
                rejected.append(batch.rejected)
            yield number, batch.letters

    frames = batches() if ready else suggest_batches(triage, batches(), jobs=jobs)
    for _, frame in frames:
        done += len(frame)
        progress(done)
        yield with_handling(_masked(_read_back(frame), triage) if ready else frame)


def _masked(frame: pd.DataFrame, triage: Triage) -> pd.DataFrame:
    """Mask once more: the sheet may have been written with personal data revealed."""
    shown = [triage.handling.known_names.mask(part) for part in masked(frame)]
    names = (letter.TITLE, letter.TEXT)
    return frame.assign(**{name: cells for name, cells in zip(names, shown, strict=True) if name in frame.columns})


def with_handling(frame: pd.DataFrame) -> pd.DataFrame:
    """Return letters with the columns of handling under their own names, where the office's export has them."""
    found = {}
    for header in frame.columns:
        name = _handling().get(normal(header))
        if name and name not in found and name not in frame.columns:
            found[name] = header
    return frame.assign(**{name: [_told(cell, name) for cell in frame[header]] for name, header in found.items()})


def _told(cell: Any, name: str) -> str:
    if cell is None or cell != cell:
        return ""
    return moment(str(cell))[0] if name.endswith("_at") else str(cell).strip()


def _read_back(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.rename(columns=_names()).copy()
    for name in (*letter.SUGGESTION_NAMES, letter.CONFIRMED):
        if name not in frame.columns:
            continue
        cells = ["" if cell is None or cell != cell else str(cell).strip() for cell in frame[name]]
        if name in _NUMBERS:
            frame[name] = [int(cell[0]) if cell[:1].isdigit() else 0 for cell in cells]
        elif name in _FLAGS:
            frame[name] = [cell.lower() in _TRUE for cell in cells]
        elif name.endswith(("_confidence", "_score")):
            frame[name] = pd.to_numeric(pd.Series(cells, index=frame.index), errors="coerce").fillna(0.0)
        else:
            frame[name] = cells
    return frame


@cache
def _names() -> dict[str, str]:
    english = {column.en: column.name for column in letter.ALL_COLUMNS}
    return {**english, **letter.BY_ZH, letter.CONFIRMED_ZH: letter.CONFIRMED, "Confirmed": letter.CONFIRMED}


@cache
def _handling() -> dict[str, str]:
    rows = read_table("handling_headers.tsv", ("canonical", "header", "source"))
    return {normal(row["header"]): row["canonical"] for row in rows} | {name: name for name in letter.HANDLING_COLUMNS}
