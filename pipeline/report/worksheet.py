"""The sheets on which people work on labels, suspected ones or missing ones, and the way their decisions come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from pipeline import letter
from pipeline.errors import FileNotReadable, NoTextColumn
from pipeline.learn.heads import PAIR_SEPARATOR
from pipeline.learn.history import PROBLEM_COLUMNS, Labelled, allowed, probably_meant, tidy_labels
from pipeline.report.atomic import replacing
from pipeline.report.sheet import legal, shown
from pipeline.settings import departments, taxonomy
from pipeline.text.letters import masked

AUDIT_HEADERS = {
    "原表行号": 8,
    "编号": 20,
    "项目": 14,
    "现标注": 22,
    "可能应为": 22,
    "为什么": 30,
    "人工决定": 22,
    "标题": 26,
    "内容": 80,
}
LABELLED_BY_HAND = ("purpose", "category_l1", "category_l2", "department", "urgency", "level", "legacy")
_HEIGHT = 75
_ID, _COLUMN, _DECISION, _WHY, _SUGGESTED = "编号", "项目", "人工决定", "为什么选这封", "工具的看法（供参考，不作数）"


AddRow = Callable[[Sequence[str], dict[str, str]], None]


@contextmanager
def _sheet(path: Path, title: str, headers: Mapping[str, float], to_fill: frozenset[str]) -> Iterator[AddRow]:
    """Yield a function that writes a row of a workbook to fill in; it is told which headers offer whose labels."""
    import xlsxwriter

    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), {"strings_to_formulas": False, "strings_to_urls": False})
        usual = {"text_wrap": True, "valign": "top", "border": 1}
        head = book.add_format({**usual, "bold": True, "bg_color": "#D9E2EC"})
        plain, empty = book.add_format(usual), book.add_format({**usual, "bg_color": "#FFF8DC"})
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for column, (header, width) in enumerate(headers.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, header, head)
        known = _choices(book)
        rows = 0

        def add(cells: Sequence[str], choices: dict[str, str]) -> None:
            nonlocal rows
            rows += 1
            sheet.set_row(rows, _HEIGHT)
            for column, (header, value) in enumerate(zip(headers, cells, strict=True)):
                look = empty if header in to_fill else plain
                if value:
                    sheet.write_string(rows, column, legal(value), look)
                else:
                    sheet.write_blank(rows, column, None, look)
                if choices.get(header) in known:
                    rule = {"validate": "list", "source": known[choices[header]]}
                    sheet.data_validation(rows, column, rows, column, rule)

        yield add
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(rows, 1), len(headers) - 1)
        book.close()


def write_audit(letters: pd.DataFrame, found: pd.DataFrame, path: Path) -> None:
    """Write suspected labels as a workbook: text masked, choices offered in the column 人工决定.

    Parameters
    ----------
    letters : DataFrame
        Of :func:`pipeline.report.office.audit_history`.
    found : DataFrame
        Of :func:`pipeline.learn.audit.suspects`.
    path : Path
        xlsx.
    """
    titles, texts = masked(letters)
    numbers = letters[letter.SOURCE_ROW]
    with _sheet(path, "标注复查", AUDIT_HEADERS, frozenset({_DECISION})) as add:
        for suspect in found.itertuples(index=False):
            row, copy, head = int(str(suspect.row)), int(str(suspect.copy)), str(suspect.head)
            written, suspected = (_shown(head, str(value)) for value in (suspect.written, suspect.suspected))
            if copy >= 0:
                why = f"第 {numbers.iloc[copy]} 行几乎是同一封信，标的是“{suspected}”"
            else:
                why = f"别的信说明应是“{suspected}”（{suspect.p_suspected:.0%}），现标注只有 {suspect.p_written:.0%}"
            name = str(letters[letter.LETTER_ID].iloc[row])
            cells = (str(numbers.iloc[row]), name, letter.ZH_NAMES[head], written, suspected, why)
            add((*cells, "", titles[row], texts[row]), {_DECISION: head})


def write_next(letters: pd.DataFrame, suggested: Sequence[str], why: Sequence[str], path: Path, *, blind: bool) -> None:
    """Write letters to label as a workbook: text masked, label columns empty and with choices.

    What the tool thinks stands in columns of other names, so that it can't come back as a label; ``blind`` leaves it
    and the reason (which tells it) out.

    Parameters
    ----------
    letters : DataFrame
        Letter columns.
    suggested, why : sequence of str
        One a letter.
    path : Path
        xlsx.
    """
    front = {_ID: 18, letter.LETTER_HEADERS[letter.RECEIVED_AT][0]: 12, "标题": 22, "内容": 70}
    shown = {} if blind else {_WHY: 30, _SUGGESTED: 26}
    labels = {letter.ZH_NAMES[name]: 26 if name == "category_l2" else 16 for name in LABELLED_BY_HAND}
    titles, texts = masked(letters)
    choices = {letter.ZH_NAMES[name]: name for name in LABELLED_BY_HAND}
    with _sheet(path, "待标注", {**front, **labels, **shown}, frozenset(labels)) as add:
        for row, (name, moment) in enumerate(zip(letters[letter.LETTER_ID], letters[letter.RECEIVED_AT], strict=True)):
            told = () if blind else (why[row], suggested[row])
            cells = (str(name), str(moment or ""), titles[row], texts[row], *[""] * len(labels), *told)
            add(cells, choices)


def _shown(head: str, label: str) -> str:
    if head == "legacy":
        return {"0": "否", "1": "是"}[label]
    return shown(head, label, "zh") if head in letter.VALUE_NAMES else label


def _choices(book: Any) -> dict[str, str]:
    """Write the labels of each column on a second sheet and return where they stand."""
    ranked = {name: [_shown(name, str(rank)) for rank in names] for name, names in letter.VALUE_NAMES.items()}
    labels: dict[str, list[str]] = {
        "purpose": list(letter.PURPOSES),
        "category_l1": list(taxonomy().first_levels),
        "category_l2": [PAIR_SEPARATOR.join(pair) for pair in taxonomy().pairs],
        "department": list(departments()),
        "legacy": ["是", "否"],
        **ranked,
    }
    sheet = book.add_worksheet("可选标注")
    where = {}
    for column, (name, values) in enumerate(labels.items()):
        sheet.set_column(column, column, 22)
        sheet.write_string(0, column, letter.ZH_NAMES[name])
        for row, value in enumerate(values, start=1):
            sheet.write_string(row, column, value)
        mark = chr(ord("A") + column)
        where[name] = f"=可选标注!${mark}$2:${mark}${len(values) + 1}"
    return where


class Decision(NamedTuple):
    """What a person wrote on a row of the sheet: the label that a letter's column should have."""

    file: str
    row: int
    letter_id: str
    column: str
    label: str


def read_decisions(path: Path) -> list[Decision]:
    """Return a person's decisions on the sheet of :func:`write_audit`.

    Raises
    ------
    FileNotReadable, NoTextColumn
        It is no workbook, or not that sheet.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    if not path.is_file():
        raise FileNotReadable.missing(path)
    try:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise FileNotReadable.damaged(path, error) from None
    headers = [str(cell) for cell in rows[0]] if rows else []
    if not {_ID, _COLUMN, _DECISION} <= set(headers):
        raise NoTextColumn(file=path, columns="、".join(headers))
    at = [headers.index(name) for name in (_ID, _COLUMN, _DECISION)]
    decisions = []
    for number, row in enumerate(rows[1:], start=2):
        name, column, label = (str(row[cell]).strip() for cell in at)
        column = letter.BY_ZH.get(column, column)
        if label:
            decisions.append(Decision(path.name, number, name, column, tidy_labels(column, [label])[0] or label))
    return decisions


def corrected(labelled: Labelled, decisions: Sequence[Decision]) -> Labelled:
    """Return a history with a person's decisions in place of what was written.

    A decision on ``category_l2`` is written ``first level/second level`` and sets both; one on ``category_l1``
    empties a second level that does not belong to it. A decision that fits no letter, column or label changes
    nothing; it is listed before the other problems, with its row on the sheet.
    """
    frame, refused = labelled.frame.copy(), []
    at = {name: row for row, name in zip(frame.index, frame[letter.LETTER_ID], strict=True)}
    for decision in decisions:
        name, column, label = decision[2:]
        why = _why_unfit(decision, name in at, column in frame.columns)
        if why:
            refused.append((*decision, f"{why}；这条决定没有用，原标注照旧"))
            continue
        second = column == "category_l2"
        parts = label.split(PAIR_SEPARATOR, 1) if second else [label]
        frame.loc[at[name], ["category_l1", "category_l2"] if second else [column]] = parts
        if column == "category_l1" and "category_l2" in frame.columns:
            pair = (label, str(frame.at[at[name], "category_l2"]))
            frame.at[at[name], "category_l2"] = pair[1] if pair in taxonomy().pairs else ""
    listed = pd.DataFrame(refused, columns=list(PROBLEM_COLUMNS))
    problems = pd.concat([listed, labelled.problems], ignore_index=True) if refused else labelled.problems
    return replace(labelled, frame=frame, problems=problems)


def _why_unfit(decision: Decision, has_letter: bool, has_column: bool) -> str:
    """Return why a decision can't be taken, "" if it can."""
    column, label = decision.column, decision.label
    if not has_letter:
        return f"「{_ID}」列“{decision.letter_id}”：历史里没有这件信"
    if not has_column or column not in allowed():
        return f"「{_COLUMN}」列“{column}”：历史里没有这个标注列"
    if column != "category_l2":
        known, form, meant = label in allowed()[column], "", probably_meant(column, label)
    else:
        pairs = [PAIR_SEPARATOR.join(pair) for pair in taxonomy().pairs]
        near = probably_meant(column, label.rpartition(PAIR_SEPARATOR)[2])
        meant = next((pair for pair in pairs if near and pair.endswith(PAIR_SEPARATOR + near)), "")
        known, form = label in pairs, f"，应写成“一级{PAIR_SEPARATOR}二级”"
    asked = f"，是不是“{meant}”？" if meant else ""
    return "" if known else f"「{_DECISION}」列“{label}”不是「{letter.ZH_NAMES[column]}」的标注值{form}{asked}"
