"""Mask personal numbers: identity cards, phones, bank cards, e-mail, plates, WeChat and QQ.

Finding and replacing are separate: :func:`find` returns spans, :func:`mask` replaces them. The
patterns are data (``data/masks.toml``), each with its source; checksums are those of python-stdnum.
Names and addresses are not masked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from stdnum import luhn, numdb
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from pipeline.settings import read_toml

# A letter without any of these cannot hold a personal number, so it is passed over at once.
_DIGITS = re.compile(r"[0-9][0-9 \-—–.()（）]{4}")
_LATIN = re.compile(r"[A-Za-z][ ·•・.\-]?[A-Za-z0-9_\-]{4}")
_SEPARATORS = re.compile(r"[ \-]")
_TAKEN = "〔"


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
    near: tuple[str, ...]

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
    """A personal number in a text: ``text[start:end]``."""

    start: int
    end: int
    kind: str
    placeholder: str


@cache
def mask_rules() -> tuple[MaskRule, ...]:
    """Return the rules of ``data/masks.toml`` in their order."""
    return tuple(
        MaskRule(row["kind"], row["placeholder"], re.compile(row["pattern"]), row["check"], tuple(row["near"]))
        for row in read_toml("masks.toml")["mask"]
    )


def find(text: str) -> list[Span]:
    """Return the personal numbers of a cleaned text, in order, without overlaps.

    Examples
    --------
    >>> [span.kind for span in find("电话13800138000，车牌云A12345")]
    ['mobile', 'plate']
    """
    if not (_DIGITS.search(text) or "@" in text or _LATIN.search(text)):
        return []
    spans: list[Span] = []
    found = -1
    # What is found hides from every later search, and digits beside it may now stand free: look until nothing is new.
    while len(spans) > found:
        found = len(spans)
        for rule in mask_rules():
            if rule.near and not any(word in text for word in rule.near):
                continue
            end = 0
            while number := rule.first(text, end):
                start, end = number
                spans.append(Span(start, end, rule.kind, rule.placeholder))
                text = text[:start] + _TAKEN * (end - start) + text[end:]
        if not spans:
            break
    return sorted(spans)


def mask(texts: Sequence[str]) -> list[str]:
    """Return the texts with every personal number replaced by its placeholder.

    Examples
    --------
    >>> mask(["请打13800138000找我"])
    ['请打〔手机号〕找我']
    """
    return [_replace(text, find(text)) for text in texts]


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
    return re.compile("|".join(sorted({re.escape(rule.placeholder) for rule in mask_rules()})))


def without_placeholders(text: str) -> str:
    """Return a masked text for learning: whether a letter holds a number must not sway the model.

    Examples
    --------
    >>> without_placeholders("按湘政发〔2019〕12号办理，请打〔手机号〕找我")
    '按湘政发〔2019〕12号办理，请打 找我'
    """
    return _placeholders().sub(" ", text) if "〔" in text else text
