"""``petition models``: which models there are, which one is in use, is another one better, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.language import App
from pipeline.cli.screen import Home, Lang, agreed, plain_errors
from pipeline.cli.wrapping import Wrapped

app = App(help="The office's models: list, show, compare, promote, rollback, prune, verify.")
By = Annotated[str | None, typer.Option(help="Who decides; default: the user of this computer.")]
On = Annotated[Path, typer.Option(help="Labelled letters to judge both models on, e.g. the history itself.")]


@app.command("list")
def list_(home: Home = None, lang: Lang = "zh") -> None:
    """List all models; * marks the one in use."""
    with plain_errors(lang):
        from rich.console import Console
        from rich.table import Table

        from pipeline.learn.registry import Registry

        table = Table()
        for header in (
            ("", "模型", "训练信件", "起点", "说明") if lang == "zh" else ("", "model", "letters", "base", "note")
        ):
            table.add_column(header, overflow="fold")
        for entry in Registry.open(home).entries():
            base = entry.manifest.get("base", {}).get("name", "")
            letters = entry.manifest.get("data", {}).get("letters", "")
            table.add_row("*" if entry.in_use else "", entry.version, str(letters), base, Wrapped(entry.problem))
        Console().print(table)


@app.command()
def show(name: str, home: Home = None, lang: Lang = "zh") -> None:
    """Print a model's card and what was done with it."""
    with plain_errors(lang):
        from pipeline.learn.registry import Registry
        from pipeline.report.card import CARD

        registry = Registry.open(home)
        folder = registry.folder(name)
        registry.load(name)
        acts = {"train": "训练", "promote": "启用", "rollback": "退回", "prune": "清理"} if lang == "zh" else {}
        typer.echo((folder / CARD).read_text(encoding="utf-8"))
        for row in registry.journal():
            if name in (row["name"], row.get("from")):
                row["what"] = acts.get(row["what"], row["what"])
                typer.echo(" ".join(str(row.get(key, "")) for key in ("when", "what", "name", "by", "why")))


@app.command()
def compare(
    a: str,
    b: str,
    on: On,
    home: Home = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Save the comparison as JSON.")] = None,
    lang: Lang = "zh",
) -> None:
    """Compare two models on the same letters, none of which the answering model was trained on."""
    with plain_errors(lang):
        from pipeline.report.comparison import compare_on, print_comparison, save_comparison

        found = compare_on(home, a, b, on)
        print_comparison(found, lang)
        if json_file:
            save_comparison(found, json_file)


@app.command()
def promote(
    name: str,
    on: On,
    why: Annotated[str, typer.Option(help="Why; kept in the journal.")] = "",
    by: By = None,
    accept_loss: Annotated[
        str | None, typer.Option(help="Reason to accept a loss on a focus topic or on urgency 4.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    home: Home = None,
    lang: Lang = "zh",
) -> None:
    """Put a model in use, after comparing it with the one in use on the same held-out letters."""
    with plain_errors(lang):
        from pipeline.errors import ModelRefused
        from pipeline.learn.registry import Registry
        from pipeline.report.comparison import compare_on, headline, print_comparison

        registry = Registry.open(home)
        over = registry.in_use()
        found = compare_on(home, over, name, on)
        print_comparison(found, lang)
        if found["blocked_by"] and not accept_loss:
            lost = "、".join(found["blocked_by"])
            lost_zh = lost.replace("urgency", "紧急程度")
            raise ModelRefused(
                name=name,
                why_zh=f"{lost_zh} 的召回率下降，不是偶然能解释的；没有启用。确要启用，请用 --accept-loss 写明理由",
                why_en=f"recall fell beyond the noise on {lost}: not promoted; give a reason with --accept-loss",
            )
        question = f"启用「{name}」？" if lang == "zh" else f"Promote {name}?"
        if not yes and not agreed(question, lang):
            raise typer.Exit(1)
        reasons = "；".join(filter(None, (why, accept_loss and f"--accept-loss {accept_loss}")))
        registry.promote(name, over=over, by=by or _user(), why=reasons, comparison=headline(found))
        typer.echo(f"已启用：{name}。退回：petition models rollback" if lang == "zh" else f"In use: {name}")


@app.command()
def rollback(
    why: Annotated[str, typer.Option(help="Why; kept in the journal.")] = "",
    by: By = None,
    home: Home = None,
    lang: Lang = "zh",
) -> None:
    """Put the model that was in use before in use again."""
    with plain_errors(lang):
        from pipeline.learn.registry import Registry

        name = Registry.open(home).rollback(by=by or _user(), why=why)
        typer.echo(f"已退回：{name}" if lang == "zh" else f"In use again: {name}")


@app.command()
def prune(
    keep: Annotated[int, typer.Option(min=0, help="How many of the newest to keep besides those in use.")] = 5,
    home: Home = None,
    lang: Lang = "zh",
) -> None:
    """Remove old models that are neither in use nor one rollback away."""
    with plain_errors(lang):
        from pipeline.learn.registry import Registry

        gone = "、".join(Registry.open(home).prune(keep))
        typer.echo(f"已删除：{gone or '无'}" if lang == "zh" else f"Removed: {gone or 'none'}")


@app.command()
def verify(home: Home = None, lang: Lang = "zh") -> None:
    """Check every byte of every model; exit code 1 if one is damaged."""
    with plain_errors(lang):
        from pipeline.learn.registry import Registry

        found = Registry.open(home).verify()
        for name, problem in found.items():
            typer.echo(f"{name}：{problem or '完好'}" if lang == "zh" else f"{name}: {problem or 'whole'}")
        if any(found.values()):
            raise typer.Exit(1)


def _user() -> Any:
    import getpass

    return getpass.getuser()
