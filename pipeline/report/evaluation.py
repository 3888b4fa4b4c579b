"""Figures of ``petition evaluate`` as terminal tables and as one page that needs nothing from outside."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert
from rich.console import Console
from rich.table import Table

from pipeline import letter
from pipeline.report.atomic import replacing

_FONT = "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, SimHei, sans-serif"
_LARGEST = 20
_NAMES = {column.name: (column.zh, column.en) for column in letter.SUGGESTION_COLUMNS} | {
    "official_l1": ("官方一级分类（7 类）", "Official L1 (7 classes)")
}
_MEASURES = (
    ("accuracy", "准确率", "accuracy", "建议与标注一致的件数占比。"),
    ("macro_f1", "宏平均 F1", "macro-F1", "每一类的 F1 同等看待再平均：少见的类判不好，它就低。"),
    (
        "weighted_kappa",
        "加权 κ",
        "weighted κ",
        "有顺序的项（如紧急程度）：差得越远扣得越多，1 为完全一致，0 为碰运气。",
    ),
    ("ece", "校准误差", "ECE", "“把握”与实际对的比例平均差多少，越小越可信。"),
    ("coverage_97", "97% 覆盖率", "coverage at 97%", "按把握从高到低，保证 97% 正确时能放心不看的占比。"),
)


def print_tables(figures: dict[str, Any], console: Console, lang: str = "zh") -> None:
    """Print a summary of all heads, then the largest classes of each."""
    zh = lang == "zh"
    summary = Table(title=figures["title"])
    summary.add_column("项" if zh else "head")
    for heading in [a if zh else b for _, a, b, _ in _MEASURES]:
        summary.add_column(heading, justify="right")
    for heading in ("多数类", "朴素对照", "差") if zh else ("majority", "peer", "diff"):
        summary.add_column(heading, justify="right")
    for name, head in figures["heads"].items():
        peer = head["peer"]["accuracy"] if head["peer"] else None
        difference = "" if peer is None else _signed(head["accuracy"] - peer)
        cells = [_number(head[key]) for key, *_ in _MEASURES]
        summary.add_row(_name(name, zh), *cells, _number(head["majority"]["accuracy"]), _number(peer), difference)
    console.print(summary)
    for name, head in figures["heads"].items():
        console.print(_class_table(name, head, zh))
        hidden = len(head["classes"]) - _LARGEST
        if hidden > 0:
            console.print(f"另有 {hidden} 类见 JSON。" if zh else f"{hidden} more classes stand in the JSON.")
    console.print(figures["note"])


def _class_table(name: str, head: dict[str, Any], zh: bool) -> Table:
    table = Table(title=_name(name, zh))
    table.add_column("类" if zh else "class")
    for heading in ("精确率", "召回率", "F1", "件数") if zh else ("precision", "recall", "F1", "letters"):
        table.add_column(heading, justify="right")
    for row in sorted(head["classes"], key=lambda row: -row["support"])[:_LARGEST]:
        shares = [_number(row[key]) for key in ("precision", "recall", "f1")]
        table.add_row(row["label"], *shares, str(row["support"]))
    return table


def _name(head: str, zh: bool) -> str:
    return _NAMES.get(head, (head, head))[0 if zh else 1]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _signed(value: float) -> str:
    return f"[{'green' if value >= 0 else 'red'}]{value:+.3f}[/]"


def write_page(figures: dict[str, Any], path: Path, lang: str = "zh") -> None:
    """Write one HTML page with charts as inline SVG: no script, no font or style from elsewhere.

    The same figures give the same bytes.
    """
    zh = lang == "zh"
    parts = [_summary_html(figures, zh)]
    parts += [_head_html(name, head, zh) for name, head in figures["heads"].items()]
    page = _PAGE.format(
        lang="zh-CN" if zh else "en",
        title=html.escape(figures["title"]),
        font=_FONT,
        protocol=html.escape(figures["protocol"]),
        note=html.escape(figures["note"]),
        body="\n".join(parts),
    )
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font-family: {font}; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; color: #222; line-height: 1.6 }}
table {{ border-collapse: collapse; margin: .5rem 0 1rem }} td, th {{ border: 1px solid #bbb; padding: .15rem .6rem }}
th {{ background: #eee }} td + td {{ text-align: right }} .note {{ background: #f4f4f4; padding: .6rem 1rem }}
.charts {{ display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start }} svg {{ max-width: 100%; height: auto }}
h2 {{ border-top: 2px solid #444; padding-top: .6rem; margin-top: 2.5rem }}
</style></head><body>
<h1>{title}</h1>
<p class="note">{protocol}<br>{note}</p>
{body}
</body></html>
"""


def _table_html(headings: list[str], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _summary_html(figures: dict[str, Any], zh: bool) -> str:
    headings = ["项" if zh else "head", "件数" if zh else "letters", *(a if zh else b for _, a, b, _ in _MEASURES)]
    headings += (
        ["多数类准确率", "对照准确率", "对照宏平均 F1"] if zh else ["majority acc.", "peer acc.", "peer macro-F1"]
    )
    rows = []
    for name, head in figures["heads"].items():
        peer = head["peer"] or {}
        rows.append(
            [
                _name(name, zh),
                str(head["n"]),
                *(_number(head[key]) for key, *_ in _MEASURES),
                _number(head["majority"]["accuracy"]),
                _number(peer.get("accuracy")),
                _number(peer.get("macro_f1")),
            ]
        )
    meanings = "".join(f"<li><b>{a}</b>：{c}</li>" for _, a, _, c in _MEASURES) if zh else ""
    return _table_html(headings, rows) + f"<ul>{meanings}</ul>"


def _head_html(name: str, head: dict[str, Any], zh: bool) -> str:
    charts = [_curve(head, zh), _calibration(head, zh), _confusion(head, zh), _class_bars(head, zh)]
    headings = ["类", "精确率", "召回率", "F1", "件数"] if zh else ["class", "precision", "recall", "F1", "letters"]
    rows = [
        [row["label"], *(_number(row[key]) for key in ("precision", "recall", "f1")), str(row["support"])]
        for row in head["classes"]
    ]
    summary = "各类的数字" if zh else "figures per class"
    drawn = "".join(_svg(chart) for chart in charts)
    details = f"<details><summary>{summary}</summary>{_table_html(headings, rows)}</details>"
    return f'<h2>{html.escape(_name(name, zh))}</h2><div class="charts">{drawn}</div>{details}'


def _svg(chart: Any) -> str:
    styled = (
        chart.configure(font=_FONT)
        .configure_axis(labelLimit=260, titleFontWeight="normal")
        .configure_legend(labelLimit=200)
    )
    drawn: str = vl_convert.vegalite_to_svg(json.dumps(styled.to_dict()))
    return drawn


def _curve(head: dict[str, Any], zh: bool) -> Any:
    frame = pd.DataFrame(head["curve"], columns=["coverage", "accuracy"])
    x = alt.X("coverage:Q", title="覆盖率" if zh else "coverage", axis=alt.Axis(format="%"))
    low = max(0.0, float(frame["accuracy"].min()) - 0.02)
    scale = alt.Scale(domain=[min(low, 0.95), 1])
    y = alt.Y("accuracy:Q", title="准确率" if zh else "accuracy", axis=alt.Axis(format="%"), scale=scale)
    line = alt.Chart(frame).mark_line(color="#333").encode(x=x, y=y)
    rule = alt.Chart(pd.DataFrame({"accuracy": [0.97]})).mark_rule(strokeDash=[4, 4]).encode(y="accuracy:Q")
    return (line + rule).properties(width=320, height=220, title="覆盖率与准确率" if zh else "coverage and accuracy")


def _calibration(head: dict[str, Any], zh: bool) -> Any:
    frame = pd.DataFrame(head["calibration"], columns=["confidence", "accuracy", "letters"])
    unit = alt.Scale(domain=[0, 1])
    x = alt.X("confidence:Q", title="把握" if zh else "confidence", scale=unit)
    y = alt.Y("accuracy:Q", title="实际对的比例" if zh else "share right", scale=unit)
    size = alt.Size("letters:Q", title="件数" if zh else "letters")
    points = alt.Chart(frame).mark_circle(color="#333", opacity=0.8).encode(x=x, y=y, size=size)
    line = alt.Chart(pd.DataFrame({"confidence": [0, 1], "accuracy": [0, 1]})).mark_line(
        strokeDash=[4, 4], color="#999"
    )
    diagonal = line.encode(x="confidence:Q", y="accuracy:Q")
    return (diagonal + points).properties(width=260, height=220, title="把握可信吗" if zh else "calibration")


def _confusion(head: dict[str, Any], zh: bool) -> Any:
    labels, counts = head["confusion"]["labels"], head["confusion"]["counts"]
    rows = [
        {"truth": truth, "given": given, "letters": counts[i][j], "share": counts[i][j] / max(sum(counts[i]), 1)}
        for i, truth in enumerate(labels)
        for j, given in enumerate(labels)
    ]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("given:N", sort=labels, title="建议" if zh else "suggested", axis=alt.Axis(labelAngle=-60)),
        y=alt.Y("truth:N", sort=labels, title="标注" if zh else "labelled"),
    )
    shade = alt.Color("share:Q", scale=alt.Scale(scheme="greys", domain=[0, 1]), legend=None)
    white = alt.condition("datum.share > 0.5", alt.value("white"), alt.value("black"))
    numbers = base.transform_filter("datum.letters > 0").mark_text(fontSize=10).encode(text="letters:Q", color=white)
    side = max(180, 30 * len(labels))
    title = "混淆矩阵（行为标注）" if zh else "confusion matrix"
    return (base.mark_rect().encode(color=shade) + numbers).properties(width=side, height=side * 0.8, title=title)


def _class_bars(head: dict[str, Any], zh: bool) -> Any:
    largest = sorted(head["classes"], key=lambda row: -row["support"])[:_LARGEST]
    order = [row["label"] for row in largest]
    peers = {row["label"]: row["f1"] for row in (head["peer"] or {}).get("classes", [])}
    frame = pd.DataFrame([{"label": row["label"], "f1": row["f1"], "peer": peers.get(row["label"])} for row in largest])
    y = alt.Y("label:N", sort=order, title=None)
    x = alt.X("f1:Q", title="F1", scale=alt.Scale(domain=[0, 1]))
    bars = alt.Chart(frame).mark_bar(color="#888").encode(x=x, y=y)
    ticks = alt.Chart(frame).mark_tick(color="black", thickness=2).encode(x="peer:Q", y=y)
    title = "各类 F1（黑线为朴素对照）" if zh else "F1 per class (black: the plain peer)"
    return (bars + ticks).properties(width=320, height=max(80, 20 * len(order)), title=title)
