"""The columns that every room reads or adds; the one place that names them.

Sources: the product's contract for canonical columns; the value lists follow 信访工作条例 (2022)
and the national two-level content classification in ``data/taxonomy.tsv``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LETTER_ID: Final = "letter_id"
TITLE: Final = "title"
TEXT: Final = "text"
RECEIVED_AT: Final = "received_at"
CHANNEL: Final = "channel"
PLACE: Final = "place"
LETTER_COLUMNS: Final = (LETTER_ID, TITLE, TEXT, RECEIVED_AT, CHANNEL, PLACE)

SOURCE_ROW: Final = "source_row"
INTAKE_NOTE: Final = "intake_note"
CONFIRMED, CONFIRMED_ZH = "confirmed", "人工确认"
CORRECTED: Final = "corrected"
# What offices' exports say of the handling of a letter.
HANDLING_COLUMNS: Final = (
    *("registered_at", "accepted_at", "answered_at", "returned_at", "handled_by", "handling_result"),
)


@dataclass(frozen=True)
class Column:
    """One column of a suggestion.

    Attributes
    ----------
    name : str
        Canonical name, used in csv, jsonl, parquet and Python.
    zh, en : str
        Headers on the sheet.
    width : float
        Width on the sheet, in characters of the default font.
    meaning_zh, meaning_en : str
        One sentence for the sheet 说明.
    """

    name: str
    zh: str
    en: str
    width: float
    meaning_zh: str
    meaning_en: str


SUGGESTION_COLUMNS: Final = (
    Column(
        "needs_review",
        "需人工判断",
        "Needs review",
        8,
        "“是”表示工具拿不准，须由人判断。",
        "Yes: the tool is not sure; a person decides.",
    ),
    Column(
        "review_reason",
        "提请人工的原因",
        "Why review",
        34,
        "拿不准的原因，引用信中让工具犹豫的话。",
        "Why it hesitates, with the sentence that made it.",
    ),
    Column(
        "urgency",
        "紧急程度",
        "Urgency",
        10,
        "4 特急（24 小时内）、3 紧急（3 个工作日内）、2 一般、1 平缓。",
        "4 act within 24 h, 3 within 3 working days, 2 ordinary, 1 calm.",
    ),
    Column(
        "urgency_confidence",
        "紧急程度把握",
        "Urgency confidence",
        8,
        "0～1，校准过的把握。",
        "Calibrated probability, 0 to 1.",
    ),
    Column(
        "urgency_reason",
        "紧急依据",
        "Urgency reason",
        28,
        "抬高紧急程度的原话；规则只会抬高，不会降低。",
        "The phrase that raised it; rules raise, never lower.",
    ),
    Column("purpose", "信访目的", "Purpose", 9, "求决、检举控告、建议、咨询。", "Solve, accuse, suggest, ask."),
    Column(
        "purpose_confidence",
        "目的把握",
        "Purpose confidence",
        8,
        "0～1，校准过的把握。",
        "Calibrated probability, 0 to 1.",
    ),
    Column(
        "category_l1",
        "内容分类（一级）",
        "Category L1",
        13,
        "全国信访内容分类一级。",
        "First level of the national classification.",
    ),
    Column(
        "category_l2",
        "内容分类（二级）",
        "Category L2",
        22,
        "全国信访内容分类二级，与一级一致。",
        "Second level, always within its first.",
    ),
    Column(
        "category_confidence",
        "一级分类把握",
        "Category confidence",
        8,
        "一级分类的把握，0～1。",
        "Calibrated probability of the first level.",
    ),
    Column(
        "category_alternatives",
        "其他可能分类",
        "Alternatives",
        26,
        "其次可能的分类和把握。",
        "Next likely classes with their probability.",
    ),
    Column(
        "focus_topics",
        "重点类别",
        "Focus topics",
        16,
        "征地拆迁、劳动就业、历史遗留等重点类别，可多个。",
        "Focus topics; a letter may carry several.",
    ),
    Column(
        "department",
        "建议责任部门",
        "Department",
        14,
        "建议的主责部门类型，由人确认。",
        "Suggested lead department type; a person confirms.",
    ),
    Column(
        "department_confidence",
        "部门把握",
        "Department confidence",
        8,
        "0～1，校准过的把握。",
        "Calibrated probability, 0 to 1.",
    ),
    Column(
        "level",
        "建议办理层级",
        "Level",
        12,
        "1 乡镇街道、2 县区、3 市、4 省级及以上；取有权处理的最低一级。",
        "1 township, 2 county, 3 city, 4 province; the lowest competent.",
    ),
    Column(
        "level_confidence", "层级把握", "Level confidence", 8, "0～1，校准过的把握。", "Calibrated probability, 0 to 1."
    ),
    Column(
        "unit",
        "建议承办单位",
        "Unit",
        22,
        "单位目录里应当办理的单位；定不了的留在信访部门，密件可能空着待人确定。",
        "The unit of the directory that must act; what can't be routed stays with the petition office.",
    ),
    Column(
        "co_units",
        "建议协办单位",
        "Assisting units",
        22,
        "规则所列协办单位，和信中其他诉求的承办单位。",
        "Assists of the rule, and the units of the letter's other demands.",
    ),
    Column(
        "located",
        "事项所在地",
        "Located",
        20,
        "从地址列、标题和内容认出的地点。",
        "The place recognised in the letter.",
    ),
    Column(
        "unit_reason",
        "定单位的经过",
        "Why this unit",
        40,
        "地点、部门、层级、单位一步步怎样定的；规则先于模型。",
        "Place, department, level, unit, step by step; a rule beats the model.",
    ),
    Column(
        "sealed",
        "密件",
        "Sealed",
        7,
        "“是”表示检举控告，或指名反映单位、干部：不得转给被反映的单位、个人和其下级。",
        "Yes: accuses a body or an official; must never reach them or those below them.",
    ),
    Column(
        "recused", "回避单位", "Recused", 20, "信中指名、应当回避的单位。", "Units that must not receive the letter."
    ),
    Column(
        "demands",
        "分项诉求",
        "Demands",
        30,
        "一信多事时，各项诉求的分类、单位和原话；最重的一项在前。",
        "A mixed letter's demands, each with category, unit and words; the weightiest first.",
    ),
    Column(
        "legal_route",
        "法定途径",
        "Legal route",
        14,
        "依法分类处理的途径。",
        "Petition procedure, litigation, arbitration, review, enforcement, disclosure, appeal; suggestion, enquiry, thanks.",
    ),
    Column(
        "legal_advice",
        "途径依据和告知",
        "Advice",
        40,
        "显示这一途径的原话、法条和可以告诉来信人的话。",
        "The phrase that shows it, the article, and what the citizen can be told.",
    ),
    Column(
        "due_register",
        "登记转送期限",
        "Register by",
        12,
        "最迟登记、转送的日期；只表示感谢的信没有期限，三格都空着。",
        "Last day to register and forward; a letter of thanks has no dates at all.",
    ),
    Column("due_accept", "告知受理期限", "Accept by", 12, "单位最迟告知是否受理的日期。", "Last day of the notice."),
    Column(
        "due_result",
        "办结期限",
        "Result by",
        12,
        "信访程序最迟出具处理意见的日期；走其他法定途径的、建议、咨询和感谢的空着。",
        "Last day of the result, for the petition procedure only.",
    ),
    Column(
        "scope",
        "涉及范围",
        "Scope",
        11,
        "1 一人一户、2 一个群体、3 范围很大。",
        "1 one household, 2 a group, 3 very large.",
    ),
    Column(
        "action",
        "反映经过",
        "Action",
        12,
        "0 未见、1 曾反映未解决、2 已有或扬言集体行动。",
        "0 none, 1 raised before in vain, 2 collective step.",
    ),
    Column(
        "legacy", "历史遗留", "Legacy", 8, "起因已久仍未解决，或源于改制、旧政策等。", "An old cause still unsolved."
    ),
    Column(
        "early_warning",
        "预警",
        "Early warning",
        9,
        "0 无、1 关注、2 预警：事项涉及多人、未解决，又紧急或激烈，宜早交能解决的单位。",
        "0 none, 1 watch, 2 early attention: many share the matter, it is unsolved, and urgent or heated.",
    ),
    Column(
        "early_warning_score",
        "预警把握",
        "Warning score",
        8,
        "0～1，应当预警的把握，校准过。",
        "Calibrated probability of level 2, 0 to 1.",
    ),
    Column(
        "warning_reason",
        "预警依据",
        "Warning reason",
        34,
        "各项依据和各加减多少，引用原话；加起来就是预警把握。密件不引原话。",
        "Each sign with what it adds or takes, and its words; their sum gives the score. Sealed letters: no words.",
    ),
    Column(
        "evidence",
        "判断依据",
        "Evidence",
        34,
        "信中起作用的词句，按出现顺序。",
        "Words of the letter that carried the decision, in its order.",
    ),
    Column("model_version", "模型版本", "Model version", 18, "作出建议的模型。", "The model that made the suggestion."),
)
OPTIONAL_COLUMNS: Final = (
    Column(
        "category_set",
        "可能的一级分类",
        "Possible L1",
        24,
        "按所要的把握，正确的一级分类在其中（选项 --sets）。",
        "Holds the right first level with the wanted probability (--sets).",
    ),
)
ALL_COLUMNS: Final = (*SUGGESTION_COLUMNS, *OPTIONAL_COLUMNS)
BY_ZH: Final = {column.zh: column.name for column in ALL_COLUMNS}
ZH_NAMES: Final = {column.name: column.zh for column in SUGGESTION_COLUMNS}
SUGGESTION_NAMES: Final = tuple(column.name for column in SUGGESTION_COLUMNS)

LETTER_HEADERS: Final = {
    LETTER_ID: ("编号", "Letter id", 20.0),
    TITLE: ("标题", "Title", 26.0),
    TEXT: ("内容", "Text", 60.0),
    RECEIVED_AT: ("来信时间", "Received", 16.0),
    CHANNEL: ("渠道", "Channel", 11.0),
    PLACE: ("地址", "Place", 16.0),
    SOURCE_ROW: ("原表行号", "Source row", 8.0),
    INTAKE_NOTE: ("登记说明", "Intake note", 18.0),
    CONFIRMED: (CONFIRMED_ZH, "Confirmed", 9.0),
}

PURPOSES: Final = ("求决", "检举控告", "建议", "咨询")
URGENCY_NAMES: Final = {1: ("平缓", "calm"), 2: ("一般", "ordinary"), 3: ("紧急", "urgent"), 4: ("特急", "critical")}
LEVEL_NAMES: Final = {
    1: ("乡镇街道", "township"),
    2: ("县区", "county"),
    3: ("市", "city"),
    4: ("省级及以上", "province+"),
}
SCOPE_NAMES: Final = {1: ("一人一户", "one household"), 2: ("群体", "a group"), 3: ("范围很大", "very large")}
ACTION_NAMES: Final = {
    0: ("未见", "none"),
    1: ("曾反映未解决", "raised before"),
    2: ("集体行动或扬言", "collective step"),
}
WARNING_NAMES: Final = {0: ("无", "none"), 1: ("关注", "watch"), 2: ("预警", "early attention")}
VALUE_NAMES: Final = {
    "early_warning": WARNING_NAMES,
    "urgency": URGENCY_NAMES,
    "level": LEVEL_NAMES,
    "scope": SCOPE_NAMES,
    "action": ACTION_NAMES,
}

LABEL_COLUMNS: Final = (
    "purpose",
    "category_l1",
    "category_l2",
    "urgency",
    "level",
    "department",
    "scope",
    "action",
    "legacy",
    "early_warning",
)
