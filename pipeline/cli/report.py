"""``petition report``: the periodic analysis (研判) of the store's letters, matters and tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.screen import Lang, OfficeName, plain_errors


def command(
    start: Annotated[str, typer.Option("--from", help="First day, like 2026-11-16.")],
    end: Annotated[str, typer.Option("--to", help="Last day.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write: .docx or .html.")],
    store: Annotated[str, typer.Option("--store", help="The store of letters and matters.")] = "matters.db",
    office: OfficeName = None,
    lang: Lang = "zh",
) -> None:
    """Write the analysis of a period: volume, problems, places, warned matters, handling, causes, quality."""
    with plain_errors(lang):
        from pipeline.report.analysis_office import check_output, of_office, write_analysis

        check_output(output)
        frames = _frames(store)
        analysis = of_office(*frames, start, end, office)
        write_analysis(analysis, output)
        first, count = analysis.figures[0].value, len(analysis.sources)
        letters = first if isinstance(first, str) else first.text
        zh = f"{analysis.title}（{analysis.period}）：来信 {letters} 件，{count} 个数列有来源。结果：{output}"
        en = f"{start} to {end}: {letters} letters, {count} numbers with their sources. Result: {output}"
        typer.echo(zh if lang == "zh" else en)


def _frames(store: str) -> tuple[Any, Any, Any]:
    """Return letters, matters and tasks of a store."""
    from datetime import date

    from pipeline.errors import FileNotReadable
    from pipeline.matters.store import Store
    from pipeline.report.sheet import today

    if "://" not in store and not Path(store).is_file():
        raise FileNotReadable.missing(Path(store))
    opened = Store.open(store)
    return opened.letters(), opened.matters(date.fromisoformat(today())), opened.tasks()
