"""Two models of the registry on one labelled file, as figures and in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import letter
from pipeline.advise.urgency import raise_urgency
from pipeline.learn.compare import Judged, compare, judge
from pipeline.learn.history import read_history
from pipeline.learn.registry import Registry
from pipeline.learn.train import prepare
from pipeline.report.measure import save_json as save_comparison
from pipeline.text.letters import masked

__all__ = ["compare_on", "headline", "print_comparison", "save_comparison"]


def compare_on(home: Path | None, a: str, b: str, path: Path) -> dict[str, Any]:
    """Return the comparison of models ``a`` and ``b`` on the labelled letters of a file.

    Raises
    ------
    ModelRefused, BundleDamaged, BadLabels
    """
    registry = Registry.open(home)
    models = [registry.load(name) for name in (a, b)]
    labelled = read_history(path)
    history = prepare(labelled.frame.drop(columns="official_l1"))
    titles, texts = masked(labelled.frame)
    judged = [_advised(judge(model, history), titles, texts) for model in models]
    return {
        "a": models[0].version,
        "b": models[1].version,
        "file": path.name,
        "letters": len(history.folds),
        "not_used": len(labelled.problems),
        "kept_answers": [one.stored for one in judged],
        **compare(history, *judged),
    }


def _advised(judged: Judged, titles: list[str], texts: list[str]) -> Judged:
    """Return the answers with urgency as the clerk gets it: raised by the phrases that raise it."""
    given = judged.answers["urgency"]
    answered = given != ""
    numbers = np.where(answered, given, "1").astype(np.int64)
    raised = raise_urgency(titles, texts, numbers, judged.urgency).urgency.astype(str)
    return replace(judged, answers={**judged.answers, "urgency": np.where(answered, raised, "")})


def headline(found: dict[str, Any]) -> dict[str, Any]:
    """Return what the journal keeps of a comparison."""
    heads = {name: [row["a"], row["b"], *row["interval"]] for name, row in found["heads"].items()}
    return {key: found[key] for key in ("a", "b", "file", "letters", "blocked_by")} | {"macro_f1": heads}


def print_comparison(found: dict[str, Any], lang: str) -> None:
    """Print a comparison as a table and sentences."""
    from rich.console import Console
    from rich.table import Table

    zh, console = lang == "zh", Console()
    kept = found["kept_answers"]
    console.print(
        f"{found['file']}：{found['letters']} 件。"
        f"两个模型参与过训练的信（{kept[0]}、{kept[1]} 件）用当时留出的答案，其余现场判断。"
        if zh
        else f"{found['file']}: {found['letters']} letters; for letters a model was trained on ({kept[0]}, {kept[1]}) "
        "its answers from held-out folds count, the others are answered now."
    )
    table = Table(title=f"A = {found['a']}　B = {found['b']}")
    for header in (
        ("项目", "件数", "A 宏平均F1", "B 宏平均F1", "差", "95% 区间", "结论")
        if zh
        else ("head", "letters", "A macro-F1", "B macro-F1", "difference", "95% interval", "verdict")
    ):
        table.add_column(header, no_wrap=True)
    for name, row in found["heads"].items():
        low, high = row["interval"]
        verdict = ("看不出差别", "no difference") if low <= 0 <= high else ("B 更好", "B better")
        verdict = ("B 更差", "B worse") if high < 0 else verdict
        cells = (f"{row['a']:.3f}", f"{row['b']:.3f}", f"{row['difference']:+.3f}", f"{low:+.3f}～{high:+.3f}")
        table.add_row(letter.ZH_NAMES[name] if zh else name, str(row["n"]), *cells, verdict[0 if zh else 1])
    console.print(table)
    for name, row in found["heads"].items():
        for key, word in (("gained", "变好" if zh else "gained"), ("lost", "变差" if zh else "lost")):
            if row[key]:
                listed = "、".join(f"{c['label']}（{c['n']} 件，F1 {c['a']:.2f}→{c['b']:.2f}）" for c in row[key])
                console.print(f"{letter.ZH_NAMES[name] if zh else name} {word}：{listed}")
    for name, row in found["recalls"].items():
        mark = ("（下降，不是偶然）" if zh else " (fell beyond the noise)") if name in found["blocked_by"] else ""
        console.print(
            f"{name}：{row['n']} 件，召回率 {row['a']:.2f}→{row['b']:.2f}{mark}"
            if zh
            else f"{name}: {row['n']} letters, recall {row['a']:.2f} to {row['b']:.2f}{mark}"
        )
