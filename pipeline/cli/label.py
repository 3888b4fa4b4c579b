"""``petition label``: better labels for the office's history, and the letters whose labels would teach most."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.language import App
from pipeline.cli.screen import Home, Lang, Quiet, plain_errors, row_progress

app = App(help="Better labels: audit those of a history, choose which letters to label next.")


@app.command()
def audit(
    history: Annotated[
        list[Path], typer.Argument(help="Decided letters, one file or several: xlsx, csv, jsonl or parquet.")
    ],
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
        from pipeline.report.atomic import check_writable
        from pipeline.report.office import audit_history
        from pipeline.report.worksheet import write_audit

        check_writable(output)
        labelled = read_history(*history)
        if not quiet and labelled.unused:
            typer.secho(labelled.note(lang), fg="yellow", err=True)
        start = Registry.open(home).load(base)
        tell = (lambda stage: None) if quiet else (lambda stage: typer.echo(stage, err=True))
        letters, found = audit_history(labelled, history[0], start, progress=tell)
        write_audit(letters, found.head(most), output)
        if not quiet:
            files = " ".join(str(file) for file in history)
            typer.echo(
                f"{len(letters)} 件中有 {len(found)} 处标注与别的信不合，"
                f"最可疑的 {min(most, len(found))} 处：{output}\n"
                f"在“人工决定”列填上正确的标注（同意现标注就留空），再运行：petition train {files} --fixes {output}"
                if lang == "zh"
                else f"{len(found)} labels on {len(letters)} letters disagree; the worst {most}: {output}"
            )


@app.command("next")
def next_(
    letters: Annotated[Path, typer.Argument(help="Unlabelled letters: xlsx, xls, csv, tsv, jsonl or parquet.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Sheet to label on: xlsx.")],
    n: Annotated[int, typer.Option("--n", min=1, help="How many letters.")] = 50,
    blind: Annotated[bool, typer.Option("--blind", help="Hide what the tool thinks, so that nobody is led.")] = False,
    labelled: Annotated[
        list[Path] | None, typer.Option(help="Histories whose letters need no label any more. May be repeated.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Model: a name or a folder; default: the one in use.")] = None,
    home: Home = None,
    quiet: Quiet = False,
    lang: Lang = "zh",
) -> None:
    """Choose the letters whose labels would teach the model most; the filled sheet is read by `petition train`."""
    with plain_errors(lang):
        from pipeline.intake import open_letters
        from pipeline.learn.history import read_history
        from pipeline.learn.registry import Registry
        from pipeline.report.atomic import check_writable
        from pipeline.report.choice import next_letters
        from pipeline.report.worksheet import write_next

        check_writable(output)
        source = open_letters(letters)
        known = read_history(*labelled) if labelled else None
        bundle = Registry.open(home).load(model)
        with row_progress(source.n_rows, quiet, lang) as progress:
            choice = next_letters(source, bundle, n, known, progress=progress)
        write_next(choice.letters, choice.suggested, choice.why, output, blind=blind)
        if not quiet:
            typer.echo(
                f"{choice.rows_in} 件信中 {choice.known} 件已有标注；从其余的里面挑了 {len(choice.letters)} 件"
                f"最值得标注的：{output}\n在黄色的列填上标注（可只填一部分），再和原来的历史一起训练："
                f"petition train <历史> {output}"
                if lang == "zh"
                else f"{choice.known} of {choice.rows_in} are labelled; {len(choice.letters)} chosen: {output}\n"
                f"Fill the yellow columns (any of them), then: petition train HISTORY {output}"
            )
