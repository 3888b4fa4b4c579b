"""``petition train``: an office's decided letters in, a model with its card out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.screen import Home, Lang, Quiet, plain_errors

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.report.office import Trained


def command(
    history: Annotated[
        list[Path] | None, typer.Argument(help="Decided letters, one file or several: xlsx, csv, jsonl or parquet.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the new model; default: the date of today.")] = None,
    base: Annotated[str, typer.Option("--from", help="Model to start from: a name or a folder.")] = "default",
    home: Home = None,
    curve: Annotated[
        bool, typer.Option("--curve", help="Show how the figures grow with the number of labels.")
    ] = False,
    problems: Annotated[
        Path | None,
        typer.Option(help="Where to list what could not be used; default: <history>.problems.csv beside it."),
    ] = None,
    fixes: Annotated[
        Path | None, typer.Option(help="Sheet of `petition label audit` with a person's decisions.")
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option(help="Rebuild the shipped model on the measuring corpus in this folder instead.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option(help="With --corpus: figures of `petition evaluate`, for the model card.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="With --corpus: folder of the model.")] = None,
    quiet: Quiet = False,
    lang: Lang = "zh",
) -> None:
    """Train on an office's own history, starting from the shipped model; nothing in use changes until promoted."""
    with plain_errors(lang):
        from pipeline.errors import BadOption

        tell = (lambda stage: None) if quiet else (lambda stage: typer.echo(stage, err=True))
        if corpus is not None and not history and output is not None:
            from pipeline.learn.corpus import read_corpus
            from pipeline.report.card import train_bundle

            train_bundle(read_corpus(corpus), output, figures_file=figures, progress=tell)
            if not quiet:
                typer.echo(f"模型：{output}" if lang == "zh" else f"Model: {output}")
            return
        if not history or corpus is not None or output is not None or figures is not None:
            raise BadOption(
                option="历史件 / --corpus" if lang == "zh" else "HISTORY / --corpus",
                value="",
                why_zh="请给出一份已标注的历史文件；用 --corpus 重做随附模型时不给历史文件，并用 -o 指定文件夹",
                why_en="name a labelled history, or --corpus with -o (and --figures) to rebuild the shipped model",
            )
        from datetime import date

        from pipeline.learn.history import read_history
        from pipeline.learn.registry import Registry
        from pipeline.report.office import learning_curve, train_on_history

        registry = Registry.open(home)
        name = name or date.today().isoformat()
        registry.check_free(name)
        labelled, first = read_history(*history), history[0]
        if fixes is not None:
            from pipeline.report.worksheet import corrected, read_decisions

            labelled = corrected(labelled, read_decisions(fixes))
        if not quiet and labelled.unused:
            typer.secho(labelled.note(lang), fg="yellow", err=True)
        if len(labelled.problems):
            _list(labelled.problems, problems or first.with_name(f"{first.stem}.problems.csv"), quiet, lang)
        start = registry.load(base)
        found: list[Trained] = []

        def build(folder: Path) -> None:
            found.append(train_on_history(labelled, first, start, folder, name=name, progress=tell))

        folder = registry.publish(name, build)
        if not quiet:
            _say(found[0], name, folder, lang)
        if curve:
            _curve(learning_curve(labelled, first, start.model, progress=tell), lang)


def _list(problems: pd.DataFrame, path: Path, quiet: bool, lang: str) -> None:
    from pipeline.report.atomic import replacing

    with replacing(path) as temporary:
        problems.to_csv(temporary, index=False, encoding="utf-8-sig")
    if not quiet:
        first = problems.iloc[0]
        where = f"{first['file']} 第 {first['source_row']} 行"
        zh = f"{len(problems)} 处不能用，逐条原因见 {path}；例如{where}：{first['reason']}"
        en = f"{len(problems)} labels or letters can't be used, each with its reason in {path}"
        typer.secho(zh if lang == "zh" else en, fg="yellow")


def _say(trained: Trained, name: str, folder: Path, lang: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from pipeline import letter

    zh = lang == "zh"
    facts = trained.facts
    console = Console()
    for title, figures in (
        ("未参与训练的信（五折）" if zh else "Held-out letters (five folds)", trained.figures),
        ("最新五分之一的信（用更早的信训练）" if zh else "Newest fifth (trained on the older)", trained.latest),
    ):
        if not figures:
            continue
        table = Table(title=title)
        headers = ("项目", "件数", "原模型\n准确率", "新模型\n准确率", "原\n宏平均F1", "新\n宏平均F1")
        english = ("head", "letters", "accuracy before", "after", "macro-F1 before", "after")
        for header in headers if zh else english:
            table.add_column(header, justify="right" if header not in ("项目", "head") else "left", overflow="fold")
        for head, row in figures.items():
            base = row["peer"]
            cells = (base["accuracy"], row["accuracy"], base["macro_f1"], row["macro_f1"])
            table.add_row(letter.ZH_NAMES[head] if zh else head, str(row["n"]), *(f"{cell:.3f}" for cell in cells))
        console.print(table)
    changed = "、".join(letter.ZH_NAMES[head] if zh else head for head in facts["changed_heads"])
    if zh:
        typer.echo(f"学到新东西的项目：{changed or '无'}；其余项目与原模型一样作答（改了也不见得更好）。")
    else:
        typer.echo(f"Heads that changed: {changed or 'none'}; the others answer as before.")
    for column, classes in trained.rare.items():
        listed = "、".join(f"{label}（{n}）" for label, n in classes.items())
        typer.echo(
            f"{letter.ZH_NAMES[column]}中件数太少的：{listed}。原模型认识的照旧，不认识的只学到上一级。"
            if zh
            else f"{column}: too few letters of {listed}."
        )
    sure: dict[str, Any] = facts["accepted"].get("category_l1", {}).get("0.97", {})
    if sure and sure["interval"]:
        low, high = sure["interval"]
        typer.echo(
            f"按 97% 的要求，{sure['coverage']:.1%} 的信不必因分类交人；其中一级分类正确 {sure['right']:.1%}"
            f"（95% 区间 {low:.1%}～{high:.1%}）。"
            if zh
            else f"At 97%, {sure['coverage']:.1%} are sure enough; {sure['right']:.1%} right ({low:.1%} to {high:.1%})."
        )
    weak = [
        f"{letter.ZH_NAMES[head] if zh else head} {row['group']} {row['accuracy']:.0%}"
        for head, rows in facts["groups"].items()
        for row in rows
        if row["weak"]
    ]
    if weak:
        typer.echo(("比总体差的一组信：" if zh else "Groups of letters below the average: ") + "；".join(weak))
    typer.echo(
        f"新模型：{name}（{folder}）。在用的模型没有变；启用：petition models promote {name} --on <有标注的文件>"
        if zh
        else f"New model: {name} ({folder}). Nothing in use changed; petition models promote {name} --on FILE"
    )


def _curve(rows: list[dict[str, Any]], lang: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from pipeline import letter

    zh = lang == "zh"
    table = Table(title="学习曲线：准确率 / 宏平均F1" if zh else "Learning curve: accuracy / macro-F1")
    for header in (
        ("件数", "项目", "原模型", "从头训练", "新模型") if zh else ("letters", "head", "base", "scratch", "office")
    ):
        table.add_column(header, overflow="fold")
    for row in rows:
        cells = (f"{row[k]['accuracy']:.3f} / {row[k]['macro_f1']:.3f}" for k in ("base", "scratch", "office"))
        table.add_row(str(row["letters"]), letter.ZH_NAMES[row["head"]] if zh else row["head"], *cells)
    Console().print(table)
