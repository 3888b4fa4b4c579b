"""A profile says what letters are like, without any text, and is the same read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.learn import profile as room
from pipeline.learn.features import Plain
from pipeline.learn.profile import Answered, Profile, Tally, checksum, cut_phrases, profile

LETTERS = Plain(["停水"] * 4, ["小区停水三天没人管", "小区停水三天没人管", "小区停水半个月", "学校门口堵车"])
LABELS = {"purpose": ("咨询", "求决")}
GIVEN, SURE = np.array([1, 1, 1, 0]), np.array([False, False, True, False])


def answers(rows: slice = slice(None)) -> Answered:
    return Answered(LABELS, {"purpose": GIVEN[rows]}, SURE[rows])


@pytest.fixture
def known() -> Profile:
    return profile(LETTERS, answers())


def test_it_counts_answers_unsure_letters_and_phrases(known: Profile) -> None:
    assert known.letters == 4
    assert known.counts["purpose"].tolist() == [1, 3]
    assert known.unsure == 3
    numbers = np.array([checksum(phrase) for phrase in ("停水", "小区停水", "堵车", "从未见过")], np.uint32)
    assert known.letters_with(numbers).tolist() == [4, 3, 0, 0]


def test_pairs_do_not_cross_punctuation_or_other_words() -> None:
    words, pairs = next(iter(cut_phrases(Plain(["路灯"], ["小区，路灯坏了。2020年路灯维修"]))))
    assert "小区路灯" not in pairs
    assert "路灯维修" in pairs
    assert {"小区", "路灯", "维修"} <= words


def test_a_word_is_known_only_through_other_letters(known: Profile) -> None:
    three = Plain(["停水"] * 3, ["", "", ""])
    alone = profile(three, answers(slice(3)))
    assert alone.means["unknown"] == 1.0
    tally = Tally(alone)
    tally.add(three, answers(slice(3)))
    assert tally.profile().means["unknown"] == 0.0


def test_batches_add_up_to_the_same_profile(known: Profile) -> None:
    whole, parts = Tally(known), Tally(known)
    whole.add(LETTERS, answers())
    for rows in (slice(0, 2), slice(2, 4)):
        parts.add(LETTERS.take(np.arange(4)[rows]), answers(rows))
    one, other = whole.profile(), parts.profile()
    assert np.array_equal(one.phrases, other.phrases)
    assert np.array_equal(one.phrase_letters, other.phrase_letters)
    assert one.means == other.means


def test_it_is_the_same_read_back_and_holds_no_text(known: Profile, tmp_path: Path) -> None:
    content = room.to_bytes(known)
    assert content == room.to_bytes(known)
    (tmp_path / room.PROFILE).write_bytes(content)
    back = room.read(tmp_path)
    assert back is not None
    assert (back.letters, back.unsure, back.labels) == (known.letters, known.unsure, known.labels)
    assert back.means == pytest.approx(known.means)
    assert np.array_equal(back.phrases, known.phrases)
    assert room.read(tmp_path / "elsewhere") is None
