"""Read the measuring corpus (a folder that is not part of the project) as one labelled history."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline import letter
from pipeline.errors import FileNotReadable
from pipeline.settings import resource

_NAMES = {"l1": "category_l1", "l2": "category_l2", "early": "early_warning", "dept": "department"}
MEASURED = "measured"


def read_corpus(folder: Path) -> pd.DataFrame:
    """Return letters with labels, ``official_l1``, ``fold`` and ``measured``.

    Labels of ``labels.tsv`` are trained on and measured (``measured`` is true); those of
    ``data/labels/*.tsv`` (letter ids and labels, no text) are trained on only.

    Raises
    ------
    FileNotReadable
        The folder lacks one of its files.
    """
    for name in ("letters.parquet", "labels.tsv"):
        if not (folder / name).is_file():
            raise FileNotReadable.missing(folder / name)
    letters = pd.read_parquet(folder / "letters.parquet")
    letters[letter.RECEIVED_AT] = letters["time"]
    measured = _labels(folder / "labels.tsv").assign(**{MEASURED: True})
    extra = [_labels(path).assign(**{MEASURED: False}) for path in sorted((resource("data") / "labels").glob("*.tsv"))]
    labels = pd.concat([measured, *extra]).drop_duplicates("letter_id")
    wanted = ["letter_id", "title", "text", "received_at", "reply", "official_l1", "fold"]
    joined = letters[wanted].merge(labels, on="letter_id", how="left", validate="one_to_one")
    joined[MEASURED] = joined[MEASURED].eq(True)
    return joined


def _labels(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, comment="#").rename(columns=_NAMES)
    # The words that name the accused stay outside: all that is learned is whether a letter accuses anybody official.
    accused = table["accused"].ne("-").astype(int).astype(str) if "accused" in table else ""
    return table.assign(accused=accused)[["letter_id", *letter.LABEL_COLUMNS, "accused"]]
