"""``petition triage``: letters in, a triaged sheet out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.screen import Lang, OfficeName, Quiet, Reveal, plain_errors, row_progress

if TYPE_CHECKING:
    from pipeline.intake import LetterSource
    from pipeline.report.batch import Outcome


def command(
    letters: Annotated[Path, typer.Argument(help="Letters: xlsx, xls, csv, tsv, jsonl or parquet.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Result: xlsx, csv, jsonl or parquet.")],
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of a workbook; default: the first that holds letters.")
    ] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="text=反映内容: which column is which. May be repeated.")
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(help="Leave this input column out. May be repeated.")] = None,
    model: Annotated[
        str | None, typer.Option(help="Model: a name or a folder; default: the one in use (petition models list).")
    ] = None,
    accept: Annotated[
        float, typer.Option(help="Share of right first-level categories wanted among letters not sent to a person.")
    ] = 0.97,
    sets: Annotated[
        float | None,
        typer.Option(help="Add the first levels among which the right one is with this probability: 0.8 to 0.99."),
    ] = None,
    office: OfficeName = None,
    reveal: Reveal = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Number of processes.")] = 1,
    quiet: Quiet = False,
    lang: Lang = "zh",
) -> None:
    """Suggest purpose, category, urgency, unit, legal road and due dates for every letter of a file."""
    with plain_errors(lang):
        from pipeline.advise.triage import Triage
        from pipeline.intake import open_letters
        from pipeline.report.batch import Options, triage_file

        source = open_letters(letters, sheet=sheet, mapping=_pairs(mapping or []))
        triage = Triage.load(model, accept=accept, lang=lang, sets=sets, office=office)
        options = Options(reveal=reveal, jobs=jobs, lang=lang, drop=tuple(drop or ()))
        with row_progress(source.n_rows, quiet, lang) as progress:
            outcome = triage_file(source, output, triage, options, progress=progress)
        if not quiet:
            _say(source, outcome, lang)
            if triage.office is None:
                typer.secho(
                    "提示：没有指定本单位的目录（--office），只有写给样例市的信才有承办单位。"
                    if lang == "zh"
                    else "Note: no office profile was named (--office): only letters to the sample city have a unit.",
                    fg="cyan",
                    err=True,
                )


def _pairs(mapping: list[str]) -> dict[str, str]:
    from pipeline.errors import BadOption

    pairs = {}
    for item in mapping:
        name, equals, header = item.partition("=")
        if not (equals and name.strip() and header.strip()):
            raise BadOption(
                option="--map", value=item, why_zh="应写成 text=列名", why_en="it must look like text=HEADER"
            )
        pairs[name.strip()] = header.strip()
    return pairs


def _say(source: LetterSource, outcome: Outcome, lang: str) -> None:
    zh = lang == "zh"
    for note in source.notes:
        typer.secho(("提示：" if zh else "Note: ") + note, fg="cyan", err=True)
    if outcome.personal_columns:
        names = "、".join(outcome.personal_columns)
        typer.secho(
            f"提示：列「{names}」像是个人信息，已原样带出；转发前请删除，或用 --drop 列名 去掉。"
            if zh
            else f"Note: column {names} seems to hold personal data and was carried through; leave it out with --drop.",
            fg="yellow",
            err=True,
        )
    if outcome.resumed_batches:
        typer.echo(
            f"接着上次继续：{outcome.resumed_batches} 批已完成。"
            if zh
            else f"Resumed: {outcome.resumed_batches} batches were done."
        )
    typer.echo(
        f"读入 {outcome.rows_in} 行 = 分拣 {outcome.rows_out} 件 + 退回 {outcome.rows_rejected} 行；"
        f"其中 {outcome.needs_review} 件需人工判断。"
        if zh
        else f"{outcome.rows_in} rows in = {outcome.rows_out} triaged + {outcome.rows_rejected} rejected; "
        f"{outcome.needs_review} need a person."
    )
    typer.echo((f"结果：{outcome.output}") if zh else f"Result: {outcome.output}")
    if outcome.sealed:
        typer.secho(
            f"其中密件 {outcome.sealed} 件，不得转给被反映的单位和个人。"
            if zh
            else f"{outcome.sealed} letters are sealed: they must never reach the accused.",
            fg="yellow",
        )
    if outcome.sealed_file:
        typer.echo(f"密件原文：{outcome.sealed_file}" if zh else f"Sealed letters as they came: {outcome.sealed_file}")
    if outcome.rejected_file:
        typer.echo(f"退回的行和原因：{outcome.rejected_file}" if zh else f"Rejected rows: {outcome.rejected_file}")
