"""Weights in eight bits: a quarter of the size, and the answers hardly change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def quantise(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return (8-bit weights, scale of each column).

    Examples
    --------
    >>> values, scales = quantise(np.array([[0.5], [-1.0]], np.float32))
    >>> values.tolist()
    [[64], [-127]]
    """
    scales = np.abs(weights).max(axis=0, initial=0) / np.float32(127)
    scales[scales == 0] = 1
    return np.rint(weights / scales).astype(np.int8), scales.astype(np.float32)
