"""The figures of ``petition evaluate`` as tables on the screen."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.report.evaluation_words import (
    LARGEST_PRINTED,
    NARROW,
    Figures,
    as_score,
    as_share,
    coverage,
    head_name,
    in_class_order,
    label_name,
    peer_class_f1,
    peer_difference,
    score_pair,
    spoken,
    term,
)

_WIDE, _OWN = 100, 6  # columns of a screen; figures of the model itself, before those of what it is compared with


def print_tables(figures: Figures, console: Console, lang: str = "zh") -> None:
    """Print one summary of all heads, then precision, recall and F1 of the classes of each.

    Parameters
    ----------
    figures : dict
        What ``petition evaluate --json`` saves.
    console : rich.console.Console
        Narrower than 100 columns, it shows the summary as two tables.
    lang : {"zh", "en"}

    Examples
    --------
    >>> empty = {"title": "试量", "rows": 0, "protocol": "五折", "note": "仅供参考", "heads": {}}
    >>> print_tables(empty, Console(width=60))
    试量
    五折
    仅供参考
    没有可量的项目。
    """
    console.print(Text(figures["title"], style="bold"))
    console.print(Text(figures["protocol"]))
    console.print(Text(figures["note"], style="yellow"))
    if not figures["heads"]:
        console.print(term("nothing", lang))
        return
    keys = list(NARROW)
    parts = [keys] if console.width >= _WIDE else [keys[:_OWN], keys[_OWN:]]
    for number, part in enumerate(parts):
        if number:
            console.print()
        console.print(_summary_table(figures["heads"], part, lang))
    for name, head in figures["heads"].items():
        _print_head(name, head, console, lang)


def _summary_table(heads: dict[str, Figures], keys: list[str], lang: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False, show_edge=False)
    table.add_column(term("head", lang), no_wrap=True)
    for key in keys:
        table.add_column(spoken(NARROW[key], lang), justify="right", no_wrap=True)
    for name, head in heads.items():
        cells = (
            str(head["n"]),
            as_share(head["accuracy"]),
            as_score(head["macro_f1"]),
            as_score(head["weighted_kappa"]),
            as_score(head["ece"]),
            as_share(coverage(head)),
            score_pair(head["majority"]),
            score_pair(head["peer"]),
            _coloured(peer_difference(head)),
        )
        of_key: dict[str, str | Text] = dict(zip(NARROW, cells, strict=True))
        table.add_row(head_name(name, lang), *(of_key[key] for key in keys))
    return table


def _coloured(difference: float | None) -> Text:
    if difference is None:
        return Text("—")
    return Text(f"{difference:+.3f}", style="green" if difference > 0 else "red" if difference < 0 else "")


def _print_head(name: str, head: Figures, console: Console, lang: str) -> None:
    console.print()
    console.print(Text(head_name(name, lang), style="bold"), end="")
    if head["positive_f1"] is not None:
        console.print(Text(f"  {term('positive_f1', lang)} {as_score(head['positive_f1'])}"), end="")
    console.print()
    peer = peer_class_f1(head)
    table = Table(box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False, show_edge=False)
    table.add_column(term("class", lang), overflow="fold", max_width=48)
    for key in ("precision", "recall", "f1", "n", *(("peer_f1",) if peer else ())):
        table.add_column(term(key, lang), justify="right", min_width=7)
    rows = in_class_order(head)
    for row in rows[:LARGEST_PRINTED]:
        scores = [as_score(row[key]) for key in ("precision", "recall", "f1")]
        against = [as_score(peer.get(row["label"]))] if peer else []
        table.add_row(Text(label_name(name, row["label"], lang)), *scores, str(row["support"]), *against)
    console.print(table)
    if (more := len(rows) - LARGEST_PRINTED) > 0:
        zh, en = f"另有 {more} 类，见 --json 保存的文件。", f"{more} more classes stand in the JSON (--json)."
        console.print(Text(spoken((zh, en), lang), style="dim"))
