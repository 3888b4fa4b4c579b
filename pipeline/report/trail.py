"""One letter's decision as a short trail: what was seen, which rule or model decided, what follows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline import letter
from pipeline.advise.deadlines import Course, read_day, timeline
from pipeline.advise.roads import running
from pipeline.advise.triage import Triage
from pipeline.errors import FileNotReadable, YearUnknown
from pipeline.report.sheet import shown
from pipeline.settings import decoded

_LONGEST_TITLE = 40


def read_letter(path: Path, *, place: str = "", received: str = "") -> pd.DataFrame:
    """Return a letter of a text file as a table of one row; a short first line is its title.

    Raises
    ------
    FileNotReadable
        The file is missing or empty.
    """
    if not path.is_file():
        raise FileNotReadable.missing(path)
    text = decoded(path.read_bytes()).strip()
    if not text:
        raise FileNotReadable.empty(path)
    first, _, rest = text.partition("\n")
    title, body = (first.strip(), rest.strip()) if rest and len(first) <= _LONGEST_TITLE else ("", text)
    row = {letter.TITLE: title, letter.TEXT: body, letter.PLACE: place, letter.RECEIVED_AT: received}
    return pd.DataFrame([{letter.LETTER_ID: path.stem, **row}])


def trail(triage: Triage, frame: pd.DataFrame, *, reveal: bool = False) -> list[str]:
    """Return the lines of a letter's decision.

    Examples
    --------
    >>> frame = pd.DataFrame([{"text": "临江区松涛街道路灯坏了半个月没人修。"}])
    >>> trail(Triage.load(office="sample"), frame)[0]
    '信访目的：求决（...）'
    """
    suggested = triage.suggest(frame, reveal=reveal)
    row = suggested.iloc[0].to_dict()
    zh = triage.lang == "zh"
    names = {column.name: column.zh if zh else column.en for column in letter.ALL_COLUMNS}
    colon, stop = ("：", "；") if zh else (": ", "; ")

    def line(name: str, more: str = "") -> str:
        value = row[name]
        coded = name in letter.VALUE_NAMES or isinstance(value, bool)
        text = shown(name, value, triage.lang) if coded else str(value)
        return f"{names[name]}{colon}{text}{more}"

    lines = [
        line("purpose", f"（{row['purpose_confidence']:.0%}）"),
        f"{line('category_l1')} / {row['category_l2']}（{row['category_confidence']:.0%}）",
        line("urgency", f"（{row['urgency_reason']}）" if row["urgency_reason"] else ""),
        *(f"  {number}. {step}" for number, step in enumerate(str(row["unit_reason"]).split(stop), 1)),
    ]
    for name in ("unit", "co_units", "sealed", "recused", "demands", "legal_route", "legal_advice"):
        if row[name]:
            lines.append(line(name))
    lines += [line(name) for name in ("due_register", "due_accept", "due_result") if row[name]]
    lines += _clock_table(triage, str(frame.iloc[0].get(letter.RECEIVED_AT, "")), str(row["legal_route"]))
    lines += [line(name) for name in ("needs_review", "review_reason") if row["needs_review"]]
    lines.append(line("model_version"))
    return lines


def _clock_table(triage: Triage, received: str, road: str) -> list[str]:
    """Return the clocks that run on a letter's road, if its day of receipt is known, or that none does.

    A year that nobody knows ends the table.
    """
    day = read_day(received)
    if day is None:
        return []
    zh = triage.lang == "zh"
    if not running(road):
        return [f"  期限：{road}没有办理期限" if zh else f"  dates: none run on {road}"]
    try:
        rows = timeline(Course(day), triage.handling.calendar, triage.handling.clocks, running(road))
    except YearUnknown as error:
        return [error.message(triage.lang)]
    lines = []
    for row in rows:
        clock = row.clock
        unit = ("个工作日" if clock.working else "日") if zh else ("working days" if clock.working else "days")
        ahead = ("（按最晚一天推算）" if zh else " (projected)") if row.projected else ""
        lines.append(
            f"  {clock.zh}：{row.start} 起 {clock.amount} {unit}，到 {row.due}{ahead}，{clock.source}"
            if zh
            else f"  {clock.en}: {clock.amount} {unit} from {row.start}, until {row.due}{ahead}; {clock.source}"
        )
    return lines
