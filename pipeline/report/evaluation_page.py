"""The figures of ``petition evaluate`` as one HTML page that needs nothing from elsewhere: tables, charts, meanings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, tostring

from pipeline.report.atomic import replacing
from pipeline.report.evaluation_charts import (
    draw_class_bars,
    draw_confusion,
    draw_curve,
    draw_reliability,
    node,
    signed_difference,
    svg_element,
    table_element,
    tabulate_classes,
    tabulate_confusion,
    tabulate_curve,
    tabulate_reliability,
)
from pipeline.report.evaluation_words import (
    CAPTIONS,
    DARK,
    EDGE,
    FONT,
    LARGEST_DRAWN,
    LIGHT,
    MEANING_TITLES,
    MEANINGS,
    REVIEW_NAMES,
    WORDS,
    Chart,
    Figures,
    as_score,
    as_share,
    coverage,
    head_name,
    peer_difference,
    score_pair,
    spoken,
    term,
)


def write_page(figures: Figures, path: Path, lang: str = "zh") -> None:
    """Write the figures as one HTML page with charts; the same figures give the same bytes.

    Parameters
    ----------
    figures : dict
        What ``petition evaluate --json`` saves.
    path : Path
        Replaced when the page is whole.
    lang : {"zh", "en"}

    Raises
    ------
    OutputNotWritable
        The page cannot be put there.

    Examples
    --------
    >>> import tempfile
    >>> page = Path(tempfile.mkdtemp()) / "figures.html"
    >>> empty = {"title": "试量", "model": {"name": "m", "version": "1"}, "made_at": "", "rows": 0}
    >>> write_page(empty | {"protocol": "五折", "note": "仅供参考", "heads": {}}, page)
    >>> "没有可量的项目" in page.read_text(encoding="utf-8")
    True
    """
    page = _page(figures, lang)
    text = "<!DOCTYPE html>\n" + tostring(page, encoding="unicode", method="html") + "\n"
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _page(figures: Figures, lang: str) -> Element:
    heads = figures["heads"]
    parts = [node("header", *_opening(figures, lang))]
    if heads:
        parts += [_summary_section(heads, lang), *_extra_sections(figures, lang), _meanings(lang)]
        parts += [_head_section(name, head, lang) for name, head in heads.items()]
    else:
        parts.append(node("p", term("nothing", lang)))
    top = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("title", figures["title"]),
        node("style", STYLE),
    )
    return node("html", top, node("body", *parts), lang="zh-CN" if lang == "zh" else "en")


def _opening(figures: Figures, lang: str) -> list[Element]:
    model = figures["model"]
    facts = [
        f"{term('model', lang)} {model['name']} {model['version']}",
        f"{term('n', lang)} {figures['rows']:,}",
    ]
    if figures["made_at"]:
        facts.append(f"{term('made_at', lang)} {figures['made_at']}")
    boxes = [
        node("div", node("b", term(key, lang)), node("p", figures[key]), class_=f"box {key}")
        for key in ("note", "protocol")
    ]
    return [node("h1", figures["title"]), node("p", " · ".join(facts), class_="facts"), *boxes]


def _summary_section(heads: dict[str, Figures], lang: str) -> Element:
    above = ["head", "n", "accuracy", "macro_f1", "weighted_kappa", "ece", "coverage"]
    headings = [term(key, lang) for key in above]
    headings += [f"{term(key, lang)} {term('acc_f1', lang)}" for key in ("majority", "peer")]
    headings.append(f"{term('difference', lang)} {term('f1_only', lang)}")
    rows = [_summary_row(name, head, lang) for name, head in heads.items()]
    return node("section", node("h2", term("summary", lang)), table_element(headings, rows))


def _summary_row(name: str, head: Figures, lang: str) -> list[str | Element]:
    return [
        node("a", head_name(name, lang), href=f"#{name}"),
        f"{head['n']:,}",
        as_share(head["accuracy"]),
        as_score(head["macro_f1"]),
        as_score(head["weighted_kappa"]),
        as_score(head["ece"]),
        as_share(coverage(head)),
        score_pair(head["majority"]),
        score_pair(head["peer"]),
        signed_difference(peer_difference(head)),
    ]


def _extra_sections(figures: Figures, lang: str) -> list[Element]:
    sections = []
    if review := figures.get("review"):
        rows = [[spoken(REVIEW_NAMES.get(key, (key, key)), lang), _fact(value)] for key, value in review.items()]
        sections.append(node("section", node("h2", term("review", lang)), table_element(["", ""], rows)))
    if speed := figures.get("speed"):
        rows = [[key, value if isinstance(value, str) else json.dumps(value)] for key, value in speed.items()]
        sections.append(node("section", node("h2", term("speed", lang)), table_element(["", ""], rows)))
    return sections


def _fact(value: object) -> str:
    return as_share(value) if value is None or isinstance(value, float) else str(value)


def _meanings(lang: str) -> Element:
    entries = []
    for key, meaning in MEANINGS.items():
        title = spoken(MEANING_TITLES.get(key, WORDS[key]), lang)
        entries += [node("dt", title), node("dd", spoken(meaning, lang))]
    return node("section", node("h2", term("meanings", lang)), node("dl", *entries))


def _head_section(name: str, head: Figures, lang: str) -> Element:
    tiles = [
        ("n", f"{head['n']:,}"),
        ("accuracy", as_share(head["accuracy"])),
        ("macro_f1", as_score(head["macro_f1"])),
    ]
    tiles += [(key, as_score(head[key])) for key in ("weighted_kappa", "positive_f1") if head[key] is not None]
    tiles += [("ece", as_score(head["ece"])), ("coverage", as_share(coverage(head)))]
    shown = [node("div", node("span", term(key, lang)), node("b", value)) for key, value in tiles]
    return node(
        "section",
        node("h2", head_name(name, lang)),
        node("div", *shown, class_="tiles"),
        node("div", *_charts(name, head, lang), class_="charts"),
        class_="head",
        id=name,
    )


def _charts(name: str, head: Figures, lang: str) -> list[Element]:
    charts = []
    if head["curve"]:
        charts.append(_figure("curve", draw_curve(head, lang), tabulate_curve(head, lang), lang))
    if head["calibration"]:
        charts.append(_figure("calibration", draw_reliability(head, lang), tabulate_reliability(head, lang), lang))
    if head["confusion"]["labels"]:
        charts.append(
            _figure("confusion", draw_confusion(name, head, lang), tabulate_confusion(name, head, lang), lang)
        )
    if head["classes"]:
        drawn, table = draw_class_bars(name, head, lang), tabulate_classes(name, head, lang)
        charts.append(_figure("classes", drawn, table, lang, *_class_notes(head, lang)))
    return charts


def _class_notes(head: Figures, lang: str) -> list[Element]:
    notes = []
    if head["peer"] is not None:
        ours, peer = (node("i", class_=key) for key in ("ours", "peer"))
        notes.append(node("p", ours, f" {term('ours', lang)}  ", peer, f" {term('peer', lang)}", class_="legend"))
    if (more := len(head["classes"]) - LARGEST_DRAWN) > 0:
        zh = f"只画信件最多的 {LARGEST_DRAWN} 类，另外 {more} 类在数字表里。"
        en = f"The {LARGEST_DRAWN} largest classes; {more} more stand in the numbers."
        notes.append(node("p", spoken((zh, en), lang), class_="legend"))
    return notes


def _figure(kind: str, chart: Chart, table: Element, lang: str, *notes: Element) -> Element:
    title = term(kind, lang)
    svg = svg_element(chart, title)
    return node(
        "figure",
        node("h3", title),
        svg,
        *notes,
        node("figcaption", spoken(CAPTIONS[kind], lang)),
        node("details", node("summary", term("details", lang)), table),
        class_=kind,
        style=f"width:{svg.get('width')}px",
    )


STYLE: Final = f"""
:root {{ color-scheme: light; print-color-adjust: exact; -webkit-print-color-adjust: exact }}
body {{ font: 15px/1.65 {FONT}; color: #222; max-width: 1100px; margin: 2rem auto; padding: 0 1.2rem }}
h1 {{ font-size: 1.6rem; margin: 0 }}
h2 {{ font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 2px solid {DARK} }}
h3 {{ font-size: 1rem; margin: 0 0 .3rem }} a {{ color: {DARK} }} .facts {{ color: #555; margin: .2rem 0 1rem }}
.box {{ border-left: 5px solid {EDGE}; background: #f5f6f8; padding: .5rem 1rem; margin: .7rem 0 }}
.box.note {{ border-color: #b36b00; background: #fff7e8 }} .box p {{ margin: .1rem 0 }}
.wide {{ overflow-x: auto }} table {{ border-collapse: collapse; font-size: .87rem; margin: .4rem 0 }}
th, td {{ border-bottom: 1px solid #ddd; padding: .22rem .7rem; text-align: right; font-variant-numeric: tabular-nums }}
thead th {{ border-bottom: 2px solid #999; vertical-align: bottom }} th:first-child {{ text-align: left }}
tbody th {{ font-weight: normal; white-space: nowrap }}
.up {{ color: #17692e; font-weight: bold }} .down {{ color: #a81818; font-weight: bold }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem }}
dt {{ font-weight: bold }} dd {{ margin: 0 }}
.tiles {{ display: flex; flex-wrap: wrap; gap: .6rem; margin: .8rem 0 1.2rem }}
.tiles div {{ border: 1px solid #d5d9de; border-radius: 4px; padding: .3rem .9rem }}
.tiles span {{ display: block; font-size: .8rem; color: #555 }} .tiles b {{ font-size: 1.2rem }}
.charts {{ display: flex; flex-wrap: wrap; gap: 1.6rem 2rem; align-items: flex-start }}
figure {{ margin: 0; max-width: 100%; min-width: min(100%, 20rem); break-inside: avoid }}
svg {{ max-width: 100%; height: auto; display: block }} svg text {{ font-family: {FONT} }}
figcaption, .legend {{ font-size: .85rem; color: #444; margin: .2rem 0 }}
.legend i {{ display: inline-block; width: 1.6em; height: .7em; border: 1px solid {EDGE} }}
.legend .ours {{ background: {DARK} }} .legend .peer {{ margin-left: 1.2em; background: {LIGHT} }}
summary {{ cursor: pointer; color: {DARK}; font-size: .87rem }} details .wide {{ max-height: 32rem; overflow: auto }}
@media (max-width: 640px) {{ dl {{ grid-template-columns: 1fr }} dd {{ margin-bottom: .5rem }} }}
@page {{ margin: 13mm }}
@media print {{
body {{ margin: 0; max-width: none; font-size: 12px }}
h2, h3, .tiles {{ break-after: avoid }} .wide {{ overflow: visible }}
th, td {{ padding: .15rem .35rem }} figure {{ zoom: .78 }} details:not([open]) {{ display: none }}
}}
"""
