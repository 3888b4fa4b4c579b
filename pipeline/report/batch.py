"""Triage one file into another: intake, suggestions, output, and the count that nothing was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import letter
from pipeline.advise.parallel import suggest_batches
from pipeline.advise.triage import Triage
from pipeline.errors import BadOption, PetitionError
from pipeline.intake import LetterSource
from pipeline.intake.headers import RENAMED, normal
from pipeline.report.atomic import check_writable
from pipeline.report.journal import Journal, fingerprint
from pipeline.report.revealed import record
from pipeline.report.sheet import RunFacts, today, write_rejected, write_suggestions
from pipeline.report.stream import SuggestionStream
from pipeline.settings import read_toml
from pipeline.text.mask import find, holds_numbers

BATCH = 2048
HIDDEN = "〔密件〕"
LONG_RUN = 20_000
BYTES_A_LETTER = 400  # a low guess, for kinds whose rows are not counted beforehand
SHEETS = (".xlsx",)
STREAMS = (".csv", ".jsonl", ".parquet")


@dataclass(frozen=True)
class Options:
    """What a run of ``petition triage`` may be told."""

    reveal: bool = False
    jobs: int = 1
    lang: str = "zh"
    drop: tuple[str, ...] = ()
    batch: int = BATCH


@dataclass
class Outcome:
    """What a run did; ``rows_in == rows_out + rows_rejected`` always."""

    output: Path
    rejected_file: Path | None = None
    rows_in: int = 0
    rows_out: int = 0
    rows_rejected: int = 0
    resumed_batches: int = 0
    needs_review: int = 0
    sealed: int = 0
    sealed_file: Path | None = None
    personal_columns: list[str] = field(default_factory=list)


def triage_file(
    source: LetterSource,
    output: Path,
    triage: Triage,
    options: Options | None = None,
    *,
    progress: Callable[[int], None] = lambda rows: None,
) -> Outcome:
    """Suggest for every letter of ``source`` and write ``output`` (xlsx, csv, jsonl or parquet by its ending).

    Parameters
    ----------
    progress : callable
        Called with the number of rows read so far.

    Raises
    ------
    PetitionError
        Input, output or options cannot be used; the old output is untouched.
    """
    options = options or Options()
    _check(source, output, options)
    outcome = Outcome(output)
    journal = Journal(output, _identity(source, triage, options)) if _is_long(source) else None
    outcome.resumed_batches = journal.resumed if journal else 0
    rejected: list[pd.DataFrame] = []
    sealed: list[pd.DataFrame] = []
    suggested = _suggested(source, triage, options, journal, outcome, rejected, sealed, progress)
    if output.suffix.lower() in SHEETS:
        frames = list(suggested)
        frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        _nothing_lost(outcome)
        write_suggestions(frame, output, _facts(source, triage, options, outcome), lang=options.lang)
    else:
        with SuggestionStream(output) as stream:
            for frame in suggested:
                stream.write(frame)
            _nothing_lost(outcome)
    _write_sealed_file(source, triage, options, outcome, sealed)
    rejected_file = output.with_name(f"{output.name}.rejected.csv")
    if rejected:
        write_rejected(pd.concat(rejected, ignore_index=True), rejected_file)
        outcome.rejected_file = rejected_file
    else:
        rejected_file.unlink(missing_ok=True)
    if journal:
        journal.close()
    return outcome


def _suggested(
    source: LetterSource,
    triage: Triage,
    options: Options,
    journal: Journal | None,
    outcome: Outcome,
    rejected: list[pd.DataFrame],
    sealed: list[pd.DataFrame],
    progress: Callable[[int], None],
) -> Iterator[pd.DataFrame]:
    def open_batches() -> Iterator[tuple[int, pd.DataFrame]]:
        for number, batch in enumerate(source.batches(options.batch)):
            outcome.rows_in += len(batch.letters) + len(batch.rejected)
            outcome.rows_rejected += len(batch.rejected)
            if len(batch.rejected):
                rejected.append(batch.rejected)
            letters = batch.letters.drop(columns=[name for name in options.drop if name in batch.letters.columns])
            letters = _apart(letters)
            if number == 0:
                outcome.personal_columns = _personal_columns(letters)
            done = journal is not None and journal.has(number)
            yield (number, letters.iloc[:0] if done else letters)

    for number, frame in suggest_batches(triage, open_batches(), jobs=options.jobs, reveal=options.reveal):
        frame = _without_senders(frame, outcome.personal_columns)
        if journal is not None:
            if journal.has(number):
                frame = journal.take(number)
            else:
                journal.keep(number, frame)
        outcome.rows_out += len(frame)
        outcome.needs_review += int(frame["needs_review"].astype(bool).sum())
        hidden = frame["sealed"].astype(bool)
        outcome.sealed += int(hidden.sum())
        if options.reveal:
            sealed.append(frame[hidden])
        progress(outcome.rows_out + outcome.rows_rejected)
        yield frame


def _apart(letters: pd.DataFrame) -> pd.DataFrame:
    """Return letters in which what an earlier sheet of this tool brought along can't be taken for what is new.

    Old confirmations say nothing of new suggestions.
    """
    ours = (*letter.BY_ZH, *(zh for zh, *_ in letter.LETTER_HEADERS.values()), letter.CONFIRMED)
    return letters.rename(columns={name: RENAMED + name for name in ours})


def _without_senders(frame: pd.DataFrame, personal: list[str]) -> pd.DataFrame:
    """Return suggestions in which sealed letters don't show what columns with personal data say of their writers."""
    hidden = frame["sealed"].astype(bool).to_numpy()
    if not hidden.any() or not personal:
        return frame
    return frame.assign(**{name: np.where(hidden, HIDDEN, frame[name].to_numpy(dtype=object)) for name in personal})


def _write_sealed_file(
    source: LetterSource, triage: Triage, options: Options, outcome: Outcome, sealed: list[pd.DataFrame]
) -> None:
    """Write sealed letters as they came into a file of their own, which only its owner may read."""
    path = outcome.output.with_name(f"{outcome.output.stem}.密件.xlsx")
    if not outcome.sealed or not options.reveal:
        path.unlink(missing_ok=True)
        return
    rows = pd.concat(sealed, ignore_index=True)
    ids = set(rows[letter.LETTER_ID])
    came = pd.concat([part.letters[part.letters[letter.LETTER_ID].isin(ids)] for part in source.batches(options.batch)])
    texts = _apart(came).set_index(letter.LETTER_ID)
    for name in (letter.TITLE, letter.TEXT, *outcome.personal_columns):
        rows[name] = texts.loc[rows[letter.LETTER_ID], name].to_numpy()
    write_suggestions(rows, path, _facts(source, triage, options, outcome), lang=options.lang)
    path.chmod(0o600)
    outcome.sealed_file = path


def _check(source: LetterSource, output: Path, options: Options) -> None:
    if output.suffix.lower() not in SHEETS + STREAMS:
        raise BadOption(
            option="-o",
            value=output.name,
            why_zh="结果文件的扩展名应为 .xlsx、.csv、.jsonl 或 .parquet",
            why_en="the output must end in .xlsx, .csv, .jsonl or .parquet",
        )
    if output.exists() and output.resolve() == source.path.resolve():
        raise BadOption(
            option="-o",
            value=output.name,
            why_zh="结果文件不能就是来信文件本身",
            why_en="the output must not be the input itself",
        )
    check_writable(output)
    if options.reveal:
        record(source.path)
    unknown = [name for name in options.drop if name not in source.headers]
    if unknown:
        raise BadOption(
            option="--drop",
            value="、".join(unknown),
            why_zh=f"来信文件没有这一列，现有：{'、'.join(source.headers)}",
            why_en=f"no such column; there are: {', '.join(source.headers)}",
        )


def _is_long(source: LetterSource) -> bool:
    if source.n_rows is not None:
        return source.n_rows > LONG_RUN
    return source.path.stat().st_size > LONG_RUN * BYTES_A_LETTER


def _nothing_lost(outcome: Outcome) -> None:
    if outcome.rows_in != outcome.rows_out + outcome.rows_rejected:
        raise PetitionError(
            detail=f"rows in {outcome.rows_in} != out {outcome.rows_out} + rejected {outcome.rows_rejected}"
        )


def _identity(source: LetterSource, triage: Triage, options: Options) -> dict[str, object]:
    return {
        "input": fingerprint(source.path),
        "columns": source.matched,
        "model": triage.bundle.version,
        "accept": triage.accept,
        "sets": triage.sets,
        "reveal": options.reveal,
        "office": triage.handling.office.version,
        "lang": options.lang,
        "drop": options.drop,
        "batch": options.batch,
    }


def _personal_columns(letters: pd.DataFrame) -> list[str]:
    """Return the other columns with personal data, told by header or cells; only of sealed letters are they hidden."""
    own = {*letter.LETTER_COLUMNS, letter.SOURCE_ROW, letter.INTAKE_NOTE}
    found = []
    for name in letters.columns:
        if name in own:
            continue
        sample = letters[name].head(200).dropna().astype(str)
        if holds_numbers(normal(name)) or sum(bool(find(value)) for value in sample) * 5 > len(sample) > 0:
            found.append(str(name))
    return found


def _facts(source: LetterSource, triage: Triage, options: Options, outcome: Outcome) -> RunFacts:
    manifest = triage.bundle.manifest
    return RunFacts(
        source=source.path.name,
        rows_in=outcome.rows_in,
        rows_out=outcome.rows_out,
        rows_rejected=outcome.rows_rejected,
        model_name=triage.bundle.name,
        model_version=triage.bundle.version,
        model_trained_on=str(manifest.get("trained_on", "")),
        made_at=today(),
        office="" if triage.office is None else f"{triage.handling.office.name}@{triage.handling.office.version}",
        accept=triage.accept,
        masked=not options.reveal,
        doubtful=_doubtful(triage),
        notes=source.notes,
        weaknesses=tuple(manifest.get("weaknesses", ())),
    )


def _doubtful(triage: Triage) -> dict[str, dict[str, float]]:
    """Return per field and label the confidence below which the sheet shows the cell as doubtful."""
    level, model = read_toml("review.toml")["doubtful"]["level"], triage.model
    heads = [head for head in model.accept if head in model.heads]
    return {
        head: dict(zip(model.heads[head].labels, model.needed(head, level).tolist(), strict=True)) for head in heads
    }
