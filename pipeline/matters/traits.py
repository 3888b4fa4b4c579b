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
from pipeline.text.things import NOTHING_LISTED, Listed, Thing, things_and_words

_TITLE = 3  # a title's word counts as three of the text
_NAMED, _COMMON = 2, 0.25
_PLACES, _OBJECTS = ("小区", "村社", "道路"), ("设施", "企业", "项目", "平台")
_PAIR = 8  # what a pair of names counts, as so many of a word
_TOLD = 5  # things of a letter that are kept by name


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

    def name_others(self, row: int, other: int) -> bool:
        """Return whether two letters both name things, and hardly any in common: a copied text about another place."""
        one, two = (self.names.ids[self.names.starts[at] : self.names.starts[at + 1]] for at in (row, other))
        least = min(len(one), len(two))
        return bool(least >= _NAMED and len(np.intersect1d(one, two)) < least * _COMMON)

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
    2
    """
    return traits_and_things(titles, texts, segmenter)[0]


def traits_and_things(
    titles: Sequence[str], texts: Sequence[str], segmenter: Segmenter, listed: Listed = NOTHING_LISTED
) -> tuple[Traits, list[list[str]]]:
    """Return the traits of letters, and the names of the things that each is most about."""
    names: list[Counter[str]] = []
    words: list[Counter[str]] = []
    told: list[list[str]] = []
    for title, text in zip(titles, texts, strict=True):
        pairs: Counter[str] = Counter()
        others: Counter[str] = Counter()
        about: Counter[str] = Counter()
        for part, weight in ((title, _TITLE), (text, 1)):
            things, rest = things_and_words(without_placeholders(part), segmenter, listed)
            for thing in things:
                about[thing.name] += weight if thing.kind else 0
                for mark in _marks(thing):
                    pairs[mark] += weight
            for word in rest:
                others[word] += weight
            for pair in _pairs(things):
                others[pair] = _PAIR
        names.append(pairs)
        words.append(others)
        told.append([name for name, count in about.most_common(_TOLD) if count])
    wholes = [copies.bare(f"{title}\n{text}") for title, text in zip(titles, texts, strict=True)]
    return Traits(Bags.of(names), Bags.of(words), copies.sketch(wholes)), told


def _pairs(things: Sequence[Thing]) -> set[str]:
    """Return the pairs of a place and a thing there that a letter names: an estate and a plant tell the matter."""
    places = {thing.name[:2] for thing in things if thing.kind in _PLACES}
    objects = {thing.name[:2] for thing in things if thing.kind in _OBJECTS}
    return {f"{place}+{other}" for place in places for other in objects if place != other}


def _marks(thing: Thing) -> list[str]:
    """Return what a name is known by: its pairs of characters but those of its ending; with a number, all of it."""
    if any(character.isdigit() for character in thing.name):
        return [thing.name]
    last = len(thing.name) - max(len(thing.ending), 1)
    return [thing.name[at : at + 2] for at in range(max(last, 1))]
