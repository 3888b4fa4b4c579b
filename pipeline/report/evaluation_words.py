"""What the figures of an evaluation are called, in Chinese and English, and how they are written."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import altair as alt

from pipeline import letter

Figures: TypeAlias = dict[str, Any]
Chart: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart

LARGEST_PRINTED: Final = 20
LARGEST_DRAWN: Final = 30
TARGET: Final = 0.97
FONT: Final = '"Noto Sans CJK SC","Microsoft YaHei","PingFang SC","SimHei",sans-serif'
DARK, LIGHT, EDGE, LINE = "#1f4e79", "#d3dae2", "#6b7785", "#666666"

HEAD_NAMES: Final = {column.name: (column.zh, column.en) for column in letter.SUGGESTION_COLUMNS} | {
    "official_l1": ("官方一级分类", "Official L1"),
    "accused": ("指名被反映的单位或干部", "Names an accused body"),
    "early_warning": ("苗头等级", "Early warning"),
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


def spoken(entry: tuple[str, str], lang: str) -> str:
    """Return the Chinese or English of a pair."""
    return entry[0] if lang == "zh" else entry[1]


def term(key: str, lang: str) -> str:
    """Return a word of the page in a language."""
    return spoken(WORDS[key], lang)


def head_name(name: str, lang: str = "zh") -> str:
    """Return the name of a head as the screen shows it; an unknown head keeps its own.

    Examples
    --------
    >>> head_name("official_l1"), head_name("urgency", "en")
    ('官方一级分类', 'Urgency')
    """
    return spoken(HEAD_NAMES.get(name, (name, name)), lang)


def label_name(head: str, label: str, lang: str = "zh") -> str:
    """Return a label as the screen shows it: ranks get their names, ``legacy`` is yes or no.

    Examples
    --------
    >>> label_name("urgency", "4"), label_name("legacy", "0", "en"), label_name("purpose", "求决")
    ('4 特急', 'no', '求决')
    """
    if label == REST[0]:
        return spoken(REST, lang)
    if head in ("legacy", "accused"):
        return spoken(YES_NO.get(label, (label, label)), lang)
    names = {str(rank): name for rank, name in letter.VALUE_NAMES.get(head, {}).items()}
    return f"{label} {spoken(names[label], lang)}" if label in names else label


def coverage(head: Figures) -> float:
    """Return the share of letters, most confident first, that is right at 97 %: the stored one, else the curve's.

    Examples
    --------
    >>> coverage({"curve": [[0.5, 0.99], [0.7, 0.97], [1.0, 0.9]]})
    0.7
    """
    stored = head.get("coverage_97")
    return float(max((x for x, y in head["curve"] if y >= TARGET), default=0.0) if stored is None else stored)


def as_share(value: float | None) -> str:
    """Return a share in per cent; a dash for none."""
    return "—" if value is None else f"{value:.1%}"


def as_score(value: float | None) -> str:
    """Return a score with three decimals; a dash for none."""
    return "—" if value is None else f"{value:.3f}"


def peer_difference(head: Figures) -> float | None:
    """Return by how much the model beats its peer; None without a peer."""
    return None if head["peer"] is None else head["macro_f1"] - head["peer"]["macro_f1"]


def in_class_order(head: Figures) -> list[Figures]:
    """Return the classes by rank where they have one, else the largest first."""
    return sorted(head["classes"], key=lambda row: row["label"] if head["ordered"] else -row["support"])


def confusion_counts(head: Figures) -> tuple[list[str], list[list[int]]]:
    """Return labels and counts of the confusion matrix, by rank where the labels have one."""
    labels, counts = head["confusion"]["labels"], head["confusion"]["counts"]
    order = sorted(range(len(labels)), key=lambda place: labels[place] if head["ordered"] else place)
    return [labels[place] for place in order], [[counts[row][column] for column in order] for row in order]


def peer_class_f1(head: Figures) -> dict[str, float]:
    """Return the F1 of each class of the peer."""
    return {row["label"]: row["f1"] for row in (head["peer"] or {}).get("classes", [])}


def score_pair(answers: Figures | None) -> str:
    """Return accuracy and macro-F1 in one cell."""
    return "—" if answers is None else f"{answers['accuracy']:.2f}/{answers['macro_f1']:.2f}"
