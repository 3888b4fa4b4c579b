"""Loads and returns of the units that act; a unit with few letters is not named, as its name tells a place."""

from __future__ import annotations

import pandas as pd

from pipeline.report.analysis_clocks import due_and_answered, merged, overdue
from pipeline.report.analysis_material import Material, ids, small, unsealed
from pipeline.report.analysis_parts import Block, Cell, Ledger, Parts, Table
from pipeline.report.analysis_words import joined, rules, said, share

_TABLE = "承办单位"


def units(material: Material, book: Ledger) -> list[Block]:
    """Return what the units had to do in this period: letters, answers, returns, and what is overdue."""
    letters = unsealed(material.period).assign(acting=lambda rows: acting(rows))
    named = letters[letters["acting"].ne("")]
    blocks: list[Block] = [*_returned(material, book)]
    counts = named["acting"].value_counts()
    large = sorted(
        (name for name in counts.index if counts[name] >= small()), key=lambda name: (-int(counts[name]), name)
    )
    if not large:
        return blocks
    pieces: list[Parts] = []
    for name in large[:3]:
        rows = named[named["acting"].eq(name)]
        number = book.number(name, f"本期；不含密件；承办单位“{name}”", ids(rows), listed=False)
        pieces.append((name, number, "件"))
    blocks.append(said("units", list=joined(pieces)))
    shown = large[: rules()["lists"]["units"]]
    return [*blocks, _table(named, shown, material, book)]


def acting(letters: pd.DataFrame) -> pd.Series:
    """Return the unit that handles each letter; where the office records none, the one suggested."""
    return letters["handled_by"].where(letters["handled_by"].ne(""), letters["unit"])


def _returned(material: Material, book: Ledger) -> list[Block]:
    if "returned_at" not in material.has:
        return [said("no_returned")]
    days = material.letters["returned_at"].str[:10]
    rows = material.letters[days.between(material.now.start, material.now.end)]
    return [said("returned", returned=book.number("退回", "退回时间在本期（含密件）", ids(rows)))]


def _table(named: pd.DataFrame, shown: list[str], material: Material, book: Ledger) -> Table:
    late = set(unsealed(merged(overdue(material, material.as_of), material))["letter_id"])
    everything = unsealed(material.letters)
    everything = everything.assign(acting=acting(everything))
    answers, returns = "answered_at" in material.has, "returned_at" in material.has
    rows = [_row(name, named, everything, late, material, book, answers, returns) for name in shown]
    others = named[~named["acting"].isin(shown)]
    many = others["acting"].nunique()
    note = "承办单位以登记的为准，没有登记的用工具建议的单位。"
    if many:
        note += f"其余{many}个单位共{len(others)}件，不逐个列出（其中来信不足{small()}件的单位不列名）。"
    headings = ["单位", "本期来信"]
    headings += ["本期答复", "本期到期", "按期答复率"] if answers else []
    headings += ["本期退回"] if returns else []
    headings += ["超期"] if checked_any(material) else []
    widths = (2.7, *(1.25 if heading == "按期答复率" else 1.0 for heading in headings[1:]))
    return Table("承办较多的单位（件，不含密件）", tuple(headings), tuple(rows), widths, note=note)


def checked_any(material: Material) -> bool:
    """Return whether any due date can be checked against a record."""
    return bool({"registered_at", "accepted_at", "answered_at"} & material.has)


def _row(
    name: str,
    named: pd.DataFrame,
    everything: pd.DataFrame,
    late: set[str],
    material: Material,
    book: Ledger,
    answers: bool,
    returns: bool,
) -> tuple[Cell, ...]:
    here = named[named["acting"].eq(name)]
    mine = everything[everything["acting"].eq(name)]

    def cell(what: str, where: str, rows: pd.DataFrame, main: bool = False) -> Cell:
        condition = f"承办单位“{name}”；不含密件；{where}"
        return book.cell(f"{name}，{what}", condition, ids(rows), table=_TABLE, listed=False, main=main)

    cells = [Cell(name), cell("本期来信", "本期", here, main=True)]
    if answers:
        answered = mine[mine["answered_at"].str[:10].between(material.now.start, material.now.end)]
        due, in_time = due_and_answered(mine, material)
        cells += [cell("本期答复", "答复时间在本期", answered), cell("本期到期", "办结期限在本期；不含重复件", due)]
        cells.append(Cell(share(len(in_time), len(due))))
    if returns:
        back = mine[mine["returned_at"].str[:10].between(material.now.start, material.now.end)]
        cells.append(cell("退回", "退回时间在本期", back))
    if checked_any(material):
        cells.append(cell("超期", f"至{material.as_of}超期；不含重复件", mine[mine["letter_id"].isin(late)]))
    return tuple(cells)
