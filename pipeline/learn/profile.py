"""What the letters were like that a model learned from, kept with it so that later batches can be compared.

No text is kept: shares of classes, means and spreads, and how many letters had each phrase, known by its checksum.
The letters are seen as new ones: answers are held-out ones, and a word counts as known where enough other letters have
it.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.learn.bundle import pack
from pipeline.learn.features import Plain
from pipeline.learn.model import Model
from pipeline.text.segment import default_segmenter

PROFILE = "profile.npz"
PROFILE_HEADS = ("category_l1", "purpose", "urgency", "department")
MEASURES = ("unknown", "length")
MIN_LETTERS = 3
Hashes = NDArray[np.uint32]


@dataclass(frozen=True)
class Profile:
    """Letters in numbers.

    Attributes
    ----------
    letters : int
    labels : dict of str to tuple of str
        Per head of :data:`PROFILE_HEADS`.
    counts : dict of str to ndarray
        Per head how many letters were given each label.
    means, spreads : dict of str to float
        Of the share of unknown words and of log2 of the number of characters; spreads are standard deviations of the
        letters.
    unsure : int
        Letters whose first level was not sure enough at ``--accept 0.97``.
    phrases : ndarray of uint32, sorted
        Checksums of the words and pairs of words that at least three letters have.
    phrase_letters : ndarray of int32
        How many letters have each.
    """

    letters: int
    labels: dict[str, tuple[str, ...]]
    counts: dict[str, NDArray[np.int64]]
    means: dict[str, float]
    spreads: dict[str, float]
    unsure: int
    phrases: Hashes
    phrase_letters: NDArray[np.int32]

    def letters_with(self, hashes: Hashes) -> NDArray[np.int32]:
        """Return how many letters have each phrase; 0 stands for fewer than three, too."""
        if not len(self.phrases):
            return np.zeros(len(hashes), np.int32)
        at = np.minimum(np.searchsorted(self.phrases, hashes), len(self.phrases) - 1)
        return np.where(self.phrases[at] == hashes, self.phrase_letters[at], 0).astype(np.int32)


@dataclass(frozen=True)
class Phrases:
    """Checksums of the distinct phrases of letters, letter after letter; ``words`` tells single words from pairs."""

    hashes: Hashes
    letters: NDArray[np.int32]
    words: NDArray[np.bool_]

    @classmethod
    def of(cls, letters: Plain) -> Phrases:
        """Cut letters and hash their words and pairs of words."""
        hashes, owners, words = [], [], []
        for row, (singles, pairs) in enumerate(cut_phrases(letters)):
            for found, single in ((singles, True), (pairs, False)):
                values = np.fromiter((checksum(phrase) for phrase in found), np.uint32, len(found))
                hashes.append(values)
                owners.append(np.full(len(values), row, np.int32))
                words.append(np.full(len(values), single))
        if not hashes:
            return cls(np.zeros(0, np.uint32), np.zeros(0, np.int32), np.zeros(0, bool))
        return cls(np.concatenate(hashes), np.concatenate(owners), np.concatenate(words))


def cut_phrases(letters: Plain) -> Iterable[tuple[set[str], set[str]]]:
    """Yield each letter's (words, pairs of neighbouring words), of two and more Chinese characters each.

    Examples
    --------
    >>> [(sorted(words), sorted(pairs)) for words, pairs in cut_phrases(Plain([""], ["小区路灯坏了，小区停水"]))]
    [(['停水', '小区', '路灯'], ['小区停水', '小区路灯'])]
    """
    cut = default_segmenter().cut
    for title, body in zip(letters.titles, letters.bodies, strict=True):
        words: set[str] = set()
        pairs: set[str] = set()
        before = ""
        for token in (*cut(title), "\n", *cut(body)):
            if len(token) > 1 and _is_chinese(token):
                words.add(token)
                if before:
                    pairs.add(before + token)
                before = token
            else:
                before = ""
        yield words, pairs - words


def _is_chinese(token: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in token)


def checksum(phrase: str) -> int:
    """Return a 32-bit checksum of a phrase, the same in every process."""
    return zlib.crc32(phrase.encode())


@dataclass(frozen=True)
class Answered:
    """What a model answers to letters.

    Attributes
    ----------
    labels : dict of str to tuple of str
        Per head of :data:`PROFILE_HEADS`.
    given : dict of str to ndarray of int
        Per head the position of each letter's label.
    sure : ndarray of bool
        Whether the first level is sure enough at ``--accept 0.97``.
    """

    labels: dict[str, tuple[str, ...]]
    given: dict[str, NDArray[np.int64]]
    sure: NDArray[np.bool_]


def answered(model: Model, probabilities: Mapping[str, NDArray[np.float32]]) -> Answered:
    """Decide every head from its probabilities, shape (letters, labels); first and second level together."""
    both = model.category(probabilities)
    heads = {name: model.heads[name] for name in PROFILE_HEADS if name in probabilities}
    given = {name: head.decide(probabilities[name]) for name, head in heads.items()} | {"category_l1": both.first}
    sure = model.sure("category_l1", both.first, both.first_probabilities.max(axis=1))
    return Answered({name: head.labels for name, head in heads.items()}, given, sure)


def profile(letters: Plain, answers: Answered) -> Profile:
    """Describe the letters that a model learned from by its held-out answers to them."""
    phrases = Phrases.of(letters)
    names, at, totals = np.unique(phrases.hashes, return_inverse=True, return_counts=True)
    measures = _measures(letters, phrases, totals[at] - 1 >= MIN_LETTERS)
    kept = totals >= MIN_LETTERS
    return _profile(answers, measures, names[kept], totals[kept])


@dataclass
class Tally:
    """Adds up the batches of a file into one profile; ``known`` is the profile it will be compared with."""

    known: Profile

    def __post_init__(self) -> None:
        self._answers: list[Answered] = []
        self._measures: list[dict[str, NDArray[np.float64]]] = []
        self._names: Hashes = np.zeros(0, np.uint32)
        self._totals: NDArray[np.int64] = np.zeros(0, np.int64)

    def add(self, letters: Plain, answers: Answered) -> None:
        """Add a batch and the model's answers to it."""
        phrases = Phrases.of(letters)
        known = self.known.letters_with(phrases.hashes) >= MIN_LETTERS
        self._measures.append(_measures(letters, phrases, known))
        self._answers.append(answers)
        both = np.concatenate([self._names, phrases.hashes])
        weights = np.concatenate([self._totals, np.ones(len(phrases.hashes), np.int64)])
        self._names, at = np.unique(both, return_inverse=True)
        self._totals = np.bincount(at, weights=weights, minlength=len(self._names)).astype(np.int64)

    def profile(self) -> Profile:
        """Return the profile of all batches added."""
        if not self._answers:
            nothing = dict.fromkeys(MEASURES, 0.0)
            return Profile(0, {}, {}, nothing, nothing, 0, self._names, self._totals.astype(np.int32))
        labels = self._answers[0].labels
        given = {head: np.concatenate([part.given[head] for part in self._answers]) for head in labels}
        answers = Answered(labels, given, np.concatenate([part.sure for part in self._answers]))
        measures = {name: np.concatenate([part[name] for part in self._measures]) for name in MEASURES}
        return _profile(answers, measures, self._names, self._totals)


def _measures(letters: Plain, phrases: Phrases, known: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    n = len(letters.titles)
    rows = phrases.letters[phrases.words]
    words = np.bincount(rows, minlength=n)
    unknown = np.bincount(rows[~known[phrases.words]], minlength=n) / np.maximum(words, 1)
    sizes = np.array([len(title) + len(body) for title, body in zip(letters.titles, letters.bodies, strict=True)])
    return {"unknown": unknown, "length": np.log2(np.maximum(sizes, 1))}


def _profile(
    answers: Answered, measures: dict[str, NDArray[np.float64]], phrases: Hashes, phrase_letters: NDArray[np.int64]
) -> Profile:
    return Profile(
        letters=len(answers.sure),
        labels=answers.labels,
        counts={head: np.bincount(given, minlength=len(answers.labels[head])) for head, given in answers.given.items()},
        means={name: float(values.mean()) for name, values in measures.items()},
        spreads={name: float(values.std()) for name, values in measures.items()},
        unsure=int((~answers.sure).sum()),
        phrases=phrases,
        phrase_letters=phrase_letters.astype(np.int32),
    )


def to_bytes(found: Profile) -> bytes:
    """Return an archive of arrays, the same bytes for the same profile; nothing in it can be executed."""
    arrays: dict[str, NDArray[np.generic]] = {
        "letters": np.array([found.letters, found.unsure]),
        "measures": np.array([[found.means[name], found.spreads[name]] for name in MEASURES]),
        "phrases": found.phrases,
        "phrase_letters": found.phrase_letters,
    }
    for head, labels in found.labels.items():
        arrays |= {f"{head}.labels": np.array(labels, dtype=str), f"{head}.counts": found.counts[head]}
    return pack(arrays)


def read(folder: str | Path) -> Profile | None:
    """Return the profile kept with a model; None where it has none (open the bundle first: it checks)."""
    path = Path(folder, PROFILE)
    if not folder or not path.is_file():
        return None
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
        heads = [name.removesuffix(".labels") for name in arrays.files if name.endswith(".labels")]
        values = dict(zip(MEASURES, arrays["measures"].tolist(), strict=True))
        return Profile(
            letters=int(arrays["letters"][0]),
            labels={head: tuple(str(label) for label in arrays[f"{head}.labels"]) for head in heads},
            counts={head: arrays[f"{head}.counts"] for head in heads},
            means={name: mean for name, (mean, _) in values.items()},
            spreads={name: spread for name, (_, spread) in values.items()},
            unsure=int(arrays["letters"][1]),
            phrases=arrays["phrases"],
            phrase_letters=arrays["phrase_letters"],
        )
