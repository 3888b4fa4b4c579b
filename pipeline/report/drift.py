"""Compare a file of letters with what a model learned from, and say it in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline import letter
from pipeline.errors import ModelRefused
from pipeline.intake import LetterSource
from pipeline.learn import profile as profiles
from pipeline.learn.bundle import Bundle
from pipeline.learn.drift import Change, changes, rising
from pipeline.learn.features import Plain, prepared
from pipeline.learn.profile import Profile, Tally, answered, checksum, cut_phrases
from pipeline.settings import read_toml
from pipeline.text.kinds import kinds
from pipeline.text.letters import masked, strings
from pipeline.text.places import Gazetteer
from pipeline.text.segment import default_segmenter

_ONE_PHRASE = 0.8


@dataclass(frozen=True)
class RisingPhrase:
    """A phrase that a batch has much oftener; ``examples`` are ids of letters."""

    phrase: str
    letters: int
    times: float
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Drift:
    """What :func:`compare_batch` found; ``judged`` is False where the batch is too small."""

    known: Profile
    batch: Profile
    judged: bool
    changes: list[Change]
    rising: list[RisingPhrase]


def compare_batch(
    source: LetterSource, bundle: Bundle, *, progress: Callable[[int], None] = lambda rows: None
) -> Drift:
    """Read the letters and compare them with the profile that is kept with the model.

    Raises
    ------
    ModelRefused
        The model keeps no profile.
    """
    known = profiles.read(bundle.folder)
    if known is None:
        raise ModelRefused(
            name=bundle.name,
            why_zh="它没有留下训练时的概况，比不了；请重新训练",
            why_en="it keeps no profile of its letters; train it anew",
        )
    limits = read_toml("drift.toml")
    tally, rows = Tally(known), 0
    for ids, letters, received in _letters(source):
        tally.add(letters, answered(bundle.model, bundle.model.read(letters, received).probabilities))
        rows += len(ids)
        progress(rows)
    batch = tally.profile()
    found = rising(known, batch, limits)
    return Drift(
        known,
        batch,
        batch.letters >= limits["sample"]["letters"],
        changes(known, batch, limits),
        _named(source, found, limits["sample"]),
    )


def _letters(source: LetterSource) -> Iterator[tuple[list[str], Plain, list[str]]]:
    for batch in source.batches():
        frame = batch.letters
        if len(frame):
            letters = prepared(*masked(frame), Gazetteer.usual())
            yield strings(frame, letter.LETTER_ID), letters, strings(frame, letter.RECEIVED_AT)


def _named(source: LetterSource, found: list[tuple[int, int, float]], limits: dict[str, Any]) -> list[RisingPhrase]:
    """Find the words of rising phrases in a second reading.

    Phrases that may be a person's name are left out, and those with the kind of a place in them, which stand in no
    letter as they are read.
    """
    if not found:
        return []
    wanted = {number: (n, times) for number, n, times in found}
    words: dict[int, str] = {}
    where: dict[int, list[str]] = {}
    for ids, letters, _ in _letters(source):
        for name, phrases in zip(ids, cut_phrases(letters), strict=True):
            for phrase in (*phrases[0], *phrases[1]):
                number = checksum(phrase)
                if number in wanted:
                    words[number] = phrase
                    where.setdefault(number, []).append(name)
    named, of_places = default_segmenter().may_be_name, [kind for *_, kind in kinds() if kind]
    kept: list[RisingPhrase] = []
    taken: list[set[str]] = []
    for number, n, times in found:
        phrase, letters_with = words[number], set(where[number])
        told = any(
            len(letters_with & other) >= _ONE_PHRASE * min(len(letters_with), len(other))
            and (phrase in one.phrase or one.phrase in phrase)
            for one, other in zip(kept, taken, strict=True)
        )
        if told or named(phrase) or any(kind in phrase for kind in of_places):
            continue
        kept.append(RisingPhrase(phrase, n, round(times, 1), tuple(where[number][: limits["examples_shown"]])))
        taken.append(letters_with)
        if len(kept) == limits["phrases_shown"]:
            break
    return kept


def in_words(drift: Drift, lang: str) -> list[str]:
    """Return the findings as lines for the screen."""
    limits, zh = read_toml("drift.toml"), lang == "zh"
    known, batch = drift.known, drift.batch
    if not drift.judged:
        least = limits["sample"]["letters"]
        return [
            f"只有 {batch.letters} 件，少于 {least} 件：件数太少，看不出是变化还是巧合，不作判断。"
            if zh
            else f"Only {batch.letters} letters, fewer than {least}: too few to tell a change from chance."
        ]
    lines = [
        f"这批 {batch.letters} 件，与模型学过的 {known.letters} 件相比："
        if zh
        else f"{batch.letters} letters against the {known.letters} that the model learned from:"
    ]
    if not drift.changes and not drift.rising:
        return [*lines, "没有看出变化，不需要做什么。" if zh else "Nothing to see; nothing to do."]
    for change in drift.changes:
        advice = limits["advice"][change.kind]["zh" if zh else "en"]
        lines += [f"● {_said(change, zh)}", f"  → {advice}"]
    if drift.rising:
        lines.append("● 明显变多的词：" if zh else "● Phrases that rise:")
        for one in drift.rising:
            examples = "、".join(one.examples)
            lines.append(
                f"  {one.phrase}：{one.letters} 件，{_times(one.times, zh)}（如 {examples}）"
                if zh
                else f"  {one.phrase}: {one.letters} letters, {_times(one.times, zh)} (e.g. {examples})"
            )
        lines.append(f"  → {limits['advice']['phrases']['zh' if zh else 'en']}")
    return lines


def _times(value: float, zh: bool) -> str:
    if value == float("inf"):
        return "过去几乎没有" if zh else "hardly ever before"
    shown = f"{value:.0f}" if value >= 10 else f"{value:.1f}"
    return f"是过去的 {shown} 倍" if zh else f"{shown} times as often"


def _said(change: Change, zh: bool) -> str:
    if change.kind == "class_mix":
        name = letter.ZH_NAMES[change.head] if zh else change.head
        classes = "；" if zh else "; "
        told = classes.join(f"{label} {before:.0%} → {now:.0%}" for label, before, now in change.classes[:4])
        return f"{name}的构成变了：{told}" if zh else f"the mix of {name} changed: {told}"
    before, now = change.before, change.now
    if change.kind == "length":
        return (
            f"信的长短变了：通常 {before:.0f} 字 → {now:.0f} 字"
            if zh
            else f"length changed: {before:.0f} to {now:.0f} characters"
        )
    if change.kind == "unsure":
        return (
            f"分类拿不准的信：{before:.0%} → {now:.0%}"
            if zh
            else f"letters of unsure category: {before:.0%} to {now:.0%}"
        )
    return f"没学过的词：{before:.0%} → {now:.0%}" if zh else f"unknown words: {before:.0%} to {now:.0%}"
