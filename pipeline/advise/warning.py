"""Early warning of letters: level, score and why, as a sum whose every part that mattered is shown.

The score is the calibrated probability that a reader under the labelling guide would put the matter on the list of
early attention: many share it, nobody has solved it, and it is heated or pressing. It is about a matter, never about
who writes. Thresholds and what the lines are called: ``data/warning.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from pipeline import letter
from pipeline.learn.heads import Head
from pipeline.learn.warning import COUNTED, OFFSET, SUMS, Found, Weights, read_signs, sign_names
from pipeline.settings import read_toml
from pipeline.text import lexicon
from pipeline.text.quoting import doubtful, quoting_rule, tells

_GROUP = "group"


@dataclass(frozen=True)
class Warned:
    """Early warning of a batch.

    Attributes
    ----------
    levels : ndarray of int
        0 none, 1 watch, 2 early attention.
    scores : ndarray of float
        Calibrated probability of level 2.
    reasons : list of str
        The parts of the sum that mattered, and the sum of the others; together the logit of the score. "" at level 0.
    """

    levels: NDArray[np.int64]
    scores: NDArray[np.float64]
    reasons: list[str]


def warn(
    heads: Mapping[str, Head],
    probabilities: Mapping[str, NDArray[np.float32]],
    titles: Sequence[str],
    texts: Sequence[str],
    chosen: Mapping[str, NDArray[np.int64]],
    sealed: NDArray[np.bool_],
    *,
    lang: str = "zh",
) -> Warned:
    """Say how much early attention the matter of each letter needs, and why.

    Parameters
    ----------
    heads, probabilities : mapping
        The model's heads, and per head its probabilities of the letters.
    titles, texts : sequence of str
        Cleaned, masked letters.
    chosen : mapping of str to ndarray of int
        ``scope``, ``urgency`` and ``action`` as suggested, for the words of the reason.
    sealed : ndarray of bool
        Reasons of these letters quote nothing.
    lang : str
        Language of the reasons: ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> chosen = {"scope": np.array([2]), "urgency": np.array([3]), "action": np.array([2])}
    >>> warn({}, {}, ["联名反映停水"], ["全小区三百多户停水"], chosen, np.array([False])).scores.shape
    (1,)
    """
    rules, weights = read_toml("warning.toml")["letter"], Weights.shipped()
    signs = read_signs(heads, probabilities, titles, texts)
    parts = weights.contributions(signs.values)
    adds = _by_group(weights.away(signs.values)[:, :, None] * weights.sums[: signs.values.shape[1]])
    scores = np.round(expit(parts.sum(axis=1)), 4)
    levels = (scores >= rules["watch"]).astype(np.int64) + (scores >= rules["warn"])
    lines = _lines((*sign_names(), *SUMS, OFFSET))
    sums = np.column_stack([parts[:, columns].sum(axis=1) for columns in lines.values()])
    reasons = [""] * len(titles)
    for row in np.flatnonzero(levels).tolist():
        values = {name: int(chosen[name][row]) for name in ("scope", "urgency", "action")}
        found = signs.found(row)
        telling = _telling(found, f"{titles[row]}\n{texts[row]}", signs.said.of(row))
        spoken = _spoken(found, telling, adds[row])
        known = _Letter(values, found, telling, signs.people[row], bool(sealed[row]), lang, spoken)
        reasons[row] = _reason(dict(zip(lines, sums[row].tolist(), strict=True)), float(parts[row].sum()), known, rules)
    return Warned(levels, scores, reasons)


@dataclass(frozen=True)
class _Letter:
    """What the reason of one letter is written from; ``telling`` are the phrases that may be quoted."""

    values: Mapping[str, int]
    found: list[Found]
    telling: list[Found]
    people: str
    sealed: bool
    lang: str
    spoken: Mapping[str, tuple[str, ...]]


def _telling(found: list[Found], text: str, said: lexicon.Hits) -> list[Found]:
    """Return of the phrases of a letter those that tell, somewhere in it, what their group says."""
    if doubtful().isdisjoint(phrase for item in found for phrase in item.phrases):
        return found
    entries = lexicon.load("warning").entries
    hits = zip(said.starts.tolist(), said.entries.tolist(), strict=True)
    kept = {entries[entry].phrase for start, entry in hits if tells(text, start, entries[entry].phrase)}
    told = [Found(item.group, tuple(phrase for phrase in item.phrases if phrase in kept)) for item in found]
    return [item for item in told if item.phrases]


def _by_group(towards: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much each group of phrases adds to the three sums, shape (letters, groups, 3)."""
    groups = lexicon.load("warning").groups
    first = sign_names().index(f"{_GROUP}:{groups[0]}:{COUNTED[0]}")
    part = towards[:, first : first + len(groups) * len(COUNTED)]
    return np.asarray(part.reshape(len(towards), len(groups), len(COUNTED), len(SUMS)).sum(axis=2))


def _spoken(found: list[Found], telling: list[Found], adds: NDArray[np.float64]) -> dict[str, tuple[str, ...]]:
    """Return for each of the three sums the phrases of the group that adds most to it, if they may be quoted."""
    spoken, quoted = {}, {item.group: item.phrases for item in telling}
    groups = lexicon.load("warning").groups
    said = {item.group: adds[groups.index(item.group)].tolist() for item in found}
    for column, name in enumerate(SUMS):
        best = max(said, key=lambda group: said[group][column], default="")
        spoken[name] = quoted.get(best, ()) if best and said[best][column] > 0 else ()
    return spoken


def _lines(names: tuple[str, ...]) -> dict[str, list[int]]:
    """Return the columns of each line of the reason; the offset belongs to none."""
    lines: dict[str, list[int]] = {}
    for column, name in enumerate(names):
        if name != OFFSET:
            kind, *rest = name.split(":")
            lines.setdefault(f"{kind}:{rest[0]}" if kind == _GROUP else kind, []).append(column)
    return lines


def _reason(sums: Mapping[str, float], whole: float, known: _Letter, rules: Mapping[str, Any]) -> str:
    """Return the parts that mattered and say something, the weightiest first, then the sum of all others."""
    mattered = sorted((item for item in sums.items() if abs(item[1]) >= rules["shown"]), key=lambda item: -item[1])
    shown = [
        (_said(name, known, rules), round(value, 1)) for name, value in mattered if _tells(name, value, known, rules)
    ]
    rest = round(round(whole, 1) - sum(value for _, value in shown), 1)
    shown += [(str(rules["lines"]["rest" if shown else "alone"][0 if known.lang == "zh" else 1]), rest)] if rest else []
    parts = [f"{said}（{'+' if value > 0 else '−'}{abs(value):.1f}）" for said, value in shown]
    return "；".join(parts) if known.lang == "zh" else "; ".join(parts).replace("（", " (").replace("）", ")")


def _tells(name: str, value: float, known: _Letter, rules: Mapping[str, Any]) -> bool:
    """Return whether what a line says of the letter fits its part in the sum."""
    telling = rules["telling"]
    has = {head: bool(known.values[head] >= telling[head]) for head in known.values}
    if name in has:
        return has[name] == (value > 0)
    if name.startswith(_GROUP):
        return value < 0 or any(item.group == name.partition(":")[2] for item in known.found)
    if name == "people":
        return value > 0 and bool(known.people)
    if name == "joint":
        return value > 0 and has["scope"] and (has["urgency"] or known.values["action"] >= telling["heated"])
    return name not in telling["never"]


def _said(name: str, known: _Letter, rules: Mapping[str, Any]) -> str:
    zh = known.lang == "zh"
    colon = "：" if zh else ": "
    if name.startswith(_GROUP):
        group = name.partition(":")[2]
        all_of_it, quotes = (
            next((item.phrases for item in items if item.group == group), ()) for items in (known.found, known.telling)
        )
        if not all_of_it:
            return f"{rules['lines']['absent'][0 if zh else 1]}{_group_names()[group]}"
        quoted = "" if known.sealed else _quoted(quotes or all_of_it, rules)
        return (_group_names()[group] if quotes else _doubted(all_of_it, zh)) + (colon + quoted if quoted else "")
    line = str(rules["lines"][name][0 if zh else 1])
    if name in known.values:
        value = letter.VALUE_NAMES[name][known.values[name]][0 if zh else 1]
        lacks = known.values[name] < rules["telling"][name]
        quoted = "" if known.sealed or lacks else _quoted(known.spoken[name], rules)
        return line + colon + value + (("，" if zh else " ") + quoted if quoted else "")
    if name == "people" and known.people and not known.sealed:
        return f"{line}{colon}“{known.people}”"
    return line


def _doubted(phrases: tuple[str, ...], zh: bool) -> str:
    """Return what is said of a group of which the letter only holds phrases that mean something else."""
    rule = next(rule for phrase in phrases if (rule := quoting_rule(phrase)) is not None)
    return rule.zh if zh else rule.en


def _quoted(phrases: tuple[str, ...], rules: Mapping[str, Any]) -> str:
    """Return some phrases in quotation marks; a single character or an adverb tells a reader nothing."""
    telling = [phrase for phrase in phrases if len(phrase) > 1 and phrase not in rules["telling"]["unquoted"]]
    return "".join(f"“{phrase}”" for phrase in telling[: rules["quotes"]])


@cache
def _group_names() -> dict[str, str]:
    return {entry.group: entry.reason for entry in lexicon.load("warning").entries}
