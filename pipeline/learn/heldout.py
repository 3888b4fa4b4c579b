"""A model's answers on letters it wasn't trained on, kept with it so that models can be compared fairly.

No text is kept: a letter is known by a fingerprint of its cleaned and masked text.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.learn.bundle import pack

HELD_OUT = "heldout.npz"


@dataclass(frozen=True)
class HeldOut:
    """Held-out answers of one model.

    Attributes
    ----------
    fingerprints : ndarray of uint64, shape (letters,)
    folds : ndarray of int, shape (letters,)
    labels : dict of str to tuple of str
        Per head its labels.
    truth, given : dict of str to ndarray of str
        Per head the confirmed label and the answer of a model that wasn't trained on the letter; "" where none.
    probabilities : dict of str to ndarray, shape (letters, labels)
        NaN where the letter has no label of the head.
    """

    fingerprints: NDArray[np.uint64]
    folds: NDArray[np.int64]
    labels: dict[str, tuple[str, ...]]
    truth: dict[str, NDArray[np.str_]]
    given: dict[str, NDArray[np.str_]]
    probabilities: dict[str, NDArray[np.float32]]


def fingerprint(titles: Sequence[str], texts: Sequence[str]) -> NDArray[np.uint64]:
    """Return the first 64 bits of the SHA-256 of each letter's cleaned and masked title and text.

    Examples
    --------
    >>> fingerprint(["停水"], ["小区停水三天。"]).shape
    (1,)
    """
    joined = (f"{title}\n{text}".encode("utf-8", "replace") for title, text in zip(titles, texts, strict=True))
    return np.array([int.from_bytes(hashlib.sha256(letter).digest()[:8], "big") for letter in joined], dtype=np.uint64)


def to_bytes(held_out: HeldOut) -> bytes:
    """Return an archive of arrays, the same bytes for the same answers; nothing in it can be executed."""
    arrays: dict[str, NDArray[np.generic]] = {"fingerprints": held_out.fingerprints, "folds": held_out.folds}
    for name, labels in held_out.labels.items():
        arrays[f"{name}.labels"] = np.array(labels, dtype=str)
        arrays[f"{name}.truth"] = held_out.truth[name]
        arrays[f"{name}.given"] = held_out.given[name]
        arrays[f"{name}.probabilities"] = held_out.probabilities[name].astype(np.float16)
    return pack(arrays)


def read(folder: str | Path) -> HeldOut | None:
    """Return the held-out answers kept with a model; None where it has none (open the bundle first: it checks)."""
    path = Path(folder, HELD_OUT)
    if not folder or not path.is_file():
        return None
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
        names = [key.removesuffix(".labels") for key in arrays.files if key.endswith(".labels")]
        return HeldOut(
            arrays["fingerprints"],
            arrays["folds"],
            {name: tuple(str(label) for label in arrays[f"{name}.labels"]) for name in names},
            {name: arrays[f"{name}.truth"] for name in names},
            {name: arrays[f"{name}.given"] for name in names},
            {name: arrays[f"{name}.probabilities"].astype(np.float32) for name in names},
        )
