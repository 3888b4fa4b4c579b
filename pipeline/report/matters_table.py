"""Letters with their matter as one table, and which of them must show nothing but their number."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from pipeline import letter
from pipeline.matters.hidden import hidden_letters
from pipeline.report.batch import HIDDEN

MATTER_COLUMNS: Final = (
    *(letter.LETTER_ID, "matter_id", "duplicate_of", "copy_kind", "addition"),
    *("early_warning", "early_warning_score", "warning_reason"),
)
_TOLD_OF_SEALED: Final = frozenset(
    (
        *(letter.LETTER_ID, "matter_id", "duplicate_of", "copy_kind", "early_warning", "early_warning_score", "sealed"),
        *(letter.RECEIVED_AT, letter.SOURCE_ROW, "category_l1", "category_l2", "urgency", "level", "model_version"),
    )
)


def matters_table(letters: pd.DataFrame) -> pd.DataFrame:
    """Return one row a letter: its matter, what it repeats, its matter's warning, then every other column.

    A sealed letter, or a copy of one, keeps its number, matter, date and classes; every other text says 〔密件〕.

    Parameters
    ----------
    letters : DataFrame
        The frame ``letters``, of which the eight columns of :data:`MATTER_COLUMNS` and ``sealed`` are needed.

    Examples
    --------
    >>> frame = pd.DataFrame({name: [""] for name in MATTER_COLUMNS} | {"sealed": [True], "title": ["某局长"]})
    >>> matters_table(frame)[["addition", "title"]].values.tolist()
    [['〔密件〕', '〔密件〕']]
    """
    rest = [name for name in letters.columns if name not in MATTER_COLUMNS]
    table = letters[[*MATTER_COLUMNS, *rest]].reset_index(drop=True)
    hidden = hidden_letters(table)
    if hidden.any():
        for name in table.columns:
            if name not in _TOLD_OF_SEALED and not pd.api.types.is_numeric_dtype(table[name]):
                table[name] = np.where(hidden, HIDDEN, table[name].to_numpy(dtype=object))
    return table
