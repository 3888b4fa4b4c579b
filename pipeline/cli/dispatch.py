"""``petition dispatch``: a triaged sheet handed over, one workbook per unit, sealed letters apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.screen import Lang, OfficeName, plain_errors


def command(
    triaged: Annotated[Path, typer.Argument(help="The sheet that petition triage made, with your changes.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")],
    office: OfficeName = None,
    lang: Lang = "zh",
) -> None:
    """Write one workbook per unit with its letters, due dates and reasons; sealed letters in a folder apart."""
    with plain_errors(lang):
        from pipeline.office import Office
        from pipeline.report.dispatch import HELD, SEALED_FOLDER, dispatch

        done = dispatch(triaged, output, Office.load(office))
        ordinary, sealed = sum(done.letters.values()), sum(done.sealed.values())
        if done.stopped:
            typer.secho(
                f"已拦下 {len(done.stopped)} 件密件：表上的单位是应回避的单位或其下级（{'、'.join(done.stopped)}）。"
                if lang == "zh"
                else f"{len(done.stopped)} sealed letters stood under a recused unit and are held: {done.stopped}",
                fg="red",
                err=True,
            )
        typer.echo(
            f"{done.rows_in} 行 = {ordinary} 件交 {len(done.letters)} 个单位 + {sealed} 件密件（{SEALED_FOLDER}，"
            f"其中{HELD} {done.sealed.get(HELD, 0)} 件）+ 退回 {done.rejected} 行；由人确认过 {done.confirmed} 件。"
            if lang == "zh"
            else f"{done.rows_in} rows = {ordinary} to {len(done.letters)} units + {sealed} sealed "
            f"({done.sealed.get(HELD, 0)} held) + {done.rejected} rejected; {done.confirmed} were confirmed."
        )
        typer.echo(f"结果：{done.folder}" if lang == "zh" else f"Result: {done.folder}")
