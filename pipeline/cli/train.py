"""``petition train``: labelled letters in, a model with its card out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.screen import Lang, Quiet, plain_errors


def command(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the new model.")],
    history: Annotated[Path | None, typer.Argument(help="Labelled history: xlsx, csv, jsonl or parquet.")] = None,
    corpus: Annotated[Path | None, typer.Option(help="Train on the measuring corpus in this folder instead.")] = None,
    figures: Annotated[
        Path | None, typer.Option(help="Figures of `petition evaluate` on the same data, for the model card.")
    ] = None,
    quiet: Quiet = False,
    lang: Lang = "zh",
) -> None:
    """Train every head on the rows that carry its label."""
    with plain_errors(lang):
        from pipeline.errors import BadOption
        from pipeline.learn.corpus import read_corpus
        from pipeline.learn.history import read_history
        from pipeline.report.card import train_bundle

        if (history is None) == (corpus is None):
            raise BadOption(
                option="HISTORY / --corpus",
                value="",
                why_zh="请给出一份已标注的历史文件，或用 --corpus 指定语料文件夹，二者只取其一",
                why_en="name either a labelled history or --corpus, not both",
            )
        frame = read_corpus(corpus) if corpus is not None else read_history(Path(str(history)))
        train_bundle(
            frame, output, figures_file=figures, progress=lambda stage: None if quiet else typer.echo(stage, err=True)
        )
        if not quiet:
            typer.echo(f"模型：{output}" if lang == "zh" else f"Model: {output}")
