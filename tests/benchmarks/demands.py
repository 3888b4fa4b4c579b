"""Are mixed letters found, and where? Demands found by the shipped model against letters read one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import letter
from pipeline.advise.demands import Demand, find_demands
from pipeline.advise.triage import Triage
from pipeline.text.letters import masked, strings

READING = Path("data/labels/demands/read_2026_11.tsv")
NEAR = 30
"""Characters by which a beginning may be off."""


def demands(corpus: Path, reading: Path) -> dict[str, Any]:
    """Return how well the mixed letters of a reading are found.

    Parameters
    ----------
    corpus : Path
        Folder with ``letters.parquet``.
    reading : Path
        Like ``READING``: letter_id, n, offsets in the masked text, half, sample, source.
    """
    read = pd.read_csv(reading, sep="\t", comment="#", dtype={"offsets": str})
    frame = pd.read_parquet(corpus / "letters.parquet").rename(columns={"time": letter.RECEIVED_AT})
    frame = read.merge(frame, on=letter.LETTER_ID, validate="one_to_one")
    titles, texts = masked(frame)
    triage = Triage.load()
    found = find_demands(triage.model, triage.handling.places, titles, texts, strings(frame, letter.RECEIVED_AT))
    return {half: _figures(frame[frame["half"] == half], found) for half in sorted(set(frame["half"]))}


def _figures(frame: pd.DataFrame, found: list[list[Demand]]) -> dict[str, Any]:
    told = [found[row] for row in frame.index]
    mixed = [n > 1 for n in frame["n"]]
    right = sum(bool(one) and true for one, true in zip(told, mixed, strict=True))
    begins = [
        any(abs(one.start - int(offset)) <= NEAR for one in demands_of[1:])
        for demands_of, offsets in zip(told, frame["offsets"], strict=True)
        if demands_of
        for offset in offsets.split(";")[1:]
    ]
    return {
        "letters": len(told),
        "mixed": sum(mixed),
        "found": sum(map(bool, told)),
        "found_and_mixed": right,
        "right_number": sum(max(1, len(one)) == n for one, n in zip(told, frame["n"], strict=True)) / len(told),
        "beginnings_near": f"{sum(begins)} of {len(begins)}",
    }
