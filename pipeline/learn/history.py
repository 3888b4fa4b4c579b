"""Read a labelled history: the letter columns plus any of the label columns."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import letter
from pipeline.errors import BadCell, BadLabels
from pipeline.intake import open_letters
from pipeline.learn.corpus import MEASURED
from pipeline.settings import departments, taxonomy
from pipeline.text.clean import clean

N_FOLDS = 5
_RENAMED = "原_"


def read_history(path: Path) -> pd.DataFrame:
    """Return letters, their labels as text ("" where missing), ``fold`` and ``measured``.

    Label columns carry their canonical or Chinese header. Values are checked against the classification,
    the department types and the ranks. Letters with the same text share a fold.

    Raises
    ------
    BadLabels
        There is no label column or not one label.
    BadCell
        A label is not of its column's values; file, row and column are named.
    """
    batches = list(open_letters(path).batches())
    frame = pd.concat([batch.letters for batch in batches], ignore_index=True)
    headers = {column.zh: column.name for column in letter.SUGGESTION_COLUMNS}
    found = {}
    for column in frame.columns:
        bare = str(column).removeprefix(_RENAMED)
        name = headers.get(bare, bare)
        if name in letter.LABEL_COLUMNS:
            found[name] = _values(frame[column])
    if not found:
        raise BadLabels(file=path, why_zh="没有一个标注列", why_en="there is no label column")
    labels = pd.DataFrame(found, index=frame.index)
    _check(path, labels, frame[letter.SOURCE_ROW])
    if (labels == "").all(axis=None):
        raise BadLabels(file=path, why_zh="标注列全是空的", why_en="all label cells are empty")
    result = pd.concat([frame[list(letter.LETTER_COLUMNS)], labels], axis=1)
    result["official_l1"] = ""
    result[MEASURED] = True
    result["fold"] = _folds(result[letter.TEXT].tolist())
    return result


def _values(cells: pd.Series) -> list[str]:
    values = ["" if cell is None or cell != cell else str(cell) for cell in cells]
    ranked = {"True": "1", "False": "0", "是": "1", "否": "0"}
    tidy = [re.sub(r"\s+", "", value) for value in clean(values)]
    return [ranked.get(value, re.sub(r"^(\d)(?:\.0|\D.*)$", r"\1", value)) for value in tidy]


def _check(path: Path, labels: pd.DataFrame, rows: pd.Series) -> None:
    allowed: dict[str, set[str]] = {
        "purpose": set(letter.PURPOSES),
        "category_l1": set(taxonomy().first_levels),
        "category_l2": {second for _, second in taxonomy().pairs},
        "department": set(departments()),
        "legacy": {"0", "1"},
        "early_warning": {"0", "1", "2"},
    } | {name: {str(rank) for rank in names} for name, names in letter.VALUE_NAMES.items()}
    for column in labels.columns:
        wrong = labels[column].ne("") & ~labels[column].isin(allowed[column])
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            value = labels[column].iloc[at]
            raise BadCell(
                file=path,
                row=rows.iloc[at],
                column=column,
                why_zh=f"“{value}”不是这一列的标注值（共 {int(wrong.sum())} 行如此）",
                why_en=f"{value!r} is not a label of this column ({int(wrong.sum())} such rows)",
            )


def _folds(texts: list[str]) -> list[int]:
    group: dict[str, int] = {}
    keys = [re.sub(r"\W+", "", text)[:80] for text in clean(texts)]
    return [group.setdefault(key, len(group)) % N_FOLDS for key in keys]
