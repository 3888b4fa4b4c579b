"""Keep a model as arrays and text files with a manifest; open it without executing anything.

A bundle is a folder: ``arrays.npz`` (numbers only), ``vocabulary.json``, ``manifest.json``. The manifest
holds the SHA-256 of the other files and of itself; a changed byte is refused. NumPy is told not to
unpickle, and no file names a class or function.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import BundleDamaged
from pipeline.learn.features import HASH_BITS, Featurizer
from pipeline.learn.heads import Head
from pipeline.learn.hidden import Hidden
from pipeline.learn.model import Model

FORMAT = 3
ARRAYS, VOCABULARY, MANIFEST = "arrays.npz", "vocabulary.json", "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bundle:
    """A model and what its manifest says of it."""

    name: str
    model: Model
    manifest: dict[str, Any]
    folder: str = ""

    @property
    def version(self) -> str:
        """Name, and the first figures of the manifest's own checksum: which model exactly made a suggestion."""
        return f"{self.name}@{str(self.manifest['checksum'])[:8]}"


def save(model: Model, folder: Path, facts: dict[str, Any], *, more: dict[str, bytes] | None = None) -> None:
    """Write a bundle; the same model and facts give the same bytes.

    Parameters
    ----------
    model : Model
    folder : Path
        Made if absent. The manifest is written last, so a broken-off save is refused on loading.
    facts : dict
        What else the manifest says: data, figures, recipe.
    more : dict of str to bytes, optional
        Files kept with the model, by name; the manifest holds their checksums, too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays = pack(_arrays(model))
    vocabulary = _json(
        {
            "words": model.featurizer.words,
            "title_words": model.featurizer.title_words,
            "score_labels": model.score_labels,
            "heads": [
                {
                    "name": head.name,
                    "labels": head.labels,
                    "temperature": head.temperature,
                }
                for head in model.heads.values()
            ],
            "block_weights": model.featurizer.weights,
            "accept": model.accept,
            "sets": model.sets,
            "own_share": model.own_share,
        }
    )
    files = {ARRAYS: arrays, VOCABULARY: vocabulary, **(more or {})}
    manifest = {
        "format": FORMAT,
        "files": {name: _sha256(content) for name, content in files.items()},
        **facts,
    }
    manifest["checksum"] = _sha256(_json(manifest))
    for name, content in (*files.items(), (MANIFEST, _json(manifest))):
        (folder / name).write_bytes(content)


def load(folder: Path) -> Bundle:
    """Open a bundle after checking every byte of it.

    Raises
    ------
    BundleDamaged
        A file is missing or is not the one the manifest names, or the format is another one.
    """
    manifest = read_manifest(folder)
    content = {}
    for name, expected in manifest["files"].items():
        content[name] = _read(folder, name)
        if _sha256(content[name]) != expected:
            raise _damaged(folder, f"{name} 的内容与清单不符", f"{name} is not the file its manifest names")
    vocabulary = json.loads(content[VOCABULARY])
    with np.load(io.BytesIO(content[ARRAYS]), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return Bundle(folder.name, _model(vocabulary, arrays), manifest, str(folder))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a bundle's manifest after checking its own checksum and format."""
    try:
        manifest = json.loads(_read(folder, MANIFEST))
        claimed = manifest.pop("checksum")
        intact = _sha256(_json(manifest)) == claimed
    except (ValueError, KeyError, AttributeError):
        raise _damaged(folder, "清单无法读取", "its manifest cannot be read") from None
    if not intact:
        raise _damaged(folder, "清单被改动过", "its manifest was changed")
    if manifest.get("format") != FORMAT:
        raise _damaged(
            folder,
            "它由另一个版本的程序训练，请用 petition train 重新训练",
            "another version of this program trained it, so train it anew with petition train",
        )
    return {**manifest, "checksum": claimed}


def _damaged(folder: Path, why_zh: str, why_en: str) -> BundleDamaged:
    return BundleDamaged(bundle=folder.name, why_zh=why_zh, why_en=why_en)


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError:
        raise _damaged(folder, f"缺少文件 {name}", f"{name} is missing") from None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def _arrays(model: Model) -> dict[str, NDArray[Any]]:
    slots = model.featurizer.slots
    used = np.flatnonzero(slots >= 0).astype(np.int32)
    arrays: dict[str, NDArray[Any]] = {
        "weights": model.weights,
        "scales": model.scales,
        "bias": model.bias,
        "means": model.means,
        "spreads": model.spreads,
        "idf": model.featurizer.idf,
        "slots_used": used,
        "slots_column": slots[used],
        **{f"hidden.{part.name}": getattr(model.hidden, part.name) for part in fields(Hidden)},
    }
    for head in model.heads.values():
        arrays |= {f"{head.name}.weights": head.weights, f"{head.name}.bias": head.bias, f"{head.name}.cuts": head.cuts}
    return arrays


def pack(arrays: dict[str, NDArray[Any]]) -> bytes:
    """Zip arrays as ``numpy.savez_compressed`` does, but with fixed times, so that bytes repeat."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())
    return out.getvalue()


def _model(vocabulary: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Model:
    slots = np.full(1 << HASH_BITS, -1, dtype=np.int32)
    slots[arrays["slots_used"]] = arrays["slots_column"]
    heads = {
        row["name"]: Head(
            name=row["name"],
            labels=tuple(row["labels"]),
            weights=arrays[f"{row['name']}.weights"],
            bias=arrays[f"{row['name']}.bias"],
            temperature=row["temperature"],
            cuts=arrays[f"{row['name']}.cuts"],
        )
        for row in vocabulary["heads"]
    }
    weights = vocabulary["block_weights"]
    featurizer = Featurizer(
        tuple(vocabulary["words"]),
        tuple(vocabulary["title_words"]),
        slots,
        arrays["idf"],
        (weights[0], weights[1], weights[2]),
    )
    return Model(
        featurizer=featurizer,
        weights=arrays["weights"],
        scales=arrays["scales"],
        bias=arrays["bias"],
        hidden=Hidden(**{part.name: arrays[f"hidden.{part.name}"] for part in fields(Hidden)}),
        means=arrays["means"],
        spreads=arrays["spreads"],
        score_labels=tuple((head, label) for head, label in vocabulary["score_labels"]),
        heads=heads,
        accept=vocabulary["accept"],
        sets=vocabulary["sets"],
        own_share=vocabulary["own_share"],
    )
