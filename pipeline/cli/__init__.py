"""The command ``petition``: one thin file per verb; each parses, calls a plain function and prints."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli import dispatch, drift, evaluate, label, matters, models, office, report, train, triage
from pipeline.cli.language import App
from pipeline.cli.screen import Lang

app = App(
    name="petition",
    help="Triage of petition letters (信访件). Every output is a suggestion that a person confirms.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from pipeline import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    lang: Lang = "zh",
) -> None:
    """Triage of petition letters (信访件). Every output is a suggestion that a person confirms."""


app.command("triage", no_args_is_help=True)(triage.command)
app.command("dispatch", no_args_is_help=True)(dispatch.command)
app.command("train", no_args_is_help=True)(train.command)
app.command("drift", no_args_is_help=True)(drift.command)
app.command("evaluate", no_args_is_help=True)(evaluate.command)
app.command("report", no_args_is_help=True)(report.command)
app.add_typer(matters.app, name="matters")
app.add_typer(office.app, name="office")
app.add_typer(models.app, name="models")
app.add_typer(label.app, name="label")
