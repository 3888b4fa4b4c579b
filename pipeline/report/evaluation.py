"""The figures of ``petition evaluate`` as terminal tables and as one HTML page that needs nothing from elsewhere.

Charts are drawn to SVG while the page is written: no script, no font file, nothing to load. Room for labels is
counted from their characters, not measured with this machine's fonts, so the page is the same wherever it is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element, fromstring, tostring

import altair as alt
import vl_convert
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline import letter
from pipeline.report.atomic import replacing

Figures: TypeAlias = dict[str, Any]
Chart: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart

LARGEST_PRINTED: Final = 20
LARGEST_DRAWN: Final = 30
TARGET: Final = 0.97
FONT: Final = '"Noto Sans CJK SC","Microsoft YaHei","PingFang SC","SimHei",sans-serif'
DARK, LIGHT, EDGE, LINE = "#1f4e79", "#d3dae2", "#6b7785", "#666666"

HEAD_NAMES: Final = {column.name: (column.zh, column.en) for column in letter.SUGGESTION_COLUMNS} | {
    "official_l1": ("官方一级分类", "Official L1")
}
YES_NO: Final = {"1": ("是", "yes"), "0": ("否", "no")}
REST: Final = ("其余", "the rest")
WORDS: Final = {
    "head": ("项目", "Head"),
    "n": ("件数", "Letters"),
    "accuracy": ("准确率", "Accuracy"),
    "macro_f1": ("宏平均F1", "Macro-F1"),
    "weighted_kappa": ("加权κ", "Weighted κ"),
    "positive_f1": ("“是”一类的F1", "F1 of “yes”"),
    "ece": ("校准误差", "ECE"),
    "coverage": ("97%正确的覆盖率", "Coverage at 97%"),
    "majority": ("只答多数类", "Majority"),
    "peer": ("对照方法", "Peer"),
    "difference": ("与对照之差", "Against peer"),
    "acc_f1": ("准确率/F1", "acc./F1"),
    "f1_only": ("宏平均F1", "macro-F1"),
    "class": ("类别", "Class"),
    "precision": ("精确率", "Precision"),
    "recall": ("召回率", "Recall"),
    "f1": ("F1", "F1"),
    "peer_f1": ("对照F1", "Peer F1"),
    "none": ("—", "—"),
    "note": ("请先看", "Read first"),
    "protocol": ("怎样量的", "How it was measured"),
    "model": ("模型", "Model"),
    "made_at": ("测量时间", "Measured at"),
    "summary": ("总表", "All heads"),
    "meanings": ("这些数字是什么意思", "What the figures mean"),
    "review": ("交人判断的情况", "What goes to a person"),
    "speed": ("速度", "Speed"),
    "details": ("看数字", "Show the numbers"),
    "curve": ("覆盖率与准确率", "Coverage and accuracy"),
    "calibration": ("把握是否可信", "Is the confidence true?"),
    "confusion": ("哪些类容易混淆", "Which classes are confused"),
    "classes": ("各类的F1", "F1 of each class"),
    "covered": ("采用的信件（把握高的在前）", "Share of letters taken, most confident first"),
    "right": ("其中正确", "Share of them right"),
    "confidence": ("工具报的把握", "Confidence stated"),
    "share_right": ("实际正确", "Actually right"),
    "suggested": ("工具的建议", "Suggested"),
    "labelled": ("标注", "Labelled"),
    "ours": ("本模型", "This model"),
    "nothing": ("没有可量的项目。", "There was nothing to measure."),
}
NARROW: Final = {
    "n": ("件数", "Letters"),
    "accuracy": ("准确率", "Acc."),
    "macro_f1": ("宏平均\nF1", "Macro\nF1"),
    "weighted_kappa": ("加权\nκ", "Weighted\nκ"),
    "ece": ("校准\n误差", "ECE"),
    "coverage": ("97%\n覆盖率", "Coverage\nat 97%"),
    "majority": ("只答多数\n准确率/F1", "Majority\nacc./F1"),
    "peer": ("对照方法\n准确率/F1", "Peer\nacc./F1"),
    "difference": ("与对照差\n宏平均F1", "Difference\nmacro-F1"),
}
MEANINGS: Final = {
    "accuracy": (
        "建议与标注相同的信件占多少。90% 就是一百件里有九十件相同。",
        "Share of letters whose suggestion equals the label.",
    ),
    "macro_f1": (
        "先给每一类单独打分（F1：既看漏了多少，也看错了多少），再不分大小求平均，满分 1。"
        "信少的类判不好，它就低；只会判大类的工具得不了高分。",
        "Each class gets its F1 (missed and wrong ones both count), then all classes count alike; 1 is perfect. "
        "It is low where rare classes fail.",
    ),
    "weighted_kappa": (
        "用于有高低之分的项目（紧急程度、层级等）：差一级扣得少，差两三级扣得多，并扣除碰巧一致的部分。"
        "1 是完全一致，0 与乱猜无异。",
        "For ordered heads: being off by two costs more than by one; chance agreement is taken off. "
        "1 is perfect, 0 is chance.",
    ),
    "ece": (
        "工具说“有九成把握”，是不是真的十件对九件？校准误差是所说与所做平均差多少，越接近 0，把握越可信。",
        "Does “90 % sure” mean right nine times in ten? The mean gap between the two; 0 is best.",
    ),
    "coverage": (
        "把信按把握从高到低排，只采用前面一段，这一段里有 97% 正确；这一段占全部信件的多少，就是覆盖率，其余交人判断。"
        "这条界线是在这批信上事后找出的，用到新来的信上会略有出入。",
        "Taking the most confident letters first, the share that can be taken with 97 % of them right; "
        "a person decides the rest. The line was found on these very letters, so new letters will differ a little.",
    ),
    "majority": (
        "不看信，一律答最常见的一类，能得多少分。工具必须明显高过它才有用。",
        "What always answering the commonest class gets. A tool must do clearly better.",
    ),
    "peer": (
        "同样的信、同样的分法，用一个现成的普通方法得到的成绩。差为正，表示本模型更好。",
        "What a plain, ready-made method gets on the same letters and folds. Above zero: this model is better.",
    ),
    "precision": (
        "精确率：工具判为这一类的信，有多少判对了。召回率：真正属于这一类的信，有多少被找了出来。",
        "Precision: of the letters put into the class, the share that belongs there. "
        "Recall: of those that belong there, the share found.",
    ),
}
MEANING_TITLES: Final = {"precision": ("精确率、召回率", "Precision, recall")}
CAPTIONS: Final = {
    "curve": (
        "从把握最高的信开始采用，采用得越多，正确的比例越低。虚线是 97% 正确。",
        "The more letters are taken, the fewer of them are right. Dashed: 97 % right.",
    ),
    "calibration": (
        "点落在虚线上，说明说几成把握就对几成；在线下是说得过满，在线上是说得保守。点越大，信越多。",
        "On the dashed line the stated confidence is true; below it is too sure, above too modest. "
        "Larger dots: more letters.",
    ),
    "confusion": (
        "每行是标注的一类，各格是工具把这些信判到了哪一类（件数）；颜色越深，占该行的比例越高。对角线是判对的。",
        "A row holds the letters of one labelled class, its cells what was suggested (letters); "
        "darker: larger share of the row. The diagonal is right.",
    ),
    "classes": (
        "条越长越好，满分 1。类别按信件多少排列，有高低之分的按高低排列。",
        "Longer is better, 1 is perfect. Commonest classes first; ranks in their order.",
    ),
}
REVIEW_NAMES: Final = {
    "accepted_by_category": ("一级分类可直接采用的信件", "Letters whose category can be taken"),
    "accepted_right": ("其中一级分类正确", "of them with the right category"),
    "not_sent_to_a_person": ("无须交人判断的信件（计数部分）", "Measured letters not sent to a person"),
    "not_sent_right": ("其中一级分类正确", "of them with the right category"),
    "not_sent_share_of_all_letters": ("无须交人判断的信件（全部）", "All letters not sent to a person"),
}


def _say(entry: tuple[str, str], lang: str) -> str:
    return entry[0] if lang == "zh" else entry[1]


def _word(key: str, lang: str) -> str:
    return _say(WORDS[key], lang)


def head_name(name: str, lang: str = "zh") -> str:
    """Return the name of a head as the screen shows it; an unknown head keeps its own.

    Examples
    --------
    >>> head_name("official_l1"), head_name("urgency", "en")
    ('官方一级分类', 'Urgency')
    """
    return _say(HEAD_NAMES.get(name, (name, name)), lang)


def label_name(head: str, label: str, lang: str = "zh") -> str:
    """Return a label as the screen shows it: ranks get their names, ``legacy`` is yes or no.

    Examples
    --------
    >>> label_name("urgency", "4"), label_name("legacy", "0", "en"), label_name("purpose", "求决")
    ('4 特急', 'no', '求决')
    """
    if label == REST[0]:
        return _say(REST, lang)
    if head == "legacy":
        return _say(YES_NO.get(label, (label, label)), lang)
    names = {str(rank): name for rank, name in letter.VALUE_NAMES.get(head, {}).items()}
    return f"{label} {_say(names[label], lang)}" if label in names else label


def coverage(head: Figures) -> float:
    """Return the share of letters, most confident first, that is right at 97 %: the stored one, else the curve's.

    Examples
    --------
    >>> coverage({"curve": [[0.5, 0.99], [0.7, 0.97], [1.0, 0.9]]})
    0.7
    """
    stored = head.get("coverage_97")
    return float(max((x for x, y in head["curve"] if y >= TARGET), default=0.0) if stored is None else stored)


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def _score(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def _difference(head: Figures) -> float | None:
    return None if head["peer"] is None else head["macro_f1"] - head["peer"]["macro_f1"]


def _in_order(head: Figures) -> list[Figures]:
    """Return the classes by rank where they have one, else the largest first."""
    return sorted(head["classes"], key=lambda row: row["label"] if head["ordered"] else -row["support"])


def _confused(head: Figures) -> tuple[list[str], list[list[int]]]:
    """Return labels and counts of the confusion matrix, by rank where the labels have one."""
    labels, counts = head["confusion"]["labels"], head["confusion"]["counts"]
    order = sorted(range(len(labels)), key=lambda place: labels[place] if head["ordered"] else place)
    return [labels[place] for place in order], [[counts[row][column] for column in order] for row in order]


def _peer_f1(head: Figures) -> dict[str, float]:
    return {row["label"]: row["f1"] for row in (head["peer"] or {}).get("classes", [])}


def print_tables(figures: Figures, console: Console, lang: str = "zh") -> None:
    """Print one summary of all heads, then precision, recall and F1 of the classes of each.

    Parameters
    ----------
    figures : dict
        What ``petition evaluate --json`` saves.
    console : rich.console.Console
        At least 100 columns wide, or cells wrap.
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
        console.print(_word("nothing", lang))
        return
    console.print(_summary_table(figures["heads"], lang))
    for name, head in figures["heads"].items():
        _print_head(name, head, console, lang)


def _summary_table(heads: dict[str, Figures], lang: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False, show_edge=False)
    table.add_column(_word("head", lang), no_wrap=True)
    for key in NARROW:
        table.add_column(_say(NARROW[key], lang), justify="right", no_wrap=True)
    for name, head in heads.items():
        table.add_row(
            head_name(name, lang),
            str(head["n"]),
            _share(head["accuracy"]),
            _score(head["macro_f1"]),
            _score(head["weighted_kappa"]),
            _score(head["ece"]),
            _share(coverage(head)),
            _pair(head["majority"]),
            _pair(head["peer"]),
            _coloured(_difference(head)),
        )
    return table


def _pair(answers: Figures | None) -> str:
    return "—" if answers is None else f"{answers['accuracy']:.2f}/{answers['macro_f1']:.2f}"


def _coloured(difference: float | None) -> Text:
    if difference is None:
        return Text("—")
    return Text(f"{difference:+.3f}", style="green" if difference > 0 else "red" if difference < 0 else "")


def _print_head(name: str, head: Figures, console: Console, lang: str) -> None:
    console.print()
    console.print(Text(head_name(name, lang), style="bold"), end="")
    if head["positive_f1"] is not None:
        console.print(Text(f"  {_word('positive_f1', lang)} {_score(head['positive_f1'])}"), end="")
    console.print()
    peer = _peer_f1(head)
    table = Table(box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False, show_edge=False)
    table.add_column(_word("class", lang), overflow="fold", max_width=48)
    for key in ("precision", "recall", "f1", "n", *(("peer_f1",) if peer else ())):
        table.add_column(_word(key, lang), justify="right", min_width=7)
    rows = _in_order(head)
    for row in rows[:LARGEST_PRINTED]:
        scores = [_score(row[key]) for key in ("precision", "recall", "f1")]
        against = [_score(peer.get(row["label"]))] if peer else []
        table.add_row(Text(label_name(name, row["label"], lang)), *scores, str(row["support"]), *against)
    console.print(table)
    if (more := len(rows) - LARGEST_PRINTED) > 0:
        zh, en = f"另有 {more} 类，见 --json 保存的文件。", f"{more} more classes stand in the JSON (--json)."
        console.print(Text(_say((zh, en), lang), style="dim"))


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


def _node(tag: str, *content: str | Element, **attributes: str) -> Element:
    """Return an element; text is escaped when it is written, ``class_`` becomes ``class``."""
    node = Element(tag, {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()})
    for part in content:
        if isinstance(part, Element):
            node.append(part)
        elif len(node):
            node[-1].tail = (node[-1].tail or "") + part
        else:
            node.text = (node.text or "") + part
    return node


def _page(figures: Figures, lang: str) -> Element:
    heads = figures["heads"]
    parts = [_node("header", *_opening(figures, lang))]
    if heads:
        parts += [_summary_section(heads, lang), *_extra_sections(figures, lang), _meanings(lang)]
        parts += [_head_section(name, head, lang) for name, head in heads.items()]
    else:
        parts.append(_node("p", _word("nothing", lang)))
    top = _node(
        "head",
        _node("meta", charset="utf-8"),
        _node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _node("title", figures["title"]),
        _node("style", STYLE),
    )
    return _node("html", top, _node("body", *parts), lang="zh-CN" if lang == "zh" else "en")


def _opening(figures: Figures, lang: str) -> list[Element]:
    model = figures["model"]
    facts = [f"{_word('model', lang)} {model['name']} {model['version']}", f"{_word('n', lang)} {figures['rows']:,}"]
    if figures["made_at"]:
        facts.append(f"{_word('made_at', lang)} {figures['made_at']}")
    boxes = [
        _node("div", _node("b", _word(key, lang)), _node("p", figures[key]), class_=f"box {key}")
        for key in ("note", "protocol")
    ]
    return [_node("h1", figures["title"]), _node("p", " · ".join(facts), class_="facts"), *boxes]


def _table(headings: Sequence[str], rows: Iterable[Sequence[str | Element]]) -> Element:
    head = [_node("thead", _node("tr", *(_node("th", heading) for heading in headings)))] if any(headings) else []
    body = [_node("tr", _node("th", row[0], scope="row"), *(_node("td", cell) for cell in row[1:])) for row in rows]
    return _node("div", _node("table", *head, _node("tbody", *body)), class_="wide")


def _summary_section(heads: dict[str, Figures], lang: str) -> Element:
    above = ["head", "n", "accuracy", "macro_f1", "weighted_kappa", "ece", "coverage"]
    headings = [_word(key, lang) for key in above]
    headings += [f"{_word(key, lang)} {_word('acc_f1', lang)}" for key in ("majority", "peer")]
    headings.append(f"{_word('difference', lang)} {_word('f1_only', lang)}")
    rows = [_summary_row(name, head, lang) for name, head in heads.items()]
    return _node("section", _node("h2", _word("summary", lang)), _table(headings, rows))


def _summary_row(name: str, head: Figures, lang: str) -> list[str | Element]:
    return [
        _node("a", head_name(name, lang), href=f"#{name}"),
        f"{head['n']:,}",
        _share(head["accuracy"]),
        _score(head["macro_f1"]),
        _score(head["weighted_kappa"]),
        _score(head["ece"]),
        _share(coverage(head)),
        _pair(head["majority"]),
        _pair(head["peer"]),
        _signed(_difference(head)),
    ]


def _signed(difference: float | None) -> str | Element:
    if difference is None:
        return "—"
    return _node("span", f"{difference:+.3f}", class_="up" if difference > 0 else "down" if difference < 0 else "even")


def _extra_sections(figures: Figures, lang: str) -> list[Element]:
    sections = []
    if review := figures.get("review"):
        rows = [[_say(REVIEW_NAMES.get(key, (key, key)), lang), _fact(value)] for key, value in review.items()]
        sections.append(_node("section", _node("h2", _word("review", lang)), _table(["", ""], rows)))
    if speed := figures.get("speed"):
        rows = [[key, value if isinstance(value, str) else json.dumps(value)] for key, value in speed.items()]
        sections.append(_node("section", _node("h2", _word("speed", lang)), _table(["", ""], rows)))
    return sections


def _fact(value: object) -> str:
    return _share(value) if value is None or isinstance(value, float) else str(value)


def _meanings(lang: str) -> Element:
    entries = []
    for key, meaning in MEANINGS.items():
        title = _say(MEANING_TITLES.get(key, WORDS[key]), lang)
        entries += [_node("dt", title), _node("dd", _say(meaning, lang))]
    return _node("section", _node("h2", _word("meanings", lang)), _node("dl", *entries))


def _head_section(name: str, head: Figures, lang: str) -> Element:
    tiles = [("n", f"{head['n']:,}"), ("accuracy", _share(head["accuracy"])), ("macro_f1", _score(head["macro_f1"]))]
    tiles += [(key, _score(head[key])) for key in ("weighted_kappa", "positive_f1") if head[key] is not None]
    tiles += [("ece", _score(head["ece"])), ("coverage", _share(coverage(head)))]
    shown = [_node("div", _node("span", _word(key, lang)), _node("b", value)) for key, value in tiles]
    return _node(
        "section",
        _node("h2", head_name(name, lang)),
        _node("div", *shown, class_="tiles"),
        _node("div", *_charts(name, head, lang), class_="charts"),
        class_="head",
        id=name,
    )


def _charts(name: str, head: Figures, lang: str) -> list[Element]:
    charts = []
    if head["curve"]:
        charts.append(_figure("curve", _curve(head, lang), _curve_table(head, lang), lang))
    if head["calibration"]:
        charts.append(_figure("calibration", _reliability(head, lang), _reliability_table(head, lang), lang))
    if head["confusion"]["labels"]:
        charts.append(_figure("confusion", _confusion(name, head, lang), _confusion_table(name, head, lang), lang))
    if head["classes"]:
        drawn, table = _class_bars(name, head, lang), _class_table(name, head, lang)
        charts.append(_figure("classes", drawn, table, lang, *_class_notes(head, lang)))
    return charts


def _class_notes(head: Figures, lang: str) -> list[Element]:
    notes = []
    if head["peer"] is not None:
        ours, peer = (_node("i", class_=key) for key in ("ours", "peer"))
        notes.append(_node("p", ours, f" {_word('ours', lang)}  ", peer, f" {_word('peer', lang)}", class_="legend"))
    if (more := len(head["classes"]) - LARGEST_DRAWN) > 0:
        zh = f"只画信件最多的 {LARGEST_DRAWN} 类，另外 {more} 类在数字表里。"
        en = f"The {LARGEST_DRAWN} largest classes; {more} more stand in the numbers."
        notes.append(_node("p", _say((zh, en), lang), class_="legend"))
    return notes


def _figure(kind: str, chart: Chart, table: Element, lang: str, *notes: Element) -> Element:
    title = _word(kind, lang)
    svg = _svg(chart, title)
    return _node(
        "figure",
        _node("h3", title),
        svg,
        *notes,
        _node("figcaption", _say(CAPTIONS[kind], lang)),
        _node("details", _node("summary", _word("details", lang)), table),
        class_=kind,
        style=f"width:{svg.get('width')}px",
    )


_UNUSED: Final = ("aria-hidden", "aria-roledescription", "role", "pointer-events", "font-family", "class")


def _svg(chart: Chart, title: str) -> Element:
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
    for node in svg.iter():
        for name in _UNUSED:
            node.attrib.pop(name, None)
        for child in [child for child in node if child.tag == "path" and child.get("d", "") in ("", "M0,0h0v0h0Z")]:
            node.remove(child)
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


def _curve(head: Figures, lang: str) -> Chart:
    """Accuracy over the share of letters taken, with the share at which it falls below 97 %."""
    points = [{"x": x, "y": y} for x, y in head["curve"]]
    low = max(0.0, min(0.9, (min(point["y"] for point in points) * 20 - 1) // 1 / 20))
    x = alt.X(
        "x:Q", title=_word("covered", lang), scale=alt.Scale(domain=[0, 1]), axis=_axis(22, format=".0%", tickCount=5)
    )
    y = alt.Y(
        "y:Q",
        title=_word("right", lang),
        scale=alt.Scale(domain=[low, 1], nice=False),
        axis=_axis(36, format=".0%", tickCount=6),
    )
    line = alt.Chart(_data(points)).mark_line(color=DARK, strokeWidth=2, point=len(points) < 10).encode(x=x, y=y)
    target = alt.Chart(_data([{"y": TARGET}])).mark_rule(color=LINE, strokeDash=[5, 4]).encode(y=y)
    layers: list[alt.Chart] = [target, line]
    if share := coverage(head):
        mark = alt.Chart(
            _data([{"x": share, "y": low, "text": _say((f"{share:.1%} 的信", f"{share:.1%} of letters"), lang)}])
        )
        side: dict[str, Any] = {"align": "left", "dx": 5} if share < 0.5 else {"align": "right", "dx": -5}
        layers.append(mark.mark_rule(color=LINE, strokeDash=[2, 3]).encode(x=x))
        layers.append(mark.mark_text(dy=-10, fontSize=12, **side).encode(x=x, y=y, text="text:N"))
    return _framed(alt.layer(*layers), 400, 250)


def _curve_table(head: Figures, lang: str) -> Element:
    steps = [min(head["curve"], key=lambda point: abs(point[0] - tenth / 10)) for tenth in range(1, 11)]
    rows = [[_share(x), _share(y)] for x, y in dict.fromkeys((x, y) for x, y in steps)]
    return _table([_word("covered", lang), _word("right", lang)], rows)


def _reliability(head: Figures, lang: str) -> Chart:
    """Share right over stated confidence, a dot a bin."""
    dots = [{"x": x, "y": y, "n": n} for x, y, n in head["calibration"]]
    unit = alt.Scale(domain=[0, 1])
    x = alt.X("x:Q", title=_word("confidence", lang), scale=unit, axis=_axis(22, format=".0%", tickCount=5))
    y = alt.Y("y:Q", title=_word("share_right", lang), scale=unit, axis=_axis(36, format=".0%", tickCount=5))
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


def _reliability_table(head: Figures, lang: str) -> Element:
    rows = [[_share(x), _share(y), f"{n:,}"] for x, y, n in head["calibration"]]
    return _table([_word(key, lang) for key in ("confidence", "share_right", "n")], rows)


def _confusion(name: str, head: Figures, lang: str) -> Chart:
    """Letters by label and suggestion, shaded by the share of the row; white numbers on dark cells only."""
    known, matrix = _confused(head)
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
        x=alt.X("column:N", sort=labels, title=_word("suggested", lang), axis=below),
        y=alt.Y("row:N", sort=labels, title=_word("labelled", lang), axis=beside),
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


def _confusion_table(name: str, head: Figures, lang: str) -> Element:
    known, matrix = _confused(head)
    labels = [label_name(name, label, lang) for label in known]
    rows = [[row, *map(str, counts)] for row, counts in zip(labels, matrix, strict=True)]
    return _table([f"{_word('labelled', lang)} ＼ {_word('suggested', lang)}", *labels], rows)


def _class_bars(name: str, head: Figures, lang: str) -> Chart:
    """F1 of the largest classes, the peer's paler bar under each."""
    peer = _peer_f1(head)
    bars, order = [], []
    for row in _in_order(head)[:LARGEST_DRAWN]:
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


def _class_table(name: str, head: Figures, lang: str) -> Element:
    peer = _peer_f1(head)
    headings = ["class", "precision", "recall", "f1", "n", *(("peer_f1", "difference") if peer else ())]
    rows: list[list[str | Element]] = []
    for row in _in_order(head):
        scores = [_score(row[key]) for key in ("precision", "recall", "f1")]
        cells = [label_name(name, row["label"], lang), *scores, f"{row['support']:,}"]
        theirs = peer.get(row["label"])
        against = [_score(theirs), _signed(None if theirs is None else row["f1"] - theirs)] if peer else []
        rows.append([*cells, *against])
    return _table([_word(key, lang) for key in headings], rows)


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
