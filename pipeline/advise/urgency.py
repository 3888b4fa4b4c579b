"""Phrases that may raise a letter's urgency, never lower it; each raise quotes its phrase.

A phrase such as 着火 also stands in harmless sentences, so it raises a letter at once only where the
model does not rule that level out (``floor`` in ``data/urgency.toml``); where it does, a danger phrase
sends the letter to a person instead of being dropped in silence. What no single phrase tells (forty children,
sick, at the hospital) is a sign of several words close together. A title in 《》 and thanks for a rescue raise nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from pipeline.settings import read_toml
from pipeline.text import lexicon
from pipeline.text.counts import stated_people
from pipeline.text.finder import finder
from pipeline.text.stretches import bounds

_ENDS: Final = "。！？!?；;\n"
_CLAUSE_ENDS: Final = f"{_ENDS}，,“”：:"
_LONGEST_QUOTE: Final = 48
_GAP: Final = "…"
_GAP_PATTERN: Final = f"[^{_ENDS}]{{0,8}}?"


@dataclass(frozen=True)
class Raised:
    """Urgency of a batch after its phrases were read.

    Attributes
    ----------
    urgency : ndarray of int
    reasons : list of str
        The phrase and why it raises; empty where nothing was raised.
    doubts : list of str
        A danger phrase that the model does not believe, or that speaks of a title or a rescue; a person decides.
    """

    urgency: NDArray[np.int64]
    reasons: list[str]
    doubts: list[str]


@dataclass(frozen=True)
class _Group:
    floor: float
    doubt: float
    cancelled_by: tuple[str, ...]


@dataclass(frozen=True)
class _Sign:
    """Words that raise a letter together; see ``[[together]]`` in ``data/urgency.toml``."""

    value: int
    reason: str
    words: tuple[re.Pattern[str], ...]
    within: int
    people: int
    crowd: tuple[str, ...]
    unless: tuple[str, ...]

    def stretch(self, letter: str) -> str:
        """Return the shortest stretch of a letter that shows the sign, to whole clauses; "" if none does."""
        hits = sorted((*match.span(), at) for at, word in enumerate(self.words) for match in word.finditer(letter))
        last: dict[int, tuple[int, int]] = {}
        found: list[tuple[int, int, int]] = []
        for start, end, at in hits:
            last[at] = (start, end)
            if len(last) == len(self.words):
                first, stop = min(begin for begin, _ in last.values()), max(end for _, end in last.values())
                if stop - first <= self.within and "\n" not in letter[first:stop]:
                    found.append((stop - first, first, stop))
        return next((_clauses(letter, *span) for _, *span in sorted(found) if self._meant(letter, *span)), "")

    def _meant(self, letter: str, start: int, stop: int) -> bool:
        around = letter[slice(*bounds(letter, start, stop, _ENDS))]
        if any(word in around for word in self.unless):
            return False
        return not self.people or any(word in around for word in self.crowd) or stated_people(around)[0] >= self.people


def raise_urgency(
    titles: Sequence[str],
    texts: Sequence[str],
    urgency: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    lang: str = "zh",
    phrases: lexicon.Lexicon | None = None,
) -> Raised:
    """Raise urgency where a phrase of ``data/lexicons/urgency.tsv`` or a sign of ``data/urgency.toml`` says so.

    Parameters
    ----------
    titles, texts : sequence of str
        Cleaned, masked letters.
    urgency : ndarray of int
        The model's urgency, 1 to 4.
    probabilities : ndarray, shape (letters, 4)
        The model's probabilities of urgency 1 to 4.
    phrases : Lexicon, optional
        The office's phrases besides the shipped ones.

    Examples
    --------
    >>> raised = raise_urgency(["求助"], ["楼下煤气泄漏"], np.array([2]), np.array([[0, .6, .2, .2]], np.float32))
    >>> raised.urgency.tolist(), raised.reasons
    ([4], ['“煤气泄漏”：燃气泄漏或爆炸危险'])
    """
    phrases, groups = phrases or lexicon.load("urgency"), _groups()
    at_least = np.cumsum(probabilities[:, ::-1], axis=1)[:, ::-1]
    result = urgency.copy()
    reasons, doubts = [""] * len(titles), [""] * len(titles)
    for row, (title, text) in enumerate(zip(titles, texts, strict=True)):
        letter = f"{title}\n{text}"
        for start, entry in phrases.find(letter):
            if entry.value <= result[row]:
                continue
            group = groups[entry.group]
            around = letter[max(0, start - 6) : start + len(entry.phrase) + 4]
            if any(word in around for word in group.cancelled_by):
                continue
            likely = float(at_least[row, entry.value - 1])
            if likely >= group.floor and not _aside(letter, start, start + len(entry.phrase)):
                result[row], reasons[row] = entry.value, _quoted(entry.phrase, entry.reason, lang)
            elif likely >= group.doubt and not doubts[row]:
                doubts[row] = entry.phrase
        for sign in _possible(letter):
            if sign.value > result[row] and (stretch := sign.stretch(letter)):
                result[row], reasons[row] = sign.value, _quoted(stretch, sign.reason, lang)
        if reasons[row]:
            doubts[row] = ""
    return Raised(result, reasons, doubts)


def _quoted(phrase: str, reason: str, lang: str) -> str:
    # A quotation mark of the letter would end the quotation.
    phrase = max(re.split("[“”]", phrase), key=len)
    return f"“{phrase}”：{reason}" if lang == "zh" else f'"{phrase}": {reason}'


def _aside(letter: str, start: int, stop: int) -> bool:
    """Return whether a phrase stands in a title in 《》, or in thanks for a rescue that is over."""
    before = letter[letter.rfind("\n", 0, start) + 1 : start]
    if before.rfind("《") > before.rfind("》") and "》" in letter[stop:].partition("\n")[0]:
        return True
    past, sentence = read_toml("urgency.toml")["past"], letter[slice(*bounds(letter, start, stop, _ENDS))]
    if not any(word in sentence for word in past["thanks"]) or any(word in sentence for word in past["still"]):
        return False
    close = letter[max(0, start - past["within"]) : stop + past["within"]]
    return any(word in close for word in past["rescued"])


def _clauses(letter: str, start: int, stop: int) -> str:
    """Return a stretch of a letter from the beginning of its clause to the end of one, unless that is too long."""
    whole = letter[slice(*bounds(letter, start, stop, _CLAUSE_ENDS))]
    return whole if len(whole) <= _LONGEST_QUOTE else letter[start:stop]


def _possible(letter: str) -> Iterator[_Sign]:
    """Yield the signs of which each list may have a word in the letter."""
    automaton, lists, signs = _signs()
    found = 0
    for index, _, _ in automaton.find_matches_as_indexes(letter, overlapping=True):
        found |= lists[index]
    for needed, sign in signs:
        if found & needed == needed:
            yield sign


@cache
def _groups() -> dict[str, _Group]:
    rows = read_toml("urgency.toml")["group"]
    return {row["name"]: _Group(row["floor"], row["doubt"], tuple(row["cancelled_by"])) for row in rows}


@cache
def _signs() -> tuple[ahocorasick_rs.AhoCorasick, list[int], list[tuple[int, _Sign]]]:
    """Return what finds the beginnings of the signs' words, the lists that each stands in, and the signs with theirs.

    Lists are the bits of a number.
    """
    rows: list[dict[str, Any]] = read_toml("urgency.toml")["together"]
    stems: dict[str, int] = {}
    needed, bit = [0] * len(rows), 1
    for number, row in enumerate(rows):
        for words in row["words"]:
            for word in words:
                stem = word.partition(_GAP)[0]
                stems[stem] = stems.get(stem, 0) | bit
            needed[number] |= bit
            bit <<= 1
    signs = [
        _Sign(
            value=row["value"],
            reason=row["reason"],
            words=tuple(_either(words) for words in row["words"]),
            within=row["within"],
            people=row.get("people", 0),
            crowd=tuple(row.get("crowd", ())),
            unless=tuple(row["unless"]),
        )
        for row in rows
    ]
    return finder(stems, longest=False), list(stems.values()), list(zip(needed, signs, strict=True))


def _either(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(_GAP_PATTERN.join(map(re.escape, word.split(_GAP))) for word in words))
