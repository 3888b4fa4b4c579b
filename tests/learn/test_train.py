"""Training: deterministic, honest about held-out letters, content with missing labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_info, threadpool_limits

from pipeline.learn.acceptance import accept_threshold
from pipeline.learn.heldout import fingerprint
from pipeline.learn.model import Model
from pipeline.learn.office import train_office
from pipeline.learn.ridge import Latent, Ridge
from pipeline.learn.train import fit, prepare
from tests.conftest import SMALL


def test_training_twice_gives_the_same_weights(history: pd.DataFrame, small_model: Model) -> None:
    again = fit(prepare(history), SMALL)
    assert np.array_equal(again.weights, small_model.weights)
    assert again.accept == small_model.accept
    for name, head in small_model.heads.items():
        assert np.array_equal(head.weights, again.heads[name].weights), name


def test_sums_never_depend_on_the_number_of_cores(history: pd.DataFrame, small_model: Model) -> None:
    threads: list[int] = []

    def look(stage: str) -> None:
        threads.extend(pool["num_threads"] for pool in threadpool_info())

    with threadpool_limits(2):
        fit(prepare(history), SMALL, progress=look)
        train_office(prepare(history.drop(columns="official_l1")), small_model, progress=look)
        look("afterwards")
    pools = len(threadpool_info())
    assert set(threads[:-pools]) == {1}
    assert set(threads[-pools:]) != {1}


def test_a_head_without_labels_is_left_out_and_the_others_train(history: pd.DataFrame) -> None:
    frame = history.assign(purpose="")
    frame.loc[frame.index[::2], "urgency"] = ""
    model = fit(prepare(frame), SMALL)
    assert "purpose" not in model.heads
    assert {"urgency", "category_l1", "department"} <= model.heads.keys()


def test_probabilities_of_every_head_sum_to_one(small_model: Model, history: pd.DataFrame) -> None:
    prepared = prepare(history)
    for name, probabilities in small_model.read(prepared.letters, prepared.received_at).probabilities.items():
        assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5), name


def test_a_letter_is_known_by_what_it_says_and_read_without_the_names_of_places() -> None:
    history = prepare(pd.DataFrame({"text": ["A市A3区停水", "长沙市岳麓区停水"], "fold": [0, 1]}))
    assert history.letters.bodies[0] == history.letters.bodies[1]
    assert history.prints.tolist() == fingerprint(["", ""], ["A市A3区停水", "长沙市岳麓区停水"]).tolist()
    assert history.prints[0] != history.prints[1]
    assert history.take(np.array([1])).prints.tolist() == history.prints[1:].tolist()


def test_held_out_scores_come_from_the_other_folds_only() -> None:
    random = np.random.default_rng(0)
    matrix = sp.csr_matrix(random.random((30, 8)).astype(np.float32))
    targets = random.random((30, 2))
    folds = np.arange(30) % 3
    latent = Latent.fit(matrix, directions=3)
    ridge = Ridge.of(matrix, latent)
    held_out = ridge.held_out(targets, folds)
    outside = np.flatnonzero(folds != 1)
    alone = Ridge.of(matrix[outside], latent)
    dual, means = alone.solve(np.arange(len(outside)), targets[outside])
    expected = np.asarray(matrix[folds == 1] @ alone.weights(dual) + means)
    assert np.allclose(held_out[folds == 1], expected, atol=1e-4)


@given(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=60),
    st.sampled_from([0.8, 0.9, 0.97]),
)
def test_what_is_accepted_reaches_the_level(answers: list[tuple[float, bool]], level: float) -> None:
    confidence = np.array([share for share, _ in answers], np.float32)
    right = np.array([truth for _, truth in answers])
    threshold = accept_threshold(confidence, right, level)
    if threshold <= 1:
        kept = np.sort(confidence)[::-1] >= threshold - 1e-4
        assert kept.any()
    else:
        assert not right[confidence.argmax()] or level > right.mean()


@pytest.mark.parametrize("name", ["urgency", "scope", "action"])
def test_cuts_of_ordered_heads_rise(small_model: Model, name: str) -> None:
    assert (np.diff(small_model.heads[name].cuts) >= 0).all()
