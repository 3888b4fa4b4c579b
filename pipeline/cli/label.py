"""``petition label``: better labels for the office's history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.screen import Home, Lang, Quiet, plain_errors

app = typer.Typer(help="Better labels: audit those of a history.", no_args_is_help=True)


@app.callback()
def _main() -> None:
    """Better labels: audit those of a history."""


@app.command()
def audit(
    history: Annotated[Path, typer.Argument(help="Decided letters: xlsx, csv, jsonl or parquet.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Sheet to work through: xlsx.")],
    most: Annotated[int, typer.Option(min=1, help="How many of the most suspicious labels to list.")] = 200,
    base: Annotated[str, typer.Option("--from", help="Model to start from: a name or a folder.")] = "default",
    home: Home = None,
    quiet: Quiet = False,
    lang: Lang = "zh",
) -> None:
    """List the labels that are probably wrong; decisions are read back by `petition train --fixes`."""
    with plain_errors(lang):
        from pipeline.learn.history import read_history
        from pipeline.learn.registry import Registry
        from pipeline.report.office import audit_history
        from pipeline.report.worksheet import write_audit

        labelled = read_history(history)
        start = Registry.open(home).load(base)
        tell = (lambda stage: None) if quiet else (lambda stage: typer.echo(stage, err=True))
        letters, found = audit_history(labelled, history, start, progress=tell)
        write_audit(letters, found.head(most), output)
        if not quiet:
            typer.echo(
                f"{len(letters)} 件中有 {len(found)} 处标注与别的信不合，"
                f"最可疑的 {min(most, len(found))} 处：{output}\n"
                f"在“人工决定”列填上正确的标注（同意现标注就留空），再运行：petition train {history} --fixes {output}"
                if lang == "zh"
                else f"{len(found)} labels on {len(letters)} letters disagree; the worst {most}: {output}"
            )
