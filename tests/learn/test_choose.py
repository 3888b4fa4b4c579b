"""Letters to label next: unsure ones, unlike each other, rare classes first; no letter twice."""

from __future__ import annotations

import numpy as np

from pipeline.learn import choose as room
from pipeline.learn.choose import CHOICE_HEADS, Candidates, choose

LABELS = dict.fromkeys(CHOICE_HEADS, ("a", "b", "c"))


def candidates(tables: list[list[float]], scores: list[list[float]]) -> Candidates:
    table = np.array(tables, np.float32)
    return Candidates(np.arange(len(table)), np.array(scores, np.float32), dict.fromkeys(CHOICE_HEADS, table))


def test_the_unsure_letter_comes_first_and_its_copy_last() -> None:
    some = candidates([[0.98, 0.01, 0.01], [0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.6, 0.2, 0.2]], [[1, 0], [0, 1]] * 2)
    some = Candidates(some.rows, np.array([[1, 0], [0, 1], [0, 1], [1, 0]], np.float32), some.probabilities)
    assert choose(some, LABELS, {}, 4).tolist() == [1, 3, 0, 2]


def test_of_two_equally_unsure_letters_the_probably_rare_one_comes_first() -> None:
    some = candidates([[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]], [[1, 0], [0, 1]])
    many = {head: {"a": 50, "b": 1, "c": 500} for head in CHOICE_HEADS}
    assert choose(some, LABELS, many, 1).tolist() == [0]
    many = {head: {"a": 50, "b": 500, "c": 1} for head in CHOICE_HEADS}
    assert choose(some, LABELS, many, 1).tolist() == [1]


def test_no_more_letters_are_chosen_than_there_are() -> None:
    some = candidates([[0.5, 0.5, 0.0]] * 3, [[1, 0]] * 3)
    assert sorted(choose(some, LABELS, {}, 10).tolist()) == [0, 1, 2]


def test_of_very_many_letters_the_least_sure_are_kept(monkeypatch: object) -> None:
    import pytest

    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    monkeypatch.setattr(room, "MOST_CANDIDATES", 2)
    sure, unsure = candidates([[1, 0, 0]] * 2, [[1, 0]] * 2), candidates([[0.4, 0.3, 0.3]] * 2, [[0, 1]] * 2)
    unsure = Candidates(unsure.rows + 2, unsure.scores, unsure.probabilities)
    assert sure.joined(unsure).rows.tolist() == [2, 3]
