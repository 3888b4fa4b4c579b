"""The text of a table of letters as every later room reads it: cleaned and masked."""

from __future__ import annotations

import pandas as pd

from pipeline import letter
from pipeline.text.clean import clean
from pipeline.text.mask import mask


def strings(frame: pd.DataFrame, column: str) -> list[str]:
    """Return a column as text: "" where a cell is missing or the column is absent.

    Examples
    --------
    >>> strings(pd.DataFrame({"title": ["停水", None, 7]}), "title")
    ['停水', '', '7']
    """
    if column not in frame.columns:
        return [""] * len(frame)
    return [value if isinstance(value, str) else "" if _missing(value) else str(value) for value in frame[column]]


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value != value


def masked(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return (titles, texts) of letters, cleaned and masked.

    Examples
    --------
    >>> masked(pd.DataFrame({"text": ["电话：１３８００１３８０００"]}))
    ([''], ['电话：〔手机号〕'])
    """
    titles, texts = cleaned(frame)
    return mask(titles), mask(texts)


def cleaned(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return (titles, texts) of letters, cleaned and not masked: for what must see a name, and never shows it."""
    return clean(strings(frame, letter.TITLE)), clean(strings(frame, letter.TEXT))
