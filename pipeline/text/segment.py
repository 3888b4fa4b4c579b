"""Segment with jieba's dictionary.

``rjieba`` does the work. It differs from ``jieba.lcut`` on runs of ASCII that are not in the dictionary,
which jieba splits once more; with that done here the tokens are the same, and a parity test holds them to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path

import rjieba

from pipeline.settings import decoded, resource

_SHIPPED = resource("data") / "text" / "user_words.txt"
_PROPER = ("ns", "nt", "nz")  # tags of places, bodies and other proper names
_JOINER = re.compile(r"[+#&._%\-](?:(?<=[a-zA-Z0-9].)|(?=[a-zA-Z0-9]))")
_ASCII_PIECES = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")


class Segmenter:
    """Cut text into words.

    Parameters
    ----------
    user_words : iterable of str
        The office's own words, each kept whole.

    Notes
    -----
    One object per process: the dictionary takes 0.1 s to load. A pickled segmenter carries its words
    only and loads the dictionary anew.

    Examples
    --------
    >>> Segmenter().cut("小区业主反映物业乱收费")
    ['小区业主', '反映', '物业', '乱收费']
    >>> Segmenter(["云川大道"]).cut("云川大道堵车")
    ['云川大道', '堵车']
    """

    def __init__(self, user_words: Iterable[str] = ()) -> None:
        self._words = tuple(user_words)
        self._jieba = rjieba.Jieba()
        for word in self._words:
            self._jieba.add_word(word, None, None)

    def cut(self, text: str) -> list[str]:
        """Return the tokens of ``text``; joined they are the text again."""
        tokens = self._jieba.cut(text)
        if _JOINER.search(text) is None:
            return tokens
        split = {
            token: pieces
            for token in set(tokens)
            if len(token) > 1 and token.isascii() and (pieces := self._split_ascii(token)) != [token]
        }
        return [piece for token in tokens for piece in split.get(token, (token,))] if split else tokens

    def may_be_name(self, phrase: str) -> bool:
        """Return whether a word of the phrase may be a person's name (tag ``nr`` of jieba's dictionary and model).

        Examples
        --------
        >>> Segmenter().may_be_name("王建国局长"), Segmenter().may_be_name("搅拌站扰民")
        (True, False)
        """
        return any(tag.startswith("nr") for _, tag in self._jieba.tag(phrase))

    def knows(self, word: str) -> bool:
        """Return whether the dictionary holds a word."""
        return bool(self._jieba.has_word(word))

    def is_everyday(self, word: str) -> bool:
        """Return whether a word is in the dictionary and no proper name there, nor one that the office added.

        Examples
        --------
        >>> [default_segmenter().is_everyday(word) for word in ("停车场", "天安门", "丽发")]
        [True, False, False]
        """
        known = self._everyday.get(word)
        if known is None:
            tags = self._jieba.tag(word)
            known = len(word) > 1 and self.knows(word) and not any(tag in _PROPER for _, tag in tags)
            self._everyday[word] = known
        return known

    @cached_property
    def _everyday(self) -> dict[str, bool]:
        return dict.fromkeys(self._words, False)

    def _split_ascii(self, token: str) -> list[str]:
        if self._jieba.has_word(token):
            return [token]
        return [piece for piece in _ASCII_PIECES.split(token) if piece]

    def __reduce__(self) -> tuple[type[Segmenter], tuple[tuple[str, ...]]]:
        return Segmenter, (self._words,)


@cache
def default_segmenter() -> Segmenter:
    """Return the process's segmenter with the shipped user dictionary ``data/text/user_words.txt``."""
    return Segmenter(read_words(_SHIPPED))


def office_segmenter(words: Path) -> Segmenter:
    """Return a segmenter that knows an office's own words, too; the shipped one where the file has none."""
    own = read_words(words) if words.is_file() else []
    return Segmenter([*read_words(_SHIPPED), *own]) if own else default_segmenter()


def read_words(path: Path) -> list[str]:
    """Return the words of a user dictionary: one a line, lines with ``#`` are comments."""
    lines = (line.strip() for line in decoded(path.read_bytes()).splitlines())
    return [line for line in lines if line and not line.startswith("#")]
