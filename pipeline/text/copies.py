"""Near-copies: the same letter sent twice, signed by many, pasted with another name in it, or retold in part.

Source: bottom-k sketches of character triples (Broder 1997), candidates by the rare triples that two sketches share,
each pair confirmed by its edit similarity. Banded MinHash (rensa, 64 permutations) found .61 of copies with 5-30 % of
their characters changed, since at 30 % two texts share a third of their triples; shared rare triples find .999.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from rapidfuzz import fuzz

from pipeline.text.bags import BITS, Bags

GRAM, LONGEST, KEPT = 3, 2000, 96
RARE = 150  # letters that hold a triple which still says something
SHARED = 0.08  # of the smaller sketch: below it, no pair was ever confirmed
ALIKE = 68.0  # per cent of characters that need no edit
WHOLE, HELD = 20, 95.0  # a text of so many characters that stands in another as a whole, but for so few edits
_COMPARED = 5  # candidates, those that share most
_COPIES_KEPT = 8
_HALF = 0.5  # of the smaller sketch: from this share on a text may stand in the other as a whole
_ROWS, _BLOCK = 8192, 2048  # texts at a time, which bounds memory
_NO_LETTER = re.compile(r"\W+")
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


def bare(text: str) -> str:
    """Return what of a text counts: no spaces, no punctuation, nothing after the first 2,000 characters.

    Examples
    --------
    >>> bare("停水 三天，没人管！")
    '停水三天没人管'
    """
    return _NO_LETTER.sub("", text.lower())[:LONGEST]


def sketch(texts: Sequence[str]) -> Bags:
    """Return for each bare text the 96 of its character triples whose hash is smallest (all, if it has fewer)."""
    parts = [_sketch(texts[at : at + _ROWS]) for at in range(0, len(texts), _ROWS)]
    return Bags.joined(parts)


def _sketch(texts: Sequence[str]) -> Bags:
    """Short texts are padded, so that each has a triple."""
    padded = [text.ljust(GRAM, "\x01") if text else "" for text in texts]
    points = np.frombuffer("".join(f"{text}\x00" for text in padded).encode("utf-32-le", "replace"), dtype="<u4")
    row = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in padded])
    n = max(len(points) - GRAM + 1, 0)
    whole = np.ones(n, bool)
    mixed = np.zeros(n, np.uint64)
    for at, multiplier in enumerate(_MULTIPLIERS):
        column = points[at : at + n].astype(np.uint64)
        whole &= column > 0
        mixed += column * multiplier
    mixed ^= mixed >> np.uint64(31)
    hashed = (mixed * _MULTIPLIERS[0]) >> np.uint64(64 - BITS)
    keys = np.unique(row[:n][whole].astype(np.uint64) << np.uint64(BITS) | hashed[whole])
    owner = (keys >> np.uint64(BITS)).astype(np.int64)
    first = np.searchsorted(owner, np.arange(len(texts)))
    kept = np.arange(len(owner)) - first[owner] < KEPT
    ids = (keys[kept] & np.uint64((1 << BITS) - 1)).astype(np.uint32)
    lengths = np.bincount(owner[kept], minlength=len(texts))
    return Bags(ids, np.ones(len(ids), np.uint8), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def find_copies(
    known: Bags, texts: Sequence[str], text_at: Callable[[int], str], sketches: Bags | None = None
) -> list[tuple[int, float] | None]:
    """Return for each text the earlier one it is most like, with how much, or None.

    Parameters
    ----------
    known : Bags
        Sketches of texts that came before, at positions 0, 1, ...; the new ones go on counting.
    texts : sequence of str
        New ones, bare, in the order in which they came. Empty ones have no copies.
    text_at : callable
        Returns a known text, bare; called for candidates only.
    sketches : Bags, optional
        Of ``texts``, if they were made before.

    Notes
    -----
    Of copies of one text only the first eight are compared with later ones: a flood of one text costs no more than a
    few letters, and its triples don't become common ones.

    Examples
    --------
    >>> find_copies(sketch([]), ["停水三天没人管", "路口乱停车", "停水三天没有人管"], str)
    [None, None, (0, 93.33333333333333)]
    """
    sketches = sketch(texts) if sketches is None else sketches
    found: list[tuple[int, float] | None] = []
    first: dict[int, int] = {}
    copies: Counter[int] = Counter()
    positions = list(range(len(known)))
    index = [known]
    for at in range(0, len(texts), _BLOCK):
        block = np.arange(at, min(at + _BLOCK, len(texts)))
        new = sketches.take(block)
        likely = _candidates(Bags.joined(index), new, positions, len(known) + at)
        kept: list[int] = []
        for row in block.tolist():
            position, text = len(known) + row, texts[row]
            best = _most_alike(text, likely.get(position, []), texts, len(known), text_at)
            found.append(best)
            root = position if best is None else first.get(best[0], best[0])
            first[position] = root
            copies[root] += best is not None
            if copies[root] <= _COPIES_KEPT and text:
                kept.append(row - at)
                positions.append(position)
        index.append(new.take(np.array(kept, np.int64)))
    return found


def _candidates(index: Bags, new: Bags, positions: list[int], begin: int) -> dict[int, list[tuple[int, float]]]:
    """Return for new texts (by position) the earlier ones that share enough triples, with how much, most first."""
    telling = index.frequencies() <= RARE
    held = index.matrix()
    mine = new.matrix() @ sp.diags(telling.astype(np.float32))
    mine.eliminate_zeros()
    mine = mine.tocsr()
    found: dict[int, list[tuple[float, int]]] = {}
    sizes, own = np.diff(index.starts), np.diff(new.starts)
    for columns, at, size in ((held.T.tocsc(), np.array(positions), sizes), (mine.T.tocsc(), None, own)):
        shared = sp.coo_matrix(mine @ columns)
        share = shared.data / np.maximum(np.minimum(own[shared.row], size[shared.col]), 1)
        keep = share >= SHARED
        if at is None:
            keep &= shared.col < shared.row
            at = begin + np.arange(len(new))
        for row, other, n in zip(shared.row[keep], at[shared.col[keep]], share[keep], strict=True):
            found.setdefault(begin + int(row), []).append((-float(n), int(other)))
    return {row: [(other, -share) for share, other in sorted(others)] for row, others in found.items()}


def likeness(one: str, other: str, *, whole: bool = True) -> float:
    """Return the per cent of characters of two bare texts that need no edit; 0 if they are no copies.

    A text that stands in the other as a whole is a copy, too, however much was added to it; ``whole=False``
    doesn't look for that, which takes long.

    Examples
    --------
    >>> letter = "船厂路的路灯坏了半个月晚上一片漆黑请派人来修"
    >>> likeness(letter, letter + "昨晚我母亲下班摔倒在路口缝了七针医药费谁来负责请答复"), likeness(letter, "乱停车")
    (68.0, 0.0)
    """
    alike = float(fuzz.ratio(one, other, score_cutoff=ALIKE))
    shorter, longer = sorted((len(one), len(other)))
    added = 2 * shorter * 100 / ALIKE < shorter + longer  # else what holds all of the other is alike anyway
    if whole and added and not alike and shorter >= WHOLE and fuzz.partial_ratio(one, other, score_cutoff=HELD):
        return ALIKE
    return alike


def _most_alike(
    text: str, others: list[tuple[int, float]], new: Sequence[str], known: int, text_at: Callable[[int], str]
) -> tuple[int, float] | None:
    best: tuple[int, float] | None = None
    for other, share in others[:_COMPARED]:
        other_text = text_at(other) if other < known else new[other - known]
        alike = likeness(other_text, text, whole=share >= _HALF)
        if alike and (best is None or alike > best[1] or (alike == best[1] and other < best[0])):
            best = (other, alike)
    return best


def near_copies(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for each text; near-copies (directly or through others) share one. Empty texts are alone.

    Examples
    --------
    >>> near_copies(["门口的路灯坏了半个月，没有人修。", "路口乱停车。", "门口的路灯坏了半个月没有人修！"]).tolist()
    [0, 1, 0]
    """
    groups: list[int] = []
    for row, copy in enumerate(find_copies(sketch([]), [bare(text) for text in texts], str)):
        groups.append(row if copy is None else groups[copy[0]])
    return np.unique(np.array(groups, np.int64), return_inverse=True)[1].astype(np.int64)
