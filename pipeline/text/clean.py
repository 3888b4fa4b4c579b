"""Bring letters into one form: half-width, simplified, without markup, stray spaces and set phrases.

The character mapping is a table look-up over the code points of a whole batch, so it costs a few
nanoseconds a character; the regular expressions run only on the letters that need them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.settings import read_table

_SEPARATOR = "\x00"
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31})[;；]|&nbsp(?![A-Za-z0-9])")
# The carriage return of a workbook's cell, as Excel writes it in its files.
_EXCEL_RETURN = "_x000D_"
_SPACES = re.compile(r" {2,}")
_SPACE_BY_HAN = re.compile(r"(?<=[\u4e00-\u9fff，。；：！？、]) (?=[\u4e00-\u9fff，。；：！？、])")
_BLANK_LINES = re.compile(r" ?\n[ \n]*")
_KEPT_FULL_WIDTH = "！（），：；？"
# Soft hyphen, zero-width space and joiners, direction marks, variation selectors, byte order mark.
_ZERO_WIDTH = "\xad\u061c\u180e" + "".join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF))
)
_NO_WIDTH = "\uffff"
# Radicals, compatibility ideographs, mathematical letters: copies of usual characters, common in text from PDF.
_COPIES = ((0x2E80, 0x2FE0), (0xF900, 0xFB00), (0x1D400, 0x1D800), (0x2F800, 0x2FA20))
_BLANKS = (
    *((0x00, 0x0A), (0x0B, 0x0D), (0x0E, 0x21), (0x7F, 0x85), (0x86, 0xA1), (0x1680, 0x1681), (0x2000, 0x2010)),
    *((0x202A, 0x2030), (0x205F, 0x2070), (0x3000, 0x3001), (0xD800, 0xF900), (0xFFF0, 0x10000), (0xF0000, 0x110000)),
)


@cache
def _code_points() -> NDArray[np.uint32]:
    table = np.arange(0x110000, dtype=np.uint32)
    for first, stop in _COPIES:
        for code in range(first, stop):
            usual = unicodedata.normalize("NFKC", chr(code))
            table[code] = ord(usual) if len(usual) == 1 else code
    for code in range(0xFF01, 0xFF5F):
        if chr(code) not in _KEPT_FULL_WIDTH:
            table[code] = code - 0xFEE0
    simplified = np.arange(0x110000, dtype=np.uint32)
    for row in read_table("text/traditional.tsv", ("traditional", "simplified")):
        simplified[ord(row["traditional"])] = ord(row["simplified"])
    table = simplified[table]
    for first, stop in _BLANKS:
        table[first:stop] = 0x20
    table[[ord(char) for char in _ZERO_WIDTH]] = ord(_NO_WIDTH)
    table[0] = 0  # the separator of a batch; a letter's own NUL is a space before it is joined
    table[[0x0D, 0x2028, 0x2029, 0x85]] = 0x0A
    return table


def normalise_characters(texts: Sequence[str]) -> list[str]:
    """Map every character to its usual form; lengths stay the same.

    Full-width letters and digits become half-width (the common full-width punctuation stays),
    traditional characters become simplified, control, private-use and zero-width characters and
    lone surrogates become spaces.

    Examples
    --------
    >>> normalise_characters(["Ａ３棟漏水，請處理！"])
    ['A3栋漏水，请处理！']
    """
    return _normalise(texts, zero_width=" ")


def _normalise(texts: Sequence[str], zero_width: str) -> list[str]:
    if not texts:
        return []
    joined = _SEPARATOR.join(text.replace(_SEPARATOR, " ") if _SEPARATOR in text else text for text in texts)
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    usual: str = _code_points()[points].tobytes().decode("utf-32-le")
    return usual.replace(_NO_WIDTH, zero_width).split(_SEPARATOR)


def clean(texts: Sequence[str]) -> list[str]:
    r"""Return the letters with usual characters, without HTML, with single spaces and line breaks.

    Zero-width characters vanish. Cleaning a clean letter changes nothing.

    Examples
    --------
    >>> clean(["<p>楼上&nbsp;漏水<br>已 三 个月</p>"])
    ['楼上漏水\n已三个月']
    """
    return [_tidy(text) for text in _normalise(texts, zero_width="")]


def _tidy(text: str) -> str:
    if "<" in text or "&" in text or _EXCEL_RETURN in text:
        text = _without_markup(text)
    if " " in text:
        text = _SPACES.sub(" ", text)
    if "\n" in text:
        text = _BLANK_LINES.sub("\n", text)
    if " " in text:
        text = _SPACE_BY_HAN.sub("", text)
    return text.strip()


def _without_markup(text: str) -> str:
    """Resolve entities and drop tags until none is left: exports often escape a letter twice."""
    tags = _tags()
    before = ""
    while text != before:
        before = text
        text = _ENTITY.sub(
            lambda entity: html.unescape(entity[0].replace("；", ";")), text.replace(_EXCEL_RETURN, "\n")
        )
        if text != before:
            text = _normalise([text], zero_width="")[0]
        if "<" in text:
            for pattern, becomes in tags:
                text = pattern.sub(becomes, text)
    return text


@cache
def _tags() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns with what replaces them. None looks past the next ``<``, so a letter is read once."""
    rows = list(read_table("text/html_tags.tsv", ("tag", "becomes", "source")))

    def named(becomes: str) -> str:
        return "(?:" + "|".join(row["tag"] for row in rows if row["becomes"] == becomes) + r")(?=[\s/>])[^<>]*>"

    comment = r"<!--(?:(?!<!--|-->)[^\x00])*-->|<[!?][A-Za-z\[][^<>]*>"
    hidden = rf"<\s*(?={named('hidden')})([A-Za-z]+)[^<>]*>[^<]*(?:<(?!\s*/\s*\1|\s*\1)[^<]*)*<\s*/\s*\1\s*>"
    return (
        (re.compile(f"{comment}", re.IGNORECASE), " "),
        (re.compile(hidden, re.IGNORECASE), " "),
        (re.compile(rf"<\s*/?\s*{named('break')}", re.IGNORECASE), "\n"),
        (re.compile(rf"</?(?:{named('inline')}|{named('hidden')})", re.IGNORECASE), " "),
    )


@cache
def _set_phrases() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rows = list(read_table("text/boilerplate.tsv", ("where", "pattern", "source")))
    opening = "|".join(row["pattern"] for row in rows if row["where"] == "opening")
    closing = "|".join(row["pattern"] for row in rows if row["where"] == "closing")
    mark = r"[\s，。！!,.:：、~～]*"
    return re.compile(rf"{mark}(?:(?:{opening}){mark})+"), re.compile(rf"(?:(?:{closing}){mark})+\Z")


def strip_set_phrases(text: str) -> str:
    """Drop the set phrases of greeting and thanks at a letter's two ends; the rest is untouched.

    A letter that is nothing but set phrases is returned as it came. Phrases: ``data/text/boilerplate.tsv``.

    Examples
    --------
    >>> strip_set_phrases("尊敬的领导：您好！我家停水三天了。谢谢！")
    '我家停水三天了。'
    """
    opening, closing = _set_phrases()
    start = opening.match(text)
    begin, end = start.end() if start else 0, len(text)
    # Closings are sought in the last 60 characters only, so the pattern never walks a long letter.
    while stop := closing.search(text, max(begin, end - 60), end):
        end = stop.start()
    return text[begin:end] if end > begin else text
