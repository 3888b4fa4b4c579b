"""Find the names of persons in cleaned letters.

Every position of a whole batch is scored at once: how much likelier are its characters as a surname and a
given name than as running text. Only the phrases with a likely name are cut into words, and what stands
beside the name (a title, 我叫, another name) decides. What belongs to the name of a school, a hospital, an estate or
a company (:mod:`pipeline.text.institutions`) is no person's. The tables are ``data/names/*.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, groupby
from operator import itemgetter

import numpy as np
import rjieba
from numpy.typing import NDArray

from pipeline.settings import broken_row, read_table, read_toml
from pipeline.text.institutions import Institutions, institutions

_SEPARATOR = "\x00"
GIVEN = ("character", "middle", "last", "source")
_IMPOSSIBLE = -1000
# How a character may begin a name: as a surname (1), as a compound one (2), as 老 or 小 (3).
_COMPOUND, _OLD = 2, 3
_SIDES = ("before", "title", "address", "after", "place")
# A word that ends in a surname: its last character begins no name.
_WORD = "word"


@dataclass(frozen=True)
class _Tables:
    """The weights by surname, character and phrase; ``score`` holds the numbers of ``names/score.toml``."""

    surname: dict[str, int]
    wordlike: dict[str, int]
    middle: dict[str, int]
    last: dict[str, int]
    ordinary: frozenset[str]
    beside: dict[str, dict[str, int]]
    heads: dict[str, frozenset[str]]
    score: dict[str, int]
    title_heads: frozenset[str]
    marks: str
    listed: str
    titled: str
    dotted: tuple[re.Pattern[str], re.Pattern[str]]


def whole(relative: str, row: dict[str, str], column: str) -> int:
    """Return a cell as a whole number.

    Raises
    ------
    RuleTableError
        It is none; the row is named.
    """
    try:
        return int(row[column])
    except ValueError:
        why_zh = f"{column} 应为整数，实为「{row[column]}」"
        raise broken_row(relative, row, why_zh, f"{column} must be a whole number, not {row[column]!r}") from None


@cache
def _tables() -> _Tables:
    surnames = list(read_table("names/surnames.tsv", ("surname", "weight", "word", "source")))
    given = list(read_table("names/given.tsv", GIVEN))
    beside: dict[str, dict[str, int]] = {side: {} for side in (*_SIDES, _WORD)}
    for row in read_table("names/context.tsv", ("phrase", "side", "weight", "source")):
        if row["side"] not in beside:
            sides = "、".join(beside)
            why_zh, why_en = f"side 应为 {sides} 之一", f"side must be one of {sides}"
            raise broken_row("names/context.tsv", row, why_zh, why_en)
        beside[row["side"]][row["phrase"]] = whole("names/context.tsv", row, "weight")
    beside["right"] = beside["after"] | beside["place"] | beside["title"]
    score = read_toml("names/score.toml")
    return _Tables(
        {row["surname"]: whole("names/surnames.tsv", row, "weight") for row in surnames},
        {row["surname"]: whole("names/surnames.tsv", row, "word") for row in surnames},
        {row["character"]: whole("names/given.tsv", row, "middle") for row in given},
        {row["character"]: whole("names/given.tsv", row, "last") for row in given},
        frozenset(row["word"] for row in read_table("names/ordinary.tsv", ("word", "source"))),
        beside,
        {side: frozenset(phrase[0] for phrase in phrases) for side, phrases in beside.items()},
        score["score"],
        frozenset(phrase[:2] for phrase in beside["title"]),
        score["marks"],
        score["listed"],
        score["titled"],
        (re.compile(f"[{score['dotted']}]{{2,7}}\\Z"), re.compile(f"[{score['dotted']}]{{2,8}}")),
    )


@cache
def _characters() -> tuple[NDArray[np.int16], ...]:
    """Return what each character is or weighs: how it begins a name, as surname, middle, last, left, right, follower.

    Left and right stand beside a name, a follower behind a bare surname; the eighth table knows the second
    characters of compound surnames.
    """
    tables = _tables()
    begins, follows, second = np.zeros((3, 0x10000), dtype=np.int16)
    surname, middle, last, left, right = np.full((5, 0x10000), _IMPOSSIBLE, dtype=np.int16)
    middle[0x4E00:0xA000] = last[0x4E00:0xA000] = tables.score["unusual"]
    left[:] = right[:] = tables.score["edge"]
    left[0x4E00:0xA000] = right[0x4E00:0xA000] = 0
    for column, weights in ((middle, tables.middle), (last, tables.last)):
        for char, weight in weights.items():
            column[ord(char)] = weight
    for phrase, weight in tables.surname.items():
        begins[ord(phrase[0])] = max(begins[ord(phrase[0])], len(phrase))
        if len(phrase) == 1:
            surname[ord(phrase)] = weight
        else:
            second[ord(phrase[1])] = 1
    begins[[ord("老"), ord("小")]] = _OLD
    for mark in tables.listed:
        left[ord(mark)] = right[ord(mark)] = tables.score["listed"]
    for phrase, weight in tables.beside["before"].items():
        if len(phrase) == 1:
            left[ord(phrase)] = weight
    for phrase, weight in (tables.beside["title"] | tables.beside["after"]).items():
        right[ord(phrase[0])] = max(right[ord(phrase[0])], weight)
    for phrase in [*tables.beside["title"], *tables.beside["address"], "某"]:
        follows[ord(phrase[0])] = 1
    return begins, surname, middle, last, left, right, follows, second


@cache
def _tails() -> tuple[NDArray[np.uint32], NDArray[np.int16]]:
    """Return the last two characters of the phrases before a name, in order, with the weight of each."""
    tails: dict[int, int] = {}
    for phrase, weight in _tables().beside["before"].items():
        if len(phrase) > 1:
            tail = ord(phrase[-2]) << 16 | ord(phrase[-1])
            tails[tail] = max(tails.get(tail, 0), weight)
    keys = sorted(tails)
    return np.array([*keys, 0xFFFFFFFF], dtype=np.uint32), np.array([*(tails[key] for key in keys), 0], dtype=np.int16)


def _told_by(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> NDArray[np.int16]:
    keys, weights = _tails()
    pairs = first.astype(np.uint32) << 16 | second
    at = np.searchsorted(keys, pairs)
    at[at == len(keys)] = len(keys) - 1
    return np.where(keys[at] == pairs, weights[at], np.int16(0))


@cache
def _dictionary() -> rjieba.Jieba:
    return rjieba.Jieba()


def find_names(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Return (start, end) of the names of persons in each cleaned text, in order, without overlaps.

    A surname before a title is found without the title (李 in 李主任), and so are 老王, 王某某 and
    阿卜杜拉·买买提. Names of roads, places and companies are no names of persons.

    Examples
    --------
    >>> text = "我叫周启明，李主任没有答复，中山路也堵"
    >>> [text[start:end] for start, end in find_names([text])[0]]
    ['周启明', '李']
    """
    if not texts:
        return []
    begins = [0, *accumulate(len(text) + 1 for text in texts)]
    found = _Reader(_SEPARATOR.join(texts)).names()
    which = np.searchsorted(begins, [start for start, _ in found], side="right") - 1
    names: list[list[tuple[int, int]]] = [[] for _ in texts]
    for (start, end), letter in zip(found, which.tolist(), strict=True):
        names[letter].append((start - begins[letter], end - begins[letter]))
    return [_with_repeats(text, spans) if spans else spans for text, spans in zip(texts, names, strict=True)]


def _with_repeats(text: str, names: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Add the other places of a full name: once told, it is known in the whole letter."""
    full = {text[start:end] for start, end in names if end - start >= 3 and "某" not in text[start:end]}
    told = [span for name in sorted(full) for span in _places(name, text)]
    return _apart(told + [span for span in names if not any(a < span[1] and span[0] < b for a, b in told)])


def _places(name: str, text: str) -> Iterator[tuple[int, int]]:
    end = 0
    while (start := text.find(name, end)) >= 0:
        end = start + len(name)
        yield start, end


class _Reader:
    """The names in one long text, the letters of a batch with a separator between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tables = _tables()
        self._phrase = ("", 0)
        self._known: Institutions | None = None

    @property
    def institutions(self) -> Institutions:
        """What names of institutions end in, in the phrase that is read; most phrases never ask."""
        if self._known is None:
            self._known = institutions(*self._phrase, self.tables.titled)
        return self._known

    def names(self) -> list[tuple[int, int]]:
        dotted = list(self._dotted())
        found = dotted.copy()
        end = 0
        for begin, stop, starts in self._phrases():
            phrase = self.text[begin:stop]
            edges = set(accumulate(map(len, _dictionary().cut(phrase, False)), initial=begin))
            self._phrase, self._known = (phrase, begin), None
            for start in starts:
                name = self._short(start, begin, stop, edges) or self._full(start, stop, edges, end)
                if name is not None and name[0] >= end and not any(a < name[1] and name[0] < b for a, b in dotted):
                    found.append(name)
                    end = name[1]
        return _apart(found)

    def _dotted(self) -> Iterator[tuple[int, int]]:
        before, after = self.tables.dotted
        at = -1
        while (at := self.text.find("·", at + 1)) >= 0:
            first, second = before.search(self.text, max(0, at - 7), at), after.match(self.text, at + 1)
            if first and second:
                yield first.start(), second.end()

    def _phrases(self) -> Iterator[tuple[int, int, list[int]]]:
        """Yield (start, end, where a name may begin) of each run of Chinese characters with a likely name."""
        points = np.frombuffer(f"\n\n\n{self.text}\n\n\n".encode("utf-32-le", "surrogatepass"), dtype="<u4")
        narrow = np.minimum(points, 0xFFFF).astype(np.uint16)
        begins, surname, middle, last, left, right, follows, second = _characters()
        starts = np.flatnonzero(begins[narrow[3:-3]])
        around = [narrow[starts + 3 + step] for step in range(-3, 4)]
        first, one, two, three = around[3:]
        given = np.maximum(last[one] + right[two], middle[one] + last[two] + right[three])
        before = np.maximum(left[around[2]], _told_by(around[1], around[2]))
        marked = np.isin(around[2], [ord(mark) for mark in self.tables.marks])
        before = np.where(marked, np.maximum(_told_by(around[0], around[1]), left[ord("\n")]), before)
        best = surname[first] + given + before
        enough = self.tables.score["enough"] - self.tables.score["alone"]
        short = (begins[first] == _OLD) & (surname[one] > 0) | (begins[first] == _COMPOUND) & (second[one] > 0)
        short |= (surname[first] > _IMPOSSIBLE) & (follows[one] > 0)
        likely = (best >= enough) | short
        starts, best = starts[likely], best[likely]
        places = zip(starts.tolist(), best.tolist(), strict=True)
        worth = [start for start, score in places if self._worth(start, score)]
        gaps = np.flatnonzero(points[3:] - np.uint32(0x4E00) >= 0x5200)
        behind = np.searchsorted(gaps, worth).tolist()
        for gap, group in groupby(zip(behind, worth, strict=True), key=itemgetter(0)):
            yield (int(gaps[gap - 1]) + 1 if gap else 0), int(gaps[gap]), [start for _, start in group]

    def _worth(self, start: int, best: int) -> bool:
        """Return whether a likely place is worth cutting the words around it: most are not, and a look is quick."""
        text, tables = self.text, self.tables
        pair = text[start : start + 2]
        if pair[0] in "老小" or pair in tables.surname:
            return True
        if pair[0] not in tables.surname:
            return False
        if (
            text[start + 1 : start + 3] in tables.title_heads
            or pair[1:] in tables.beside["address"]
            or pair[1:] == "某"
        ):
            return pair not in tables.ordinary
        return (
            best + (tables.score["ordinary_start"] if pair in tables.ordinary else 0)
            >= tables.score["enough"] - tables.score["alone"]
        )

    def _short(self, start: int, begin: int, stop: int, edges: set[int]) -> tuple[int, int] | None:
        """Return the span of 老王, 王某某 or of a bare surname before its title."""
        text, tables = self.text, self.tables
        if text[start] in "老小":
            wordlike = tables.wordlike.get(text[start + 1], 1)
            ends = start + 2 in edges or self._beside("after", start + 2)
            shop = self._beside("place", start + 2) or start + 2 in self.institutions.starts | self.institutions.joined
            alone = start in edges and ends and not wordlike and not shop
            return (start, start + 2) if alone else None
        size = 2 if text[start : start + 2] in tables.surname else 1
        end = start + size
        word = tables.wordlike.get(text[start:end])
        if word is None:
            return None
        if text[end : end + 1] == "某":
            after = end + 2 if text[end + 1 : end + 2] == "某" else end + 1
            clear = after == end + 2 or word == 0 or start == begin
            return (start, after) if clear and start in edges else None
        told = self._beside("title", end) or (
            text[end : end + 1] in tables.beside["address"] and end + 1 in edges and not word
        )
        if not told or start not in edges or text[start : start + 2] in tables.ordinary:
            return None
        return (start, end) if word < 2 or start == begin or self._introduced(start) else None

    def _full(self, start: int, stop: int, edges: set[int], known: int) -> tuple[int, int] | None:
        """Return the span of the best surname and given name that begin at ``start``."""
        size = 2 if self.text[start : start + 2] in self.tables.surname else 1
        if self.text[start : start + size] not in self.tables.surname or self._ends_word(start):
            return None
        if self._beside("title", start + size):
            return None
        ends = [end for end in (start + size + 2, start + size + 1) if end <= stop]
        introduced = self._introduced(start)
        listed = known and known == start - 1 and self.text[known] in self.tables.listed
        left = self.tables.score["listed"] if listed else introduced or self._edge(start - 1)
        scores = {end: left + self._score(start, size, end, edges, introduced) for end in ends}
        enough = self.tables.score["enough"]
        likely = [end for end in ends if scores[end] >= enough]
        scores = {end: scores[end] + self._within_institution(start, end, introduced) for end in likely}
        best = max(likely, key=lambda end: scores[end], default=None)
        return (start, best) if best is not None and scores[best] >= enough else None

    def _score(self, start: int, size: int, end: int, edges: set[int], introduced: int) -> int:
        text, tables = self.text, self.tables
        weigh, unusual = tables.score, tables.score["unusual"]
        given, name = text[start + size : end], text[start:end]
        score = tables.surname[text[start : start + size]] + tables.last.get(given[-1], unusual)
        if len(given) == 2:
            score += tables.middle.get(given[0], unusual)
        if score + weigh["most"] < weigh["enough"]:
            return score
        eased = weigh["told"] if introduced >= weigh["mark"] else 0
        if name in tables.ordinary:
            score += weigh["ordinary"] + eased
        elif len(given) == 2 and name[:2] in tables.ordinary and start + size not in edges:
            score += weigh["ordinary_start"] + eased
        if tables.wordlike[text[start : start + size]] == 2 and not introduced and not self._beside("title", end):
            score += weigh["wordlike"] if len(given) == 1 else weigh["wordlike_longer"]
        if len(given) == 1 and not introduced:
            score += weigh["two_characters"]
        score += weigh["joined_left"] * (start not in edges and introduced < weigh["mark"])
        score += weigh["doubled"] * (len(given) == 2 and given[0] == given[1])
        score += weigh["joined_right"] * (end not in edges)
        score += weigh["alone"] * (start + size in edges)
        return score + (self._beside("right", end) or self._edge(end))

    def _within_institution(self, start: int, end: int, introduced: int) -> int:
        """Return what speaks against a name that stands before or reaches into the name of an institution."""
        weigh = self.tables.score
        eased = weigh["told"] if introduced >= weigh["mark"] else 0
        if self._of_institution(start, end, introduced):
            return weigh["ordinary"] + eased if eased else _IMPOSSIBLE
        return weigh["institution"] if end in self.institutions.starts and not eased else 0

    def _of_institution(self, start: int, end: int, introduced: int) -> bool:
        """Return whether a name would reach into what the name of a school, hospital, estate or company ends in."""
        found = self.institutions
        if not found.inside.isdisjoint(range(start, end)):
            return True
        more = not introduced and not self._edge(start - 1)
        return more and not found.joined.isdisjoint(range(start, end))

    def _edge(self, at: int) -> int:
        inside = 0 <= at < len(self.text) and "\u4e00" <= self.text[at] <= "\u9fff"
        return 0 if inside else self.tables.score["edge"]

    def _ends_word(self, start: int) -> bool:
        """Return whether the character at ``start`` is the last one of a word: 谢 in 感谢, but not in 感谢谢海涛."""
        words = self.tables.beside[_WORD]
        return any(
            self.text[at : start + 1] in words and not self._ends_word(at) for at in range(max(0, start - 2), start)
        )

    def _introduced(self, start: int) -> int:
        """Return the weight of the words before ``start`` that introduce a name."""
        end = start
        while end and start - end < 2 and self.text[end - 1] in self.tables.marks:
            end -= 1
        weights = self.tables.beside["before"]
        for at in range(max(0, end - 5), end):
            if weight := weights.get(self.text[at:end], 0):
                return weight
        return 0

    def _beside(self, side: str, start: int) -> int:
        """Return the weight of the longest phrase of one side that begins at ``start``."""
        text, weights = self.text, self.tables.beside[side]
        if text[start : start + 1] not in self.tables.heads[side]:
            return 0
        for end in range(start + 4, start, -1):
            if weight := weights.get(text[start:end], 0):
                return weight
        return 0


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
