"""The hidden layer: learns what no sum shows, from the letters it is given and the labels they have, always the same."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from pipeline.learn.hidden import Hidden, HiddenRecipe, fit

LETTERS = 400
RECIPE = HiddenRecipe(directions=4, units=32, epochs=40, decay=0.1)


@pytest.fixture(scope="module")
def words() -> sp.csr_matrix:
    return sp.csr_matrix(np.random.default_rng(0).random((LETTERS, 12)).astype(np.float32))


@pytest.fixture(scope="module")
def cues() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 2, (LETTERS, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def targets(cues: np.ndarray) -> list[np.ndarray]:
    """Either cue alone, not both or none, which no sum of the two tells; and a head with labels on every third letter."""
    either = (cues[:, 0] != cues[:, 1]).astype(int)
    first, second = np.eye(2, dtype=np.float32)[either], np.eye(3, dtype=np.float32)[cues.sum(axis=1).astype(int)]
    second[np.arange(LETTERS) % 3 > 0] = 0
    return [first, second]


def trained(words: sp.csr_matrix, cues: np.ndarray, targets: list[np.ndarray], rows: np.ndarray) -> Hidden:
    directions = np.random.default_rng(2).normal(size=(12, 4)).astype(np.float32)
    return fit(words, directions, cues, targets, rows, RECIPE)


def test_it_learns_what_no_sum_of_cues_shows_also_where_most_labels_are_missing(
    words: sp.csr_matrix, cues: np.ndarray, targets: list[np.ndarray]
) -> None:
    rows = np.arange(300)
    read = trained(words, cues, targets, rows).read(words[300:], cues[300:])
    assert (read[:, :2].argmax(axis=1) == targets[0][300:].argmax(axis=1)).all()
    assert (read[:, 2:].argmax(axis=1) == cues[300:].sum(axis=1)).mean() > 0.95


def test_the_shares_of_each_head_sum_to_one(words: sp.csr_matrix, cues: np.ndarray, targets: list[np.ndarray]) -> None:
    shares = np.exp(trained(words, cues, targets, np.arange(50)).read(words, cues))
    assert np.allclose(shares[:, :2].sum(axis=1), 1, atol=1e-5)
    assert np.allclose(shares[:, 2:].sum(axis=1), 1, atol=1e-5)


def test_the_same_letters_give_the_same_weights_and_others_labels_none(
    words: sp.csr_matrix, cues: np.ndarray, targets: list[np.ndarray]
) -> None:
    rows = np.arange(200)
    changed = [part.copy() for part in targets]
    for part in changed:
        part[200:] = np.roll(part[200:], 1, axis=1)
    one, other = trained(words, cues, targets, rows), trained(words, cues, changed, rows)
    assert np.array_equal(one.entry, other.entry)
    assert np.array_equal(one.exit, other.exit)


def test_letters_without_known_words_or_cues_are_read_too(
    words: sp.csr_matrix, cues: np.ndarray, targets: list[np.ndarray]
) -> None:
    read = trained(words, cues, targets, np.arange(50)).read(sp.csr_matrix((2, 12), dtype=np.float32), cues[:2] * 0)
    assert np.isfinite(read).all()


def test_no_directions_leave_the_cues(cues: np.ndarray, targets: list[np.ndarray]) -> None:
    none = sp.csr_matrix((LETTERS, 0), dtype=np.float32)
    layer = fit(none, np.zeros((0, 0), np.float32), cues, targets, np.arange(100), RECIPE)
    assert np.isfinite(layer.read(none, cues)).all()


def test_two_labels_together_imply_a_third_and_few_letters_say_little(words: sp.csr_matrix, cues: np.ndarray) -> None:
    one, other = (np.eye(2, dtype=np.float32)[cues[:, at].astype(int)] for at in (0, 1))
    third = np.eye(2, dtype=np.float32)[(cues[:, 0] != cues[:, 1]).astype(int)]  # neither label alone tells it
    layer = fit(words, np.zeros((12, 0), np.float32), cues, [one, other, third], np.arange(300), RECIPE, (0, 1, 2))
    assert np.allclose(layer.implied.sum(axis=1), 1, atol=1e-5)
    assert layer.implied.argmax(axis=1).tolist() == [0, 1, 1, 0]
    implied = np.exp(layer.read(words[300:], cues[300:])[:, 6:])
    assert np.allclose(implied.sum(axis=1), 1, atol=1e-4)
    assert (implied.argmax(axis=1) == third[300:].argmax(axis=1)).all()
    third[3:] = 0
    few = fit(words, np.zeros((12, 0), np.float32), cues, [one, other, third], np.arange(300), RECIPE, (0, 1, 2))
    assert np.allclose(few.implied.sum(axis=1), 1, atol=1e-5)
    assert few.implied.max() < layer.implied.max()
