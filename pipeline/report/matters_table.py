"""Letters with their matter as one table, and which of them must show nothing but their number."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline import letter
from pipeline.report.batch import HIDDEN

MATTER_COLUMNS: Final = (
    *(letter.LETTER_ID, "matter_id", "duplicate_of", "copy_kind", "addition"),
    *("early_warning", "early_warning_score", "warning_reason"),
)
NEARLY_THE_SAME: Final = ("完全相同", "近似重复")
_TOLD_OF_SEALED: Final = frozenset(
    (
        *(letter.LETTER_ID, "matter_id", "duplicate_of", "copy_kind", "early_warning", "early_warning_score", "sealed"),
        *(letter.RECEIVED_AT, letter.SOURCE_ROW, "category_l1", "category_l2", "urgency", "level", "model_version"),
    )
)


def hidden_letters(letters: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which letters are sealed, or nearly the same as a sealed one, whose text they would show.

    Examples
    --------
    >>> frame = pd.DataFrame({"letter_id": ["1", "2", "3"], "sealed": [True, False, False],
    ...     "duplicate_of": ["", "1", "1"], "copy_kind": ["", "完全相同", "联名"]})
    >>> hidden_letters(frame).tolist()
    [True, True, False]
    """
    hidden = letters["sealed"].to_numpy(dtype=bool).copy()
    ids, firsts = letters[letter.LETTER_ID].tolist(), letters["duplicate_of"].tolist()
    same = letters["copy_kind"].isin(NEARLY_THE_SAME).tolist()
    row_of = {name: at for at, name in enumerate(ids)}
    links = [(at, row_of[first]) for at, first in enumerate(firsts) if same[at] and first in row_of]
    while True:
        reached = [at for one, other in links for at in (one, other) if hidden[one] != hidden[other]]
        if not reached:
            return hidden
        hidden[reached] = True


def matters_table(letters: pd.DataFrame) -> pd.DataFrame:
    """Return one row a letter: its matter, what it repeats, its matter's warning, then every other column.

    A sealed letter keeps its number, matter, date and classes; every other cell says 〔密件〕.

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
            if name not in _TOLD_OF_SEALED:
                table[name] = np.where(hidden, HIDDEN, table[name].to_numpy(dtype=object))
    return table
