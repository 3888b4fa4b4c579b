"""The workbook of matters: those that need attention first, all of them, their letters, the copies, and what it means.

A sealed letter shows its number and that it is sealed, nothing else, not even its matter, which would tell what it is
about; nor do letters nearly the same as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import letter
from pipeline.errors import OutputNotWritable, PetitionError
from pipeline.matters.hidden import hidden_letters
from pipeline.report.atomic import replacing
from pipeline.report.layout import (
    add_table,
    finish_table,
    matter_formats,
    row_height,
    write_about,
    write_cell,
    write_link,
)
from pipeline.report.matters_columns import ALL, COLUMNS, COPIES, LETTERS, UNDO, WARNED, WARNING_NAMES, due_told
from pipeline.report.sheet import MOST_ROWS, RunFacts, new_workbook, shown
from pipeline.settings import several
from pipeline.text.counts import is_vague, people_told

_LOOK_OF_WARNING = {2: "warned", 1: "watched", 0: "plain"}
_WARNED_LINES, _LETTER_LINES, _COPY_LINES, _LINE_HEIGHT = 12, 7, 10, 18


@dataclass(frozen=True)
class Scope:
    """Where a list of matters stands.

    Attributes
    ----------
    day : str
        For which warnings hold, ISO; "" if it is the day of the run.
    area : str
        The office's own area, which its places needn't name.
    in_store : int
        Matters in the store, of which only those of the batch and the warned ones are listed; 0: all are listed.
    """

    day: str = ""
    area: str = ""
    in_store: int = 0


def write_matters(
    letters: pd.DataFrame, matters: pd.DataFrame, facts: RunFacts, path: Path, scope: Scope = Scope()
) -> None:
    """Write the workbook of a run on matters.

    Parameters
    ----------
    letters, matters : DataFrame
        One row a letter, text masked, and one row a matter, ranked.
    facts : RunFacts
        What the sheet 说明 says of the run.
    scope : Scope
        For which day, of which area, from how many matters.

    Raises
    ------
    OutputNotWritable
        The place cannot be written, or the rows do not fit a sheet.
    PetitionError
        The counts of the run don't add up.
    """
    if max(len(letters), len(matters)) > MOST_ROWS:
        raise OutputNotWritable(
            file=path,
            why_zh=f"共 {len(letters)} 封信，Excel 一张表最多 {MOST_ROWS} 行，请改用 .csv 或 .parquet",
            why_en=f"{len(letters)} letters; a sheet holds {MOST_ROWS} rows: use .csv or .parquet",
        )
    if facts.rows_in != facts.rows_out + facts.rows_rejected:
        raise PetitionError(detail=f"rows in {facts.rows_in} != out {facts.rows_out} + rejected {facts.rows_rejected}")
    grouped = _by_matter(letters, matters)
    told = grouped.loc[~grouped["hidden"], "matter_id"].tolist()
    first_row = {name: len(told) - at + 1 for at, name in enumerate(reversed(told))}
    scope = replace(scope, day=scope.day or facts.made_at)
    with replacing(path) as temporary, new_workbook(temporary, facts.made_at) as workbook:
        formats = matter_formats(workbook)
        _write_warned(workbook, matters[matters["early_warning"] > 0], formats, first_row, scope)
        _write_all(workbook, matters, formats, first_row, scope)
        _write_letters(workbook, grouped, formats)
        _write_copies(workbook, grouped, formats)
        write_about(workbook, dict(_about(letters, matters, facts, scope)))


def _by_matter(letters: pd.DataFrame, matters: pd.DataFrame) -> pd.DataFrame:
    """Return the letters in the order of their matters, oldest first, with their matter's title; hidden ones last."""
    rank = {name: at for at, name in enumerate(matters["matter_id"])}
    title = dict(zip(matters["matter_id"], matters["title"], strict=True))
    hidden = hidden_letters(letters)
    frame = letters.assign(
        matter_rank=letters["matter_id"].map(rank).fillna(len(rank)).astype(int).mask(hidden, len(rank) + 1),
        matter_title=letters["matter_id"].map(title).fillna("").mask(hidden, ""),
        hidden=hidden,
        **{letter.RECEIVED_AT: letters[letter.RECEIVED_AT].mask(hidden, "")},
    )
    return frame.sort_values(["matter_rank", letter.RECEIVED_AT, letter.LETTER_ID], kind="stable", ignore_index=True)


def _write_warned(
    workbook: Any, warned: pd.DataFrame, formats: dict[str, Any], first_row: dict[str, int], scope: Scope
) -> None:
    columns = COLUMNS[WARNED]
    sheet = add_table(workbook, WARNED, columns, [formats["header"]] * len(columns))
    widths = [column.width for column in columns]
    order = warned.sort_values("early_warning", ascending=False, kind="stable")
    for at, row in enumerate(_rows(order), start=1):
        cells = _warned_cells(row, scope)
        looks = [formats[_LOOK_OF_WARNING[row["early_warning"]]], formats["link"]]
        looks += [formats["bold" if position in (3, 4) else "plain"] for position in range(2, len(cells))]
        _write_row(sheet, at, cells, looks, first_row.get(row["matter_id"]))
        sheet.set_row(at, row_height(cells, widths, _WARNED_LINES))
    if not len(warned):
        sheet.write_string(1, 1, "没有到预警线的事项。", formats["plain"])
    finish_table(sheet, len(warned), len(columns), frozen=2)


def _warned_cells(row: dict[str, Any], scope: Scope) -> list[str]:
    counts = [f"共 {row['letters']} 件", f"不同来信 {row['distinct']} 件"]
    counts += [f"信中说到{people_told(row['people'], row['people_words'])}"] if row["people"] else []
    counts += [f"密件 {row['sealed']} 件"] if row["sealed"] else []
    span = row["first"] if row["first"] == row["last"] else f"{row['first']}\n至 {row['last']}"
    classes = _joined("\n", _category(row), row["focus_topics"].replace("；", "、"))
    named = [row["located"], *several(row["places"])]
    fullest = dict.fromkeys(name for name in named if not any(name != other and name in other for other in named))
    where = "\n".join(_local(name, scope.area) for name in fullest)
    return [
        *(WARNING_NAMES[row["early_warning"]], row["title"], row["warning_reason"], row["unit"]),
        due_told(row["due"], scope.day),
        *(row["tried"], "\n".join(counts), span, f"{row['recent']}／{row['before']}", row["trend"]),
        *(where, classes, row["grouped_by"], row["alike"], row["matter_id"]),
    ]


def _local(place: str, area: str) -> str:
    """Return a place without the office's own area and what that lies in.

    Examples
    --------
    >>> _local("江原省云川市青石区云栖里", "云川市"), _local("江原省云川市", "云川市")
    ('青石区云栖里', '江原省云川市')
    """
    return (place.partition(area)[2] if area else "") or place


def _write_all(
    workbook: Any, matters: pd.DataFrame, formats: dict[str, Any], first_row: dict[str, int], scope: Scope
) -> None:
    """Write one line a matter; unwarned matters of one letter come last and fold at a click."""
    columns = COLUMNS[ALL]
    sheet = add_table(workbook, ALL, columns, [formats["header"]] * len(columns))
    single = (matters["letters"] <= 1) & (matters["early_warning"] == 0)
    shown_first = int((~single).sum())
    for at, row in enumerate(_rows(pd.concat([matters[~single], matters[single]])), start=1):
        cells = [
            *(WARNING_NAMES[row["early_warning"]], row["title"], row["letters"], row["distinct"]),
            *(_people(row), row["sealed"] or "", row["first"], row["last"], row["recent"], row["before"]),
            *(
                row["trend"],
                row["answered"],
                _local(row["located"], scope.area),
                row["things"].replace("；", "、"),
                _category(row),
            ),
            *(row["focus_topics"].replace("；", "、"), row["unit"], due_told(row["due"], scope.day, " ")),
            *(row["alike"].replace("\n", "；"), row["matter_id"]),
        ]
        warned = formats[_LOOK_OF_WARNING[row["early_warning"]] if row["early_warning"] else "line"]
        looks = [formats["line_count" if isinstance(cell, int) else "line"] for cell in cells]
        looks[:2] = [warned, formats["line_link"]]
        _write_row(sheet, at, cells, looks, first_row.get(row["matter_id"]))
        sheet.set_row(at, _LINE_HEIGHT, None, {"level": 1} if at > shown_first > 0 else {})
    if others := _not_listed(matters, scope):
        sheet.write_string(len(matters) + 2, 1, others, formats["line"])
    sheet.outline_settings(symbols_below=False)
    finish_table(sheet, len(matters), len(columns), frozen=2, printed=shown_first or None)


def _not_listed(matters: pd.DataFrame, scope: Scope) -> str:
    """Return how many matters of the store this workbook leaves out; "" if none."""
    if scope.in_store <= len(matters):
        return ""
    return (
        f"事项库共 {scope.in_store} 件事；这里列本次来信涉及的和预警、关注的 {len(matters)} 件，"
        f"其余 {scope.in_store - len(matters)} 件这次没有新来信，也没有到线。"
    )


def _people(row: dict[str, Any]) -> int | str:
    """Return the number of people to sort by; where it is none, the words of the letter or that it is about so many."""
    number, words = row["people"], row["people_words"]
    if not words:
        return f"约 {number}" if number else ""
    return people_told(number, words) if is_vague(words) else int(number)


def _write_letters(workbook: Any, grouped: pd.DataFrame, formats: dict[str, Any]) -> None:
    columns = COLUMNS[LETTERS]
    sheet = add_table(workbook, LETTERS, columns, [formats["header"]] * len(columns))
    widths = [column.width for column in columns]
    band, previous = True, None
    for at, row in enumerate(_rows(grouped), start=1):
        band, previous = (band if row["matter_id"] == previous else not band), row["matter_id"]
        cells = _letter_cells(row)
        looks = [formats["band" if band else "plain"]] * len(cells)
        _write_row(sheet, at, cells, looks)
        sheet.set_row(at, row_height(cells, widths, _LETTER_LINES))
    finish_table(sheet, len(grouped), len(columns), frozen=3)


def _letter_cells(row: dict[str, Any]) -> list[str]:
    if row["hidden"]:
        mark = "是" if row["sealed"] else "同密件"
        return ["", "", row[letter.LETTER_ID], mark, *[""] * (len(COLUMNS[LETTERS]) - 4)]
    return [
        *(row["matter_id"], row["matter_title"], row[letter.LETTER_ID], "", row[letter.RECEIVED_AT]),
        *(row[letter.CHANNEL], row[letter.TITLE], row[letter.TEXT], row["copy_kind"], row["duplicate_of"]),
        *(row["addition"], _category(row), shown("urgency", row["urgency"], "zh"), row["unit"]),
    ]


def _write_copies(workbook: Any, grouped: pd.DataFrame, formats: dict[str, Any]) -> None:
    columns = COLUMNS[COPIES]
    sheet = add_table(workbook, COPIES, columns, [formats["header"]] * len(columns))
    widths = [column.width for column in columns]
    hidden = set(grouped.loc[grouped["hidden"], letter.LETTER_ID])
    copies = grouped[grouped["duplicate_of"] != ""]
    for at, row in enumerate(_rows(copies), start=1):
        name, first = row[letter.LETTER_ID], row["duplicate_of"]
        sealed = name in hidden or first in hidden
        told = (row[letter.RECEIVED_AT], row["addition"], row["matter_title"], row["matter_id"])
        cells = [name, first, row["copy_kind"], *(("",) * len(told) if sealed else told), UNDO.format(letter_id=name)]
        _write_row(sheet, at, cells, [formats["plain"]] * len(cells))
        sheet.set_row(at, row_height(cells, widths, _COPY_LINES))
    if not len(copies):
        sheet.write_string(1, 0, "没有重复或联名的信。", formats["line"])
    finish_table(sheet, len(copies), len(columns), frozen=2)


def _about(
    letters: pd.DataFrame, matters: pd.DataFrame, facts: RunFacts, scope: Scope
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    kinds = Counter(kind for kind in letters["copy_kind"] if kind)
    levels = Counter(matters["early_warning"].tolist())
    links = "，".join(
        f"{kind} {count} 件" for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    )
    yield (
        "本次整理",
        [
            ("来信文件", facts.source),
            ("日期", facts.made_at + (f"（预警算到 {scope.day}）" if scope.day != facts.made_at else "")),
            ("模型", facts.model_version),
            ("单位资料", facts.office or "未配置（--office）"),
            ("行数", f"读入 {facts.rows_in} 行 ＝ 整理 {facts.rows_out} 封 ＋ 退回 {facts.rows_rejected} 行"),
            ("事项", f"{len(letters)} 封信归为 {len(matters)} 件事：预警 {levels[2]} 件，关注 {levels[1]} 件"),
            *([("事项库", others)] if (others := _not_listed(matters, scope)) else []),
            ("重复和联名", links or "没有"),
            (
                "密件",
                f"{int(letters['sealed'].sum())} 封，在“来信”表最后只列编号；"
                "标题、内容、单位、属于哪件事都不出现在这个工作簿里",
            ),
            (
                "个人信息",
                "标题和内容中的姓名、门牌号、身份证号、电话等已遮盖；自动识别难免遗漏，请注意保管。"
                if facts.masked
                else "密件之外未遮盖，请注意保管；这次查看已记录。",
            ),
            ("请记住", "归并、预警、单位、期限都是建议，由人确认后才生效；只理事，不评人。"),
            ("只有一封信的事项", f"排在“{ALL}”的下面，点左上角的 1 收起、2 展开；打印时不印。"),
            ("从事项到来信", "点“事项”一格到它的第一封信；“来信”表重新排序后请改按事项编号筛选。"),
        ],
    )
    for name, columns in COLUMNS.items():
        yield f"“{name}”各列的意思", [(column.title, column.meaning) for column in columns]
    if facts.notes:
        yield "读表时的提示", [(str(number), text) for number, text in enumerate(facts.notes, 1)]


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    names = list(frame.columns)
    for cells in zip(*(frame[name].tolist() for name in names), strict=True):
        yield dict(zip(names, cells, strict=True))


def _write_row(sheet: Any, at: int, cells: list[Any], looks: list[Any], first_row: int | None = None) -> None:
    """Write a row; its second cell leads to the row of the first letter where that is given."""
    for position, (value, look) in enumerate(zip(cells, looks, strict=True)):
        if position == 1 and first_row is not None:
            write_link(sheet, at, position, f"'{LETTERS}'!A{first_row}", str(value), look)
        else:
            write_cell(sheet, at, position, value, look)


def _category(row: dict[str, Any]) -> str:
    return _joined("／", row["category_l1"], row["category_l2"])


def _joined(mark: str, *parts: str) -> str:
    return mark.join(part for part in parts if part)
