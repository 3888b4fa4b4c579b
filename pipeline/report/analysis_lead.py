"""What stands on top: five key figures, and the main findings in a few sentences."""

from __future__ import annotations

import pandas as pd

from pipeline.report.analysis_clocks import URGENT, checked, merged, near_due, overdue
from pipeline.report.analysis_material import Material, ids, unsealed
from pipeline.report.analysis_matters import levels
from pipeline.report.analysis_parts import Figure, Ledger, Number, Parts, Sentence
from pipeline.report.analysis_problems import by_category, moved, of_category
from pipeline.report.analysis_volume import Pick, against, everything
from pipeline.report.analysis_words import filled, joined, rules, said, share, spoken_day


def figures(material: Material, book: Ledger) -> tuple[Figure, ...]:
    """Return letters, matters, warnings, urgent and overdue letters, each against earlier periods if known."""
    book.begin("0")
    warned, watched = levels(material.period_matters)
    watching = book.number("关注事项", "本期有来信；预警等级为关注", watched, of="matter")
    return (
        _counted(material, book, "来信总数", "全部来信", everything),
        _counted(material, book, "事项数", "来信所属的事项", everything, of_matters=True),
        Figure(
            "预警事项",
            book.number("预警事项", "本期有来信；预警等级为预警", warned, of="matter"),
            (("另有关注事项", watching, "件"), ("等级只有现状，不作比较",)),
        ),
        _counted(material, book, "紧急件", "紧急程度为紧急、特急", _urgent),
        _overdue(material, book),
    )


def _urgent(letters: pd.DataFrame) -> pd.DataFrame:
    return letters[letters["urgency"].ge(URGENT)]


def _counted(
    material: Material, book: Ledger, label: str, what: str, pick: Pick, *, of_matters: bool = False
) -> Figure:
    rows = pick(material.period)
    members = ids(rows, "matter_id") if of_matters else ids(rows)
    now = book.number(label, f"本期；{what}", members, of="matter" if of_matters else "letter")
    if material.period.empty:
        return Figure(label, now, (filled("figure_empty"),))
    spans = (material.previous, material.last_year)
    notes = tuple(against(material, book, span, now, what, pick, of_matters=of_matters) for span in spans)
    return Figure(label, now, notes)


def _overdue(material: Material, book: Ledger) -> Figure:
    if not checked(material):
        return Figure("超期件", "—", (("没有办理记录，无法判断",),))
    now = _late(material, book, material.as_of)
    if not material.known(material.previous):
        return Figure("超期件", now, ((f"截至{spoken_day(material.as_of)}",),))
    before = _late(material, book, material.previous.end)
    return Figure("超期件", now, ((f"截至{spoken_day(material.as_of)}",), ("上期末", before, "件")))


def _late(material: Material, book: Ledger, day: str) -> Number:
    rows = merged(overdue(material, day), material)
    return book.number("超期件", f"至少一项期限早于{day}而没有办理；不含重复件", ids(rows))


def summary(material: Material, book: Ledger) -> tuple[Sentence, ...]:
    """Return the main findings."""
    if material.period.empty:
        return (said("lead_empty"), _due(material, book))
    letters = unsealed(material.period)
    warned, watched = levels(material.period_matters)
    first = _counted(material, book, "来信总数", "全部来信", everything)
    matters = book.number("事项数", "本期；来信所属的事项", ids(material.period, "matter_id"), of="matter")
    value = first.value if isinstance(first.value, Number) else Number(first.value, ())
    found = [
        said("lead_total", letters=value, matters=matters, previous=first.notes[0], last_year=first.notes[1]),
        *([_problems(material, letters, book)] if len(letters) else []),
        _warned(warned, watched, book),
        _due(material, book),
    ]
    return tuple(found)


def _problems(material: Material, letters: pd.DataFrame, book: Ledger) -> Sentence:
    category = by_category(letters)[0]
    rows = of_category(category)(letters)
    number = book.number(category, f"本期；不含密件；一级分类“{category}”", ids(rows))
    parts = filled("lead_problems", first=(category, number, "件"), share=share(len(rows), len(letters)))
    if not material.known(material.previous):
        return Sentence(parts)
    rising = moved(material, book, material.previous, 1, "rising")
    if not rising:
        return Sentence((*parts, *filled("lead_no_rising")))
    named: list[Parts] = [(*sentence.parts[:2], "件") for sentence in rising]
    return Sentence((*parts, *filled("lead_rising", list=joined(named))))


def _warned(warned: list[str], watched: list[str], book: Ledger) -> Sentence:
    if not warned and not watched:
        return said("lead_no_warned")
    return said(
        "lead_warned",
        warned=book.number("预警事项", "本期有来信；预警等级为预警", warned, of="matter"),
        watched=book.number("关注事项", "本期有来信；预警等级为关注", watched, of="matter"),
    )


def _due(material: Material, book: Ledger) -> Sentence:
    if not checked(material):
        return said("lead_unknown_overdue")
    days = rules()["due"]["near_days"]
    near = merged(near_due(material, material.as_of, days), material)
    return said(
        "lead_overdue",
        overdue=_late(material, book, material.as_of),
        days=str(days),
        near=book.number("临期件", f"至少一项期限在{material.as_of}起{days}日内、还没有办理", ids(near)),
    )
