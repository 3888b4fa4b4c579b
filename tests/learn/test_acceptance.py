"""Confidence needed before no person must look: what is promised holds on new letters, weak classes can't hide."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.learn.acceptance import (
    accepted,
    interval,
    label_sets,
    needed,
    set_thresholds,
    stricter,
    thresholds,
)


def simulated(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (probabilities, truth) of a calibrated three-class model."""
    random = np.random.default_rng(seed)
    table = random.dirichlet([0.6, 0.5, 0.4], n)
    truth = np.array([random.choice(3, p=row) for row in table])
    return table, truth


def test_a_weak_class_needs_more_and_strong_ones_no_more_than_all() -> None:
    random = np.random.default_rng(0)
    given = np.array(["strong"] * 800 + ["weak"] * 200)
    confidence = random.uniform(0.5, 1.0, 1000)
    right = random.random(1000) < np.where(given == "weak", confidence - 0.25, confidence + 0.1)
    found = thresholds(confidence, given, np.where(right, given, "other"))["0.90"]
    assert "strong" not in found
    assert found["weak"] > found[""]


def test_a_class_of_few_letters_gets_no_threshold_of_its_own() -> None:
    given = np.array(["a"] * 400 + ["b"] * 30)
    truth = np.where(np.arange(430) < 400, "a", "c")
    assert set(thresholds(np.full(430, 0.9), given, truth)["0.90"]) == {""}


def test_unknown_heads_and_levels_are_never_sure_enough() -> None:
    assert needed({}, "purpose", ("咨询",), 0.97).tolist() == [1.01]


def test_the_stricter_of_two_holds_for_each_class() -> None:
    assert stricter({}, {"0.90": {"": 0.6, "x": 0.8}}) == {"0.90": {"": 1.01, "x": 1.01}}


def test_what_is_accepted_is_counted_with_its_interval() -> None:
    found = accepted(np.arange(100) < 50, np.arange(100) % 10 > 0)
    assert (found["coverage"], found["right"]) == (0.5, 0.9)
    assert found["interval"] == [round(end, 4) for end in interval(45, 50)]
    nothing = accepted(np.array([False]), np.array([True]))
    assert (nothing["right"], nothing["interval"]) == (None, None)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_label_sets_hold_the_right_label_as_often_as_promised(level: float) -> None:
    held = []
    for seed in range(20):
        table, truth = simulated(seed, 400)
        new, right = simulated(1000 + seed, 400)
        threshold = set_thresholds(table, truth)[f"{level:.2f}"]
        held += [label in inside for label, inside in zip(right, label_sets(new, threshold), strict=True)]
    assert np.mean(held) >= level - 0.015


def test_with_too_few_letters_a_set_holds_everything() -> None:
    table, truth = simulated(0, 10)
    threshold = set_thresholds(table, truth)["0.99"]
    assert [len(inside) for inside in label_sets(table, threshold)] == [3] * 10
