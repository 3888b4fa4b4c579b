"""Which letters are one matter: the same grievance, at the same place, about the same thing, in whatever words.

Letters are taken in the order in which they came. Each joins the matter whose letters it is most like, or opens one;
no earlier letter moves. How alike two letters are is a (weighted) geometric mean of two cosines, so that both must
speak for it: of the things they name (an estate, a road, a firm), and of their other words. Agreement in category
lifts it.

Only the first letters of a matter are compared with later ones: a matter of five thousand letters costs no more than
one of twelve, and the work grows with the number of matters.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.matters.traits import Traits
from pipeline.settings import read_toml
from pipeline.text.bags import Bags

_BLOCK = 1024
_FEW = 100  # letters more, so that a few letters don't make every word a common one
_CHOSEN, _SAME_FIRST = 1.0, 0.5
_KIND = re.compile(r"(.+) (\d+)%")


@dataclass(frozen=True)
class Known:
    """Letters that came before, as far as later ones are compared with them.

    Attributes
    ----------
    traits : Traits
        Of all letters so far but copies: they say how common a word is.
    matters : ndarray of int
        The matter of each; matters are numbered from 0.
    categories : list of str
        What each is about, as :func:`category_of` writes it.
    """

    traits: Traits
    matters: NDArray[np.int64]
    categories: list[str]


@dataclass(frozen=True)
class Place:
    """Where a letter went.

    Attributes
    ----------
    matter : int
    likeness : float
        To that matter; 0 where the letter opened it.
    other : int
        Another matter that it might have joined, or -1.
    """

    matter: int
    likeness: float = 0.0
    other: int = -1


def group(known: Known, traits: Traits, categories: Sequence[str], next_matter: int = 0) -> list[Place]:
    """Return the matter of each new letter, in the order in which they came.

    Parameters
    ----------
    traits : Traits
        Of the new letters, copies left out.
    categories : sequence of str
        As :func:`category_of` writes them.
    next_matter : int
        The number of the first matter that is opened.

    Examples
    --------
    >>> from pipeline.matters.traits import traits
    >>> from pipeline.text.segment import default_segmenter
    >>> told = ["丽景花园旁的搅拌站粉尘大", "丽景花园小区附近搅拌站粉尘太大", "人民东路的路灯坏了"]
    >>> new = traits([""] * 3, told, default_segmenter())
    >>> [place.matter for place in group(nothing(), new, ["环境保护/环境污染 100%"] * 3)]
    [0, 0, 1]
    """
    rules = read_toml("matters.toml")["join"]
    every = Traits.joined([known.traits, traits])
    names, words = _weighted(every, float(rules["common"]))
    matters = known.matters.tolist()
    kinds = [*known.categories, *categories]
    size = Counter(matters)
    standing = _standing(matters, int(rules["standing"]))
    places: list[Place] = []
    for begin in range(len(known.matters), len(every), _BLOCK):
        block = np.arange(begin, min(begin + _BLOCK, len(every)))
        likely = _likely(block, np.array([*standing, *block]), names, words, kinds, rules)
        stands = set(standing)
        for letter in block.tolist():
            found = _best(likely.get(letter, ()), matters, size, stands, int(rules["compared"]))
            enough = [one for one in found if one[0] >= float(rules["likeness"])]
            if enough:
                place = Place(enough[0][1], enough[0][0], enough[1][1] if len(enough) > 1 else -1)
            else:
                place = Place(next_matter)
                next_matter += 1
            places.append(place)
            matters.append(place.matter)
            size[place.matter] += 1
            if size[place.matter] <= int(rules["standing"]):
                standing.append(letter)
                stands.add(letter)
    return places


def category_of(category_l1: str, category_l2: str, alternatives: str) -> str:
    """Return a letter's category and the other likely ones as one text.

    Examples
    --------
    >>> category_of("环境保护", "环境污染", "城乡建设/城市建设和市政管理 30%")
    '环境保护/环境污染 100%；城乡建设/城市建设和市政管理 30%'
    """
    return "；".join(filter(None, (f"{category_l1}/{category_l2} 100%", alternatives)))


def agreement(one: str, other: str) -> float:
    """Return how far two letters agree in category, 0 to 1; a likely second category counts for twice its probability.

    Examples
    --------
    >>> agreement("环境保护/环境污染 100%", "城乡建设/城乡规划 100%；环境保护/环境污染 30%")
    0.6
    >>> agreement("环境保护/环境污染 100%", "环境保护/环境保护管理 100%")
    0.5
    """
    mine, yours = _likely_kinds(one), _likely_kinds(other)
    shared = max((min(share, yours[kind]) for kind, share in mine.items() if kind in yours), default=0.0)
    first = {kind.split("/")[0] for kind, share in mine.items() if share == _CHOSEN}
    same = any(kind.split("/")[0] in first for kind, share in yours.items() if share == _CHOSEN)
    return max(shared, _SAME_FIRST if same else 0.0)


@lru_cache(maxsize=65536)
def _likely_kinds(category: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in category.split("；"):
        told = _KIND.fullmatch(part)
        if told:
            found[told[1]] = max(found.get(told[1], 0.0), min(_CHOSEN, 2 * int(told[2]) / 100))
    return found


def nothing() -> Known:
    """Return no letters."""
    none = Bags.of([])
    return Known(Traits(none, none, none), np.zeros(0, np.int64), [])


def _standing(matters: list[int], most: int) -> list[int]:
    """Return the letters that stand for their matters."""
    seen: Counter[int] = Counter()
    kept = []
    for letter, matter in enumerate(matters):
        seen[matter] += 1
        if seen[matter] <= most:
            kept.append(letter)
    return kept


def _weighted(traits: Traits, common: float) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Return names and words of letters as rows of unit length, rare ones heavier.

    A pair of characters of a name that is also an everyday word (普惠) counts by the share of letters in which it is a
    name.
    """
    names_in, words_in = traits.names.frequencies(), traits.words.frequencies()
    n = len(traits) + _FEW
    names = np.log(n / (names_in + 1)) * names_in / np.maximum(names_in + words_in, 1)
    words = np.log(n / (words_in + 1))
    words[words_in > common * n] = 0
    return _rows(traits.names, names), _rows(traits.words, words)


def _rows(bags: Bags, weights: NDArray[np.floating]) -> sp.csr_matrix:
    data = (1 + np.log(np.maximum(bags.counts, 1))).astype(np.float32) * weights[bags.ids].astype(np.float32)
    matrix = bags.matrix()
    matrix.data = data
    lengths = np.sqrt(np.add.reduceat(np.append(data * data, np.float32(0)), bags.starts[:-1])) if len(bags) else data
    lengths[(np.diff(bags.starts) == 0) | (lengths == 0)] = 1
    matrix.data = data / np.repeat(lengths, np.diff(bags.starts))
    return matrix


def _likely(
    block: NDArray[np.int64],
    others: NDArray[np.int64],
    names: sp.csr_matrix,
    words: sp.csr_matrix,
    kinds: Sequence[str],
    rules: dict[str, Any],
) -> dict[int, list[tuple[int, float]]]:
    """Return for letters of a block the earlier ones whose names agree, with how alike they are."""
    shared = sp.coo_matrix(names[block] @ names[others].T)
    keep = (shared.data >= rules["names"]) & (others[shared.col] < block[shared.row])
    later, earlier, by_name = block[shared.row[keep]], others[shared.col[keep]], shared.data[keep]
    by_word = np.asarray(words[later].multiply(words[earlier]).sum(axis=1)).ravel()
    agree = np.array([agreement(kinds[i], kinds[j]) for i, j in zip(later, earlier, strict=True)])
    share = rules["by_names"]
    alike = by_name**share * by_word ** (1 - share) * (1 - rules["category"] * (1 - agree)) if len(agree) else by_name
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for letter, other, likeness in zip(later.tolist(), earlier.tolist(), alike.tolist(), strict=True):
        found[letter].append((other, likeness))
    return found


def _best(
    likely: Sequence[tuple[int, float]], matters: list[int], size: Counter[int], stands: set[int], compared: int
) -> list[tuple[float, int]]:
    """Return (likeness, matter) of the matters that a letter may belong to, most alike first."""
    by_matter: dict[int, list[float]] = defaultdict(list)
    for other, likeness in likely:
        if other in stands:
            by_matter[matters[other]].append(likeness)
    scored = [
        (sum(sorted(found, reverse=True)[:compared]) / min(compared, size[matter]), matter)
        for matter, found in by_matter.items()
    ]
    return sorted(scored, key=lambda one: (-one[0], one[1]))
