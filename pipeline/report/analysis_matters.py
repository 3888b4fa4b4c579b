"""四、突出矛盾和预警, and the annexed list: matters, their evidence, who can solve them, the task, what was tried."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.report.analysis_material import SEALED_MATTER, Material, Span, chosen, ids, records, small
from pipeline.report.analysis_parts import Block, Cell, Heading, Ledger, Number, Parts, Section, Sentence, Table
from pipeline.report.analysis_words import filled, rules, said, spoken_day, title
from pipeline.text.counts import people_told

WARNED, WATCHED = 2, 1
DONE = "已办结"
_LONGEST_QUOTES = 3


def matters(material: Material, book: Ledger) -> Section:
    """Return the fourth section. A matter of a small group is told without its place and its words."""
    book.begin("4")
    here = material.period_matters
    warned, watched = levels(here)
    hot = here[here["early_warning"].ge(WATCHED)]
    blocks: list[Block] = []
    if hot.empty:
        blocks.append(said("no_hot"))
    else:
        named = {
            "warned": book.number("预警事项", "本期有来信；预警等级为预警", warned, of="matter"),
            "watched": book.number("关注事项", "本期有来信；预警等级为关注", watched, of="matter"),
        }
        blocks.append(said("hot", **named))
    told = hot[~hot["closed"]].head(rules()["lists"]["hot"])
    for at, matter in enumerate(records(told), start=1):
        blocks += _told(at, matter, material, book)
    blocks += _others(material, hot, told, book)
    return Section("matters", title("matters"), tuple(blocks))


def levels(rows: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the ids of warned and of watched matters."""
    return tuple(ids(rows[rows["early_warning"].eq(level)], "matter_id") for level in (WARNED, WATCHED))  # type: ignore[return-value]


def open_to_all(matter: dict[str, Any]) -> bool:
    """Return whether a matter is that of a group large enough to be told with its place.

    Examples
    --------
    >>> open_to_all({"letters": 4, "sealed": 0, "people": 0}), open_to_all({"letters": 4, "sealed": 0, "people": 60})
    (False, True)
    """
    return max(int(matter["letters"]) - int(matter["sealed"]), int(matter["people"])) >= small()


def matter_name(matter: dict[str, Any]) -> str:
    """Return what a matter is called in the document: its sentence, or only its class where the group is small."""
    if matter["closed"]:
        return SEALED_MATTER
    if open_to_all(matter) and matter["title"]:
        return str(matter["title"])
    return f"{'/'.join(part for part in (matter['category_l1'], matter['category_l2']) if part) or '未分类'}类事项"


def _told(at: int, matter: dict[str, Any], material: Material, book: Ledger) -> list[Block]:
    level = "预警" if matter["early_warning"] == WARNED else "关注"
    blocks: list[Block] = [Heading(f"（{_numeral(at)}）{matter_name(matter)}〔{level}〕")]
    facts = _facts(matter, material, book)
    if not open_to_all(matter):
        return [*blocks, Sentence((*facts, *filled("hot_few")))]
    due = filled("hot_due", due=spoken_day(str(matter["due"]), year=True)) if matter["due"] else ()
    unit = str(matter["unit"])
    who = filled("hot_unit", unit=unit, due=due) if unit else filled("hot_no_unit", due=due)
    blocks.append(Sentence((*facts, *who)))
    if reasons := _lines(matter["warning_reason"]):
        blocks.append(Sentence(filled("hot_evidence", evidence="；".join(reasons) + "。"), "item"))
    tried = _lines(matter["tried"])
    words = filled("hot_tried", tried="；".join(tried) + "。") if tried else filled("hot_not_tried")
    return [*blocks, Sentence(words, "item"), Sentence(_task(matter, material), "item")]


def _facts(matter: dict[str, Any], material: Material, book: Ledger) -> Parts:
    letters = material.letters[material.letters["matter_id"].eq(matter["matter_id"]) & ~material.letters["sealed"]]
    dates = {
        "first": spoken_day(str(letters["day"].min()), year=True),
        "last": spoken_day(str(letters["day"].max()), year=True),
        "trend": str(matter["trend"]) or "不明",
    }
    people = people_told(matter["people"], matter["people_words"])
    if not open_to_all(matter) or len(letters) < small():
        facts = filled("hot_small", letters=str(rules()["small"]["shown"]), **dates)
        if not open_to_all(matter):
            return facts
    else:
        facts = filled(
            "hot_facts",
            letters=_of_matter(book, matter, letters, "不含密件"),
            distinct=_of_matter(book, matter, letters[~letters["copy"]], "不含密件、重复件"),
            people=filled("hot_people", people=people) if people else "",
            **dates,
        )
    return facts


def _of_matter(book: Ledger, matter: dict[str, Any], letters: pd.DataFrame, which: str) -> Number:
    where = f"事项{matter['matter_id']}的全部来信；{which}"
    return book.number(f"事项{matter['matter_id']}", where, ids(letters), listed=False)


def _lines(cell: object) -> list[str]:
    found = [line.strip().rstrip("。；") for line in str(cell).split("\n") if line.strip()]
    return [line.split(" ", 1)[1] if line[:1] in "+-" and " " in line else line for line in found][:_LONGEST_QUOTES]


def _task(matter: dict[str, Any], material: Material) -> Parts:
    rows = material.tasks[material.tasks["matter_id"].eq(matter["matter_id"])]
    if rows.empty:
        return filled("hot_no_task")
    task = rows.iloc[0]
    return filled(
        "hot_task",
        measure=str(task["measure"]).rstrip("。") or "未填",
        leader=str(task["leader"]) or "未定",
        due=spoken_day(str(task["due"]), year=True) or "未定",
        status=str(task["status"]) or "未填",
    )


def _others(material: Material, hot: pd.DataFrame, told: pd.DataFrame, book: Ledger) -> list[Block]:
    """Return the matters that are not told in full: the rest, earlier warnings still open, sealed ones."""
    rest = ids(hot[~hot["closed"] & ~hot["matter_id"].isin(set(told["matter_id"]))], "matter_id")
    closed = ids(hot[hot["closed"]], "matter_id")
    since = Span("", material.now.start, material.now.start).before(rules()["trend"]["warned_days"], "").start
    done = set(material.tasks.loc[material.tasks["status"].eq(DONE), "matter_id"])
    earlier = material.matters
    earlier = earlier[
        earlier["early_warning"].eq(WARNED) & earlier["last"].ge(since) & ~earlier["matter_id"].isin(done)
    ]
    still = [matter for matter in ids(earlier, "matter_id") if matter not in set(material.period_matters["matter_id"])]
    conditions = (
        ("rest_hot", "其余预警或关注事项", "本期有来信；预警或关注；上面没有细说", rest),
        ("still", "此前预警、未办结", f"{since}以来有来信而本期没有；预警；没有办结", still),
        ("sealed_hot", "密件类预警或关注事项", "本期有来信；预警或关注；全是密件", closed),
    )
    found: list[Block] = []
    for key, what, where, members in conditions:
        if members:
            found.append(said(key, matters=book.number(what, where, members, of="matter")))
    return found


def _numeral(number: int) -> str:
    """Return a small number as Chinese documents count.

    Examples
    --------
    >>> _numeral(3), _numeral(10), _numeral(12)
    ('三', '十', '十二')
    """
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return digits[ones] if not tens else f"{digits[tens] if tens > 1 else ''}十{digits[ones] if ones else ''}"


def annex_of_matters(material: Material, book: Ledger) -> Section:
    """Return the annexed list: matters of this period, warned ones first; small groups without place."""
    book.begin("A")
    rows = material.period_matters
    rows = rows[~rows["closed"]]
    public = chosen(rows, [open_to_all(matter) or matter["early_warning"] > 0 for matter in records(rows)])
    order = public.sort_values(["early_warning", "letters"], ascending=[False, False], kind="stable")
    listed = order.head(rules()["lists"]["matters"])
    cells = [_listed(at, matter, material, book) for at, matter in enumerate(records(listed), start=1)]
    others = [matter for matter in ids(material.period_matters, "matter_id") if matter not in set(listed["matter_id"])]
    number = book.number("清单以外的事项", "本期有来信；不在清单里", others, of="matter")
    kept = Sentence(("清单列预警、关注和来信较多的事项；本期其余", number, "件事项（含来信不足5件的和密件类）不列。"))
    if not cells:
        return Section("annex_matters", title("annex_matters"), (kept,))
    headings = ("序号", "事项", "所在地", "来信", "首次", "走势", "等级", "建议承办单位", "任务")
    widths = (0.8, 3.4, 1.4, 0.9, 1.6, 0.8, 0.8, 2.2, 1.1)
    left = frozenset({1, 2, 7})
    note = f"来信为各期合计，不含密件。来信不足{small()}件、也没有说涉及{small()}人以上的事项，不写所在地、内容和单位。"
    table = Table("", headings, tuple(cells), widths, left=left, note=note, small=True)
    return Section("annex_matters", title("annex_matters"), (table, kept))


def _listed(at: int, matter: dict[str, Any], material: Material, book: Ledger) -> tuple[Cell, ...]:
    told = open_to_all(matter)
    letters = material.letters[material.letters["matter_id"].eq(matter["matter_id"]) & ~material.letters["sealed"]]
    task = material.tasks.loc[material.tasks["matter_id"].eq(matter["matter_id"]), "status"]
    count = str(len(letters)) if len(letters) >= small() else str(rules()["small"]["shown"])
    where = f"事项{matter['matter_id']}的全部来信；不含密件"
    return (
        Cell(str(at)),
        Cell(matter_name(matter)),
        Cell(str(matter["area"]) if told else "—"),
        book.cell(
            f"事项{matter['matter_id']}", where, ids(letters), table="事项清单", listed=False, main=True, text=count
        ),
        Cell(str(letters["day"].min())),
        Cell(str(matter["trend"])),
        Cell({WARNED: "预警", WATCHED: "关注"}.get(int(matter["early_warning"]), "")),
        Cell(str(matter["unit"]) if told else "—"),
        Cell(str(task.iloc[0]) if len(task) else "未建"),
    )
