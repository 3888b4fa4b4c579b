"""``petition office``: the office's own profile: make one, check it, and see how it decides a letter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.language import App
from pipeline.cli.screen import Lang, OfficeName, Reveal, plain_errors

app = App(help="The office's profile: new, check, explain.")


@app.command(no_args_is_help=True)
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    name: Annotated[str, typer.Option(help="The office's name, e.g. 某某县信访局.")],
    area: Annotated[str, typer.Option(help="The area it answers for, e.g. 某某县.")],
    level: Annotated[int, typer.Option(min=1, max=4, help="1 township, 2 county, 3 city, 4 province.")],
    lang: Lang = "zh",
) -> None:
    """Make the folder of a new office, with the form of every table and the general routing rules."""
    with plain_errors(lang):
        from pipeline.report.new_office import create

        create(folder, name=name, area=area, level=level)
        typer.echo(
            f"已建好：{folder}。请填写 areas.tsv、units.tsv，再运行 petition office check {folder}"
            if lang == "zh"
            else f"Made: {folder}. Fill in areas.tsv and units.tsv, then run petition office check {folder}"
        )


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="The profile; default: the one in use, else the sample.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="One line for every gap, however many of a kind.")] = False,
    lang: Lang = "zh",
) -> None:
    """List contradictions and gaps, each with file and row; exit code 1 if there is a contradiction."""
    with plain_errors(lang):
        from pipeline.advise.consistency import findings
        from pipeline.office import Office
        from pipeline.report.office_check import lines

        office = Office.load(folder)
        found = findings(office)
        faults = [finding for finding in found if finding.fault]
        for fault, line in lines(found, lang, every=every):
            typer.secho(line, fg="red" if fault else "yellow")
        typer.echo(
            f"{office.name}：{len(office.areas)} 个区划和地点、{len(office.units)} 个单位、"
            f"{len(office.routes)} 条规则；{len(faults)} 处必须改，{len(found) - len(faults)} 处请留意。"
            if lang == "zh"
            else f"{office.name}: {len(office.areas)} areas, {len(office.units)} units, {len(office.routes)} rules; "
            f"{len(faults)} faults, {len(found) - len(faults)} gaps."
        )
        if faults:
            raise typer.Exit(1)


@app.command(no_args_is_help=True)
def explain(
    letter: Annotated[Path, typer.Argument(help="A letter as a text file; the first line is its title.")],
    office: OfficeName = None,
    place: Annotated[str, typer.Option(help="The letter's place, as in the column 地址.")] = "",
    received: Annotated[str, typer.Option(help="Day of receipt, e.g. 2026-02-12.")] = "",
    model: Annotated[str | None, typer.Option(help="Model: a name or a folder; default: the one in use.")] = None,
    reveal: Reveal = False,
    lang: Lang = "zh",
) -> None:
    """Print how one letter is decided, step by step: place, department, level, unit, recusal, road, dates."""
    with plain_errors(lang):
        from pipeline.advise.triage import Triage
        from pipeline.report.revealed import record
        from pipeline.report.trail import read_letter, trail

        if reveal:
            record(letter)
        triage = Triage.load(model, lang=lang, office=office or "sample")
        for line in trail(triage, read_letter(letter, place=place, received=received), reveal=reveal):
            typer.echo(line)
