"""Vectors of words that were learned elsewhere from very much text: words of like meaning lie near each other.

A few thousand labelled letters can't show that 工钱 and 工资 are one thing. Only training reads the table: what is
learned along its directions folds into the weights of single words, so that a model needs neither table nor time.

Source: ``data/vectors/`` (multilingual-e5-small: Wang et al., *Multilingual E5 text embeddings*, 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import RuleTableError
from pipeline.settings import resource

Floats = NDArray[np.float32]
_FOLDER, _WORDS, _TABLE = "vectors", "words.txt", "vectors.npy"


@dataclass(frozen=True)
class Vectors:
    """A table of words.

    Attributes
    ----------
    rows : dict of str to int
    values : ndarray of int8, shape (words, dimensions)
        The leading dimensions say most.
    """

    rows: dict[str, int]
    values: NDArray[np.int8]

    def of(self, words: Sequence[str]) -> Floats:
        """Return the vector of each word, shape (words, dimensions); zeros for one that the table lacks.

        Examples
        --------
        >>> one, other, far, unknown = shipped().of(["工钱", "工资", "路灯", "☃"])
        >>> bool(one @ other > 2 * one @ far), bool(unknown.any())
        (True, False)
        """
        at = np.array([self.rows.get(word, -1) for word in words], dtype=np.int64)
        found = self.values[at].astype(np.float32)
        found[at < 0] = 0
        return found


@cache
def shipped() -> Vectors:
    """Return the table that ships.

    Raises
    ------
    RuleTableError
        Its words and vectors are not equally many.
    """
    folder = resource("data") / _FOLDER
    words = (folder / _WORDS).read_text(encoding="utf-8").splitlines()
    with (folder / _TABLE).open("rb") as file:
        values = np.load(file, allow_pickle=False)
    if len(words) != len(values):
        raise RuleTableError(
            file=f"{_FOLDER}/{_WORDS}",
            row=len(words),
            why_zh=f"共 {len(words)} 个词，而 {_TABLE} 有 {len(values)} 行",
            why_en=f"{len(words)} words, but {_TABLE} has {len(values)} rows",
        )
    return Vectors({word: row for row, word in enumerate(words)}, values)
