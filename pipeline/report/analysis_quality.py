"""七、模型质量: what went to a person, what a person confirmed and changed; nothing is said that nobody checked."""

from __future__ import annotations

import pandas as pd

from pipeline import letter
from pipeline.report.analysis_material import Material, chosen, ids
from pipeline.report.analysis_parts import Block, Ledger, Parts, Section, Table
from pipeline.report.analysis_words import joined, said, share, title

_TABLE = "确认时改动的项目"


def quality(material: Material, book: Ledger) -> Section:
    """Return the seventh section."""
    book.begin("7")
    letters = material.period
    if letters.empty:
        return Section("quality", title("quality"), (said("empty"),))
    review = letters[letters["needs_review"]]
    number = book.number("交人判断", "本期；需人工判断", ids(review))
    blocks: list[Block] = [said("review", review=number, share=share(len(review), len(letters)))]
    blocks += [*_confirmed(letters, book), *_versions(letters, book)]
    return Section("quality", title("quality"), tuple(blocks))


def _confirmed(letters: pd.DataFrame, book: Ledger) -> list[Block]:
    rows = letters[letters["confirmed"]]
    if rows.empty:
        return [said("unconfirmed")]
    number = book.number("经人确认", "本期；人工确认", ids(rows))
    changed = rows[rows["corrected"].ne("")]
    known: dict[str, Parts | str] = {"share": share(len(rows), len(letters))}
    if changed.empty:
        return [said("confirmed_same", confirmed=number, share=str(known["share"])), said("confirmed_note")]
    fields = [name for cell in changed["corrected"] for name in cell.split("；") if name]
    order = sorted(set(fields), key=lambda name: (-fields.count(name), name))
    members = {name: chosen(changed, [name in cell.split("；") for cell in changed["corrected"]]) for name in order}
    pieces: list[Parts] = []
    lines = []
    for name, part in members.items():
        named = letter.ZH_NAMES.get(name, name)
        condition = f"本期；人工确认；改动了“{named}”"
        pieces.append((named, book.number(f"改动：{named}", condition, ids(part)), "件"))
        cell = book.cell(named, condition, ids(part), table=_TABLE, main=True)
        lines.append((type(cell)(named), cell, type(cell)(share(len(part), len(rows)))))
    words = said(
        "confirmed",
        confirmed=number,
        share=str(known["share"]),
        corrected=book.number("改动过的", "本期；人工确认；有改动", ids(changed)),
        list=joined(pieces),
    )
    table = Table(_TABLE, ("项目", "改动（件）", "占经人确认的"), tuple(lines), (2, 1, 1))
    return [words, said("confirmed_note"), table]


def _versions(letters: pd.DataFrame, book: Ledger) -> list[Block]:
    rows = letters[letters["model_version"].ne("")]
    if rows.empty:
        return [said("no_version")]
    pieces: list[Parts] = []
    for version, part in rows.groupby("model_version", sort=True):
        number = book.number(f"模型{version}", f"本期；模型版本“{version}”", ids(part))
        pieces.append((f"{version}（", number, "件）"))
    return [said("versions", list=joined(pieces))]
