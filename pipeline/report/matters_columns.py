"""The columns of the sheets on matters, with what each means."""

from __future__ import annotations

from typing import Final

from pipeline.matters.due import overdue_days
from pipeline.report.layout import SheetColumn

WARNING_NAMES: Final = {0: "", 1: "1 关注", 2: "2 预警"}
WARNED, ALL, LETTERS, COPIES = "突出事项", "事项清单", "来信", "重复和联名"

_WARNING = SheetColumn("预警", 8, "2 预警：应当尽早推动解决；1 关注：请留意；空着：没有到线。说的是事，不是人。")
_TITLE = SheetColumn("事项", 34, "一句话说明这件事；点一下到“来信”表里它的第一封信。")
_UNIT = SheetColumn("谁来解决", 18, "最合适的承办单位，由人确认；空着是工具定不了。")
_DUE = SheetColumn(
    "何时前", 13, "建议在这一天前有结果：从事项到这一等级的那天或紧急来信那天起算，不随整理的日子变；过了的写过了几天。"
)
_TREND = SheetColumn("趋势", 7, "新发、上升、平稳、下降、平息：看最近 30 天和再之前 30 天的不同来信。")
_GROUPED = SheetColumn("为什么是一件事", 28, "工具把这些信归为一件事的理由；不对的可以拆开，原信都在。")
_ALIKE = SheetColumn(
    "同处同类的其他事项",
    30,
    "说到同一个小区、企业、道路等，分类也相同，但说法差得远，工具没有合并。"
    "核实是一件事的：petition matters merge 编号 编号 --why 原因。",
)
_MATTER_ID = SheetColumn("事项编号", 18, "同一件事的信编号相同；各表都用它对应。")
_LETTER_ID = SheetColumn("编号", 18, "来信原来的编号。")

WARNED_COLUMNS: Final = (
    *(_WARNING, _TITLE),
    SheetColumn("为什么预警", 46, "逐条列出加了多少分、因为什么，并引用信里的话；密件的话不引用。"),
    *(_UNIT, _DUE),
    SheetColumn("已做过什么", 26, "信里说到的、已经试过的办法（打过热线、答复过、调解过……）。"),
    SheetColumn("来信数", 15, "共几件；不同来信不算重复的；人数户数是信里说的；密件只有件数。"),
    SheetColumn("起止时间", 12, "第一封和最近一封信的日期。"),
    SheetColumn("近30天／之前30天", 10, "最近 30 天的不同来信数／再之前 30 天的。"),
    _TREND,
    SheetColumn("地点", 18, "事项所在的地方，不写本单位辖区的名称。"),
    SheetColumn("分类", 16, "内容分类（一级／二级）和重点类别。"),
    *(_GROUPED, _ALIKE, _MATTER_ID),
)
ALL_COLUMNS: Final = (
    *(_WARNING, SheetColumn("事项", 50, _TITLE.meaning)),
    SheetColumn("件数", 7, "这件事共有几封信。"),
    SheetColumn("不同来信", 9, "不算重复件的信数。"),
    SheetColumn("反映人数", 9, "信里说到的人数，写户数的按户数；约数照信里的写（约几十户）；空着是没说。"),
    SheetColumn("密件", 6, "其中几封是密件；密件的内容不出现在这个工作簿里，人数、办理等也只按其余的信。"),
    SheetColumn("第一封", 11, "第一封信的日期。"),
    SheetColumn("最近一封", 11, "最近一封信的日期。"),
    SheetColumn("近30天", 8, "最近 30 天的不同来信数。"),
    SheetColumn("之前30天", 9, "再之前 30 天的不同来信数。"),
    _TREND,
    SheetColumn("已答复", 8, "其中几封已有答复日期（原表里有这一列才知道）。"),
    SheetColumn("地点", 24, "事项所在的地方，不写本单位辖区的名称。"),
    SheetColumn("涉及", 18, "信里点到的小区、企业、学校、道路等；不列个人。"),
    SheetColumn("分类", 24, "内容分类（一级／二级）。"),
    SheetColumn("重点类别", 16, "征地拆迁、劳动就业、历史遗留等。"),
    *(_UNIT, SheetColumn(_DUE.title, 20, _DUE.meaning), _ALIKE, _MATTER_ID),
)
LETTERS_COLUMNS: Final = (
    *(_MATTER_ID, SheetColumn("事项", 26, "这封信属于哪件事。"), _LETTER_ID),
    SheetColumn(
        "密件", 7, "“是”为密件，“同密件”与密件几乎一样：排在最后，只列编号，不写属于哪件事，请到密件表里办理。"
    ),
    SheetColumn("来信时间", 15, "原表的来信时间。"),
    SheetColumn("渠道", 10, "原表的来信渠道。"),
    SheetColumn("标题", 24, "已遮盖个人信息。"),
    SheetColumn("内容", 62, "已遮盖个人信息；格子放不下的，点开格子看全文。"),
    SheetColumn("重复类型", 10, "完全相同、近似重复、联名、模板信、重复件；空着是首件。"),
    SheetColumn("首件编号", 18, "它重复的是哪一封。"),
    SheetColumn("比首件多说的", 30, "这一封里首件没有的话：一个新情况也不丢。"),
    SheetColumn("分类", 16, "内容分类（一级／二级）。"),
    SheetColumn("紧急程度", 9, "4 特急、3 紧急、2 一般、1 平缓。"),
    SheetColumn("建议承办单位", 20, "这一封信建议转给的单位，由人确认。"),
)
COPIES_COLUMNS: Final = (
    *(_LETTER_ID, SheetColumn("首件编号", 18, "最早的一封，办理以它为准。")),
    SheetColumn("类型", 10, "完全相同、近似重复、联名、模板信、重复件。"),
    SheetColumn("来信时间", 15, "这一封的来信时间。"),
    SheetColumn("比首件多说的", 60, "首件没有的话；空着是没有新内容，密件的不显示。"),
    SheetColumn("事项", 34, "属于哪件事。"),
    _MATTER_ID,
    SheetColumn("怎样撤销", 34, "关联只是一个记号，两封信都完整保留；撤销后各算一件。"),
)
COLUMNS: Final = {
    WARNED: WARNED_COLUMNS,
    ALL: ALL_COLUMNS,
    LETTERS: LETTERS_COLUMNS,
    COPIES: COPIES_COLUMNS,
}

UNDO: Final = "不是重复的：petition matters split {letter_id} --why 原因"


def due_told(due: str, day: str, mark: str = "\n") -> str:
    """Return a due day with how long it has passed, if it has.

    Examples
    --------
    >>> due_told("2026-11-01", "2026-11-08", " "), due_told("2026-11-09", "2026-11-08")
    ('2026-11-01 已过 7 天', '2026-11-09')
    """
    late = overdue_days(due, day)
    return f"{due}{mark}已过 {late} 天" if late else due
