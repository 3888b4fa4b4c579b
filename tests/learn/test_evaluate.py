"""Figures: what they say of known answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.learn import evaluate


def answers(*labels: str) -> np.ndarray:
    return np.array(labels)


def test_right_answers_are_perfect_in_every_figure() -> None:
    truth = answers("1", "2", "3", "1")
    found = evaluate.figures("urgency", truth, truth, np.ones(4), answers("1", "1", "1", "1"))
    assert (found["accuracy"], found["macro_f1"], found["weighted_kappa"], found["ece"]) == (1, 1, 1, 0)
    assert found["coverage_97"] == 1
    assert found["majority"]["accuracy"] == 0.5
    assert found["peer"] is None


def test_calibration_error_is_the_distance_of_confidence_and_share() -> None:
    right = np.array([True] * 6 + [False] * 4)
    assert evaluate.calibration_error(np.full(10, 0.9), right) == pytest.approx(0.3)


def test_coverage_counts_the_most_confident_letters() -> None:
    confidence, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, True])
    assert evaluate.coverage_at(confidence, right, 0.97) == 0.5
    assert evaluate.coverage_at(confidence, ~right, 0.97) == 0


def test_rare_classes_are_folded_in_the_confusion_matrix_only() -> None:
    truth = np.array([f"{number:02d}" for number in range(20)])
    found = evaluate.figures("category_l1", truth, truth, np.ones(20), truth)
    assert len(found["confusion"]["labels"]) == evaluate.MOST_CONFUSED + 1
    assert np.sum(found["confusion"]["counts"]) == 20
    assert len(found["classes"]) == 20


def test_the_peer_learns_each_head_from_the_rows_that_have_its_label() -> None:
    texts = ["停水", "停水", "欠薪", "欠薪", "停水"]
    labels = {"category_l1": answers("水", "水", "薪", "薪", ""), "purpose": answers("", "", "", "", "")}
    given = evaluate.peer_predictions(texts, labels, ["欠薪"], list)
    assert {name: found.tolist() for name, found in given.items()} == {"category_l1": ["薪"]}


def test_a_weak_group_shows_and_a_small_one_is_not_judged() -> None:
    right = np.array([True] * 200 + [False] * 30 + [True] * 20 + [False] * 29)
    names = np.array(["东区"] * 200 + ["西区"] * 50 + ["南区"] * 29)
    rows = evaluate.by_group(right, {"place": names})
    assert [(row["group"], row["weak"]) for row in rows] == [("东区", False), ("西区", True)]


def test_letters_are_grouped_by_length_place_and_channel() -> None:
    frame = pd.DataFrame(
        {"title": ["题"] * 3, "text": ["短", "长" * 100, "长" * 5000], "place": ["东区", "", " 西区 "]}
    )
    groups = evaluate.groups_of(frame)
    assert groups["length"].tolist() == ["1-99", "100-299", "1000+"]
    assert groups["place"].tolist() == ["东区", "", "西区"]
    assert "channel" not in groups
