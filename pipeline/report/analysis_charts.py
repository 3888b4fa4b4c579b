"""Charts of a periodic analysis: drawn to SVG for the page and to PNG for the Word file, legible in greyscale print.

Room for labels is counted from their characters. What a shade stands for is said in the caption, in words.
"""

from __future__ import annotations

from typing import Any, Final
from unicodedata import east_asian_width

import altair as alt
import vl_convert

from pipeline.report.analysis_parts import Chart
from pipeline.report.evaluation_words import DARK, EDGE, LIGHT
from pipeline.report.evaluation_words import Chart as Drawing

CAPTIONS: Final = {
    ("初件", "重复件", "上期"): "深色为初件，浅色为重复件，柱顶是合计；虚线为上期对应的来信。",
    ("初件", "重复件"): "深色为初件，浅色为重复件，柱顶是合计。",
    ("本期", "上期"): "深色为本期，浅色为上期。",
    ("本期",): "本期来信。",
}
_WIDTH: Final = 560
_FONT_SIZE: Final = 12
_CROWDED: Final = 16
_SCALE: Final = 2.0
_INK: Final = "#222222"


def caption(chart: Chart) -> str:
    """Return what the shades of a chart stand for.

    Examples
    --------
    >>> caption(Chart("各类来信", "pairs", (), ("本期", "上期"), ""))
    '深色为本期，浅色为上期。'
    """
    return CAPTIONS[chart.series]


def draw(chart: Chart) -> Drawing:
    """Return a chart's drawing."""
    return _bars(chart) if chart.kind == "bars" else _pairs(chart)


def png(chart: Chart) -> tuple[bytes, float]:
    """Return a chart as PNG and its width as a share of the line.

    Examples
    --------
    >>> points = (("11月16日", "初件", 3), ("11月16日", "重复件", 1))
    >>> picture, share = png(Chart("每日来信", "bars", points, ("初件", "重复件"), ""))
    >>> picture[:4], share
    (b'\\x89PNG', 1.0)
    """
    spec = draw(chart).configure(font="sans-serif", aria=False).configure_axis(**_axis_look()).to_dict()
    picture: bytes = vl_convert.vegalite_to_png(spec, scale=_SCALE)
    return picture, 1.0


def _axis_look() -> dict[str, Any]:
    return {
        "labelLimit": 0,
        "labelFontSize": _FONT_SIZE,
        "titleFontSize": _FONT_SIZE,
        "labelColor": _INK,
        "gridColor": "#dddddd",
        "domainColor": "#888888",
    }


def _room(texts: list[str]) -> float:
    """Return the pixels that the widest text needs, counting a Chinese character as one em."""
    ems = (sum(1.0 if east_asian_width(mark) in "WFA" else 0.6 for mark in text) for text in texts)
    return round(max(ems, default=0.0) * _FONT_SIZE + 10)


def _framed(drawing: Drawing, height: float, left: float, bottom: float, right: float = 24) -> Drawing:
    padding = {"left": left, "right": right, "top": 22, "bottom": bottom}
    width = _WIDTH + 80 - left - right
    framed: Drawing = drawing.properties(
        width=width,
        height=height,
        autosize="none",
        padding=padding,
        background="white",
        view=alt.ViewConfig(stroke=None),
    )
    return framed


def _bars(chart: Chart) -> Drawing:
    """Stacked bars, numbers on top, an earlier period as a dashed line with hollow points."""
    labels = list(dict.fromkeys(point[0] for point in chart.points))
    stacked = [series for series in chart.series if series != "上期"]
    rows = [{"label": label, "series": series, "n": n} for label, series, n in chart.points]
    sums = [
        {"label": label, "n": sum(r["n"] for r in rows if r["label"] == label and r["series"] in stacked)}
        for label in labels
    ]
    most = max([row["n"] for row in rows] + [row["n"] for row in sums] + [1])
    crowded = len(labels) > _CROWDED
    turned = len(labels) > 9
    slope = _room(labels) if turned else 20.0
    below = alt.Axis(
        labelAngle=-60 if turned else 0,
        labelAlign="right" if turned else "center",
        labelOverlap=False,
        ticks=False,
        minExtent=slope,
        maxExtent=slope,
    )
    x = alt.X("label:N", sort=labels, title=None, axis=below)
    scale = alt.Scale(domain=[0, most * 1.08], nice=False)
    y = alt.Y("n:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, tickMinStep=1, format="d"))
    fill = alt.Color("series:N", legend=None, scale=alt.Scale(domain=stacked, range=[DARK, LIGHT][: len(stacked)]))
    order = alt.Order("rank:Q")
    bars = alt.Chart(
        alt.InlineData(
            values=[row | {"rank": stacked.index(row["series"])} for row in rows if row["series"] in stacked]
        )
    )
    layers: list[alt.Chart] = [bars.mark_bar(stroke=EDGE, strokeWidth=0.6).encode(x=x, y=y, color=fill, order=order)]
    earlier = alt.Chart(alt.InlineData(values=[row for row in rows if row["series"] == "上期"]))
    if "上期" in chart.series:
        layers.append(earlier.mark_line(color="#000000", strokeDash=[5, 3], strokeWidth=1.4).encode(x=x, y=y))
        layers.append(earlier.mark_point(color="#000000", fill="#ffffff", size=34, opacity=1).encode(x=x, y=y))
    top = alt.Chart(alt.InlineData(values=sums)).mark_text(dy=-8, fontSize=9 if crowded else _FONT_SIZE, color=_INK)
    layers.append(top.encode(x=x, y=y, text="n:Q"))
    return _framed(alt.layer(*layers), 190, 40, slope + 8)


def _pairs(chart: Chart) -> Drawing:
    """Lying bars, two a label, each with its number."""
    labels = list(dict.fromkeys(point[0] for point in chart.points))
    rows = [{"label": label, "series": series, "n": n} for label, series, n in chart.points]
    most = max([row["n"] for row in rows] + [1])
    room = _room(labels)
    beside = alt.Axis(labelOverlap=False, ticks=False, domain=False, minExtent=room, maxExtent=room)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("n:Q", title=None, scale=alt.Scale(domain=[0, most * 1.05], nice=False), axis=None),
        y=alt.Y("label:N", sort=labels, title=None, axis=beside),
        yOffset=alt.YOffset("series:N", sort=list(chart.series)),
    )
    fill = alt.Color("series:N", legend=None, scale=alt.Scale(domain=["本期", "上期"], range=[DARK, LIGHT]))
    bars = base.mark_bar(stroke=EDGE, strokeWidth=0.6).encode(color=fill)
    numbers = base.mark_text(align="left", dx=4, fontSize=10, color=_INK).encode(text="n:Q")
    height = len(labels) * (17 * len(chart.series) + 6)
    return _framed(alt.layer(bars, numbers), height, room + 8, 12, right=36)
