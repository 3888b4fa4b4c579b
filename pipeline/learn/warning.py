"""Early warning of one letter: signs that a heated matter is shared by many, and what each sign counts.

A sign is a number: a logit of what the heads say of scope, urgency and earlier steps, how often the letter uses a
group of phrases (``data/lexicons/warning.tsv``), the number of people it states. Three sums of weighted signs say
how likely the matter is shared, urgent and heated; the score is the logistic of a fourth sum, over the signs and
over how likely the three come together. So every sign's part in it can be shown. Weights:
``data/warning_weights.tsv``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from pipeline.learn.heads import Head
from pipeline.settings import read_table, read_toml
from pipeline.text import lexicon
from pipeline.text.counts import stated_people

Floats = NDArray[np.float64]
SUMS = ("scope", "urgency", "action")
JOINT = ("joint:all", "joint:heated")
OFFSET = "offset"
COUNTED = ("any", "count", "title")
# Head, and from which of its labels on.
SHARES = (
    *(("scope", "2"), ("scope", "3"), ("urgency", "2"), ("urgency", "3"), ("action", "1"), ("action", "2")),
    *(("early_warning", "1"), ("early_warning", "2"), ("legacy", "1"), ("accused", "1")),
)
TOGETHER = ("joint:heads", "joint:heads_heated")
_EDGE, _FARTHEST = 1e-3, 5.0


@dataclass(frozen=True)
class Found:
    """Phrases of a group, as they stand in a letter, in its order and each once."""

    group: str
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Signs:
    """The signs of a batch.

    Attributes
    ----------
    values : ndarray, shape (letters, ``len(sign_names())``)
        NaN where the model lacks the head.
    said : Hits
        What stands of ``data/lexicons/warning.tsv`` in title and text of each letter.
    people : list of str
        The largest number of people or households that a letter states, in its own words, "" if none.
    """

    values: Floats
    said: lexicon.Hits
    people: list[str]

    def found(self, letter: int) -> list[Found]:
        """Return the phrases of each group that one letter holds."""
        phrases = lexicon.load("warning")
        by_group: dict[int, list[str]] = {}
        entries = self.said.of(letter).entries
        for entry, group in zip(entries.tolist(), phrases.group_of[entries].tolist(), strict=True):
            by_group.setdefault(group, []).append(phrases.entries[entry].phrase)
        return [Found(phrases.groups[at], tuple(dict.fromkeys(by_group[at]))) for at in sorted(by_group)]


@cache
def sign_names() -> tuple[str, ...]:
    """Return the name of every sign; what stands before the first colon is its line of the reason, or ``group``.

    Examples
    --------
    >>> sign_names()[:2], "group:joint:title" in sign_names()
    (('scope:2', 'scope:3'), True)
    """
    many = read_toml("warning.toml")["letter"]["many"]
    groups = lexicon.load("warning").groups
    return (
        *(f"{head}:{label}" for head, label in SHARES),
        *TOGETHER,
        *(f"group:{group}:{how}" for group in groups for how in COUNTED),
        "people:number",
        *(f"people:{number}" for number in many),
        "length:text",
    )


def read_signs(
    heads: Mapping[str, Head],
    probabilities: Mapping[str, NDArray[np.float32]],
    titles: Sequence[str],
    texts: Sequence[str],
) -> Signs:
    """Return the signs of cleaned, masked letters of which the model gives such probabilities."""
    shares = {pair: _from(heads, probabilities, *pair, len(titles)) for pair in SHARES}
    shared, urgent, heated = (shares[pair] for pair in (("scope", "2"), ("urgency", "3"), ("action", "2")))
    either = 1 - (1 - urgent) * (1 - heated)
    columns = [*(shares[pair] for pair in SHARES), shared * either, either]
    many = read_toml("warning.toml")["letter"]["many"]
    letters = [f"{title}\n{text}" for title, text in zip(titles, texts, strict=True)]
    phrases = lexicon.load("warning")
    hits = phrases.find_all(letters)
    said = phrases.by_group(hits, len(letters))
    in_title = hits.starts < np.array([len(title) for title in titles], dtype=np.int64)[hits.texts]
    entitled = phrases.by_group(hits.take(in_title), len(letters)) > 0
    stated = [stated_people(letter) for letter in letters]
    numbers = np.array([number for number, _ in stated], dtype=np.float64)
    # Per group: whether it is said, how often, whether the title says it.
    by_group = np.stack([said > 0, np.log1p(said), entitled], axis=2).reshape(len(titles), -1)
    steps = numbers[:, None] >= np.array(many)
    lengths = np.log1p(np.array([len(text) for text in texts], dtype=np.float64))
    counts = np.column_stack([by_group, np.log1p(numbers), steps, lengths])
    heads_say = logit(np.clip(np.column_stack(columns), _EDGE, 1 - _EDGE))
    return Signs(np.hstack([heads_say, counts]), hits, [words for _, words in stated])


def _from(
    heads: Mapping[str, Head], probabilities: Mapping[str, NDArray[np.float32]], name: str, label: str, letters: int
) -> Floats:
    """Return the probability of a label or a higher one."""
    if name not in heads or not {label, *_above(label)} & set(heads[name].labels):
        return np.full(letters, np.nan)
    columns = [at for at, known in enumerate(heads[name].labels) if int(known) >= int(label)]
    return np.asarray(probabilities[name][:, columns].sum(axis=1), dtype=np.float64)


def _above(label: str) -> set[str]:
    return {str(rank) for rank in range(int(label), 5)}


@dataclass(frozen=True)
class Weights:
    """What each sign counts.

    Attributes
    ----------
    names : tuple of str
        The signs, then :data:`JOINT`, then the offset.
    means : ndarray, shape (names,)
        Of the letters that the weights were fitted on; a sign counts by how far it lies from its mean.
    reach : ndarray, shape (names,)
        A sign farther from its mean counts as this far.
    sums : ndarray, shape (names, 3)
        For :data:`SUMS`.
    score : ndarray, shape (names,)
    """

    names: tuple[str, ...]
    means: Floats
    reach: Floats
    sums: Floats
    score: Floats

    @classmethod
    @cache
    def shipped(cls) -> Weights:
        """Return the weights of ``data/warning_weights.tsv``."""
        rows = list(read_table("warning_weights.tsv", ("sign", "mean", "reach", *SUMS, "score", "source")))
        numbers = np.array([[float(row[name]) for name in ("mean", "reach", *SUMS, "score")] for row in rows])
        return cls(tuple(row["sign"] for row in rows), numbers[:, 0], numbers[:, 1], numbers[:, 2:5], numbers[:, 5])

    def away(self, signs: Floats) -> Floats:
        """Return how far each sign of a letter lies from its mean, at most its reach; 0 where the model lacks it."""
        n = signs.shape[1]
        return np.asarray(np.clip(np.nan_to_num(signs - self.means[:n]), -self.reach[:n], self.reach[:n]))

    def contributions(self, signs: Floats) -> Floats:
        """Return what each sign, each of :data:`SUMS` and the offset add to a letter's sum, shape (letters, signs + 4).

        What shared, urgent and heated add together is dealt out among the three by their Shapley values, from a
        letter whose signs are all at their means.
        """
        away, n = self.away(signs), signs.shape[1]
        sums, middle = away @ self.sums[:n] + self.sums[-1], self.sums[-1]
        value = {
            present: self._joined(np.where([k in present for k in range(3)], sums, middle))
            for size in range(4)
            for present in combinations(range(3), size)
        }
        shares = []
        for k in range(3):
            others = [present for present in value if k not in present]
            gains = {present: value[tuple(sorted((*present, k)))] - value[present] for present in others}
            shares.append(sum(gain * (2 if len(present) != 1 else 1) / 6 for present, gain in gains.items()))
        offset = np.full(len(signs), self.score[-1]) + value[()]
        return np.column_stack([away * self.score[:n], *shares, offset])

    def _joined(self, sums: Floats) -> Floats:
        at = slice(-1 - len(JOINT), -1)
        joined = np.clip(joint(sums) - self.means[at], -self.reach[at], self.reach[at])
        return np.asarray(joined @ self.score[at])


def joint(sums: Floats) -> Floats:
    """Return logits of "shared, and urgent or heated" and of "urgent or heated", shape (letters, 2).

    Parameters
    ----------
    sums : ndarray, shape (letters, 3)
        Logits of :data:`SUMS`.
    """
    shared, urgent, heated = expit(sums).T
    either = 1 - (1 - urgent) * (1 - heated)
    return np.asarray(logit(np.clip(np.column_stack([shared * either, either]), _EDGE, 1 - _EDGE)))
