"""五、办理情况: urgent letters, overdue and near-due ones, long-unresolved matters, units, inventory."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import pandas as pd

from pipeline.advise.deadlines import Calendar, Clock
from pipeline.report.analysis_clocks import (
    CLOCKS,
    CRITICAL,
    URGENT,
    checked,
    due_and_answered,
    first_date,
    merged,
    near_due,
    overdue,
    urgent_last_days,
)
from pipeline.report.analysis_material import DONE, HANDLING, Material, ids, records, unsealed
from pipeline.report.analysis_parts import Block, Cell, Heading, Ledger, Parts, Section, Sentence, Table
from pipeline.report.analysis_units import units
from pipeline.report.analysis_words import filled, joined, rules, said, share, spoken_day, title

_STATUSES = ("待交办", "办理中", "已到期", DONE, "退回")
_DISPOSITIONS = (("fair", "合理"), ("part", "部分合理"), ("not_fair", "不合理"), ("open", ""))


def handling(material: Material, book: Ledger, calendar: Calendar, clocks: Mapping[str, Clock]) -> Section:
    """Return the fifth section."""
    book.begin("5")
    blocks: list[Block] = [Heading("紧急来信"), *_urgent(material, book, calendar, clocks)]
    blocks += [Heading("期限"), *_due(material, book)]
    blocks += [Heading("承办单位"), *units(material, book)]
    blocks += [Heading("积案和梳理"), *_long(material, book), *_inventory(material, book)]
    return Section("handling", title("handling"), tuple(blocks))


def _urgent(material: Material, book: Ledger, calendar: Calendar, clocks: Mapping[str, Clock]) -> list[Block]:
    letters = material.period[material.period["urgency"].ge(URGENT)]
    if letters.empty:
        return [said("no_urgent")]
    critical = letters[letters["urgency"].ge(CRITICAL)]
    parts = filled(
        "urgent",
        urgent=book.number("紧急件", "本期；紧急程度为紧急、特急", ids(letters)),
        critical=book.number("特急件", "本期；紧急程度为特急", ids(critical)),
    )
    return [Sentence((*parts, *_speed(letters, material, book, calendar, clocks)))]


def _speed(
    letters: pd.DataFrame, material: Material, book: Ledger, calendar: Calendar, clocks: Mapping[str, Clock]
) -> Parts:
    if not {"accepted_at", "answered_at"} & material.has:
        return filled("urgent_no_record")
    acted_on = first_date(letters, ("accepted_at", "answered_at"))
    acted = acted_on.ne("") & acted_on.le(material.as_of)
    last = urgent_last_days(letters, calendar, clocks)
    if last is None:
        return filled("urgent_no_calendar")
    in_time = acted & (acted_on <= pd.Series(last, index=letters.index))
    late = ~acted & (pd.Series(last, index=letters.index) < material.as_of)
    taken = (pd.to_datetime(acted_on[acted]) - pd.to_datetime(letters.loc[acted, "day"])).dt.days.tolist()
    number = book.number("已开始处置", "本期；紧急、特急；已受理或答复", ids(letters[acted]))
    return filled(
        "urgent_speed",
        acted=number,
        median=f"{median(taken):g}" if taken else "—",
        in_time=book.number("时限内处置", "本期；紧急、特急；在时限内受理或答复", ids(letters[in_time])),
        late=book.number("时限已过未处置", "本期；紧急、特急；时限已过，没有受理或答复", ids(letters[late])),
    )


def _due(material: Material, book: Ledger) -> list[Block]:
    as_of, days = material.as_of, rules()["due"]["near_days"]
    if not checked(material):
        passed = material.letters[~material.letters["copy"] & material.letters["due_result"].between("0", as_of)]
        passed = passed[passed["due_result"].lt(as_of)]
        number = book.number("办结期限已过", f"办结期限早于{as_of}；不含重复件", ids(passed))
        return [said("overdue_unknown", as_of=spoken_day(as_of), passed=number)]
    found, near = overdue(material, as_of), near_due(material, as_of, days)
    late = merged(found, material)
    pieces: list[Parts] = []
    for name, rows in found.items():
        what = CLOCKS[name][0]
        pieces.append((what, book.number(f"{what}超期", f"{what}期限早于{as_of}，没有办理；不含重复件", ids(rows))))
    parts = filled(
        "overdue",
        as_of=spoken_day(as_of),
        overdue=book.number("超期件", f"至少一项期限早于{as_of}而没有办理；不含重复件", ids(late)),
        list=joined([(*piece, "件") for piece in pieces]),
        days=str(days),
        near=book.number("临期件", f"至少一项期限在{as_of}起{days}日内、还没有办理", ids(merged(near, material))),
    )
    blocks: list[Block] = [Sentence((*parts, *_unchecked(material)))]
    return [*blocks, *_timely(material, book), *_late_letters(late, found, material, book)]


def _unchecked(material: Material) -> Parts:
    missing = [HANDLING[columns[0]] for name, (_, columns) in CLOCKS.items() if name not in checked(material)]
    return filled("overdue_part", columns="、".join(missing)) if missing else ()


def _timely(material: Material, book: Ledger) -> list[Block]:
    if "answered_at" not in material.has:
        return []
    due, answered = due_and_answered(material.letters, material)
    if due.empty:
        return []
    number = book.number("办结期限在本期", "办结期限在本期；不含重复件", ids(due))
    done = book.number("按期答复", "办结期限在本期；答复时间不晚于期限", ids(answered))
    return [said("timely", due=number, answered=done, share=share(len(answered), len(due)))]


def _late_letters(
    late: pd.DataFrame, found: Mapping[str, pd.DataFrame], material: Material, book: Ledger
) -> list[Block]:
    """Return overdue letters, the latest first, by number and class only."""
    rows = []
    for name, letters in found.items():
        for letter in records(unsealed(letters)):
            days = (pd.Timestamp(material.as_of) - pd.Timestamp(str(letter[name])[:10])).days
            rows.append((-days, str(letter["letter_id"]), CLOCKS[name][0], str(letter[name])[:10], letter))
    worst: dict[str, tuple[Cell, ...]] = {}
    for days, letter_id, what, last, letter in sorted(rows, key=lambda row: row[:3]):
        category = "/".join(part for part in (letter["category_l1"], letter["category_l2"]) if part)
        cells = (Cell(letter_id), Cell(category), Cell(what), Cell(last), Cell(str(-days)))
        worst.setdefault(letter_id, cells)
    shown = tuple(worst.values())[: rules()["lists"]["letters"]]
    if not shown:
        return []
    more = len(late) - len(shown)
    note = f"每件只列超期最久的一项。另有{more}件（含密件）没有列出，编号见附件2。" if more else ""
    headings = ("来信编号", "类别", "哪一项期限", "期限", "已超天数")
    left = frozenset({0, 1, 2})
    return [Table("超期最久的来信", headings, shown, (2.2, 3.0, 1.5, 1.4, 1.2), left=left, note=note)]


def _long(material: Material, book: Ledger) -> list[Block]:
    days = rules()["long"]["days"]
    rows = long_unresolved(material)
    if rows.empty:
        return [said("no_long", days=str(days))]
    condition = f"首次来信至今满{days}天；没有答复或近30天仍有来信；没有办结"
    number = book.number("积案", condition, ids(rows, "matter_id"), of="matter")
    return [said("long", days=str(days), matters=number)]


def long_unresolved(material: Material) -> pd.DataFrame:
    """Return the matters that were first raised long ago and are still raised or never answered."""
    rows = material.matters
    unanswered = rows["answered"].eq(0) if "answered_at" in material.has else False
    old = rows["age_days"].ge(rules()["long"]["days"]) & rows["letters"].gt(1)
    return rows[old & (unanswered | rows["recent"].gt(0)) & ~rows["matter_id"].isin(material.done)]


def _inventory(material: Material, book: Ledger) -> list[Block]:
    tasks = material.tasks
    if tasks.empty:
        return [said("no_tasks")]
    named = [*_STATUSES, *sorted(set(tasks["status"]) - set(_STATUSES))]
    pieces: list[Parts] = []
    for status in named:
        members = ids(tasks[tasks["status"].eq(status)], "matter_id")
        if members or status in _STATUSES:
            what = status or "状态未填"
            pieces.append((what, book.number(f"梳理：{what}", f"任务状态“{what}”", members, of="task"), "件"))
    all_tasks = book.number("纳入梳理", "建有任务的事项", ids(tasks, "matter_id"), of="task")
    parts = filled("tasks", tasks=all_tasks, list=joined(pieces))
    passed = tasks[tasks["due"].ne("") & tasks["due"].str[:10].lt(material.as_of) & tasks["status"].ne(DONE)]
    number = book.number("任务过期", f"任务时限早于{material.as_of}，没有办结", ids(passed, "matter_id"), of="task")
    parts += filled("tasks_over", over=number)
    if tasks["disposition"].ne("").any():
        parts += filled("disposition", **{key: _disposed(tasks, name, book) for key, name in _DISPOSITIONS})
    return [Sentence(parts)]


def _disposed(tasks: pd.DataFrame, name: str, book: Ledger) -> Parts:
    rows = tasks[tasks["disposition"].eq(name)]
    what = name or "尚未认定"
    return (book.number(f"诉求{what}", f"任务中诉求认定为“{what}”", ids(rows, "matter_id"), of="task"),)
