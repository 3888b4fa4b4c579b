"""``petition drift``: whether a batch is still like the letters that the model learned from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.screen import Home, Lang, Quiet, plain_errors, row_progress


def command(
    letters: Annotated[Path, typer.Argument(help="A batch of letters: xlsx, xls, csv, tsv, jsonl or parquet.")],
    model: Annotated[str | None, typer.Option(help="Model: a name or a folder; default: the one in use.")] = None,
    home: Home = None,
    quiet: Quiet = False,
    lang: Lang = "zh",
) -> None:
    """Say what changed since the model was trained, and what to do; or that there is nothing to see."""
    with plain_errors(lang):
        from pipeline.intake import open_letters
        from pipeline.learn.registry import Registry
        from pipeline.report.drift import compare_batch, in_words

        source = open_letters(letters)
        bundle = Registry.open(home).load(model)
        with row_progress(source.n_rows, quiet, lang) as progress:
            drift = compare_batch(source, bundle, progress=progress)
        for line in in_words(drift, lang):
            typer.echo(line)
