"""What every verb shares at the edge: languages, errors as plain messages, progress on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

Lang = Annotated[Literal["zh", "en"], typer.Option("--lang", help="Language of messages and sheets: zh or en.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]

Home = Annotated[
    Path | None,
    typer.Option("--home", envvar="PETITION_HOME", help="Folder of the office's models and their journal."),
]

OfficeName = Annotated[
    str | None,
    typer.Option("--office", envvar="PETITION_OFFICE", help="The office's profile, a folder; default: the sample."),
]
Reveal = Annotated[bool, typer.Option("--reveal", help="Keep personal data in title and text; the act is logged.")]


@contextmanager
def plain_errors(lang: str) -> Iterator[None]:
    """Turn an error that the user can mend into a message and exit code 2."""
    from pipeline.errors import PetitionError

    try:
        yield
    except PetitionError as error:
        typer.secho(("错误：" if lang == "zh" else "Error: ") + error.message(lang), fg="red", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.secho(
            "已停止；已完成的部分保留，再次运行同一命令可继续。"
            if lang == "zh"
            else "Stopped; what is finished is kept: run the same command again to go on.",
            fg="yellow",
            err=True,
        )
        raise typer.Exit(130) from None


def agreed(question: str, lang: str) -> bool:
    """Ask a question that a word answers: yes or no, 是 or 否 in Chinese; no answer is no."""
    if lang != "zh":
        return typer.confirm(question)
    while True:
        answer = typer.prompt(f"{question}（是/否）", default="", show_default=False).strip().lower()
        if answer in ("是", "y", "yes"):
            return True
        if answer in ("否", "n", "no", ""):
            return False
        typer.echo("请回答 是 或 否。", err=True)


@contextmanager
def row_progress(total: int | None, quiet: bool, lang: str) -> Iterator[Callable[[int], None]]:
    """Show rows done, rows a second and time left; yields a function of the rows done so far."""
    if quiet:
        yield lambda rows: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("分拣" if lang == "zh" else "triage", total=total, rate="")

        def show(rows: int) -> None:
            seconds = bar.tasks[task].elapsed or 0.0
            rate = f"{rows / seconds:,.0f} " + ("件/秒" if lang == "zh" else "rows/s") if seconds > 0.2 else ""
            bar.update(task, completed=rows, rate=rate)

        yield show
