"""四、突出矛盾和预警, and the annexed list: matters, their evidence, who can solve them, the task, what was tried."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from pipeline.report.analysis_material import SEALED_MATTER, Material, Span, chosen, ids, records, small
from pipeline.report.analysis_parts import Block, Cell, Heading, Ledger, Number, Part, Parts, Section, Sentence, Table
from pipeline.report.analysis_words import filled, rules, said, spoken_day, title
from pipeline.text.counts import people_told

WARNED, WATCHED = 2, 1
_LONGEST_QUOTES = 3
_NUMBER_OF_LETTERS, _COUNTED = re.compile(r"\d+ 件不同来信"), re.compile(r"^\d+ 件说")


def matters(material: Material, book: Ledger) -> Section:
    """Return the fourth section. A warned matter is a task and named; what few letters say of it is not quoted."""
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
        blocks.append(Sentence((*filled("hot", **named), *_late(material, hot, book))))
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
    """Return what a matter is called: its sentence, or only its class where few write and nobody is warned of it.

    Examples
    --------
    >>> few = {"closed": False, "letters": 1, "sealed": 0, "people": 0, "title": "电梯困人", "category_l1": "城乡建设"}
    >>> [matter_name({**few, "category_l2": "", "early_warning": level}) for level in (0, WATCHED)]
    ['城乡建设类事项', '电梯困人']
    """
    if matter["closed"]:
        return SEALED_MATTER
    if matter["title"] and (open_to_all(matter) or matter["early_warning"] >= WATCHED):
        return str(matter["title"])
    return f"{'/'.join(part for part in (matter['category_l1'], matter['category_l2']) if part) or '未分类'}类事项"


def _told(at: int, matter: dict[str, Any], material: Material, book: Ledger) -> list[Block]:
    level = "预警" if matter["early_warning"] == WARNED else "关注"
    blocks: list[Block] = [Heading(f"（{_numeral(at)}）{matter_name(matter)}〔{level}〕")]
    facts = _facts(matter, material, book)
    due = _due(matter, material)
    unit = str(matter["unit"])
    who = filled("hot_unit", unit=unit, due=due) if unit else filled("hot_no_unit", due=due)
    blocks.append(Sentence((*facts, *who)))
    counted = len(_open_letters(matter, material)) >= small()
    if reasons := _lines(matter["warning_reason"], counted, quoted=open_to_all(matter)):
        blocks.append(Sentence(filled("hot_evidence", evidence="；".join(reasons) + "。"), "item"))
    tried = _lines(matter["tried"], counted)
    words = filled("hot_tried", tried="；".join(tried) + "。") if tried else filled("hot_not_tried")
    return [*blocks, Sentence(words, "item"), Sentence(_task(matter, material), "item")]


def _due(matter: dict[str, Any], material: Material) -> Parts:
    """Return by when a step is suggested, or how long ago that was."""
    if not matter["due"]:
        return ()
    due = spoken_day(str(matter["due"]), year=True)
    late = material.days_late(matter)
    if not late:
        return filled("hot_due", due=due)
    return filled("hot_overdue", due=due, as_of=spoken_day(material.as_of), days=str(late))


def _late(material: Material, hot: pd.DataFrame, book: Ledger) -> Parts:
    """Return how many matters are past the day suggested for them; nothing where none is."""
    late = ids(chosen(hot, [material.days_late(matter) > 0 for matter in records(hot)]), "matter_id")
    if not late:
        return ()
    condition = f"本期有来信；预警或关注；建议期限早于{material.as_of}；没有办结"
    number = book.number("过了建议期限的事项", condition, late, of="matter")
    return filled("hot_late", as_of=spoken_day(material.as_of), matters=number)


def _open_letters(matter: dict[str, Any], material: Material) -> pd.DataFrame:
    return material.letters[material.letters["matter_id"].eq(matter["matter_id"]) & ~material.letters["sealed"]]


def _facts(matter: dict[str, Any], material: Material, book: Ledger) -> Parts:
    letters = _open_letters(matter, material)
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


def _lines(cell: object, counted: bool, *, quoted: bool = True) -> list[str]:
    r"""Return the reasons without their weights; without the words of letters where those must not be quoted.

    Where ``counted`` is false, so few letters came that their number is not told: nor how many of them say a thing.

    Examples
    --------
    >>> _lines("+2.0 4 件不同来信，反映问题的 4 件\n+0.7 1 件说曾反映未解决：“打过热线”", False)
    ['有来信说曾反映未解决：“打过热线”']
    """
    found = [line.strip().rstrip("。；") for line in str(cell).split("\n") if line.strip()]
    told = [line.split(" ", 1)[1] if line[:1] in "+-" and " " in line else line for line in found][:_LONGEST_QUOTES]
    if not counted:
        told = [_COUNTED.sub("有来信说", line) for line in told if not _NUMBER_OF_LETTERS.match(line)]
    return told if quoted else [line.partition("：“")[0] for line in told]


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
    found: list[Block] = []
    if rest:
        listed = set(ids(_listed_rows(material), "matter_id"))
        number = book.number("其余预警或关注事项", "本期有来信；预警或关注；上面没有细说", rest, of="matter")
        shown = str(sum(matter in listed for matter in rest))
        cut = {"listed": shown} if shown != str(len(rest)) else {}
        found.append(said("rest_hot_cut" if cut else "rest_hot", told=str(len(told)), matters=number, **cut))
    found += _earlier(material, book)
    if closed:
        number = book.number("密件类预警或关注事项", "本期有来信；预警或关注；全是密件", closed, of="matter")
        found.append(said("sealed_hot", matters=number))
    return found


def _earlier(material: Material, book: Ledger) -> list[Block]:
    """Return how many matters warned of had no letter in the period, and how many of them are too old to count."""
    days = rules()["trend"]["warned_days"]
    since = Span("", material.now.start, material.now.start).before(days, "").start
    here = {*material.period_matters["matter_id"], *material.done}
    rows = material.matters
    rows = rows[rows["early_warning"].eq(WARNED) & ~rows["matter_id"].isin(here)]
    still, older = (ids(rows[recent], "matter_id") for recent in (rows["last"].ge(since), rows["last"].lt(since)))
    when: dict[str, Part | Parts] = {"since": spoken_day(since, year=True), "days": str(days)}
    where = "来信而本期没有；预警；没有办结"
    if older:
        when["matters"] = book.number("此前预警、未办结，久无来信", f"只在{since}以前有{where}", older, of="matter")
    if not still:
        return [said("still_only_older", **when)] if older else []
    number = book.number("此前预警、未办结", f"{since}以来有{where}", still, of="matter")
    return [said("still", matters=number, older=filled("still_older", **when) if older else ())]


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


def _listed_rows(material: Material) -> pd.DataFrame:
    """Return the matters of the annexed list: those warned of or watched, then the largest others as far as room is."""
    lists = rules()["lists"]
    rows = material.period_matters
    rows = rows[~rows["closed"]].sort_values(["early_warning", "letters"], ascending=[False, False], kind="stable")
    hot = rows[rows["early_warning"].ge(WATCHED)].head(lists["hot_rows"])
    others = rows[rows["early_warning"].lt(WATCHED)]
    others = chosen(others, [open_to_all(matter) for matter in records(others)])
    return pd.concat([hot, others.head(max(lists["matters"] - len(hot), 0))])


def annex_of_matters(material: Material, book: Ledger) -> Section:
    """Return the annexed list: matters of this period, every warned one first; small groups without place."""
    book.begin("A")
    here, listed = material.period_matters, _listed_rows(material)
    cells = [_listed(at, matter, material, book) for at, matter in enumerate(records(listed), start=1)]
    kept = _what_is_listed(here, listed, book)
    if not cells:
        return Section("annex_matters", title("annex_matters"), (kept,))
    headings = ("序号", "事项", "所在地", "来信", "首次", "走势", "等级", "建议承办单位", "建议期限", "任务")
    widths = (0.7, 3.2, 1.2, 0.9, 1.5, 0.8, 0.8, 2.1, 1.5, 0.9)
    note = said("annex_note", small=str(small())).text
    table = Table("", headings, tuple(cells), widths, left=frozenset({1, 2, 7}), note=note, small=True)
    return Section("annex_matters", title("annex_matters"), (kept, table))


def _what_is_listed(here: pd.DataFrame, listed: pd.DataFrame, book: Ledger) -> Sentence:
    """Return of how many matters which are in the list, so that it agrees with the figures of the text."""
    hot = ids(here[here["early_warning"].ge(WATCHED) & ~here["closed"]], "matter_id")
    shown = ids(listed[listed["early_warning"].ge(WATCHED)], "matter_id")
    others = ids(listed[listed["early_warning"].lt(WATCHED)], "matter_id")
    left = [matter for matter in ids(here, "matter_id") if matter not in {*shown, *others}]

    def number(what: str, where: str, members: list[str]) -> Number:
        return book.number(what, f"本期有来信；{where}", members, of="matter")

    every = number("预警或关注事项", "预警或关注；不含密件类", hot)
    cut = filled("annex_cut", all=every) if len(shown) < len(hot) else ()
    parts = filled(
        "annex_listed",
        all=number("本期事项", "全部", ids(here, "matter_id")),
        listed=number("清单列出的事项", "在清单里", [*shown, *others]),
        hot=number("清单里的预警或关注事项", "预警或关注；在清单里", shown) if cut else every,
        cut=cut,
        others=number("清单里的其他事项", "没有到线；在清单里", others),
        left=number("清单以外的事项", "不在清单里", left),
        closed=number("密件类事项", "全是密件", ids(here[here["closed"]], "matter_id")),
        small=str(small()),
    )
    return Sentence(parts)


def _listed(at: int, matter: dict[str, Any], material: Material, book: Ledger) -> tuple[Cell, ...]:
    told = open_to_all(matter)
    named = told or matter["early_warning"] >= WATCHED
    letters = _open_letters(matter, material)
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
        Cell(str(matter["unit"]) or "待定" if named else "—"),
        Cell(_due_cell(matter, material)),
        Cell(str(task.iloc[0]) if len(task) else "未建"),
    )


def _due_cell(matter: dict[str, Any], material: Material) -> str:
    late = material.days_late(matter)
    return f"{matter['due']}（已过{late}天）" if late else str(matter["due"])
