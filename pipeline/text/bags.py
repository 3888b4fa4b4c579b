"""Bags: what many letters hold, as hashed ids in two flat arrays. Small on disk, and a sparse matrix at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

BITS = 22
_MASK = (1 << BITS) - 1


@dataclass(frozen=True)
class Bags:
    """Bags of hashed ids; bag ``i`` owns ``[starts[i], starts[i+1])``, its ids sorted and distinct.

    Attributes
    ----------
    ids : ndarray of uint32
        Below ``2**22``.
    counts : ndarray of uint8
    starts : ndarray of int64, shape (bags + 1,)

    Examples
    --------
    >>> bags = Bags.of([{"停水": 2}, {}, {"停水": 1, "停电": 1}])
    >>> len(bags), np.diff(bags.starts).tolist(), int((bags.matrix() @ bags.matrix().T)[0, 2])
    (3, [1, 0, 2], 2)
    """

    ids: NDArray[np.uint32]
    counts: NDArray[np.uint8]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def of(cls, counted: Iterable[Mapping[str, int]]) -> Bags:
        """Return bags of words, each with how often it stands there."""
        ids: list[NDArray[np.uint32]] = []
        counts: list[NDArray[np.uint8]] = []
        for words in counted:
            hashed = np.fromiter((crc32(word.encode()) & _MASK for word in words), np.uint32, len(words))
            often = np.fromiter((min(n, 255) for n in words.values()), np.uint8, len(words))
            distinct, at = np.unique(hashed, return_index=True)
            ids.append(distinct)
            counts.append(often[at])
        return cls.joined([cls(a, b, np.array([0, len(a)])) for a, b in zip(ids, counts, strict=True)])

    @classmethod
    def joined(cls, parts: Sequence[Bags]) -> Bags:
        """Return the bags of several, one after another."""
        if not parts:
            return cls(np.zeros(0, np.uint32), np.zeros(0, np.uint8), np.zeros(1, np.int64))
        lengths = np.concatenate([np.diff(part.starts) for part in parts])
        return cls(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.counts for part in parts]),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        )

    def take(self, rows: NDArray[np.int64]) -> Bags:
        """Return the bags at some positions."""
        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        at = np.arange(starts[-1]) + np.repeat(self.starts[:-1][rows] - starts[:-1], lengths)
        return Bags(self.ids[at], self.counts[at], starts)

    def matrix(self) -> sp.csr_matrix:
        """Return the counts as a matrix, shape (bags, 2**22)."""
        return sp.csr_matrix(
            (self.counts.astype(np.float32), self.ids.astype(np.int32), self.starts), shape=(len(self), 1 << BITS)
        )

    def frequencies(self) -> NDArray[np.int64]:
        """Return in how many bags each id is."""
        return np.bincount(self.ids, minlength=1 << BITS)

    def to_bytes(self) -> bytes:
        """Return the bags as bytes, little-endian: number of bags, lengths, ids, counts."""
        lengths = np.diff(self.starts).astype("<u4")
        return b"".join(
            (
                np.array([len(self)], "<u4").tobytes(),
                lengths.tobytes(),
                self.ids.astype("<u4").tobytes(),
                self.counts.tobytes(),
            )
        )

    @classmethod
    def from_bytes(cls, packed: bytes) -> Bags:
        """Return what :meth:`to_bytes` packed.

        Examples
        --------
        >>> bags = Bags.of([{"停水": 2}, {}])
        >>> Bags.from_bytes(bags.to_bytes()).counts.tolist()
        [2]
        """
        n = int(np.frombuffer(packed, "<u4", 1)[0])
        lengths = np.frombuffer(packed, "<u4", n, 4)
        total = int(lengths.sum())
        ids = np.frombuffer(packed, "<u4", total, 4 + 4 * n)
        counts = np.frombuffer(packed, np.uint8, total, 4 + 4 * n + 4 * total)
        return cls(ids.astype(np.uint32), counts, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
