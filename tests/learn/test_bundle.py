"""A bundle: the same bytes for the same model, refused when one byte differs, opened without executing anything."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import BundleDamaged
from pipeline.learn.bundle import ARRAYS, MANIFEST, VOCABULARY, load, save
from pipeline.learn.features import plain
from pipeline.learn.model import Model


@pytest.fixture
def copy(small_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_folder, tmp_path / "copy"))


def test_a_loaded_model_reads_letters_as_the_saved_one_did(small_model: Model, small_folder: Path) -> None:
    letters = plain(["停水"], ["小区停水三天了"])
    saved, loaded = small_model.read(letters, [""]), load(small_folder).model.read(letters, [""])
    for name, probabilities in saved.probabilities.items():
        assert np.array_equal(probabilities, loaded.probabilities[name]), name


def test_saving_twice_gives_the_same_bytes(small_model: Model, small_folder: Path, tmp_path: Path) -> None:
    save(small_model, tmp_path / "again", {"trained_on": "2026–2026", "weaknesses": []})
    for path in small_folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("name", [ARRAYS, VOCABULARY, MANIFEST])
@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_one_changed_byte_is_refused(copy: Path, name: str, where: float) -> None:
    content = bytearray((copy / name).read_bytes())
    content[int(len(content) * where)] ^= 1
    (copy / name).write_bytes(bytes(content))
    with pytest.raises(BundleDamaged) as caught:
        load(copy)
    assert "copy" in caught.value.message("zh")


@pytest.mark.parametrize("name", [ARRAYS, VOCABULARY, MANIFEST])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleDamaged, match=name):
        load(copy)


def read(folder: Path) -> dict[str, Any]:
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def sign_anew(folder: Path, **changed: object) -> None:
    """Change a manifest and its own checksum with it."""
    manifest = read(folder) | changed
    manifest.pop("checksum")
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    manifest["checksum"] = hashlib.sha256(text.encode()).hexdigest()
    (folder / MANIFEST).write_text(
        json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1) + "\n", encoding="utf-8"
    )


def test_a_model_of_another_version_is_refused_with_what_to_do(copy: Path) -> None:
    sign_anew(copy, format=1)
    with pytest.raises(BundleDamaged) as caught:
        load(copy)
    assert "petition train" in caught.value.message("zh")
    assert "petition train" in caught.value.message("en")


def test_a_pickle_inside_is_never_opened(copy: Path) -> None:
    out = io.BytesIO()
    np.savez(out, weights=np.array([{"run": "me"}], dtype=object))
    (copy / ARRAYS).write_bytes(out.getvalue())
    sign_anew(copy, files=read(copy)["files"] | {ARRAYS: hashlib.sha256(out.getvalue()).hexdigest()})
    with pytest.raises(ValueError, match="allow_pickle"):
        load(copy)


def test_the_arrays_hold_numbers_only(small_folder: Path) -> None:
    with zipfile.ZipFile(small_folder / ARRAYS) as archive:
        for name in archive.namelist():
            header = archive.read(name)[:128]
            assert b"'|O'" not in header, name
