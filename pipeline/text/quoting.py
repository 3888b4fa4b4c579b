"""Which phrases may be quoted as evidence of what people do.

停工 is a strike where workers stop, and only a date where a building site stands still. What the model counts stays;
this is about what is shown. Rules: ``data/quoting.toml``.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from functools import cache

from pipeline.settings import read_toml
from pipeline.text.stretches import begin_of

_ENDS = "。！？!?；;\n"


@dataclass(frozen=True)
class QuotingRule:
    """When phrases that may mean something else are quoted; see the head of ``data/quoting.toml``."""

    denied: tuple[str, ...]
    apart: tuple[str, ...]
    together: tuple[str, ...]
    people: tuple[str, ...]
    things: tuple[str, ...]
    zh: str
    en: str

    def holds(self, before: str, behind: str) -> bool:
        """Return whether a phrase tells what people do, from its sentence before it and the text behind."""
        if before.endswith(self.denied) or behind.startswith(self.apart):
            return False
        if behind.startswith(self.together) or not self.people:
            return True
        return _nearest(self.people, before) > _nearest(self.things, before)


def _nearest(words: tuple[str, ...], before: str) -> int:
    """Return where the last of the words ends; -1 if none is there."""
    return max((at + len(word) for word in words if (at := before.rfind(word)) >= 0), default=-1)


def quoting_rule(phrase: str) -> QuotingRule | None:
    """Return the rule of a phrase that may mean something else; None of any other.

    Examples
    --------
    >>> quoting_rule("罢工") is None, quoting_rule("停工").zh
    (True, '写到停工停运，未必是集体行动')
    """
    return _rules().get(phrase)


def doubtful() -> Set[str]:
    """Return the phrases that may mean something else.

    Examples
    --------
    >>> "停工" in doubtful(), "罢工" in doubtful()
    (True, False)
    """
    return _rules().keys()


def tells(text: str, start: int, phrase: str) -> bool:
    """Return whether a phrase, as it stands in a text, may be quoted as what people do.

    Examples
    --------
    >>> [tells(text, text.index("停工"), "停工") for text in ("工地停工两年，工人等着钱", "工人们已经停工三天")]
    [False, True]
    """
    rule = quoting_rule(phrase)
    if rule is None:
        return True
    return rule.holds(text[begin_of(text, start, _ENDS) : start], text[start + len(phrase) :])


@cache
def _rules() -> dict[str, QuotingRule]:
    lists = ("denied", "apart", "together", "people", "things")
    return {
        phrase: QuotingRule(**{name: tuple(row[name]) for name in lists}, zh=row["zh"], en=row["en"])
        for row in read_toml("quoting.toml")["phrase"]
        for phrase in row["phrases"]
    }
