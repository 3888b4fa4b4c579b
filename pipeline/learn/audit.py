"""Which labels of a history are probably wrong: what the other letters say against what was written.

A label is suspected where the held-out answer gives another label a higher probability than the written one; the list
is ranked by how little of it the written label gets (self-confidence, Northcutt, Jiang and Chuang 2021), in proportion
to the root of the label's share, as a rare label is never very probable (on planted errors better than
self-confidence alone and than the margin on every head). A label that a near-copy of the letter contradicts is
suspected, too, and counts as half as probable. The audit judges labels, never those who wrote the letters or set
the labels.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.learn.heldout import HeldOut

COLUMNS = ("row", "head", "written", "suspected", "p_written", "p_suspected", "copy")
CONTRADICTED, PRIOR = 0.5, 0.5


def suspects(
    held_out: HeldOut, heads: tuple[str, ...] | None = None, copies: NDArray[np.int64] | None = None
) -> pd.DataFrame:
    """Return every label that another one beats or a near-copy contradicts, most suspicious first.

    Parameters
    ----------
    held_out : HeldOut
        Of the history itself, from :func:`pipeline.learn.office.train_office`.
    heads : tuple of str, optional
        By default all heads of the history.
    copies : ndarray of int, optional
        Near-copies share a number (:func:`pipeline.text.copies.near_copies`).

    Returns
    -------
    DataFrame
        ``row`` (position in the history), ``head``, the ``written`` and the ``suspected`` label, and the probability
        of each; ``copy``: position of a near-copy that has the suspected label, or -1.

    Examples
    --------
    >>> one = np.ones(2, np.int64)
    >>> table = {"purpose": np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)}
    >>> written = {"purpose": np.array(["咨询", "咨询"])}
    >>> kept = HeldOut(one.astype(np.uint64), one, {"purpose": ("咨询", "求决")}, written, written, table)
    >>> suspects(kept)[["row", "written", "suspected"]].values.tolist()
    [[1, '咨询', '求决']]
    """
    found = []
    for head in heads or tuple(held_out.truth):
        labels, table, written = held_out.labels[head], held_out.probabilities[head], held_out.truth[head]
        rows = np.flatnonzero(~np.isnan(table).any(axis=1) & np.isin(written, labels))
        if not len(rows):
            continue
        at = np.searchsorted(labels, written[rows])
        own = table[rows, at]
        others = table[rows].copy()
        others[np.arange(len(rows)), at] = -1
        best = others.argmax(axis=1)
        copy = np.full(len(rows), -1) if copies is None else _contradicting(copies[rows], at)
        best = np.where(copy >= 0, at[copy], best)
        beaten = others[np.arange(len(rows)), best]
        shares = np.bincount(at, minlength=len(labels))[at] / len(at)
        part = pd.DataFrame(
            {
                "rank": own / shares**PRIOR * np.where(copy >= 0, CONTRADICTED, 1),
                "row": rows,
                "head": head,
                "written": written[rows],
                "suspected": np.array(labels, dtype=object)[best],
                "p_written": own.round(4),
                "p_suspected": beaten.round(4),
                "copy": np.where(copy >= 0, rows[copy], -1),
            }
        )
        found.append(part[(beaten > own) | (copy >= 0)])
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    listed = pd.concat(found, ignore_index=True)
    order = np.lexsort((listed["row"], listed["rank"]))
    return listed.iloc[order][list(COLUMNS)].reset_index(drop=True)


def _contradicting(copies: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each letter the position of a near-copy with the commonest other label, or -1."""
    found = np.full(len(copies), -1)
    names, counts = np.unique(copies, return_counts=True)
    for name in names[counts > 1]:
        rows = np.flatnonzero(copies == name)
        for row in rows:
            others = rows[labels[rows] != labels[row]]
            if len(others):
                commonest = np.bincount(labels[others]).argmax()
                found[row] = others[labels[others] == commonest][0]
    return found
