"""Does a letter accuse a body or an office-holder: phrases that say so, and acts of whoever is named before them.

That a bureau should act, or thanks to it, is no accusation, and neither is what a neighbour or a company did: an act
counts where the nearest party before it in its sentence is a body or an office-holder.
Phrases: ``data/lexicons/accusations.tsv``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Final

import ahocorasick_rs

from pipeline.settings import read_toml
from pipeline.text import lexicon
from pipeline.text.bodies import find_bodies, squeezed
from pipeline.text.finder import finder
from pipeline.text.lexicon import Entry, Lexicon

_FORCE, _ACT, _KIN, _GOOD, _OWN = "force", "act", "kin", "good", "own"
_ASKED, _PARTY, _VAGUE, _BESIDE = "asked", "party", "vague", "beside"
_DENIED, _SUFFERED, _AGAIN = "denied", "suffered", "again"
_SENTENCE_END: Final = re.compile("[。！？!?\n]")
_CLAUSES: Final = "。！？!?\n，,；;：:、"
_SENTENCES_BACK: Final = 3
_HINTS: Final = ("dereliction", "demand")
_REACH: Final = 40  # further on, a sentence speaks of something else
_NAME: Final = "〔姓名〕"
_GAP: Final = "…"
_OF: Final = "的"


@dataclass(frozen=True, order=True)
class _Party:
    """Who stands at ``text[start:end]`` of a sentence: a body or an office-holder, or somebody else."""

    start: int
    end: int
    official: bool


def accuses(letter: str) -> str:
    """Return the phrase of an accusation in a sentence that names a body or an office-holder; "" if there is none.

    Examples
    --------
    >>> accuses("路灯不亮。村支书侵吞补偿款。"), accuses("业主侵吞了维修款")
    ('侵吞', '')
    """
    denied = _words(_DENIED)
    sentences, told = _sentences(letter, [start for start, _ in _phrases(_listed()).find(letter)])
    for sentence in (sentences[at] for at in told):
        if not names_a_body(sentence):
            continue
        for start, entry in _phrases(_listed()).find(sentence):
            others = entry.group == _FORCE and _is_others(sentence, start)
            if not others and not sentence.endswith(denied, 0, start):
                return entry.phrase
    return charges(letter)


def charges(letter: str) -> str:
    """Return the words for what a body or an office-holder has done according to a letter; "" if it says no such thing.

    Stronger than :func:`accuses`: a body that is only asked, thanked or named beside another's deed doesn't count.

    Examples
    --------
    >>> charges("所长收了赌场老板的钱"), charges("公司收了我的钱不退，请市监局介入"), charges("科长把工程包给他弟弟")
    ('收了…钱', '', '弟弟')
    """
    places = [start for start, _ in _phrases((*_listed(), _KIN)).find(letter)]
    sentences, telling = _sentences(letter, [*places, *(start for start, _ in _acts(letter))])
    for at in telling:
        told = _told(sentences[at])
        if (told or _phrases((_KIN,)).find(sentences[at])) and (found := _charge(sentences[at], told, sentences[:at])):
            return found
    return ""


def names_a_body(sentence: str) -> bool:
    """Return whether a sentence names a body or an office-holder.

    Examples
    --------
    >>> names_a_body("派出所民警包庇对方"), names_a_body("开发商欺骗业主")
    (True, False)
    """
    return bool(find_bodies(sentence)) or any(
        entry.group for _, entry in lexicon.load("posts").find(squeezed(sentence))
    )


def is_asked(text: str, start: int) -> bool:
    """Return whether what begins at ``start`` is asked for help or thanked right there.

    Examples
    --------
    >>> is_asked("希望教育局介入", 2), is_asked("举报教育局", 2)
    (True, False)
    """
    # The rule of bodies takes 感谢白鹭县 for a place.
    return text.endswith(_words(_ASKED), 0, start) or text.startswith(_asked_in_names(), start)


def hints(letter: str) -> bool:
    """Return whether any phrase of an accusation, of dereliction or of a demand to punish stands in a letter.

    Examples
    --------
    >>> hints("请教育局公布名单"), hints("教育局互相推诿")
    (False, True)
    """
    return bool(_phrases((*_listed(), *_HINTS)).find(letter)) or bool(charges(letter))


def _sentences(letter: str, places: list[int]) -> tuple[list[str], list[int]]:
    """Return the sentences of a letter and which of them hold one of the places; nothing without a place, as mostly."""
    if not places:
        return [], []
    sentences = _SENTENCE_END.split(letter)
    ends = list(accumulate(len(sentence) + 1 for sentence in sentences))
    return sentences, sorted({bisect_right(ends, place) for place in places})


def _told(sentence: str) -> list[tuple[int, str]]:
    """Return where acts and phrases of accusations begin that aren't denied right there, and their words."""
    told = [(start, entry.phrase) for start, entry in _phrases(_listed()).find(sentence)]
    denied = _words(_DENIED)
    return sorted(act for act in [*told, *_acts(sentence)] if not sentence.endswith(denied, 0, act[0]))


def _charge(sentence: str, told: list[tuple[int, str]], before: list[str]) -> str:
    parties = _parties(sentence)
    if sentence.startswith((*_words(_AGAIN), *_words(_OWN))):
        # 他收了我的钱: whoever the last sentence that names a party spoke of.
        last = [party for earlier in before[-_SENTENCES_BACK:] for party in _parties(earlier)][-1:]
        parties = [*(_Party(0, 0, party.official) for party in last), *parties]
    for start, phrase in told:
        if _is_officials(parties, start):
            return phrase
    return _favoured(sentence, parties)


def _is_officials(parties: list[_Party], at: int) -> bool:
    """Return whether the nearest party before a place in the sentence is a body or an office-holder."""
    before = [party for party in parties if party.end <= at]
    return bool(before) and before[-1].official and at - before[-1].end <= _REACH


def _is_others(sentence: str, at: int) -> bool:
    before = [party for party in _parties(sentence) if party.end <= at]
    return bool(before) and not before[-1].official


def _favoured(sentence: str, parties: list[_Party]) -> str:
    """Return the word for a relative of an office-holder to whom something of value went."""
    goods = [(start, start + len(entry.phrase), entry.value) for start, entry in _phrases((_GOOD,)).find(sentence)]
    for start, entry in _phrases((_KIN,)).find(sentence):
        end = start + len(entry.phrase)
        near = any(max(start - to, begin - end) <= reach for begin, to, reach in goods)
        if near and _is_officials(parties, start) and _is_theirs(sentence, start, parties):
            return entry.phrase
    return ""


def _is_theirs(sentence: str, start: int, parties: list[_Party]) -> bool:
    if sentence.endswith(_words(_OWN), 0, start):
        return True
    before = sentence[:start].removesuffix(_OF).removesuffix(_NAME)
    return any(party.official and party.end == len(before) for party in parties)


def _parties(sentence: str) -> list[_Party]:
    """Return who acts in a sentence: bodies and office-holders neither asked nor thanked, and other parties."""
    others = _spans(sentence, _phrases((_PARTY,)))
    named = [(body.start, body.end) for body in find_bodies(sentence) if not body.institution]
    named += [span for span in _spans(sentence, lexicon.load("posts")) if sentence[slice(*span)] not in _words(_VAGUE)]
    theirs = {end for _, end in others}
    officials = [
        _Party(start, end, official=True)
        for start, end in together(named)
        if not is_asked(sentence, start)
        and not sentence.startswith(_words(_SUFFERED), end)
        and len(sentence[:start].removesuffix(_OF)) not in theirs
    ]
    others += [(a, b) for a, b in _spans(sentence, _phrases((_KIN,))) if not _is_theirs(sentence, a, officials)]
    # 在开发商那里, 把司机: not who acts. 公司 within the name of a body is the body's.
    besides = _words(_BESIDE)
    acting = [
        _Party(start, end, official=False)
        for start, end in others
        if not sentence.endswith(besides, 0, start) and not any(a < end and start < b for a, b in named)
    ]
    return sorted([*officials, *acting])


def together(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap as one: 城管 and 城管队员 are one party.

    Examples
    --------
    >>> together([(4, 6), (0, 2), (0, 4)])
    [(0, 4), (4, 6)]
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _spans(sentence: str, phrases: Lexicon) -> list[tuple[int, int]]:
    return [(start, start + len(entry.phrase)) for start, entry in phrases.find(sentence)]


def _acts(sentence: str) -> Iterator[tuple[int, str]]:
    """Yield where an act begins, and its words: 收了…钱 is 收了, at most so many characters of one clause, then 钱."""
    automaton, tails = _gapped()
    for index, start, end in automaton.find_matches_as_indexes(sentence, overlapping=True):
        for entry, tail in tails[index]:
            at = sentence.find(tail, end, end + entry.value + len(tail)) if tail else end
            if at >= 0 and not any(mark in sentence[end:at] for mark in _CLAUSES):
                yield start, entry.phrase


@cache
def _listed() -> tuple[str, ...]:
    """Return the groups of phrases that accuse wherever they stand beside a body or an office-holder."""
    return (*read_toml("review.toml")["sealed"]["groups"], _FORCE)


@cache
def _gapped() -> tuple[ahocorasick_rs.AhoCorasick, list[list[tuple[Entry, str]]]]:
    heads: dict[str, list[tuple[Entry, str]]] = {}
    for entry in _phrases((_ACT,)).entries:
        head, _, tail = entry.phrase.partition(_GAP)
        heads.setdefault(head, []).append((entry, tail))
    return finder(heads, longest=False), list(heads.values())


@cache
def _phrases(groups: tuple[str, ...]) -> Lexicon:
    return Lexicon([entry for entry in lexicon.load("accusations").entries if entry.group in groups])


@cache
def _words(group: str) -> tuple[str, ...]:
    return tuple(entry.phrase for entry in _phrases((group,)).entries)


@cache
def _asked_in_names() -> tuple[str, ...]:
    return tuple(entry.phrase for entry in _phrases((_ASKED,)).entries if entry.value)
