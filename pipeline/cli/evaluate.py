"""``petition evaluate``: every figure of a model, on letters it was not trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.screen import Lang, Quiet, plain_errors


def command(
    labelled: Annotated[Path | None, typer.Argument(help="Labelled letters the model was not trained on.")] = None,
    corpus: Annotated[
        Path | None, typer.Option(help="Five-fold figures on the measuring corpus in this folder, with the plain peer.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Model to measure on LABELLED; default: the one in use.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Save all figures as JSON.")] = None,
    html: Annotated[Path | None, typer.Option(help="Save one HTML page with charts.")] = None,
    peer: Annotated[bool, typer.Option("--peer/--no-peer", help="With --corpus: measure the plain peer, too.")] = True,
    quiet: Quiet = False,
    lang: Lang = "zh",
) -> None:
    """Measure accuracy, macro-F1, kappa, calibration and coverage per head and class."""
    with plain_errors(lang):
        from rich.console import Console

        from pipeline.errors import BadOption
        from pipeline.report.evaluation_page import write_page
        from pipeline.report.evaluation_screen import print_tables
        from pipeline.report.measure import measure_corpus, measure_file, save_json

        if (labelled is None) == (corpus is None):
            raise BadOption(
                option="有标注的信 / --corpus" if lang == "zh" else "LABELLED / --corpus",
                value="",
                why_zh="请给出一份已标注的文件，或用 --corpus 指定语料文件夹，二者只取其一",
                why_en="name either labelled letters or --corpus, not both",
            )
        tell = (lambda stage: None) if quiet else (lambda stage: typer.echo(stage, err=True))
        figures = (
            measure_corpus(corpus, peer=peer, progress=tell) if corpus else measure_file(Path(str(labelled)), model)
        )
        if not quiet:
            print_tables(figures, Console(), lang=lang)
        if json_file:
            save_json(figures, json_file)
        if html:
            write_page(figures, html, lang=lang)
