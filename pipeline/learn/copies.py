"""Near-copies: the same letter sent twice, signed by many, or pasted with another name in it.

Source: MinHash over sets of character n-grams (Broder 1997), each candidate pair confirmed by its edit similarity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rensa import RMinHash, RMinHashLSH
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

PERMUTATIONS, BANDS, SEED = 64, 16, 0
GRAM, LONGEST = 4, 2000
ALIKE = 70.0  # per cent of characters that need no edit
_NO_LETTER = re.compile(r"\W+")


def near_copies(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for each text; near-copies (directly or through others) share one. Empty texts are alone.

    Parameters
    ----------
    texts : sequence of str
        Cleaned; spaces and punctuation don't count, nor what stands after the first 2,000 characters.

    Examples
    --------
    >>> near_copies(["门口的路灯坏了半个月，没有人修。", "路口乱停车。", "门口的路灯坏了半个月没有人修！"]).tolist()
    [0, 1, 0]
    """
    bare = [_NO_LETTER.sub("", text)[:LONGEST] for text in texts]
    pairs = np.array(list(_pairs(bare)), dtype=np.int64).reshape(-1, 2)
    graph = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(bare), len(bare)))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _pairs(bare: list[str]) -> Iterator[tuple[int, int]]:
    """Return pairs of near-copies; of exact copies only the first is compared with others."""
    first: dict[str, int] = {}
    rows: list[int] = []
    for row, text in enumerate(bare):
        if not text:
            continue
        if text in first:
            yield first[text], row
        else:
            first[text] = row
            rows.append(row)
    grams = [sorted({bare[row][at : at + GRAM] for at in range(max(1, len(bare[row]) - GRAM + 1))}) for row in rows]
    sketches = RMinHash.from_token_sets(grams, PERMUTATIONS, SEED)
    index = RMinHashLSH(threshold=0.5, num_perm=PERMUTATIONS, num_bands=BANDS)
    for row, sketch in zip(rows, sketches, strict=True):
        for other in index.query(sketch):
            if fuzz.ratio(bare[row], bare[other], score_cutoff=ALIKE):
                yield other, row
        index.insert(row, sketch)
