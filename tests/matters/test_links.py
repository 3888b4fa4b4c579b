"""Copies and links: what a copy adds stays, and every merge and split can be undone."""

from __future__ import annotations

import pytest

from pipeline.errors import StoreRefused
from pipeline.matters.duplicates import copy_of
from pipeline.matters.store import Store
from tests.matters.conftest import LAMP, PLANT, WAGES, batch, letter


@pytest.mark.parametrize(
    ("text", "same_day", "kind"),
    [
        (LAMP, True, "完全相同"),
        (LAMP, False, "重复件"),
        (LAMP.replace("半个月", "大半个月"), True, "近似重复"),
        (LAMP.replace("半个月", "大半个月"), False, "重复件"),
        (LAMP + "联名人：〔姓名〕、〔姓名〕、〔姓名〕", True, "联名"),
        (LAMP + "昨晚我母亲下班摔倒在路口，缝了七针，医药费谁来负责？", True, "模板信"),
    ],
)
def test_kinds_of_copies(text: str, same_day: bool, kind: str) -> None:
    assert copy_of(LAMP, text, same_day=same_day)[0] == kind


def test_what_a_template_letter_adds_is_shown(store: Store) -> None:
    own = "昨晚我母亲下班摔倒在路口，缝了七针，医药费谁来负责？"
    store.add(batch(letter(1, LAMP), letter(2, LAMP + own)))
    row = store.letters().iloc[1]
    assert row["duplicate_of"] == "L1"
    assert "缝了七针" in row["addition"]


def test_a_copied_text_about_another_place_is_another_matter(store: Store) -> None:
    text = "{}门口的空地被占了，{}的孩子没有地方玩，我们{}业主很着急，车也停满了，请派人到现场看看并答复。"
    here, there = (text.format(*[name] * 3) for name in ("听松苑小区", "澜汀花园小区"))
    store.add(batch(letter(1, here), letter(2, there)))
    assert store.letters()["matter_id"].nunique() == 2


def test_merge_and_undo(store: Store) -> None:
    store.add(batch(letter(1, PLANT[0]), letter(2, LAMP)))
    kept, other = store.letters()["matter_id"]
    act = store.merge(kept, other, why="同一处工地")
    assert store.letters()["matter_id"].unique().tolist() == [kept]
    store.add(batch(letter(3, LAMP.replace("半个月", "一个月"), "2026-12-01")))
    assert store.letters()["matter_id"].unique().tolist() == [kept]
    store.undo(act)
    assert store.letters().set_index("letter_id")["matter_id"].tolist() == [kept, other, other]
    with pytest.raises(StoreRefused):
        store.undo(act)
    assert store.acts()[0].undone


def test_split_and_undo(store: Store) -> None:
    store.add(batch(*(letter(n, text) for n, text in enumerate(PLANT)), letter(9, PLANT[2], "2026-11-09")))
    before = store.letters()
    act = store.split(["L2", "L9"], why="说的是另一家")
    after = store.letters().set_index("letter_id")
    assert after.loc["L2", "matter_id"] == after.loc["L9", "matter_id"] != after.loc["L0", "matter_id"]
    assert after.loc["L9", "duplicate_of"] == "L2"
    store.undo(act)
    assert store.letters()[list(before.columns)].equals(before)


def test_a_copy_that_is_split_off_is_a_first_letter(store: Store) -> None:
    store.add(batch(letter(1, LAMP), letter(2, LAMP, "2026-11-09")))
    store.split(["L2"], why="不同路段")
    row = store.letters().iloc[1]
    assert (row["duplicate_of"], row["copy_kind"]) == ("", "")


def test_what_can_t_be_linked_is_refused(store: Store) -> None:
    store.add(batch(letter(1, PLANT[0]), letter(2, LAMP), letter(3, WAGES)))
    first, second, _ = store.letters()["matter_id"]
    for work in (
        lambda: store.merge(first, first, why=""),
        lambda: store.merge(first, "M-0", why=""),
        lambda: store.split(["L1", "L2"], why=""),
        lambda: store.split(["没有"], why=""),
        lambda: store.undo(99),
    ):
        with pytest.raises(StoreRefused):
            work()
    assert store.letters()["matter_id"].tolist()[:2] == [first, second]
