"""Hand a triaged batch over: one workbook per unit, a sealed folder apart, and a count that adds up.

A person may have changed the sheet before, so the accused are kept out once more here: a sealed letter whose unit is
one that must recuse itself, or stands below one, is held.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from pipeline import letter
from pipeline.advise.recusal import Recusal
from pipeline.advise.route import Router
from pipeline.errors import FileNotReadable, NoTextColumn, OutputNotWritable, PetitionError
from pipeline.intake import open_letters
from pipeline.office import Office
from pipeline.report.sheet import cell_formats, header, legal, new_workbook, shown, today, write_rejected

SEALED_FOLDER: Final = "密件"
HELD: Final = "待人工确定"
NO_UNIT: Final = "未定单位"
OVERVIEW: Final = "交办总表"
_ASSISTING: Final = "协办"
_COUNTED: Final = "主办 {} 个单位、协办 {} 个。协办的信已计在主办单位名下：件数只加“主办”和“密件”两列，“协办”列是件次。"
REJECTED: Final = "退回的行.csv"
_NEEDED: Final = ("unit", "sealed", "recused", "urgency")
_COLUMNS: Final = (
    *(letter.LETTER_ID, "urgency", letter.TITLE, letter.TEXT, letter.PLACE, "category_l1", "category_l2"),
    *("demands", "due_accept", "due_result", "legal_route", "co_units", "unit_reason", "review_reason"),
    *(letter.CONFIRMED, "model_version"),
)
_ORIGINAL: Final = (
    "姓名等已遮盖。原信在交办的信访部门：按编号查其登记系统，或由有权的人用 petition triage --reveal 重新分拣，"
    "原信在另存的“….密件.xlsx”里（查看会记录在案）。"
)
_ILLEGAL_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_TRUE = ("是", "yes", "true", "True", "1")


@dataclass(frozen=True)
class Handover:
    """What was handed over.

    Attributes
    ----------
    folder : Path
    rows_in, rejected : int
        Rows of the sheet, and those that are no letter.
    letters : dict of str to int
        Unit to number of letters that it leads, ordinary ones.
    assisting : dict of str to int
        Unit to number of letters that it helps with; each is counted once more, with the unit that leads it.
    sealed : dict of str to int
        The same for sealed ones; under :data:`HELD` those that a person must send.
    confirmed : int
        Letters that a person had confirmed.
    stopped : tuple of str
        Sealed letters that stood under a unit which must not get them, or that nobody knows.
    unlisted : dict of str to tuple of int
        Unit that the office's directory lacks to the sheet's rows that name it as lead or helper, ordinary ones.
    """

    folder: Path
    rows_in: int
    rejected: int
    letters: Mapping[str, int]
    assisting: Mapping[str, int]
    sealed: Mapping[str, int]
    confirmed: int
    stopped: tuple[str, ...]
    unlisted: Mapping[str, tuple[int, ...]]


def dispatch(sheet: Path, folder: Path, office: Office) -> Handover:
    """Write a triaged sheet's letters into one workbook per unit.

    Parameters
    ----------
    sheet : Path
        As ``petition triage`` wrote it, with a person's changes.
    folder : Path
        Made anew; an earlier hand-over in it is replaced whole.

    Raises
    ------
    FileNotReadable
        It is no triaged sheet.
    OutputNotWritable
        The folder holds something else, or can't be written.
    """
    frame, rejected = _read(sheet)
    _check_replaceable(folder)
    frame["unit"], stopped = _past_the_accused(frame, office)
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    try:
        making.mkdir(parents=True)
        counts = _write_all(frame, making, sheet.name)
        if len(rejected):
            write_rejected(rejected, making / REJECTED)
        rows_in, unlisted = len(frame) + len(rejected), _unlisted(frame, office)
        done = Handover(folder, rows_in, len(rejected), *counts, _confirmed(frame), stopped, unlisted)
        _nothing_lost(done)
        _overview(making / f"{OVERVIEW}.xlsx", done, sheet.name)
        _swap(making, folder)
    except OSError as error:
        raise OutputNotWritable(
            file=folder, why_zh=f"写不了（{error}）", why_en=f"can't be written ({error})"
        ) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return done


def _read(sheet: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    try:
        batches = list(open_letters(sheet).batches())
    except NoTextColumn:
        raise _not_triaged(sheet, [letter.TEXT]) from None
    frame = pd.concat([batch.letters for batch in batches], ignore_index=True)
    rejected = pd.concat([batch.rejected for batch in batches], ignore_index=True)
    named = letter.BY_ZH | {column.en: column.name for column in letter.ALL_COLUMNS}
    frame = frame.rename(columns=named | {letter.CONFIRMED_ZH: letter.CONFIRMED, "Confirmed": letter.CONFIRMED})
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing:
        raise _not_triaged(sheet, missing)
    for name in (*_NEEDED, *_COLUMNS):
        frame[name] = frame[name].fillna("").astype(str).str.strip() if name in frame.columns else ""
    frame["sealed"] = frame["sealed"].isin(_TRUE)
    return frame, rejected


def _not_triaged(sheet: Path, missing: Sequence[str]) -> FileNotReadable:
    zh, en = ([header(name, lang)[0] for name in missing] for lang in ("zh", "en"))
    return FileNotReadable(
        file=sheet,
        why_zh=f"这不是分拣过的表，缺少「{'」「'.join(zh)}」列",
        next_zh="请先用 petition triage 分拣来信，再把分拣结果交给 petition dispatch；表头不要改、不要删。",
        why_en=f"it is no triaged sheet, it lacks: {', '.join(en)}",
        next_en="Run petition triage first and dispatch its result, with its headers as they are.",
    )


def _unlisted(frame: pd.DataFrame, office: Office) -> dict[str, tuple[int, ...]]:
    """Return the units of ordinary letters that the directory lacks, each with the rows of the sheet that name it."""
    found: dict[str, list[int]] = {}
    ordinary = frame[~frame["sealed"]]
    columns = (ordinary[name].tolist() for name in ("unit", "co_units", letter.SOURCE_ROW))
    for lead, helpers, row in zip(*columns, strict=True):
        for unit in dict.fromkeys((lead, *helpers.split("；"))):
            if unit and unit not in office.directory:
                found.setdefault(unit, []).append(row)
    return {unit: tuple(rows) for unit, rows in found.items()}


def _past_the_accused(frame: pd.DataFrame, office: Office) -> tuple[list[str], tuple[str, ...]]:
    """Return the units of the letters, "" for a sealed one that must not go where it stands, and these letters' ids."""
    recusal = Recusal(Router(office))
    units, stopped = [], []
    for row in frame.itertuples(index=False):
        unit = str(row.unit)
        if row.sealed and unit:
            recused = [office.directory[name] for name in str(row.recused).split("；") if name in office.directory]
            if unit in recusal.barred(recused) or (unit not in office.directory):
                stopped.append(str(row.letter_id))
                unit = ""
        units.append(unit)
    return units, tuple(stopped)


def _write_all(frame: pd.DataFrame, folder: Path, source: str) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Write all workbooks; return how many letters each unit leads, helps with, and got sealed."""
    ordinary, sealed = frame[~frame["sealed"]], frame[frame["sealed"]]
    helpers = [cell.split("；") if cell else [] for cell in ordinary["co_units"]]
    letters: dict[str, int] = {}
    helped: dict[str, int] = {}
    for unit in sorted({*ordinary["unit"].tolist(), *(name for names in helpers for name in names)}):
        part, assisting = ordinary[ordinary["unit"] == unit], ordinary[[unit in names for names in helpers]]
        for counts, rows in ((letters, part), (helped, assisting)):
            if len(rows):
                counts[unit or NO_UNIT] = len(rows)
        _workbook(folder / _file_name(unit or NO_UNIT), unit or NO_UNIT, part, assisting, source)
    found: dict[str, int] = {}
    if len(sealed):
        (folder / SEALED_FOLDER).mkdir(mode=0o700)
    for unit in sorted(set(sealed["unit"].tolist())):
        part = sealed[sealed["unit"] == unit]
        found[unit or HELD] = len(part)
        path = folder / SEALED_FOLDER / _file_name(unit or HELD)
        path.touch(mode=0o600)
        _workbook(path, unit or HELD, part, sealed.iloc[:0], source)
    return letters, helped, found


def _workbook(path: Path, unit: str, letters: pd.DataFrame, assisting: pd.DataFrame, source: str) -> None:
    with new_workbook(path, today()) as book:
        title = book.add_format({"bold": True, "font_size": 16})
        bold = book.add_format({"bold": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        cover = book.add_worksheet("封面")
        cover.set_column(0, 0, 22)
        cover.set_column(1, 1, 70)
        cover.write_string(0, 0, unit, title)
        for number, (name, text) in enumerate(_cover(letters, assisting, source), start=2):
            cover.write_string(number, 0, name, bold)
            cover.write_string(number, 1, legal(text), plain)
        cover.set_paper(9)
        cover.fit_to_pages(1, 0)
        for name, part in (("主办", letters), (_ASSISTING, assisting)):
            if len(part):
                _table(book, name, part)


def _cover(letters: pd.DataFrame, assisting: pd.DataFrame, source: str) -> Iterator[tuple[str, str]]:
    urgent = letters["urgency"].str[:1].isin(("3", "4"))
    yield "来自", source
    yield "主办", f"{len(letters)} 件，其中紧急、特急 {int(urgent.sum())} 件"
    yield "协办", f"{len(assisting)} 件"
    yield "已由人确认", f"{_confirmed(letters)} 件"
    for name in ("due_accept", "due_result"):
        dates = sorted(date for date in letters[name] if date)
        if dates:
            yield f"最早的{letter.ZH_NAMES[name]}", f"{dates[0]}（{dates.count(dates[0])} 件）"
    first = letters[urgent].sort_values("urgency", ascending=False, kind="stable")
    for number, rank, title, text in zip(
        *(first[name].tolist() for name in (letter.LETTER_ID, "urgency", letter.TITLE, letter.TEXT)), strict=True
    ):
        yield number, f"{_rank('urgency', rank)}　{title or text[:30]}"
    if letters["sealed"].any():
        yield "原信在哪里", _ORIGINAL
    yield "请记住", "单位、期限和途径都是工具的建议，由人确认后才生效；不属于本单位的，请在 5 个工作日内提出。"


def _table(book: Any, name: str, part: pd.DataFrame) -> None:
    formats = cell_formats(book)
    sheet = book.add_worksheet(name)
    columns = (*_COLUMNS[:1], "unit", *_COLUMNS[1:]) if name == _ASSISTING else _COLUMNS
    shown_columns = [column for column in columns if part[column].ne("").any() or column == letter.TEXT]
    for position, column in enumerate(shown_columns):
        title, width = header(column, "zh") if column != "unit" else ("主办单位", header(column, "zh")[1])
        sheet.set_column(position, position, width)
        sheet.write_string(0, position, title, formats["header"])
    order = part.sort_values(["urgency", "due_result"], ascending=[False, True], kind="stable")
    for at, row in enumerate(order[shown_columns].itertuples(index=False), start=1):
        for position, (column, value) in enumerate(zip(shown_columns, row, strict=True)):
            look = "3" if column == "urgency" and str(value)[:1] in ("3", "4") else "plain"
            sheet.write_string(at, position, legal(_rank(column, value)), formats[look])
        sheet.set_row(at, 90)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(part), 1), len(shown_columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _rank(column: str, value: object) -> str:
    text = str(value)
    return shown(column, text, "zh") if column in letter.VALUE_NAMES and text.isdigit() else text


def _overview(path: Path, done: Handover, source: str) -> None:
    with new_workbook(path, today()) as book:
        bold = book.add_format({"bold": True, "border": 1, "bg_color": "#DDEBF7"})
        plain = book.add_format({"border": 1})
        sheet = book.add_worksheet(OVERVIEW)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 3, 10)
        counts = (done.letters, done.assisting, done.sealed)
        rows: list[tuple[int | str, ...]] = [("单位", "主办", _ASSISTING, "密件")]
        for unit in sorted({unit for counted in counts for unit in counted}):
            rows.append((unit, *(counted.get(unit, 0) for counted in counts)))
        rows.append(("合计", *(sum(counted.values()) for counted in counts)))
        rows.append((f"{source}：{done.rows_in} 行", done.rows_in - done.rejected, "", f"退回 {done.rejected}"))
        for at, row in enumerate(rows):
            for position, value in enumerate(row):
                write = sheet.write_string if isinstance(value, str) else sheet.write_number
                write(at, position, value, bold if at in (0, len(rows) - 2) else plain)
        sheet.write_string(len(rows) + 1, 0, _COUNTED.format(len(done.letters), len(done.assisting)))


def _confirmed(frame: pd.DataFrame) -> int:
    return int(frame[letter.CONFIRMED].isin(_TRUE).sum())


def _nothing_lost(done: Handover) -> None:
    out = sum(done.letters.values()) + sum(done.sealed.values())
    if done.rows_in != out + done.rejected:
        raise PetitionError(detail=f"rows in {done.rows_in} != out {out} + rejected {done.rejected}")


def _file_name(unit: str) -> str:
    return _ILLEGAL_IN_NAMES.sub("_", unit)[:80] + ".xlsx"


def _check_replaceable(folder: Path) -> None:
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / f"{OVERVIEW}.xlsx").is_file()):
        raise OutputNotWritable(
            file=folder,
            why_zh="文件夹里有别的东西，请换一个空文件夹",
            why_en="it holds something else; name an empty folder",
        )


def _swap(making: Path, folder: Path) -> None:
    """Put a finished folder in the place of an earlier one, which stays whole until then."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    making.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
