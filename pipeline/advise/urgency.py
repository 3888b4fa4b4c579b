"""Phrases that may raise a letter's urgency, never lower it; each raise quotes its phrase.

A phrase such as 着火 also stands in harmless sentences, so it raises a letter at once only where the
model does not rule that level out (``floor`` in ``data/urgency.toml``); where it does, a danger phrase
sends the letter to a person instead of being dropped in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.settings import read_toml
from pipeline.text import lexicon


@dataclass(frozen=True)
class Raised:
    """Urgency of a batch after its phrases were read.

    Attributes
    ----------
    urgency : ndarray of int
    reasons : list of str
        The phrase and why it raises; empty where nothing was raised.
    doubts : list of str
        A danger phrase that the model does not believe; a person decides.
    """

    urgency: NDArray[np.int64]
    reasons: list[str]
    doubts: list[str]


@dataclass(frozen=True)
class _Group:
    floor: float
    doubt: float
    cancelled_by: tuple[str, ...]


@cache
def _groups() -> dict[str, _Group]:
    rows = read_toml("urgency.toml")["group"]
    return {row["name"]: _Group(row["floor"], row["doubt"], tuple(row["cancelled_by"])) for row in rows}


def raise_urgency(
    titles: Sequence[str],
    texts: Sequence[str],
    urgency: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    lang: str = "zh",
    phrases: lexicon.Lexicon | None = None,
) -> Raised:
    """Raise urgency where a phrase of ``data/lexicons/urgency.tsv`` says so.

    Parameters
    ----------
    titles, texts : sequence of str
        Cleaned, masked letters.
    urgency : ndarray of int
        The model's urgency, 1 to 4.
    probabilities : ndarray, shape (letters, 4)
        The model's probabilities of urgency 1 to 4.
    phrases : Lexicon, optional
        The office's phrases besides the shipped ones.

    Examples
    --------
    >>> raised = raise_urgency(["求助"], ["楼下煤气泄漏"], np.array([2]), np.array([[0, .6, .2, .2]], np.float32))
    >>> raised.urgency.tolist(), raised.reasons
    ([4], ['“煤气泄漏”：燃气泄漏或爆炸危险'])
    """
    phrases, groups = phrases or lexicon.load("urgency"), _groups()
    at_least = np.cumsum(probabilities[:, ::-1], axis=1)[:, ::-1]
    result = urgency.copy()
    reasons, doubts = [""] * len(titles), [""] * len(titles)
    for row, (title, text) in enumerate(zip(titles, texts, strict=True)):
        letter = f"{title}\n{text}"
        for start, entry in phrases.find(letter):
            if entry.value <= result[row]:
                continue
            group = groups[entry.group]
            around = letter[max(0, start - 6) : start + len(entry.phrase) + 4]
            if any(word in around for word in group.cancelled_by):
                continue
            likely = float(at_least[row, entry.value - 1])
            quoted = f"“{entry.phrase}”：{entry.reason}" if lang == "zh" else f'"{entry.phrase}": {entry.reason}'
            if likely >= group.floor:
                result[row], reasons[row] = entry.value, quoted
            elif likely >= group.doubt and not doubts[row]:
                doubts[row] = entry.phrase
        if reasons[row]:
            doubts[row] = ""
    return Raised(result, reasons, doubts)
