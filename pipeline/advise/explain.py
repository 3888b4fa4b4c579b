"""Which words of a letter carried its category, and which sentence speaks for the runner-up.

The words are those whose weight times value adds most to the chosen first-level class in layer one
(as in a linear model's explanation); layer two mixes scores but keeps their direction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.learn.model import Model, Reading

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
QUOTE_LENGTH = 60


def contributions(model: Model, reading: Reading, classes: NDArray[np.int64]) -> list[list[tuple[str, float]]]:
    """Return for each letter the words that add most to its class, heaviest first, at most eight.

    Parameters
    ----------
    classes : ndarray of int
        For each letter the column of layer one that it is explained by.
    """
    words = model.featurizer.words
    matrix = reading.matrix[:, : len(words)]
    rows, columns = np.repeat(np.arange(matrix.shape[0], dtype=np.int32), np.diff(matrix.indptr)), matrix.indices
    added = matrix.data * model.weights[columns, classes[rows]]
    useful = added > 0
    rows, columns, added = rows[useful], columns[useful], added[useful]
    # By letter, heaviest first; equal weights stay in the order of columns.
    order = np.argsort(rows - added.astype(np.float64) / (added.max(initial=0) * 2 + 1), kind="stable")
    rows, columns, added = rows[order], columns[order], added[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, rows, side="left")
    top = rank < 8
    found: list[list[tuple[str, float]]] = [[] for _ in range(matrix.shape[0])]
    for row, column, weight in zip(rows[top].tolist(), columns[top].tolist(), added[top].tolist(), strict=True):
        found[row].append((words[column], weight))
    return found


def evidence(letter: str, words: Sequence[tuple[str, float]], phrases: Sequence[str], *, most: int = 5) -> str:
    """Return the words and phrases that stand in the letter, in its own order.

    Examples
    --------
    >>> evidence("小区停水三天，物业不管。", [("物业", 2.0), ("停水", 1.0)], [])
    '停水；物业'
    """
    places: dict[str, int] = {}
    lower = letter.lower()
    for phrase in phrases:
        at = letter.find(phrase)
        if at >= 0:
            places[phrase] = at
    for word, _ in words:
        if len(places) >= most + len(phrases):
            break
        at = lower.find(word) if len(word) > 1 else -1
        if at >= 0 and not any(word in kept for kept in places):
            places[letter[at : at + len(word)]] = at
    return "；".join(sorted(places, key=places.__getitem__))


def telling_sentence(letter: str, words: Sequence[tuple[str, float]]) -> str:
    """Return the sentence of the letter that weighs most by ``words``, cut to sixty characters; "" if none does.

    Examples
    --------
    >>> telling_sentence("楼上漏水。开发商拒不维修。", [("开发商", 1.0), ("维修", 0.5)])
    '开发商拒不维修。'
    """
    best, heaviest = "", 0.0
    for sentence in _SENTENCE.findall(letter):
        lower = sentence.lower()
        weight = sum(value for word, value in words if word in lower)
        if weight > heaviest:
            best, heaviest = sentence.strip(), weight
    if len(best) <= QUOTE_LENGTH:
        return best
    at = max(0, min((best.lower().find(word) for word, _ in words if word in best.lower()), default=0) - 12)
    return ("…" if at else "") + best[at : at + QUOTE_LENGTH] + ("…" if at + QUOTE_LENGTH < len(best) else "")
