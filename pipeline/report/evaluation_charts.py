"""Charts and tables of the page, drawn to SVG while it is written: no script, no font file, nothing to load.

Room for labels is counted from their characters, not measured with this machine's fonts, so the page is the same
wherever it is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element, fromstring

import altair as alt
import vl_convert

from pipeline.report.evaluation_words import (
    DARK,
    EDGE,
    FONT,
    LARGEST_DRAWN,
    LIGHT,
    LINE,
    TARGET,
    Chart,
    Figures,
    as_score,
    as_share,
    confusion_counts,
    coverage,
    in_class_order,
    label_name,
    peer_class_f1,
    spoken,
    term,
)


def node(tag: str, *content: str | Element, **attributes: str) -> Element:
    """Return an element; text is escaped when it is written, ``class_`` becomes ``class``."""
    made = Element(tag, {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()})
    for part in content:
        if isinstance(part, Element):
            made.append(part)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + part
        else:
            made.text = (made.text or "") + part
    return made


def table_element(headings: Sequence[str], rows: Iterable[Sequence[str | Element]]) -> Element:
    """Return an HTML table."""
    head = [node("thead", node("tr", *(node("th", heading) for heading in headings)))] if any(headings) else []
    body = [node("tr", node("th", row[0], scope="row"), *(node("td", cell) for cell in row[1:])) for row in rows]
    return node("div", node("table", *head, node("tbody", *body)), class_="wide")


def signed_difference(difference: float | None) -> str | Element:
    """Return a difference with its sign, coloured."""
    if difference is None:
        return "—"
    return node("span", f"{difference:+.3f}", class_="up" if difference > 0 else "down" if difference < 0 else "even")


_UNUSED: Final = ("aria-hidden", "aria-roledescription", "role", "pointer-events", "font-family", "class")


def svg_element(chart: Chart, title: str) -> Element:
    """Draw a chart; names of fonts and what only a script would need are kept once or dropped."""
    axis = {
        "labelLimit": 0,
        "labelFontSize": 11,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "#e4e4e4",
    }
    spec = chart.configure(font="sans-serif", aria=False).configure_axis(**axis).to_dict()
    drawn: str = vl_convert.vegalite_to_svg(spec)
    drawn = re.sub(r' xmlns(:\w+)?="[^"]*"', "", drawn)
    drawn = re.sub(r"\d+\.\d{4,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), drawn)
    svg = fromstring(drawn)
    for inside in svg.iter():
        for name in _UNUSED:
            inside.attrib.pop(name, None)
        for child in [child for child in inside if child.tag == "path" and child.get("d", "") in ("", "M0,0h0v0h0Z")]:
            inside.remove(child)
    for name, value in (("role", "img"), ("aria-label", title), ("font-family", FONT)):
        svg.set(name, value)
    return svg


def _room(texts: Iterable[str], size: float = 11) -> float:
    """Return the pixels that the widest text needs at a font size, counting a Chinese character as one em."""
    ems = (sum(1.0 if east_asian_width(mark) in "WFA" else 0.6 for mark in text) for text in texts)
    return round(max(ems, default=0.0) * size + 10)


def _framed(
    chart: Chart, width: float, height: float, left: float = 56, bottom: float = 48, right: float = 22
) -> Chart:
    """Give a chart fixed margins, which need no measuring of fonts."""
    padding = {"left": left, "right": right, "top": 12, "bottom": bottom}
    framed: Chart = chart.properties(width=width, height=height, autosize="none", padding=padding)
    return framed


def _data(rows: list[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=rows)


def _axis(room: float, **options: Any) -> alt.Axis:
    return alt.Axis(minExtent=room, maxExtent=room, labelFlush=False, labelPadding=4, **options)


def draw_curve(head: Figures, lang: str) -> Chart:
    """Accuracy over the share of letters taken, with the share at which it falls below 97 %."""
    points = [{"x": x, "y": y} for x, y in head["curve"]]
    low = max(0.0, min(0.9, (min(point["y"] for point in points) * 20 - 1) // 1 / 20))
    x = alt.X(
        "x:Q", title=term("covered", lang), scale=alt.Scale(domain=[0, 1]), axis=_axis(22, format=".0%", tickCount=5)
    )
    y = alt.Y(
        "y:Q",
        title=term("right", lang),
        scale=alt.Scale(domain=[low, 1], nice=False),
        axis=_axis(36, format=".0%", tickCount=6),
    )
    line = alt.Chart(_data(points)).mark_line(color=DARK, strokeWidth=2, point=len(points) < 10).encode(x=x, y=y)
    target = alt.Chart(_data([{"y": TARGET}])).mark_rule(color=LINE, strokeDash=[5, 4]).encode(y=y)
    layers: list[alt.Chart] = [target, line]
    if share := coverage(head):
        mark = alt.Chart(
            _data([{"x": share, "y": low, "text": spoken((f"{share:.1%} 的信", f"{share:.1%} of letters"), lang)}])
        )
        side: dict[str, Any] = {"align": "left", "dx": 5} if share < 0.5 else {"align": "right", "dx": -5}
        layers.append(mark.mark_rule(color=LINE, strokeDash=[2, 3]).encode(x=x))
        layers.append(mark.mark_text(dy=-10, fontSize=12, **side).encode(x=x, y=y, text="text:N"))
    return _framed(alt.layer(*layers), 400, 250)


def tabulate_curve(head: Figures, lang: str) -> Element:
    """Return the curve as a table."""
    steps = [min(head["curve"], key=lambda point: abs(point[0] - tenth / 10)) for tenth in range(1, 11)]
    rows = [[as_share(x), as_share(y)] for x, y in dict.fromkeys((x, y) for x, y in steps)]
    return table_element([term("covered", lang), term("right", lang)], rows)


def draw_reliability(head: Figures, lang: str) -> Chart:
    """Share right over stated confidence, a dot a bin."""
    dots = [{"x": x, "y": y, "n": n} for x, y, n in head["calibration"]]
    unit = alt.Scale(domain=[0, 1])
    x = alt.X("x:Q", title=term("confidence", lang), scale=unit, axis=_axis(22, format=".0%", tickCount=5))
    y = alt.Y("y:Q", title=term("share_right", lang), scale=unit, axis=_axis(36, format=".0%", tickCount=5))
    size = alt.Size("n:Q", legend=None, scale=alt.Scale(domain=[0, max(dot["n"] for dot in dots)], range=[25, 450]))
    base = alt.Chart(_data(dots)).encode(x=x, y=y)
    diagonal = alt.Chart(_data([{"x": 0, "y": 0}, {"x": 1, "y": 1}])).mark_line(
        color=LINE, strokeDash=[5, 4], strokeWidth=1
    )
    layers = (
        diagonal.encode(x=x, y=y),
        base.mark_line(color=DARK, strokeWidth=1),
        base.mark_circle(color=DARK, opacity=0.75).encode(size=size),
    )
    return _framed(alt.layer(*layers), 270, 250)


def tabulate_reliability(head: Figures, lang: str) -> Element:
    """Return the calibration as a table."""
    rows = [[as_share(x), as_share(y), f"{n:,}"] for x, y, n in head["calibration"]]
    return table_element([term(key, lang) for key in ("confidence", "share_right", "n")], rows)


def draw_confusion(name: str, head: Figures, lang: str) -> Chart:
    """Letters by label and suggestion, shaded by the share of the row; white numbers on dark cells only."""
    known, matrix = confusion_counts(head)
    labels = [label_name(name, label, lang) for label in known]
    cells = [
        {"row": row, "column": column, "n": n, "share": n / max(sum(counts), 1)}
        for row, counts in zip(labels, matrix, strict=True)
        for column, n in zip(labels, counts, strict=True)
    ]
    room = _room(labels)
    turned = len(labels) > 3 or room > 60
    slope = round(room * 0.72) + 8 if turned else 20
    angles: dict[str, Any] = {"labelAngle": -45, "labelAlign": "right"} if turned else {"labelAngle": 0}
    below = _axis(slope, labelOverlap=False, ticks=False, domain=False, **angles)
    beside = _axis(room, labelOverlap=False, ticks=False, domain=False)
    base = alt.Chart(_data(cells)).encode(
        x=alt.X("column:N", sort=labels, title=term("suggested", lang), axis=below),
        y=alt.Y("row:N", sort=labels, title=term("labelled", lang), axis=beside),
    )
    shade = alt.Color(
        "share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=["#ffffff", DARK], interpolate="rgb")
    )
    ink = alt.condition("datum.share > 0.7", alt.value("white"), alt.value("black"))
    numbers = base.transform_filter("datum.n > 0").mark_text(fontSize=11).encode(text="n:Q", color=ink)
    side = len(labels) * max(34.0, min(60.0, 260 / len(labels)))
    return _framed(
        base.mark_rect(stroke="#cccccc", strokeWidth=0.5).encode(color=shade) + numbers,
        side,
        side * (0.8 if len(labels) > 3 else 1),
        left=room + 26,
        bottom=slope + 26,
    )


def tabulate_confusion(name: str, head: Figures, lang: str) -> Element:
    """Return the confusions as a table."""
    known, matrix = confusion_counts(head)
    labels = [label_name(name, label, lang) for label in known]
    rows = [[row, *map(str, counts)] for row, counts in zip(labels, matrix, strict=True)]
    return table_element([f"{term('labelled', lang)} ＼ {term('suggested', lang)}", *labels], rows)


def draw_class_bars(name: str, head: Figures, lang: str) -> Chart:
    """F1 of the largest classes, the peer's paler bar under each."""
    peer = peer_class_f1(head)
    bars, order = [], []
    for row in in_class_order(head)[:LARGEST_DRAWN]:
        label = label_name(name, row["label"], lang)
        order.append(label)
        bars.append({"label": label, "who": "0", "f1": row["f1"]})
        if row["label"] in peer:
            bars.append({"label": label, "who": "1", "f1": peer[row["label"]]})
    room = _room(order)
    base = alt.Chart(_data(bars)).encode(
        x=alt.X("f1:Q", title="F1", scale=alt.Scale(domain=[0, 1]), axis=_axis(22, format=".1f", tickCount=5)),
        y=alt.Y("label:N", sort=order, title=None, axis=_axis(room, labelOverlap=False, ticks=False)),
        yOffset=alt.YOffset("who:N", sort=["0", "1"]),
    )
    fill = alt.Color("who:N", legend=None, scale=alt.Scale(domain=["0", "1"], range=[DARK, LIGHT]))
    numbers = base.transform_filter("datum.who == '0'").mark_text(align="left", dx=4, fontSize=10)
    layers = (
        base.mark_bar(stroke=EDGE, strokeWidth=0.5).encode(color=fill),
        numbers.encode(text=alt.Text("f1:Q", format=".2f")),
    )
    height = len(order) * (26 if peer else 20)
    return _framed(alt.layer(*layers), 340, height, left=room + 12, right=44)


def tabulate_classes(name: str, head: Figures, lang: str) -> Element:
    """Return the classes as a table."""
    peer = peer_class_f1(head)
    headings = ["class", "precision", "recall", "f1", "n", *(("peer_f1", "difference") if peer else ())]
    rows: list[list[str | Element]] = []
    for row in in_class_order(head):
        scores = [as_score(row[key]) for key in ("precision", "recall", "f1")]
        cells = [label_name(name, row["label"], lang), *scores, f"{row['support']:,}"]
        theirs = peer.get(row["label"])
        against = [as_score(theirs), signed_difference(None if theirs is None else row["f1"] - theirs)] if peer else []
        rows.append([*cells, *against])
    return table_element([term(key, lang) for key in headings], rows)
