"""``petition matters``: letters in, matters out; and the links between them that a person makes or undoes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.language import App, Group
from pipeline.cli.screen import Lang, OfficeName, Quiet, plain_errors, row_progress

StoreUrl = Annotated[str, typer.Option("--store", help="The store of matters: a file, or a database's URL.")]
Why = Annotated[str, typer.Option("--why", help="Why; it is kept with the act.")]
By = Annotated[str, typer.Option("--by", envvar="USER", help="Who does it.")]
_FIND = "find"


class _FilesToo(Group):
    """A group whose first argument may be a file instead of a verb: ``petition matters letters.xlsx -o out.xlsx``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        words = args[2:] if args[:1] == ["--lang"] else args[1:] if args and args[0].startswith("--lang=") else args
        if words and words[0] != "--help" and not self._is_verb(words[0]):
            args = [_FIND, *args]
        return super().parse_args(ctx, args)

    def _is_verb(self, word: str) -> bool:
        """Return whether a word is a verb, or one that is misspelt."""
        return word in self.commands or (word.isascii() and word.isalpha() and not Path(word).exists())


app = App(
    cls=_FilesToo,
    help="Find the matters that many letters are about: petition matters LETTERS -o OUT [--store matters.db].",
)


@app.command(_FIND, hidden=True)
def find(
    letters: Annotated[Path, typer.Argument(help="Letters, triaged or not: xlsx, xls, csv, tsv, jsonl or parquet.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Result: xlsx, csv, jsonl or parquet.")],
    store: Annotated[
        str, typer.Option("--store", help="Keep the matters: a file, or a database's URL. Default: this batch only.")
    ] = "sqlite://",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day for which warnings hold, like 2026-11-23.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    model: Annotated[str | None, typer.Option(help="Model: a name or a folder.")] = None,
    office: OfficeName = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Number of processes.")] = 1,
    quiet: Quiet = False,
    lang: Lang = "zh",
) -> None:
    """Put every letter into a matter; copies are linked to the first letter, shared matters are warned of."""
    with plain_errors(lang):
        from pipeline.advise.triage import Triage
        from pipeline.intake import open_letters
        from pipeline.report.matters import find_matters

        source = open_letters(letters, sheet=sheet)
        triage = Triage.load(model, office=office)
        with row_progress(source.n_rows, quiet, lang) as progress:
            done = find_matters(source, output, triage, store, jobs=jobs, as_of=_day(as_of), progress=progress)
        if quiet:
            return
        zh = lang == "zh"
        typer.echo(
            f"读入 {done.rows_in} 行 = {done.letters} 件 + 退回 {done.rejected} 行；"
            f"新入库 {done.new} 件，库里已有 {done.known} 件。"
            if zh
            else f"{done.rows_in} rows in = {done.letters} letters + {done.rejected} rejected; "
            f"{done.new} new, {done.known} known."
        )
        typer.echo(
            f"事项 {done.matters} 个，其中多件来信 {done.shared} 个；"
            f"预警 {done.warned} 个，关注 {done.watched} 个；重复、联名 {done.copies} 件。"
            if zh
            else f"{done.matters} matters, {done.shared} shared; "
            f"{done.warned} warned, {done.watched} watched; {done.copies} copies."
        )
        typer.echo(f"结果：{done.output}" if zh else f"Result: {done.output}")
        if done.rejected_file:
            typer.echo(f"退回的行和原因：{done.rejected_file}" if zh else f"Rejected rows: {done.rejected_file}")


@app.command(no_args_is_help=True)
def merge(
    kept: Annotated[str, typer.Argument(help="Id of the matter that stays.")],
    other: Annotated[str, typer.Argument(help="Id of the matter that becomes part of it.")],
    why: Why,
    store: StoreUrl = "matters.db",
    by: By = "",
    lang: Lang = "zh",
) -> None:
    """Make two matters one."""
    with plain_errors(lang):
        number = _opened(store).merge(kept, other, why=why, by=by)
        typer.echo(
            f"已合并。撤销：petition matters undo {number}" if lang == "zh" else f"Merged; undo with: undo {number}"
        )


@app.command(no_args_is_help=True)
def split(
    letters: Annotated[list[str], typer.Argument(help="Ids of the letters that belong elsewhere.")],
    why: Why,
    store: StoreUrl = "matters.db",
    by: By = "",
    lang: Lang = "zh",
) -> None:
    """Take letters out of their matter into one of their own."""
    with plain_errors(lang):
        number = _opened(store).split(letters, why=why, by=by)
        typer.echo(
            f"已拆分。撤销：petition matters undo {number}" if lang == "zh" else f"Split; undo with: undo {number}"
        )


@app.command(no_args_is_help=True)
def undo(
    act: Annotated[int, typer.Argument(help="Number of the act (petition matters acts).")],
    store: StoreUrl = "matters.db",
    by: By = "",
    lang: Lang = "zh",
) -> None:
    """Undo a merge or a split."""
    with plain_errors(lang):
        _opened(store).undo(act, by=by)
        typer.echo(f"第 {act} 步已撤销。" if lang == "zh" else f"Act {act} is undone.")


@app.command()
def acts(store: StoreUrl = "matters.db", lang: Lang = "zh") -> None:
    """List merges and splits, the newest first."""
    with plain_errors(lang):
        names = {"merge": "合并", "split": "拆分"} if lang == "zh" else {}
        for act in _opened(store).acts():
            undone = ("（已撤销）" if lang == "zh" else " (undone)") if act.undone else ""
            typer.echo(f"{act.number}  {act.made_at}  {act.made_by}  {names.get(act.act, act.act)}{undone}：{act.why}")


@app.command(no_args_is_help=True)
def inventory(
    output: Annotated[Path, typer.Option("--output", "-o", help="The sheet to fill in: xlsx.")],
    store: StoreUrl = "matters.db",
    lang: Lang = "zh",
) -> None:
    """Write the inventory of warned and long-unresolved matters for an office to fill in."""
    with plain_errors(lang):
        from datetime import date

        from pipeline.report.inventory import write_inventory
        from pipeline.report.sheet import today

        opened = _opened(store)
        write_inventory(opened.matters(date.fromisoformat(today())), opened.tasks(), output)
        typer.echo(f"台账：{output}" if lang == "zh" else f"Inventory: {output}")


@app.command("take", no_args_is_help=True)
def take(
    filled: Annotated[Path, typer.Argument(help="The inventory, filled in.")],
    store: StoreUrl = "matters.db",
    lang: Lang = "zh",
) -> None:
    """Read the inventory back, and say how it stands."""
    with plain_errors(lang):
        from pipeline.report.inventory_reading import read_inventory
        from pipeline.report.inventory_standing import standing
        from pipeline.report.sheet import today

        opened = _opened(store)
        tasks, problems = read_inventory(filled, known=opened.matter_ids(), earlier=opened.tasks())
        changed = opened.take_tasks(tasks)
        for problem in problems:
            typer.secho(problem.message(), fg="yellow", err=True)
        rejected = sum(problem.rejected for problem in problems)
        now = standing(opened.tasks(), today())
        typer.echo(
            f"读入 {len(tasks) + rejected} 行 = 采用 {len(tasks)} 行（有变动 {changed} 行）+ 退回 {rejected} 行。"
            f"{now.in_words()}。"
            if lang == "zh"
            else f"{len(tasks) + rejected} rows = {len(tasks)} taken ({changed} changed) + {rejected} rejected. "
            + ", ".join(f"{name} {n}" for name, n in now.counts.items())
        )


def _opened(store: str) -> Any:
    from pipeline.errors import FileNotReadable
    from pipeline.matters.store import Store

    if "://" not in store and not Path(store).is_file():
        raise FileNotReadable.missing(Path(store))
    return Store.open(store)


def _day(written: str | None) -> Any:
    from datetime import date

    from pipeline.errors import BadOption

    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BadOption(
            option="--as-of", value=written, why_zh="应写成 2026-11-23", why_en="write it like 2026-11-23"
        ) from None
