"""Features: what a matrix row holds, whatever batch the letter came in."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.learn.features import HASH_BITS, Featurizer, _character_slots, plain

TITLES = ["小区停水", "公交改线", "", "小区停电"]
TEXTS = ["小区停水三天了，物业不管。", "公交改线以后上学不便", "停水", "小区停电，物业不管"]


@pytest.fixture(scope="module")
def featurizer() -> Featurizer:
    return Featurizer.fit(plain(TITLES, TEXTS), min_letters=1, min_letters_characters=1)


def test_each_block_of_a_letter_has_the_length_of_its_weight(featurizer: Featurizer) -> None:
    matrix = featurizer.transform(plain(TITLES, TEXTS)).toarray()
    first = len(featurizer.words)
    second = first + len(featurizer.title_words)
    for block, weight in zip(
        (matrix[:, :first], matrix[:, first:second], matrix[:, second:]), featurizer.weights, strict=True
    ):
        lengths = np.linalg.norm(block, axis=1)
        assert np.allclose(lengths[lengths > 0], weight, atol=1e-5)


def test_a_letter_without_known_words_is_an_empty_row(featurizer: Featurizer) -> None:
    assert featurizer.transform(plain(["", ""], ["", "？？？"])).nnz == 0


def test_a_letter_has_the_same_row_alone_and_in_a_batch(featurizer: Featurizer) -> None:
    together = featurizer.transform(plain(TITLES, TEXTS)).toarray()
    alone = [
        featurizer.transform(plain([title], [text])).toarray()[0] for title, text in zip(TITLES, TEXTS, strict=True)
    ]
    assert np.array_equal(together, np.array(alone))


def test_restricting_keeps_the_chosen_columns_as_they_were_up_to_length(featurizer: Featurizer) -> None:
    columns = np.arange(0, featurizer.n_columns, 2)
    few = featurizer.restrict(columns).transform(plain(TITLES, TEXTS)).toarray()
    all_ = featurizer.transform(plain(TITLES, TEXTS)).toarray()[:, columns]
    assert few.shape == all_.shape
    assert np.array_equal(few > 0, all_ > 0)


@given(st.lists(st.text(alphabet="停水电小区物业a1，。 ", max_size=30), min_size=1, max_size=5))
def test_character_pairs_and_triples_are_those_a_loop_would_find(texts: list[str]) -> None:
    rows, slots = _character_slots(texts)
    assert len(rows) == sum(map(_naive_count, texts))
    assert slots.min(initial=0) >= 0
    assert slots.max(initial=0) < 1 << HASH_BITS
    assert Counter(rows.tolist()) == Counter({row: n for row, n in enumerate(map(_naive_count, texts)) if n})


def _naive_count(text: str) -> int:
    word = [character not in "，。 " for character in text]
    return sum(all(word[at : at + size]) for size in (2, 3) for at in range(len(text) - size + 1))
