"""Drift is told when it is there, and only then: small batches and chance cry no wolf."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.learn.drift import changes, rising
from pipeline.learn.profile import Profile
from pipeline.settings import read_toml

LIMITS = read_toml("drift.toml")
LABELS = ("a", "b", "c", "d")


def made(
    counts: list[int], *, unsure: float = 0.4, unknown: float = 0.08, length: float = 8.0, **phrases: int
) -> Profile:
    numbers = np.array(sorted(int(name[1:]) for name in phrases), np.uint32)
    return Profile(
        letters=sum(counts),
        labels={"category_l1": LABELS},
        counts={"category_l1": np.array(counts)},
        means={"unknown": unknown, "length": length},
        spreads={"unknown": 0.06, "length": 1.2},
        unsure=round(unsure * sum(counts)),
        phrases=numbers,
        phrase_letters=np.array([phrases[f"p{number}"] for number in numbers], np.int32),
    )


KNOWN = made([4000, 3000, 2000, 1000], p7=50, p9=3000)


def test_the_same_mix_has_nothing_to_see() -> None:
    assert changes(KNOWN, made([400, 300, 200, 100], p7=5, p9=300), LIMITS) == []
    assert rising(KNOWN, made([400, 300, 200, 100], p7=8, p9=330), LIMITS) == []


def test_a_class_that_doubles_is_named_with_both_shares() -> None:
    (change,) = changes(KNOWN, made([350, 250, 150, 250]), LIMITS)
    assert (change.kind, change.head) == ("class_mix", "category_l1")
    assert change.classes[0] == ("d", pytest.approx(0.1), pytest.approx(0.25))


@pytest.mark.parametrize(
    ("kind", "batch"),
    [
        ("unsure", made([400, 300, 200, 100], unsure=0.55)),
        ("unknown", made([400, 300, 200, 100], unknown=0.15)),
        ("length", made([400, 300, 200, 100], length=6.5)),
    ],
)
def test_other_changes_are_told_one_by_one(kind: str, batch: Profile) -> None:
    assert [change.kind for change in changes(KNOWN, batch, LIMITS)] == [kind]


def test_a_change_too_small_to_matter_is_not_told_however_sure() -> None:
    assert changes(KNOWN, made([42_000, 30_000, 19_000, 9_000], unsure=0.42), LIMITS) == []


def test_a_small_batch_is_not_judged() -> None:
    batch = made([10, 10, 10, 60], unsure=0.9, unknown=0.5, p7=60)
    assert changes(KNOWN, batch, LIMITS) == []
    assert rising(KNOWN, batch, LIMITS) == []


def test_a_phrase_that_nobody_had_rises_from_a_few_letters_on() -> None:
    batch = made([400, 300, 200, 100], p7=6, p8=12, p9=310)
    assert [(number, n) for number, n, _ in rising(KNOWN, batch, LIMITS)] == [(8, 12)]
    assert rising(KNOWN, made([400, 300, 200, 100], p8=4), LIMITS) == []


def test_random_draws_seldom_cry_wolf() -> None:
    random = np.random.default_rng(0)
    shares = KNOWN.counts["category_l1"] / KNOWN.letters
    alarms = 0
    for _ in range(400):
        counts = random.multinomial(100, shares).tolist()
        unsure = random.binomial(100, 0.4) / 100
        unknown, length = random.normal(0.08, 0.006), random.normal(8, 0.12)
        alarms += bool(changes(KNOWN, made(counts, unsure=unsure, unknown=unknown, length=length), LIMITS))
    assert alarms <= 12
