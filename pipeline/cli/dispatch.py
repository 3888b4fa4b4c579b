"""``petition dispatch``: a triaged sheet handed over, one workbook per unit, sealed letters apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from pipeline.cli.screen import Lang, OfficeName, plain_errors

_ROWS_NAMED: Final = 10


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
                f"已拦下 {len(done.stopped)} 件密件：表上的单位是应回避的单位或其下级，"
                f"或不在单位目录里（{'、'.join(done.stopped)}）。"
                if lang == "zh"
                else f"{len(done.stopped)} sealed letters stood under a recused or unknown unit "
                f"and are held: {done.stopped}",
                fg="red",
                err=True,
            )
        for unit, rows in done.unlisted.items():
            named = "、".join(map(str, rows[:_ROWS_NAMED]))
            if lang == "zh":
                named += f" 行等 {len(rows)} 行" if len(rows) > _ROWS_NAMED else " 行"
            typer.secho(
                f"请核对：「{unit}」不在单位目录里（第 {named}），工作簿照样写了。"
                "写错了就改表后重做；是新单位就补进 units.tsv；目录不对就用 --office 指定。"
                if lang == "zh"
                else f"Check: the directory lacks {unit} ({len(rows)} rows: {named}); its workbook is written. "
                "Mend the sheet, add the unit to units.tsv, or name the right profile with --office.",
                fg="yellow",
                err=True,
            )
        typer.echo(
            f"{done.rows_in} 行 = {ordinary} 件（主办 {len(done.letters)} 个单位、协办 {len(done.assisting)} 个）"
            f" + {sealed} 件密件（{SEALED_FOLDER}，"
            f"其中{HELD} {done.sealed.get(HELD, 0)} 件）+ 退回 {done.rejected} 行；由人确认过 {done.confirmed} 件。"
            if lang == "zh"
            else f"{done.rows_in} rows = {ordinary} (led by {len(done.letters)} units, {len(done.assisting)} assist) "
            f"+ {sealed} sealed "
            f"({done.sealed.get(HELD, 0)} held) + {done.rejected} rejected; {done.confirmed} were confirmed."
        )
        typer.echo(f"结果：{done.folder}" if lang == "zh" else f"Result: {done.folder}")
