"""The form of the inventory: its columns, what may be chosen in it, and which matters stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd

from pipeline.report.layout import SheetColumn
from pipeline.settings import read_toml

SHEET: Final = "梳理清单"
MATTER_ID: Final = "事项编号"
TASK_COLUMNS: Final = ("matter_id", "leader", "measure", "due", "disposition", "result", "status", "updated_at")

FIXED: Final = (
    SheetColumn(MATTER_ID, 18, "对应事项库，请不要改；改错的行读回时会点名退回。"),
    SheetColumn("事项", 36, "一句话说明这件事。"),
    SheetColumn("列入原因", 20, "为什么在这张清单里：达到预警线、长期未解决，或已经在办。"),
    SheetColumn("预警", 8, "2 预警、1 关注；说的是事，不是人。"),
    SheetColumn("件数", 7, "这件事共有几封信。"),
    SheetColumn("起始", 11, "第一封信的日期。"),
    SheetColumn("建议责任单位", 18, "工具建议的承办单位，由人确认。"),
    SheetColumn("建议期限", 11, "工具建议在这一天前有结果，从到线那天或紧急来信那天起算；过了的写过了几天。"),
)
TO_FILL: Final = {
    "leader": SheetColumn("包案领导", 13, "牵头解决这件事的领导。"),
    "measure": SheetColumn("化解措施", 34, "准备怎么解决。请不要写来信人的姓名、电话；写了读回时会遮盖。"),
    "due": SheetColumn("办结时限", 12, "日期，如 2026-12-01、2026/12/1 或 2026年12月1日；过了这一天没办结，会变红。"),
    "disposition": SheetColumn("处理意见认定", 10, "合理、部分合理、不合理：由人认定，工具不作判断，也不预填。"),
    "result": SheetColumn("办理结果", 30, "办得怎样。请不要写来信人的姓名、电话；写了读回时会遮盖。"),
    "status": SheetColumn("状态", 9, "待交办、办理中、已办结、退回；“已到期”由工具按办结时限算出，不用填。"),
}


@dataclass(frozen=True)
class Choices:
    """What may be chosen in a column.

    Attributes
    ----------
    values : tuple of str
    rule : dict
        The table of ``data/inventory.toml``.
    """

    values: tuple[str, ...]
    rule: dict[str, Any]

    @classmethod
    def of(cls, column: str) -> Choices:
        """Return those of ``disposition`` or ``status``.

        Examples
        --------
        >>> Choices.of("status").values
        ('待交办', '办理中', '已办结', '退回')
        """
        rule = read_toml("inventory.toml")[column]
        return cls(tuple(rule["choices"]), rule)


def reasons(matters: pd.DataFrame, tasks: pd.DataFrame, today: str) -> dict[str, str]:
    """Return why each matter stands in the inventory, in the order of the matters; those that don't are left out.

    Of an export without a single date of an answer nothing can be called unresolved: only warned matters and those
    already worked on stand in it then (信访工作条例第三十四条; ``data/inventory.toml``).

    Examples
    --------
    >>> frame = pd.DataFrame({"matter_id": ["M-1", "M-2", "M-3"], "early_warning": [2, 0, 0], "answered": [0, 0, 1],
    ...     "due": ["", "2026-01-01", "2026-01-01"], "age_days": [9, 400, 400]})
    >>> reasons(frame, pd.DataFrame({"matter_id": ["M-3"]}), "2026-11-09")
    {'M-1': '预警', 'M-2': '长期未解决（过期 312 天未答复）', 'M-3': '已在办理'}
    """
    known = bool((matters["answered"] > 0).any())
    tracked = set(tasks["matter_id"])
    found: dict[str, str] = {}
    names = ("matter_id", "early_warning", "answered", "due", "age_days")
    for name, warned, answered, due, age in zip(*(matters[column].tolist() for column in names), strict=True):
        why = ["预警"] if warned >= 2 else ["关注"] if warned else []
        if known and not answered and (long := _long_unresolved(due, age, today)):
            why.append(f"长期未解决（{long}）")
        if not why and name in tracked:
            why.append("已在办理")
        if why:
            found[name] = "，".join(why)
    gone = [name for name in tasks["matter_id"].tolist() if name not in set(matters["matter_id"])]
    return found | dict.fromkeys(gone, "已在办理（事项库里已没有这个编号，可能已归并）")


def _long_unresolved(due: str, age: int, today: str) -> str:
    rule = read_toml("inventory.toml")["long_unresolved"]
    if due:
        late = (date.fromisoformat(today) - date.fromisoformat(due)).days
        return f"过期 {late} 天未答复" if late > rule["days_after_due"] else ""
    return f"{age} 天未答复" if age > rule["days_without_due"] else ""
