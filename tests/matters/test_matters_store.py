"""The store: each letter once, in one matter; a kill in the middle leaves it as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import StoreRefused
from pipeline.matters.store import Store
from pipeline.office import Office
from pipeline.text.things import NOTHING_LISTED, Listed
from tests.matters.conftest import LAMP, PLANT, WAGES, batch, letter


def test_letters_about_one_thing_are_one_matter_and_others_are_not(store: Store) -> None:
    added = store.add(batch(*(letter(n, text) for n, text in enumerate(PLANT)), letter(9, LAMP)))
    matters = store.letters()["matter_id"].tolist()
    assert matters[0] == matters[1] == matters[2] != matters[3]
    assert (added.new, added.opened, added.joined, added.copies) == (4, 2, 2, 0)


def test_a_text_copied_for_another_place_is_no_copy(store: Store) -> None:
    text = "我们二十三个木工在{}工地干了四个月，包工头说总包没有结账，工钱一分没发，孩子开学要交学费，求政府帮我们要回血汗钱。"
    store.add(
        batch(
            letter(1, text.format("云栖里花园")), letter(2, text.format("星海豪庭")), letter(3, text.format("星海豪庭"))
        )
    )
    told = store.letters()
    assert told["copy_kind"].tolist() == ["", "", "完全相同"]
    assert told["matter_id"].nunique() == 2


def test_an_office_s_place_is_one_by_whichever_name() -> None:
    written = ("沙鸥岛的渡船停了一个月，岛上的人出不去。", "沙鸥洲村的渡船停航，村民出岛没有船坐。")
    found = {}
    for listed in (NOTHING_LISTED, Listed.of(Office.load())):
        store = Store.open("sqlite://", listed=listed)
        store.add(batch(*(letter(n, text) for n, text in enumerate(written))))
        found[listed is NOTHING_LISTED] = store.letters()["matter_id"].nunique()
    assert found == {True: 2, False: 1}


def test_a_later_batch_joins_and_moves_nobody(store: Store) -> None:
    store.add(batch(letter(1, PLANT[0]), letter(2, LAMP)))
    before = store.letters().set_index("letter_id")["matter_id"]
    store.add(batch(letter(3, PLANT[1], "2026-12-02"), letter(4, WAGES, "2026-12-03")))
    after = store.letters().set_index("letter_id")["matter_id"]
    assert after[before.index].tolist() == before.tolist()
    assert after["L3"] == after["L1"]
    assert after["L4"] not in before.tolist()


def test_the_same_batch_again_adds_nothing(store: Store) -> None:
    letters = batch(letter(1, PLANT[0]), letter(2, LAMP))
    store.add(letters)
    again = store.add(letters)
    assert (again.new, again.known, again.ids) == (0, 2, ("L1", "L2"))
    assert len(store.letters()) == 2


def test_one_id_for_two_letters_keeps_both(store: Store) -> None:
    """Monthly lists number from 1 again."""
    assert store.add(batch(letter(1, LAMP))).ids == ("L1",)
    assert store.add(batch(letter(1, WAGES))).ids == ("L1#2",)
    assert store.add(batch(letter(1, WAGES))).ids == ("L1#2",)
    assert sorted(store.letters()["letter_id"]) == ["L1", "L1#2"]


def test_a_row_that_stands_twice_in_a_file_is_one_letter(store: Store) -> None:
    added = store.add(batch(letter(1, LAMP), letter(1, LAMP)))
    assert (added.new, added.ids) == (1, ("L1", "L1"))


def test_ids_don_t_depend_on_how_letters_were_batched() -> None:
    letters = batch(*(letter(n, text, f"2026-11-{n + 1:02}") for n, text in enumerate([*PLANT, LAMP, WAGES])))
    whole, parts = Store.open("sqlite://"), Store.open("sqlite://")
    whole.add(letters)
    for row in range(len(letters)):
        parts.add(letters.iloc[[row]])
    assert whole.letters()["matter_id"].tolist() == parts.letters()["matter_id"].tolist()


def test_what_an_office_notes_later_is_taken_over(store: Store) -> None:
    store.add(batch(letter(1, LAMP, unit="云川市信访局")))
    store.add(batch(letter(1, LAMP, unit="云川市信访局", answered_at="2026-11-20", handled_by="临江区城管局")))
    row = store.letters().iloc[0]
    assert (row["answered_at"], row["handled_by"], row["corrected"]) == ("2026-11-20", "临江区城管局", "")


def test_only_a_person_changes_a_suggestion(store: Store) -> None:
    store.add(batch(letter(1, LAMP, unit="云川市信访局")))
    store.add(batch(letter(1, LAMP, unit="别的单位")))
    assert store.letters()["unit"].tolist() == ["云川市信访局"]
    store.add(batch(letter(1, LAMP, unit="临江区城管局", confirmed=True)))
    row = store.letters().iloc[0]
    assert (row["unit"], bool(row["confirmed"]), row["corrected"]) == ("临江区城管局", True, "unit")


def test_letters_without_text_or_date_are_kept_apart(store: Store) -> None:
    store.add(batch(letter(1, "", ""), letter(2, "", ""), letter(3, LAMP, "")))
    assert store.letters()["matter_id"].nunique() == 3


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("这不是数据库" * 200, encoding="utf-8")
    with pytest.raises(StoreRefused, match="opened"):
        Store.open(tmp_path / "a.db")
    with pytest.raises(StoreRefused):
        Store.open(tmp_path / "no" / "folder.db")


_ENDLESS = """
import sys, pandas as pd
sys.path.insert(0, {tests!r})
from pipeline.matters.store import Store
from pipeline.office import Office
from pipeline.text.things import NOTHING_LISTED, Listed
store = Store.open({path!r})
number = len(store.letters())
while True:
    texts = [f"第{{number + n}}号楼的第{{n}}个路灯坏了，{{number + n}}天没有人来修。" for n in range(40)]
    ids = [f"K{{number + n}}" for n in range(40)]
    store.add(pd.DataFrame({{"letter_id": ids, "text": texts, "received_at": "2026-11-02"}}))
    number += 40
    print(number, flush=True)
"""


def test_a_kill_in_the_middle_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "matters.db"
    told = 0
    for pause in (0.02, 0.05, 0.08):
        code = _ENDLESS.format(tests=str(Path(__file__).parent), path=str(path))
        with subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        ) as worker:
            assert worker.stdout is not None
            told = int(worker.stdout.readline())
            time.sleep(pause)
            os.kill(worker.pid, signal.SIGKILL)
            told = max([told, *map(int, worker.stdout.read().split())])
        letters = Store.open(path).letters()
        assert len(letters) in (told, told + 40)  # the last batch is in as a whole, or not at all
        assert sorted(letters["letter_id"]) == sorted(f"K{n}" for n in range(len(letters)))
        assert not letters["letter_id"].duplicated().any()
        assert (letters["matter_id"] != "").all()
    more = Store.open(path).add(pd.DataFrame({"letter_id": ["K0"], "text": ["另一封"], "received_at": [""]}))
    assert more.ids == ("K0#2",)
