"""What of a letter tells which matter it is about: the things it names, its other words, and a sketch of its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.text import copies
from pipeline.text.bags import Bags
from pipeline.text.mask import without_placeholders
from pipeline.text.segment import Segmenter
from pipeline.text.things import Thing, things_and_words

_TITLE = 3  # a title's word counts as three of the text


@dataclass(frozen=True)
class Traits:
    """Traits of letters, in their order.

    Attributes
    ----------
    names : Bags
        Pairs of neighbouring characters of the names of things, so that 滨河苑 and 伊景园滨河苑 share some.
    words : Bags
        Other words that tell what the letter is about.
    sketches : Bags
        See :func:`pipeline.text.copies.sketch`.
    """

    names: Bags
    words: Bags
    sketches: Bags

    def __len__(self) -> int:
        return len(self.names)

    def take(self, rows: NDArray[np.int64]) -> Traits:
        """Return the traits of the letters at some positions."""
        return Traits(self.names.take(rows), self.words.take(rows), self.sketches.take(rows))

    @classmethod
    def joined(cls, parts: Sequence[Traits]) -> Traits:
        """Return the traits of several batches, one after another."""
        return cls(
            Bags.joined([part.names for part in parts]),
            Bags.joined([part.words for part in parts]),
            Bags.joined([part.sketches for part in parts]),
        )


def traits(titles: Sequence[str], texts: Sequence[str], segmenter: Segmenter) -> Traits:
    """Return the traits of letters, cleaned and masked.

    Examples
    --------
    >>> from pipeline.text.segment import default_segmenter
    >>> len(traits(["丽景花园停水"], ["丽景花园小区停水三天"], default_segmenter()).names.ids)
    3
    """
    names: list[Counter[str]] = []
    words: list[Counter[str]] = []
    for title, text in zip(titles, texts, strict=True):
        pairs: Counter[str] = Counter()
        told: Counter[str] = Counter()
        for part, weight in ((title, _TITLE), (text, 1)):
            things, others = things_and_words(without_placeholders(part), segmenter)
            for thing in things:
                for at in range(len(thing.name) - 1):
                    pairs[thing.name[at : at + 2]] += weight
            for word in others:
                told[word] += weight
        names.append(pairs)
        words.append(told)
    return Traits(Bags.of(names), Bags.of(words), copies.sketch([copies.bare(f"{a}\n{b}") for a, b in zip(titles, texts, strict=True)]))


def things_of(title: str, text: str, segmenter: Segmenter) -> Counter[Thing]:
    """Return the things of a letter with how much they count."""
    found: Counter[Thing] = Counter()
    for part, weight in ((title, _TITLE), (text, 1)):
        for thing in things_and_words(without_placeholders(part), segmenter)[0]:
            found[thing] += weight
    return found
