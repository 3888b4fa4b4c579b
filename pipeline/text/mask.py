"""Mask personal data: numbers, addresses below street level, names of persons, what is told about health.

Finding and replacing are separate: :func:`find` returns spans, :func:`mask` replaces them. The
patterns are data (``data/masks.toml``), each with its source; checksums are those of python-stdnum.
Names are found in :mod:`pipeline.text.names`, health in :mod:`pipeline.text.health`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs
from stdnum import luhn, numdb
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from pipeline.settings import read_toml
from pipeline.text.finder import finder
from pipeline.text.health import find_health
from pipeline.text.names import find_names
from pipeline.text.stretches import begin_of

# A letter without any of these cannot hold a personal number, so it is asked for addresses only.
_DIGITS = re.compile(r"[0-9][0-9 \-—–.()（）]{4}")
_LATIN = re.compile(r"[A-Za-z][ ·•・.\-]?[A-Za-z0-9_\-]{4}")
_NUMBERED = re.compile(r"[0-9A-Za-z@栋幢组]")
_SEPARATORS = re.compile(r"[ \-]")
_TAKEN = "〔"
_ENDS = "。！？!?；;\n"
_SENTENCE = re.compile(f"[{_ENDS}]")


def _identity(value: str) -> bool:
    """Check digit and birth date.

    ``ric.validate`` also asks whether the birth place existed in the birth year, but the first six
    digits name the county of registration: it refuses everybody born before their county got its
    code (and the residence permits 81-83), and those numbers would go unmasked. It also stops with a
    KeyError where a province is known and the county is not.
    """
    digits = _SEPARATORS.sub("", value).upper()
    return ric.calc_check_digit(digits) == digits[-1] and _is_birth_date(digits)


def _identity_old(value: str) -> bool:
    digits = _SEPARATORS.sub("", value)
    province = any(parts for _, parts in numdb.get("cn/loc").info(digits[:2]))
    return province and _is_birth_date(f"{digits[:6]}19{digits[6:]}")


def _is_birth_date(digits: str) -> bool:
    try:
        ric.get_birth_date(digits)
    except ValidationError:
        return False
    return True


def _luhn(value: str) -> bool:
    return luhn.is_valid(_SEPARATORS.sub("", value))


_CHECKS: dict[str, Callable[[str], bool]] = {
    "none": lambda value: True,
    "identity": _identity,
    "identity_old": _identity_old,
    "luhn": _luhn,
}


@dataclass(frozen=True)
class MaskRule:
    """One kind of personal number: pattern, checksum, what is shown instead, words of which one must be near."""

    kind: str
    placeholder: str
    pattern: re.Pattern[str]
    check: str
    near: frozenset[str]

    def first(self, text: str, at: int) -> tuple[int, int] | None:
        """Return start and end of the first number of this kind from ``at`` on.

        A run of digits that fails the check hides no number inside it.
        """
        group = "v" if "v" in self.pattern.groupindex else 0
        while match := self.pattern.search(text, at):
            start, end = match.span(group)
            if _CHECKS[self.check](text[start:end]):
                return start, end
            at = match.start() + 1
        return None


@dataclass(frozen=True, order=True)
class Span:
    """Personal data in a text: ``text[start:end]``; kind is a rule's, "name" or "health"."""

    start: int
    end: int
    kind: str
    placeholder: str


@cache
def mask_rules() -> tuple[MaskRule, ...]:
    """Return the rules of ``data/masks.toml`` in their order."""
    return tuple(
        MaskRule(row["kind"], row["placeholder"], re.compile(row["pattern"]), row["check"], frozenset(row["near"]))
        for row in read_toml("masks.toml")["mask"]
    )


@cache
def address_rules() -> tuple[MaskRule, ...]:
    """Return the rules of addresses; they alone may find something in a letter without long numbers."""
    return tuple(rule for rule in mask_rules() if rule.kind.startswith("address"))


@cache
def _near() -> tuple[ahocorasick_rs.AhoCorasick, tuple[str, ...]]:
    """Return an automaton of the words of which a rule needs one in the letter, and the words."""
    words = tuple(sorted({word for rule in mask_rules() for word in rule.near}))
    return finder(words, longest=False), words


@cache
def _told() -> dict[str, str]:
    """Return the placeholders of what is found by words rather than by a pattern."""
    return {row["kind"]: row["placeholder"] for row in read_toml("masks.toml")["told"]}


def find(text: str) -> list[Span]:
    """Return the personal data of a cleaned text, in order, without overlaps.

    Examples
    --------
    >>> [span.kind for span in find("电话13800138000，车牌云A12345，我叫周启明")]
    ['mobile', 'plate', 'name']
    """
    return find_all([text])[0]


def find_all(texts: Sequence[str]) -> list[list[Span]]:
    """Return the personal data of each cleaned text; a batch is read faster than its letters one by one.

    Examples
    --------
    >>> [[span.kind for span in spans] for spans in find_all(["李主任没来", "3栋2单元漏水"])]
    [['name'], ['address']]
    """
    found: list[list[Span]] = [[] for _ in texts]
    pieces = [(letter, 0, len(text)) for letter, text in enumerate(texts)]
    shown = list(texts)
    # What is masked sets its neighbours free of their words: look again beside it until nothing is new.
    while pieces:
        new = _once(shown, pieces)
        pieces = []
        for letter, spans in new.items():
            known = found[letter]
            found[letter] = sorted([*known, *(_unshown(span, known) for span in spans)])
            shown[letter] = _replace(shown[letter], spans)
            pieces += [(letter, *stretch) for stretch in _sentences(shown[letter], spans)]
    return found


def _once(texts: Sequence[str], pieces: Sequence[tuple[int, int, int]]) -> dict[int, list[Span]]:
    """Return by letter what is found in one look: numbers in the whole letter, names and health in the pieces."""
    found: dict[int, list[Span]] = {}
    hidden: dict[int, str] = {}
    # A letter that is looked at again can only hold a new number where something was masked beside one.
    numbered = {
        letter for letter, start, stop in pieces if _NUMBERED.search(texts[letter], max(0, start - 40), stop + 40)
    }
    for letter in dict.fromkeys(letter for letter, _, _ in pieces):
        text = (
            _placeholders().sub(lambda own: _TAKEN * len(own[0]), texts[letter])
            if "〔" in texts[letter]
            else texts[letter]
        )
        found[letter], hidden[letter] = _numbers(text) if letter in numbered else ([], text)
    for letter, start, stop in pieces:
        text = hidden[letter]
        for begin, end in find_health(text[start:stop]):
            found[letter].append(Span(start + begin, start + end, "health", _told()["health"]))
            text = text[: start + begin] + _TAKEN * (end - begin) + text[start + end :]
        hidden[letter] = text
    names = find_names([hidden[letter][start:stop] for letter, start, stop in pieces])
    for (letter, start, _), spans in zip(pieces, names, strict=True):
        found[letter] += [Span(start + begin, start + end, "name", _told()["name"]) for begin, end in spans]
    return {letter: sorted(spans) for letter, spans in found.items() if spans}


def _unshown(span: Span, known: Sequence[Span]) -> Span:
    """Return where a span of the masked text stands in the letter as it came; ``known`` is what was masked."""
    shift = 0
    for mark in known:
        if mark.start >= span.start + shift:
            break
        shift += mark.end - mark.start - len(mark.placeholder)
    return Span(span.start + shift, span.end + shift, span.kind, span.placeholder)


def _sentences(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return the sentences of a masked text in which the spans now stand as placeholders."""
    stretches: list[tuple[int, int]] = []
    shift = 0
    for span in spans:
        start = span.start + shift
        shift += len(span.placeholder) - (span.end - span.start)
        if stretches and start < stretches[-1][1]:
            continue
        begin = begin_of(text, start, _ENDS)
        close = _SENTENCE.search(text, start)
        stretches.append((begin, close.end() if close else len(text)))
    return stretches


def _numbers(text: str) -> tuple[list[Span], str]:
    """Return what the patterns find, and the text with it hidden."""
    numbered = _DIGITS.search(text) or "@" in text or _LATIN.search(text)
    automaton, words = _near()
    near = {words[index] for index, _, _ in automaton.find_matches_as_indexes(text, overlapping=True)}
    rules = [
        rule
        for rule in (mask_rules() if numbered else address_rules())
        if not rule.near or not rule.near.isdisjoint(near)
    ]
    spans: list[Span] = []
    found = -1
    # What is found hides from every later search, and digits beside it may now stand free: look until nothing is new.
    while len(spans) > found:
        found = len(spans)
        for rule in rules:
            end = 0
            while number := rule.first(text, end):
                start, end = number
                spans.append(Span(start, end, rule.kind, rule.placeholder))
                text = text[:start] + _TAKEN * (end - start) + text[end:]
        if not spans:
            break
    return spans, text


def mask(texts: Sequence[str]) -> list[str]:
    """Return the texts with all personal data replaced by placeholders.

    Examples
    --------
    >>> mask(["请打13800138000找我", "我叫周启明，家住槐安里3栋2单元501室"])
    ['请打〔手机号〕找我', '我叫〔姓名〕，家住槐安里〔住址〕']
    """
    return [_replace(text, spans) for text, spans in zip(texts, find_all(texts), strict=True)]


def holds_numbers(header: str) -> bool:
    """Return whether a header, as :func:`pipeline.intake.headers.normal` gives it, says that it holds personal numbers.

    Examples
    --------
    >>> holds_numbers("身份证号"), holds_numbers("信访人联系电话"), holds_numbers("办理单位")
    (True, True, False)
    """
    return any(word in header for row in read_toml("masks.toml")["column"] for word in row["words"])


class KnownNames:
    """Names that are masked wherever they stand, whatever is beside them: those of the office's own directory.

    Examples
    --------
    >>> KnownNames(["祝砚秋"]).mask(["局长祝砚秋收受好处"])
    ['局长〔姓名〕收受好处']
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._automaton = finder(sorted(set(names)))

    def mask(self, texts: Sequence[str]) -> list[str]:
        """Return the texts with these names replaced by the placeholder of names."""
        found = [self._automaton.find_matches_as_indexes(text) for text in texts]
        placeholder = _told()["name"]
        return [
            _replace(text, [Span(start, end, "name", placeholder) for _, start, end in spans])
            for text, spans in zip(texts, found, strict=True)
        ]


def _replace(text: str, spans: Sequence[Span]) -> str:
    if not spans:
        return text
    pieces, at = [], 0
    for span in spans:
        pieces += [text[at : span.start], span.placeholder]
        at = span.end
    return "".join([*pieces, text[at:]])


@cache
def _placeholders() -> re.Pattern[str]:
    # Only our own: 湘政发〔2019〕12号 is a document number.
    return re.compile(
        "|".join(sorted({*(re.escape(rule.placeholder) for rule in mask_rules()), *map(re.escape, _told().values())}))
    )


def without_placeholders(text: str) -> str:
    """Return a masked text for learning: whether a letter holds a number must not sway the model.

    Examples
    --------
    >>> without_placeholders("按湘政发〔2019〕12号办理，请打〔手机号〕找我")
    '按湘政发〔2019〕12号办理，请打 找我'
    """
    return _placeholders().sub(" ", text) if "〔" in text else text
