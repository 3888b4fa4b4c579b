"""Which letters a person must look at, and why, in words that quote the letter.

Thresholds of confidence come from the model's manifest (held-out folds); the other limits are in
``data/review.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.advise.urgency import Raised
from pipeline.learn.category import Category
from pipeline.settings import read_toml

MOST_URGENT = 4


@dataclass(frozen=True)
class Doubt:
    """One reason to ask a person; ``quotes`` tells that the sentence which made the tool hesitate belongs to it."""

    zh: str
    en: str
    quotes: bool = False

    def text(self, sentence: str, lang: str) -> str:
        """Return the reason, with the sentence if it wants one."""
        reason = self.zh if lang == "zh" else self.en
        if not (self.quotes and sentence):
            return reason
        return f"{reason}：“{sentence}”" if lang == "zh" else f'{reason}: "{sentence}"'


@dataclass(frozen=True)
class Reviewer:
    """The rules of doubt for one model's labels."""

    first_levels: tuple[str, ...]
    few_words: int
    critical_share: float

    @classmethod
    def of(cls, first_levels: tuple[str, ...]) -> Reviewer:
        """Read the limits of ``data/review.toml``."""
        limits = read_toml("review.toml")
        return cls(first_levels, limits["short"]["known_words"], limits["critical"]["share"])

    def doubts(
        self,
        texts: Sequence[str],
        category: Category,
        raised: Raised,
        sealed: NDArray[np.bool_],
        critical: NDArray[np.float32],
        known_words: NDArray[np.int64],
        needed: NDArray[np.float64],
    ) -> list[list[Doubt]]:
        """Return for each letter the reasons to ask a person; none means the suggestion stands for confirmation."""
        ranked = np.argsort(-category.first_probabilities, axis=1, kind="stable")[:, :2]
        shares = np.take_along_axis(category.first_probabilities, ranked, axis=1)
        found: list[list[Doubt]] = []
        for row in range(len(texts)):
            reasons: list[Doubt] = []
            if sealed[row]:
                reasons.append(_ACCUSATION)
            if raised.doubts[row]:
                reasons.append(_danger(raised.doubts[row]))
            elif raised.urgency[row] < MOST_URGENT and critical[row] >= self.critical_share:
                reasons.append(_critical(critical[row]))
            if known_words[row] < self.few_words:
                reasons.append(_SHORT)
            if shares[row, 0] < needed[ranked[row, 0]]:
                reasons.append(self._category(ranked[row], shares[row]))
            found.append(reasons)
        return found

    def _category(self, ranked: NDArray[np.int64], shares: NDArray[np.float32]) -> Doubt:
        first, second = (self.first_levels[position] for position in ranked)
        return Doubt(
            f"分类拿不准，{first}（{shares[0]:.0%}）还是{second}（{shares[1]:.0%}）",
            f"category unsure, {first} ({shares[0]:.0%}) or {second} ({shares[1]:.0%})",
            quotes=True,
        )


_ACCUSATION = Doubt(
    "密件：可能是检举控告或指名反映单位、干部，须由人确定去向，不得转给被反映的单位和个人",
    "sealed: may accuse a body or an official; a person must choose the body, it must never reach the accused",
)
_SHORT = Doubt("信太短，能认出的词太少", "too short: too few known words")


def _critical(share: np.float32) -> Doubt:
    return Doubt(f"有 {share:.0%} 的可能是特急，请人先看", f"critical with a probability of {share:.0%}: look first")


def _danger(phrase: str) -> Doubt:
    return Doubt(f"信中提到“{phrase}”，是否危急请人核实", f'the letter says "{phrase}": a person must judge the danger')
