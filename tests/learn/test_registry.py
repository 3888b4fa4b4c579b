"""The registry: immutable models, one in use, and whatever happens in the middle, the one in use stays whole."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.advise.triage import Triage
from pipeline.errors import BundleDamaged, ModelRefused, OutputNotWritable
from pipeline.learn.registry import Registry


@pytest.fixture
def registry(tmp_path: Path, small_folder: Path) -> Registry:
    registry = Registry.open(tmp_path / "home")
    for name in ("a", "b", "c"):
        registry.publish(name, copy_of(small_folder))
    return registry


def copy_of(source: Path):
    return lambda folder: shutil.copytree(source, folder, dirs_exist_ok=True)


def flip(path: Path) -> None:
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def promote(registry: Registry, name: str) -> None:
    registry.promote(name, over=registry.in_use(), by="王", why="试用", comparison={"letters": 132})


def test_the_shipped_model_is_in_use_at_first(tmp_path: Path) -> None:
    registry = Registry.open(tmp_path / "none")
    assert registry.in_use() == "default"
    assert [entry.name for entry in registry.entries()] == ["default"]
    assert not (tmp_path / "none").exists()


def test_promote_and_roll_back_record_who_when_and_why(registry: Registry) -> None:
    promote(registry, "a")
    promote(registry, "b")
    assert registry.load().name == registry.in_use() == "b"
    assert [registry.rollback(by="李", why="退回"), registry.rollback(by="李", why="")] == ["a", "default"]
    with pytest.raises(ModelRefused):
        registry.rollback(by="李", why="")
    rows = [row for row in registry.journal() if row["what"] in ("promote", "rollback")]
    assert [(row["what"], row["name"], row["by"]) for row in rows] == [
        ("promote", "a", "王"),
        ("promote", "b", "王"),
        ("rollback", "a", "李"),
        ("rollback", "default", "李"),
    ]
    assert (rows[0]["why"], rows[0]["comparison"]) == ("试用", {"letters": 132})
    assert all(row["when"].startswith("20") for row in rows)


def test_triage_uses_the_model_in_use(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PETITION_HOME", str(registry.home))
    promote(registry, "a")
    assert Triage.load().bundle.name == "a"
    assert Triage.load("b").bundle.name == "b"
    assert Triage.load("default").bundle.name == "default"


@pytest.mark.parametrize("name", ["a", "default", "", "../a", ".hidden", "x/y", "长" * 65])
def test_a_taken_or_impossible_name_is_refused(registry: Registry, small_folder: Path, name: str) -> None:
    with pytest.raises(ModelRefused):
        registry.publish(name, copy_of(small_folder))
    assert sorted(path.name for path in (registry.home / "models").iterdir()) == ["a", "b", "c"]


def test_a_damaged_model_is_neither_promoted_nor_rolled_back_to(registry: Registry) -> None:
    promote(registry, "a")
    promote(registry, "b")
    for name in ("a", "c"):
        flip(registry.home / "models" / name / "arrays.npz")
    with pytest.raises(BundleDamaged):
        promote(registry, "c")
    with pytest.raises(BundleDamaged):
        registry.rollback(by="", why="")
    assert registry.load().name == "b"
    found = registry.verify()
    assert [name for name, problem in found.items() if problem] == ["a", "c"]


def test_a_damaged_model_in_use_is_refused_not_replaced_silently(registry: Registry, small_folder: Path) -> None:
    promote(registry, "a")
    flip(registry.home / "models" / "a" / "arrays.npz")
    with pytest.raises(BundleDamaged):
        registry.load()
    shutil.rmtree(registry.home / "models" / "a")
    with pytest.raises(ModelRefused):
        registry.load()
    (registry.home / "in_use.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelRefused, match=r"in_use\.json"):
        registry.load()


def test_a_swapped_model_in_use_is_noticed(registry: Registry) -> None:
    promote(registry, "a")
    shutil.rmtree(registry.home / "models" / "a")
    shutil.copytree(Path("models/default").resolve(), registry.home / "models" / "a")
    with pytest.raises(ModelRefused, match="rollback"):
        registry.load()
    assert registry.rollback(by="", why="") == "default"


def test_a_failed_or_half_built_model_leaves_nothing(registry: Registry, small_folder: Path) -> None:
    def full(folder: Path) -> None:
        (folder / "arrays.npz").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputNotWritable, match="the disk is full"):
        registry.publish("d", full)
    with pytest.raises(BundleDamaged):
        registry.publish("d", lambda folder: (folder / "arrays.npz").write_bytes(b"half"))
    assert sorted(path.name for path in (registry.home / "models").iterdir()) == ["a", "b", "c"]
    registry.publish("d", copy_of(small_folder))


def test_a_full_disk_while_promoting_keeps_the_model_in_use(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(registry, "a")

    def full(fileno: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputNotWritable, match="the disk is full"):
        promote(registry, "b")
    monkeypatch.undo()
    assert registry.load().name == "a"
    promote(registry, "b")


def test_a_killed_training_leaves_a_leftover_that_is_ignored_and_swept(registry: Registry, small_folder: Path) -> None:
    code = (
        "import sys,time,shutil;from pathlib import Path;from pipeline.learn.registry import Registry\n"
        "def build(folder):\n"
        "    shutil.copytree(sys.argv[2], folder, dirs_exist_ok=True); print('built', flush=True); time.sleep(60)\n"
        "Registry.open(Path(sys.argv[1])).publish('killed', build)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(registry.home), str(small_folder)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "built\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert [entry.name for entry in registry.entries()] == ["default", "a", "b", "c"]
    leftover = next((registry.home / "models").glob(".making-*"))
    assert registry.prune(9) == []
    os.utime(leftover, (time.time() - 7200,) * 2)
    assert registry.prune(9) == [leftover.name]
    registry.publish("killed", copy_of(small_folder))


def test_many_processes_promoting_at_once_leave_one_whole_answer(registry: Registry) -> None:
    code = (
        "import sys;from pathlib import Path;from pipeline.learn.registry import Registry\n"
        "from pipeline.errors import ModelRefused\n"
        "registry = Registry.open(Path(sys.argv[1]))\n"
        "for _ in range(10):\n"
        "    try: registry.promote(sys.argv[2], over=registry.in_use(), by=sys.argv[2], why='', comparison={})\n"
        "    except ModelRefused: pass\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, str(registry.home), name]) for name in ("a", "b", "c")]
    assert [child.wait() for child in children] == [0, 0, 0]
    rows = [row for row in registry.journal() if row["what"] == "promote"]
    assert registry.load().name == rows[-1]["name"]
    froms = ["default", *(row["name"] for row in rows[:-1])]
    assert [row["from"] for row in rows] == froms
    assert len(json.loads((registry.home / "in_use.json").read_text(encoding="utf-8"))["earlier"]) == len(rows)


def test_a_comparison_with_a_model_no_longer_in_use_does_not_count(registry: Registry) -> None:
    promote(registry, "a")
    with pytest.raises(ModelRefused, match="compare again"):
        registry.promote("b", over="default", by="", why="", comparison={})
    assert registry.in_use() == "a"


def test_prune_keeps_the_model_in_use_the_way_back_and_the_newest(registry: Registry, small_folder: Path) -> None:
    promote(registry, "a")
    promote(registry, "b")
    registry.publish("d", copy_of(small_folder))
    assert registry.prune(1) == ["c"]
    assert registry.prune(0) == ["d"]
    assert registry.rollback(by="", why="") == "a"


def test_a_line_of_the_journal_cut_short_by_a_crash_harms_nothing(registry: Registry) -> None:
    with (registry.home / "journal.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"when": "2026')
    promote(registry, "a")
    assert registry.journal()[-1]["name"] == "a"
