"""Charts of a periodic analysis: drawn to SVG for the page and to PNG for the Word file, legible in greyscale print.

Room for labels is counted from their characters. What a shade stands for is said in the caption, in words.
"""

from __future__ import annotations

from typing import Any, Final
from unicodedata import east_asian_width

import altair as alt
import vl_convert

from pipeline.report.analysis_parts import Chart
from pipeline.report.evaluation_words import DARK, LIGHT
from pipeline.report.evaluation_words import Chart as Drawing

CAPTIONS: Final = {
    ("初件", "重复件", "上期"): "深色为初件，浅色为重复件，柱顶是合计；旁边的空柱是上期对应的来信。",
    ("初件", "重复件"): "深色为初件，浅色为重复件，柱顶是合计。",
    ("本期", "上期"): "深色为本期，浅色为上期。",
    ("本期",): "本期来信。",
}
_WIDTH: Final = 560
_FONT_SIZE: Final = 12
_CROWDED: Final = 16
_ONE_LINE: Final = 9
_EARLIER: Final = "上期"
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


def shade_of(share: float) -> str:
    """Return the grey-blue of a share from 0 to 1; black numbers stay legible on the darkest.

    Examples
    --------
    >>> shade_of(0.0), shade_of(1.0)
    ('FFFFFF', '8FA3BD')
    """
    mixed = (round(255 - (255 - full) * min(max(share, 0.0), 1.0)) for full in (0x8F, 0xA3, 0xBD))
    return "".join(f"{part:02X}" for part in mixed)


def draw(chart: Chart) -> Drawing:
    """Return a chart's drawing."""
    return _bars(chart) if chart.kind == "bars" else _pairs(chart)


def png(chart: Chart) -> bytes:
    """Return a chart as PNG, as wide as the line.

    Examples
    --------
    >>> points = (("11月16日", "初件", 3), ("11月16日", "重复件", 1))
    >>> png(Chart("每日来信", "bars", points, ("初件", "重复件"), ""))[1:4]
    b'PNG'
    """
    spec = draw(chart).configure(font="sans-serif", aria=False).configure_axis(**_axis_look()).to_dict()
    picture: bytes = vl_convert.vegalite_to_png(spec, scale=_SCALE)
    return picture


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
    padding = {"left": left, "right": right, "top": 8, "bottom": bottom}
    width = _WIDTH + 80 - left - right
    look = {"autosize": "none", "padding": padding, "background": "white", "view": alt.ViewConfig(stroke=None)}
    framed: Drawing = drawing.properties(width=width, height=height, **look)
    return framed


def _bars(chart: Chart) -> Drawing:
    """Stacked bars with their sums on top; an earlier period as an empty bar beside each."""
    labels = list(dict.fromkeys(point[0] for point in chart.points))
    stacked = [series for series in chart.series if series != _EARLIER]
    sums = {label: sum(n for of, series, n in chart.points if of == label and series in stacked) for label in labels}
    most = max(*(n for _, _, n in chart.points), *sums.values(), 1)
    crowded = len(labels) > _CROWDED
    x = alt.X("label:N", sort=labels, title=None, axis=_below(labels), scale=alt.Scale(paddingInner=0.25))
    scale = alt.Scale(domain=[0, most * 1.1], nice=False)
    y = alt.Y("n:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, tickMinStep=1, format="d"))
    when = alt.XOffset(
        "when:N", sort=["0", "1"], scale=alt.Scale(domain=["0", "1"] if _EARLIER in chart.series else ["0"])
    )
    fills = dict(zip(stacked, (DARK, LIGHT), strict=False)) | {_EARLIER: "#ffffff"}
    fill = alt.Color("series:N", legend=None, scale=alt.Scale(domain=list(fills), range=list(fills.values())))
    bars = [
        {
            "label": of,
            "series": series,
            "n": n,
            "when": str(int(series == _EARLIER)),
            "rank": chart.series.index(series),
        }
        for of, series, n in chart.points
    ]
    tops = [{"label": label, "n": n, "when": "0"} for label, n in sums.items()]
    drawn = alt.Chart(alt.InlineData(values=bars)).mark_bar(stroke="#444444", strokeWidth=0.7)
    above = alt.Chart(alt.InlineData(values=tops)).mark_text(dy=-8, fontSize=9 if crowded else _FONT_SIZE, color=_INK)
    layers = (
        drawn.encode(x=x, y=y, color=fill, order=alt.Order("rank:Q"), xOffset=when),
        above.encode(x=x, y=y, text="n:Q", xOffset=when),
    )
    return _framed(alt.layer(*layers), 160, 36, 46 if len(labels) > _ONE_LINE or "年" in labels[0] else 30)


def _below(labels: list[str]) -> alt.Axis:
    """Return the axis below bars: many labels in two lines, of very many only every second or third."""
    step = -(-len(labels) // _CROWDED)
    shown = ",".join(f"'{label}'" for label in labels[::step])
    cut = "年" if "年" in labels[0] else "月" if len(labels) > _ONE_LINE else ""
    text = f"[split(datum.label,'{cut}')[0]+'{cut}',split(datum.label,'{cut}')[1]]" if cut else "datum.label"
    return alt.Axis(
        labelAngle=0,
        labelOverlap=False,
        ticks=False,
        labelPadding=6,
        labelFontSize=_FONT_SIZE if len(labels) <= _CROWDED else 10,
        labelExpr=f"indexof([{shown}],datum.label)>=0?{text}:''",
    )


def _pairs(chart: Chart) -> Drawing:
    """Lying bars, two a label, each with its number."""
    labels = list(dict.fromkeys(point[0] for point in chart.points))
    rows = [{"label": label, "series": series, "n": n} for label, series, n in chart.points]
    most = max(*(n for _, _, n in chart.points), 1)
    room = _room(labels)
    beside = alt.Axis(labelOverlap=False, ticks=False, domain=False, minExtent=room, maxExtent=room, labelPadding=6)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("n:Q", title=None, scale=alt.Scale(domain=[0, most * 1.05], nice=False), axis=None),
        y=alt.Y("label:N", sort=labels, title=None, axis=beside, scale=alt.Scale(paddingInner=0.25)),
        yOffset=alt.YOffset("series:N", sort=list(chart.series)),
    )
    fill = alt.Color("series:N", legend=None, scale=alt.Scale(domain=["本期", _EARLIER], range=[DARK, LIGHT]))
    bars = base.mark_bar(stroke="#444444", strokeWidth=0.7).encode(color=fill)
    numbers = base.mark_text(align="left", dx=4, fontSize=10, color=_INK).encode(text="n:Q")
    height = len(labels) * (11 * len(chart.series) + 5)
    return _framed(alt.layer(bars, numbers), height, room + 8, 8, right=36)
