"""Words, title words and character pairs and triples as one sparse matrix.

Columns, not rows: character n-grams are made for a whole batch at once from its code points and
looked up through a hash table; words go through one dictionary. The commonest stand first in each block, so that
the weights that most letters need lie side by side in memory. Every block is sublinear TF-IDF with
rows of unit length, times the block's weight.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.text.clean import strip_set_phrases
from pipeline.text.mask import without_placeholders
from pipeline.text.places import Gazetteer, Mention
from pipeline.text.segment import Segmenter, default_segmenter

HASH_BITS = 20
_LETTERS_AT_ONCE = 256
_NO_WORD = re.compile(r"\d+[.\d%]*|[\W_]+")
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


@dataclass(frozen=True)
class Plain:
    """Letters as the model reads them: cleaned, masked, lower case, without set phrases or placeholders.

    Of places it reads the kind (某区, see :meth:`pipeline.text.places.Gazetteer.by_kind`), not the name.

    Attributes
    ----------
    titles, bodies : list of str
        One entry a letter.
    """

    titles: list[str]
    bodies: list[str]

    @property
    def joined(self) -> list[str]:
        """Title, line break, body."""
        return [f"{title}\n{body}" for title, body in zip(self.titles, self.bodies, strict=True)]

    def take(self, rows: NDArray[np.int64]) -> Plain:
        """Return the letters at the positions ``rows``."""
        return Plain([self.titles[row] for row in rows], [self.bodies[row] for row in rows])


def plain(titles: Sequence[str], texts: Sequence[str]) -> Plain:
    """Prepare cleaned, masked letters with places by their kind for the model.

    Examples
    --------
    >>> plain(["停水三天"], ["您好！A栋停水，电话〔手机号〕。谢谢"]).bodies
    ['a栋停水，电话 。']
    """
    return Plain(
        [without_placeholders(title).lower() for title in titles],
        [strip_set_phrases(without_placeholders(text)).lower() for text in texts],
    )


def prepared(
    titles: Sequence[str], texts: Sequence[str], places: Gazetteer, told: Sequence[Sequence[Mention]] | None = None
) -> Plain:
    """Return cleaned, masked letters as the model reads them, with places by their kind.

    Parameters
    ----------
    told : sequence of sequence of Mention, optional
        The places that each letter names, where they were sought before.

    Examples
    --------
    >>> prepared([""], ["长沙市岳麓区停水三天"], Gazetteer.usual()).bodies
    ['某市某区停水三天']
    """
    return plain(*places.by_kind(titles, texts, told))


@dataclass(frozen=True)
class WordIds:
    """Vocabulary columns of a batch's words, letter after letter; letter ``i`` owns ``[starts[i], starts[i+1])``."""

    columns: NDArray[np.int32]
    starts: NDArray[np.int64]


@dataclass(frozen=True)
class Featurizer:
    """Turn letters into a sparse float32 matrix.

    Attributes
    ----------
    words, title_words : tuple of str
        Vocabularies, the commonest first; their columns come first, in this order.
    slots : ndarray of int32, shape (2**20,)
        Column of each hashed character n-gram (counted from the first character column), or -1.
    idf : ndarray of float32
        One value a column.
    weights : tuple of float
        Weight of the word, title and character block.

    Examples
    --------
    >>> letters = plain(["停水", "停水"], ["小区停水", "小区停水"])
    >>> Featurizer.fit(letters, min_letters=1).transform(letters).shape[0]
    2
    """

    words: tuple[str, ...]
    title_words: tuple[str, ...]
    slots: NDArray[np.int32]
    idf: NDArray[np.float32]
    weights: tuple[float, float, float] = (1.0, 0.7, 1.0)

    @property
    def n_columns(self) -> int:
        """Number of columns of the matrix."""
        return len(self.idf)

    @classmethod
    def fit(
        cls,
        letters: Plain,
        *,
        segmenter: Segmenter | None = None,
        min_letters: int = 3,
        min_letters_characters: int = 6,
    ) -> Featurizer:
        """Learn vocabularies and inverse document frequencies from (unlabelled) letters."""
        cut = (segmenter or default_segmenter()).cut
        title_df: Counter[str] = Counter()
        word_df: Counter[str] = Counter()
        for title, body in zip(letters.titles, letters.bodies, strict=True):
            title_words = set(cut(title))
            title_df.update(title_words)
            word_df.update(title_words.union(cut(body)))
        words, titles = _kept(word_df, min_letters), _kept(title_df, min_letters)
        row, slot = _character_slots(letters.joined)
        pairs = np.unique(row.astype(np.int64) << HASH_BITS | slot)
        character_df = np.bincount(pairs & ((1 << HASH_BITS) - 1), minlength=1 << HASH_BITS)
        kept = np.flatnonzero(character_df >= min_letters_characters)
        kept = kept[np.argsort(-character_df[kept], kind="stable")]
        slots = np.full(1 << HASH_BITS, -1, dtype=np.int32)
        slots[kept] = np.arange(len(kept), dtype=np.int32)
        frequencies = np.concatenate(
            [[word_df[word] for word in words], [title_df[word] for word in titles], character_df[kept]]
        )
        idf = np.log((1 + len(letters.titles)) / (1 + frequencies)) + 1
        return cls(words, titles, slots, idf.astype(np.float32))

    @cached_property
    def _word_ids(self) -> dict[str, int]:
        return {word: column for column, word in enumerate(self.words)}

    @cached_property
    def _title_ids(self) -> dict[str, int]:
        return {word: column for column, word in enumerate(self.title_words)}

    def word_ids(self, letters: Plain, segmenter: Segmenter | None = None) -> tuple[WordIds, WordIds]:
        """Segment letters and look their words up; tokens are dropped letter by letter to stay in cache."""
        cut = (segmenter or default_segmenter()).cut
        word_id, title_id = self._word_ids.get, self._title_ids.get
        words: list[int] = []
        titles: list[int] = []
        unknown = repeat(-1)
        word_starts, title_starts = [0], [0]
        for title, body in zip(letters.titles, letters.bodies, strict=True):
            tokens = cut(title)
            titles.extend(map(title_id, tokens, unknown))
            words.extend(map(word_id, tokens, unknown))
            words.extend(map(word_id, cut(body), unknown))
            word_starts.append(len(words))
            title_starts.append(len(titles))
        return _known(words, word_starts), _known(titles, title_starts)

    def transform(self, letters: Plain, segmenter: Segmenter | None = None) -> sp.csr_matrix:
        """Return the matrix, shape (letters, ``n_columns``)."""
        return self.assemble(letters, *self.word_ids(letters, segmenter))

    def assemble(self, letters: Plain, words: WordIds, titles: WordIds) -> sp.csr_matrix:
        """Return the matrix of letters whose words were looked up before."""
        first, second = len(self.words), len(self.words) + len(self.title_words)
        blocks = [
            self._block(words, slice(0, first), self.weights[0]),
            self._block(titles, slice(first, second), self.weights[1]),
            self._block(self._characters(letters.joined), slice(second, self.n_columns), self.weights[2]),
        ]
        matrix: sp.csr_matrix = sp.hstack(blocks, format="csr", dtype=np.float32)
        return matrix

    def only_words(self, matrix: sp.csr_matrix) -> sp.csr_matrix:
        """Return the columns of words and title words of a matrix that this featurizer made."""
        return matrix[:, : len(self.words) + len(self.title_words)]

    def restrict(self, columns: NDArray[np.int64]) -> Featurizer:
        """Return a featurizer that makes only ``columns`` (sorted positions)."""
        first, second = len(self.words), len(self.words) + len(self.title_words)
        slots = np.full_like(self.slots, -1)
        positions = np.full(self.n_columns - second, -1, dtype=np.int32)
        characters = columns[columns >= second] - second
        positions[characters] = np.arange(len(characters), dtype=np.int32)
        known = self.slots >= 0
        slots[known] = positions[self.slots[known]]
        return Featurizer(
            tuple(self.words[column] for column in columns[columns < first]),
            tuple(self.title_words[column - first] for column in columns if first <= column < second),
            slots,
            self.idf[columns],
            self.weights,
        )

    def _characters(self, texts: Sequence[str]) -> WordIds:
        """Look up the characters of a few hundred letters at a time, to stay in cache."""
        columns, counts = [np.zeros(0, dtype=np.int32)], [np.zeros(1, dtype=np.int64)]
        for first in range(0, len(texts), _LETTERS_AT_ONCE):
            part = texts[first : first + _LETTERS_AT_ONCE]
            row, slot = _character_slots(part)
            found = self.slots[slot]
            known = found >= 0
            columns.append(found[known])
            counts.append(np.bincount(row[known], minlength=len(part)))
        return WordIds(np.concatenate(columns), np.cumsum(np.concatenate(counts)))

    def _block(self, found: WordIds, columns: slice, weight: float) -> sp.csr_matrix:
        matrix = sp.csr_matrix(
            (np.ones(len(found.columns), dtype=np.float32), found.columns, found.starts.astype(np.int32)),
            shape=(len(found.starts) - 1, columns.stop - columns.start),
        )
        matrix.sum_duplicates()
        data = matrix.data
        repeated = data > 1
        data[repeated] = 1 + np.log(data[repeated])
        data *= self.idf[columns][matrix.indices]
        lengths = np.sqrt(np.add.reduceat(np.append(data * data, np.float32(0)), matrix.indptr[:-1]))
        filled = np.diff(matrix.indptr) > 0
        lengths[~filled] = 1
        data *= np.repeat((weight / lengths).astype(np.float32), np.diff(matrix.indptr))
        return matrix


def _kept(frequency: Counter[str], min_letters: int) -> tuple[str, ...]:
    kept = [word for word, n in frequency.items() if n >= min_letters and not _NO_WORD.fullmatch(word)]
    return tuple(sorted(kept, key=lambda word: (-frequency[word], word)))


def _known(columns: list[int], starts: list[int]) -> WordIds:
    found = np.array(columns, dtype=np.int32)
    known = found >= 0
    before = np.zeros(len(found) + 1, dtype=np.int64)
    np.cumsum(known, out=before[1:])
    return WordIds(found[known], before[starts])


def _character_slots(texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return (row, slot) of every pair and triple of word characters that stand side by side."""
    joined = "\x00".join(texts) + "\x00"
    points = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype="<u4")
    ends = np.cumsum([len(text) + 1 for text in texts])
    row = np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(ends, prepend=0))
    word = _is_word_character(points)
    mixed = points.astype(np.uint64)
    pair = word[:-1] & word[1:]
    triple = pair[:-1] & word[2:]
    shift = np.uint64(64 - HASH_BITS)
    base = mixed[:-1] * _MULTIPLIERS[0] + mixed[1:] * _MULTIPLIERS[1]
    # The pair and the triple that begin at each place, side by side, so that letters stay together.
    slots, there = np.zeros((len(base), 2), dtype=np.int32), np.zeros((len(base), 2), dtype=bool)
    slots[:, 0], there[:, 0] = base >> shift, pair
    slots[:-1, 1], there[:-1, 1] = (base[:-1] * _MULTIPLIERS[2] + mixed[2:] * _MULTIPLIERS[0]) >> shift, triple
    return np.repeat(row[:-1], 2)[there.ravel()], slots[there]


def _is_word_character(points: NDArray[np.uint32]) -> NDArray[np.bool_]:
    han = (points >= 0x4E00) & (points <= 0x9FFF)
    latin = (points >= ord("a")) & (points <= ord("z"))
    digit = (points >= ord("0")) & (points <= ord("9"))
    return han | latin | digit
