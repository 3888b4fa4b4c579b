"""A run of ``petition matters``: letters in, each with its matter out; warned matters first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline import letter
from pipeline.advise.triage import Triage
from pipeline.errors import BadOption, PetitionError
from pipeline.intake import LetterSource
from pipeline.matters.describe import describe, last_day
from pipeline.matters.store import Store
from pipeline.report.analysis_office import areas_of
from pipeline.report.atomic import check_writable
from pipeline.report.matters_sheet import Scope, write_matters
from pipeline.report.matters_table import matters_table
from pipeline.report.sheet import RunFacts, today, write_rejected
from pipeline.report.stream import SuggestionStream
from pipeline.report.triaged import suggested

IN_MEMORY: Final = "sqlite://"
KINDS: Final = (".xlsx", ".csv", ".jsonl", ".parquet")
LINKED: Final = ("matter_id", "duplicate_of", "copy_kind", "addition")
_AT_ONCE: Final = 20_000


@dataclass
class Outcome:
    """What a run did; ``rows_in == letters + rejected`` always."""

    output: Path
    rows_in: int = 0
    letters: int = 0
    rejected: int = 0
    rejected_file: Path | None = None
    new: int = 0
    known: int = 0
    matters: int = 0
    shared: int = 0
    watched: int = 0
    warned: int = 0
    copies: int = 0


def find_matters(
    source: LetterSource,
    output: Path,
    triage: Triage,
    store: str = IN_MEMORY,
    *,
    jobs: int = 1,
    as_of: date | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> Outcome:
    """Put every letter of ``source`` into a matter and write ``output`` (xlsx, csv, jsonl or parquet by its ending).

    Parameters
    ----------
    store : str
        A file or a database's URL that keeps the matters; by default they are those of this batch only.
    as_of : date, optional
        The day for which warnings hold; by default today, or the last letter's day in a batch without a store.

    Raises
    ------
    PetitionError
        Input, output or store can't be used; the old output is untouched.
    """
    if output.suffix.lower() not in KINDS:
        raise BadOption(
            option="-o",
            value=output.name,
            why_zh=f"扩展名应为 {'、'.join(KINDS)}",
            why_en=f"it must end in {', '.join(KINDS)}",
        )
    check_writable(output)
    opened = Store.open(store, triage.segmenter, triage.listed)
    outcome = Outcome(output)
    rejected: list[pd.DataFrame] = []
    frames = list(suggested(source, triage, rejected, jobs=jobs, progress=progress))
    batch = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[letter.LETTER_ID, letter.TEXT])
    outcome.letters, outcome.rejected = len(batch), sum(len(part) for part in rejected)
    outcome.rows_in = outcome.letters + outcome.rejected
    ids = _add(opened, batch, outcome)
    letters = opened.letters()
    here = letters.set_index("letter_id").loc[ids].reset_index()
    if len(here) != outcome.letters:
        raise PetitionError(detail=f"{outcome.letters} letters in, {len(here)} out")
    touched = set(here["matter_id"])
    day = as_of or (last_day(letters) if store == IN_MEMORY else date.fromisoformat(today()))
    office = triage.handling.office
    matters = describe(letters, day, areas_of(office), asked=touched)
    _count(outcome, letters, matters)
    if output.suffix.lower() == ".xlsx":
        members = letters[letters["matter_id"].isin(set(matters["matter_id"]))]
        facts = _facts(source, triage, outcome)
        area = office.area if triage.office is not None else ""
        write_matters(members, matters, facts, output, Scope(day.isoformat(), area, outcome.matters))
    else:
        table = batch.drop(columns=[name for name in LINKED if name in batch.columns])
        table = table.assign(**{name: here[name].to_numpy() for name in LINKED})
        table["matter_warning"] = here["matter_id"].map(matters.set_index("matter_id")["early_warning"]).to_numpy()
        with SuggestionStream(output) as stream:
            stream.write(matters_table(table))
    rejected_file = output.with_name(f"{output.name}.rejected.csv")
    if rejected:
        write_rejected(pd.concat(rejected, ignore_index=True), rejected_file)
        outcome.rejected_file = rejected_file
    else:
        rejected_file.unlink(missing_ok=True)
    return outcome


def _facts(source: LetterSource, triage: Triage, outcome: Outcome) -> RunFacts:
    manifest = triage.bundle.manifest
    return RunFacts(
        source=source.path.name,
        rows_in=outcome.rows_in,
        rows_out=outcome.letters,
        rows_rejected=outcome.rejected,
        model_name=triage.bundle.name,
        model_version=triage.bundle.version,
        model_trained_on=str(manifest.get("trained_on", "")),
        office="" if triage.office is None else f"{triage.handling.office.name}@{triage.handling.office.version}",
        made_at=today(),
        accept=triage.accept,
        masked=True,
        notes=source.notes,
        weaknesses=tuple(manifest.get("weaknesses", ())),
    )


def _add(store: Store, batch: pd.DataFrame, outcome: Outcome) -> list[str]:
    """Add letters in the order in which they came, some thousands a transaction; return their ids in the store."""
    received = batch[letter.RECEIVED_AT].fillna("").astype(str) if letter.RECEIVED_AT in batch.columns else None
    order = list(range(len(batch)))
    if received is not None:
        cells = received.tolist()
        order.sort(key=lambda row: (cells[row] or "9999", row))
    ids = [""] * len(batch)
    for at in range(0, len(order), _AT_ONCE):
        rows = order[at : at + _AT_ONCE]
        added = store.add(batch.iloc[rows])
        outcome.new += added.new
        outcome.known += added.known
        for row, name in zip(rows, added.ids, strict=True):
            ids[row] = name
    return ids


def _count(outcome: Outcome, letters: pd.DataFrame, matters: pd.DataFrame) -> None:
    firsts = letters[letters["duplicate_of"] == ""]
    outcome.matters = letters["matter_id"].nunique()
    outcome.shared = int((firsts.groupby("matter_id").size() > 1).sum())
    outcome.watched = int((matters["early_warning"] == 1).sum())
    outcome.warned = int((matters["early_warning"] == 2).sum())
    outcome.copies = int((letters["duplicate_of"] != "").sum())
