"""Read a labelled history: the letter columns plus any of the label columns.

What cannot be used is never used silently: every dropped label is listed with its row, its column and why.
Only what a person decided trains: in a file that this tool wrote, a row counts when a person confirmed it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from pipeline import letter
from pipeline.errors import BadLabels
from pipeline.intake import open_letters
from pipeline.intake.headers import RENAMED, normal
from pipeline.learn.corpus import MEASURED
from pipeline.learn.heads import PAIR_SEPARATOR
from pipeline.settings import departments, read_table, taxonomy
from pipeline.text.clean import clean
from pipeline.text.copies import near_copies

N_FOLDS = 5
PROBLEM_COLUMNS = ("file", "source_row", "letter_id", "column", "value", "reason")
FREE_TEXT_SHARE, FREE_TEXT_VALUES = 0.5, 20
_FILE, _HEADER = "file", "header"
_YES = frozenset({"是", "1", "true", "yes", "y", "√"})
_NOTHING = frozenset({"", "nan", "none", "无", "-", "—"})


@dataclass(frozen=True)
class Labelled:
    """A labelled history as it can be trained on.

    Attributes
    ----------
    frame : DataFrame
        Letter columns, ``source_row``, the label columns found ("" where missing), ``official_l1``,
        ``fold`` (near-copies share one), ``copies`` (near-copies share the number) and ``measured``.
    problems : DataFrame
        One row a label or letter that could not be used: ``file source_row letter_id column value reason``.
    unused : tuple of str
        Headers of columns that look like labels, but under no header that is known.
    """

    frame: pd.DataFrame
    problems: pd.DataFrame
    unused: tuple[str, ...] = ()

    def note(self, lang: str) -> str:
        """Return one line on the columns that look like labels and were not used."""
        names = "、".join(f"「{header}」" for header in self.unused)
        if lang == "zh":
            known = "、".join(letter.ZH_NAMES[name] for name in letter.LABEL_COLUMNS)
            return f"列{names}像是标注，但没有用上；要用的话，请把表头改成：{known}"
        return f"not used, though they look like labels: {names}; rename to: {', '.join(letter.LABEL_COLUMNS)}"


def read_history(path: Path, *more: Path) -> Labelled:
    """Return the letters and labels of one file or several, and what of them cannot be used.

    Label columns carry their canonical header, that of the tool's sheet or a usual one
    (``data/label_names.tsv``); ranks may be written by name, a second level as
    ``first level/second level``. A label that is not of the classification is dropped and listed, with the label
    that was probably meant. Copies of one text with different labels lose the label they differ in.

    Raises
    ------
    BadLabels
        There is no label column, a column is free text, a file holds the tool's own unconfirmed suggestions, or
        not one label can be used.

    Examples
    --------
    >>> from pipeline.settings import resource
    >>> history = read_history(resource("data") / "samples" / "labelled.csv")
    >>> len(history.frame), len(history.problems)
    (132, 0)
    """
    problems: list[tuple[object, ...]] = []
    unused: dict[str, None] = {}
    parts = [_read(file, problems, unused) for file in (path, *more)]
    frame = pd.concat(parts, ignore_index=True)
    columns = [name for name in letter.LABEL_COLUMNS if name in frame.columns]
    labels = frame[columns].fillna("")
    cleaned = clean(frame[letter.TEXT].tolist())
    _only_agreeing(frame, labels, cleaned, problems)
    if (labels == "").all(axis=None):
        _, number, _, column, value, reason = problems[-1]
        raise BadLabels(
            file=path,
            why_zh=f"没有一个标注能用；例如第 {number} 行「{column}」列“{value}”：{reason}",
            why_en=f"no label can be used, e.g. row {number}, column {column!r}, value {value!r}",
        )
    result = pd.concat([frame[[*letter.LETTER_COLUMNS, letter.SOURCE_ROW]], labels], axis=1)
    result["official_l1"] = ""
    result[MEASURED] = True
    result["copies"] = near_copies(cleaned)
    result["fold"] = result["copies"] % N_FOLDS
    listed = pd.DataFrame(problems, columns=list(PROBLEM_COLUMNS)).sort_values(["file", "source_row"], kind="stable")
    return Labelled(result, listed.reset_index(drop=True), tuple(unused))


def _read(path: Path, problems: list[tuple[object, ...]], unused: dict[str, None]) -> pd.DataFrame:
    """Return letter columns, the name of the file and the labels of one file that can be used."""
    batches = list(open_letters(path).batches())
    frame = pd.concat([batch.letters for batch in batches], ignore_index=True)
    frame[_FILE] = path.name
    problems += [
        (path.name, row, "", "", "", reason)
        for batch in batches
        # By place: the file's own columns may have the same names.
        for row, reason in zip(batch.rejected.iloc[:, 0], batch.rejected.iloc[:, 1], strict=True)
    ]
    found = _found(frame)
    labels = pd.DataFrame({n: tidy_labels(n, frame[c]) for n, c in found.items() if n in letter.LABEL_COLUMNS})
    if not len(labels.columns):
        raise BadLabels(
            file=path,
            why_zh=f"没有一个标注列。认得的表头：{_known_headers()}",
            why_en=f"there is no label column. Headers that are known: {_known_headers()}",
        )
    unused.update(dict.fromkeys(_unused(frame, found)))
    if (labels == "").all(axis=None):
        raise BadLabels(file=path, why_zh="标注列全是空的", why_en="all label cells are empty")
    _only_confirmed(path, frame, labels, found, problems)
    _split_pairs(labels)
    _only_known(path, frame, labels, found, problems)
    return pd.concat([frame[[*letter.LETTER_COLUMNS, letter.SOURCE_ROW, _FILE]], labels], axis=1)


@cache
def _own() -> dict[str, str]:
    """Return the headers that the tool itself writes, as they are compared -> canonical name."""
    names = {column.name: (column.zh, column.en) for column in letter.ALL_COLUMNS}
    names |= {letter.CONFIRMED: letter.LETTER_HEADERS[letter.CONFIRMED][:2]}
    return {_tight(header): name for name, headers in names.items() for header in (name, *headers)}


@cache
def _usual() -> dict[str, str]:
    """Return the headers under which offices keep labels -> canonical name."""
    return {header: name for (column, header), name in _written().items() if column == _HEADER}


def _tight(header: str) -> str:
    """Return one of our headers as it is compared: its brackets tell 一级 from 二级, so they stay."""
    return re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", header)).lower()


def _known_headers() -> str:
    """Return the headers of label columns that are known, Chinese and canonical, for a message."""
    known = {name: [letter.ZH_NAMES[name]] for name in letter.LABEL_COLUMNS}
    for header, name in _usual().items():
        known[name].append(header)
    return "；".join(f"{'、'.join(headers)}（{name}）" for name, headers in known.items())


def _found(frame: pd.DataFrame) -> dict[str, str]:
    """Return canonical name -> column; the tool's own headers come before usual ones, then the sheet's order."""
    found: dict[str, str] = {}
    columns = sorted(map(str, frame.columns), key=lambda column: column.startswith(RENAMED))
    for names, compared in ((_own(), _tight), (_usual(), normal)):
        for column in columns:
            name = names.get(compared(column.removeprefix(RENAMED)))
            # What a sheet triaged again brought along confirms nothing of its new suggestions.
            if name and not (name == letter.CONFIRMED and column.startswith(RENAMED)):
                found.setdefault(name, column)
    return found


def _unused(frame: pd.DataFrame, found: dict[str, str]) -> Iterator[str]:
    """Yield the columns that look like labels by header or cells, but are not read as such."""
    words = {*letter.PURPOSES, *departments(), *(name for pair in taxonomy().pairs for name in pair)}
    words |= {zh for column in ("urgency", "level") for zh, _ in letter.VALUE_NAMES[column].values()}
    ours = {*letter.LETTER_COLUMNS, letter.SOURCE_ROW, letter.INTAKE_NOTE, _FILE, *found.values()}
    for column in frame.columns:
        if column in ours or _tight(str(column)) in _own():
            continue
        cells = frame[column].dropna().astype(str).str.strip()
        near = difflib.get_close_matches(normal(column), _usual(), n=1, cutoff=0.6)
        if near or cells[cells.ne("")].isin(words).mean() > FREE_TEXT_SHARE:
            yield str(column)


def _split_pairs(labels: pd.DataFrame) -> None:
    """Take second levels that are written ``first level/second level`` apart, where that fits the first level."""
    if "category_l2" not in labels:
        return
    if "category_l1" not in labels:
        labels["category_l1"] = ""
    pairs = set(taxonomy().pairs)
    for row, first, written in zip(labels.index, labels["category_l1"], labels["category_l2"], strict=True):
        parts = written.split(PAIR_SEPARATOR, 1)
        if tuple(parts) in pairs and first in ("", parts[0]):
            labels.loc[row, ["category_l1", "category_l2"]] = parts


def tidy_labels(column: str, cells: Iterable[object]) -> list[str]:
    """Return label cells as they are compared: usual characters, ranks and yes or no as numbers, "" for nothing.

    Examples
    --------
    >>> tidy_labels("urgency", ["３ 紧急", "特急", None]), tidy_labels("legacy", ["是"])
    (['3', '4', ''], ['1'])
    """
    values = ["" if cell is None or cell != cell else str(cell) for cell in cells]
    ranks = {zh: str(rank) for rank, (zh, _) in letter.VALUE_NAMES.get(column, {}).items()}
    if column == "legacy":
        ranks = {"True": "1", "False": "0", "true": "1", "false": "0", "是": "1", "否": "0", "yes": "1", "no": "0"}
    tidy = ["" if value.strip().lower() in _NOTHING else re.sub(r"\s+", "", value) for value in clean(values)]
    return [ranks.get(value, re.sub(r"^(\d)(?:\.0|\D.*)$", r"\1", value)) for value in tidy]


def _only_confirmed(
    path: Path,
    frame: pd.DataFrame,
    labels: pd.DataFrame,
    found: dict[str, str],
    problems: list[tuple[object, ...]],
) -> None:
    column = found.get(letter.CONFIRMED)
    if column is None:
        if "model_version" in found:
            raise BadLabels(
                file=path,
                why_zh=f"这是工具自己写的表，没有「{letter.CONFIRMED_ZH}」列；未经人确认的建议不能用来训练或衡量。"
                f"请加一列「{letter.CONFIRMED_ZH}」，人核对过的行填“是”",
                why_en=f"the tool wrote this sheet and it has no column {letter.CONFIRMED_ZH!r}: suggestions that no "
                "person confirmed neither train nor measure",
            )
        return
    confirmed = frame[column].fillna("").astype(str).str.strip().str.lower().isin(_YES)
    for row in frame.index[~confirmed & (labels != "").any(axis=1)]:
        problems.append((*_place(frame, row), column, "", "未经人工确认，不用来训练"))
    labels.loc[~confirmed] = ""


def _place(frame: pd.DataFrame, row: int) -> tuple[object, object, object]:
    return frame.at[row, _FILE], frame.at[row, letter.SOURCE_ROW], frame.at[row, letter.LETTER_ID]


@cache
def allowed() -> dict[str, tuple[str, ...]]:
    """Return the labels of each label column, ranks and yes or no as numbers."""
    ranked = {name: tuple(str(rank) for rank in names) for name, names in letter.VALUE_NAMES.items()}
    return {
        "purpose": letter.PURPOSES,
        "category_l1": taxonomy().first_levels,
        "category_l2": tuple(dict.fromkeys(second for _, second in taxonomy().pairs)),
        "department": departments(),
        "legacy": ("0", "1"),
        "early_warning": ("0", "1", "2"),
    } | ranked


@cache
def _written() -> dict[tuple[str, str], str]:
    rows = read_table("label_names.tsv", ("column", "written", "meant", "source"))
    return {(row["column"], row["written"]): row["meant"] for row in rows}


@cache
def probably_meant(column: str, value: str) -> str:
    """Return the label of a column that a value which is none probably means; "" if there is no near one.

    Examples
    --------
    >>> probably_meant("category_l2", "欠薪"), probably_meant("category_l1", "城乡建设类")
    ('工资福利', '城乡建设')
    """
    known = _written().get((column, value))
    near = difflib.get_close_matches(value, allowed()[column], n=1, cutoff=0.6)
    return known or (near[0] if near else "")


def _only_known(
    path: Path,
    frame: pd.DataFrame,
    labels: pd.DataFrame,
    found: dict[str, str],
    problems: list[tuple[object, ...]],
) -> None:
    firsts: dict[str, set[str]] = {}
    for first, second in taxonomy().pairs:
        firsts.setdefault(second, set()).add(first)
    for column in labels.columns:
        wrong = labels[column].ne("") & ~labels[column].isin(allowed()[column])
        distinct = labels.loc[wrong, column].nunique()
        # Under a usual header an office may keep something else: that alone is no reason to refuse its other labels.
        ours = _tight(found.get(column, column).removeprefix(RENAMED)) in _own()
        if ours and distinct >= FREE_TEXT_VALUES and wrong.sum() > FREE_TEXT_SHARE * labels[column].ne("").sum():
            example = labels.loc[wrong, column].iloc[0][:20]
            raise BadLabels(
                file=path,
                why_zh=f"「{column}」列有 {distinct} 种不在分类里的值（如“{example}”），像是自由文本，不是标注",
                why_en=f"column {column!r} has {distinct} values outside the classification: free text, not labels",
            )
        for row in frame.index[wrong]:
            value = str(labels.at[row, column])
            meant = probably_meant(column, value)
            why = f"“{value}”不是这一列的标注值" + (f"，是不是“{meant}”？" if meant else "")
            problems.append((*_place(frame, row), column, value, why))
            labels.at[row, column] = ""
    if "category_l2" not in labels:
        return
    pairs = set(taxonomy().pairs)
    for row, first, second in zip(labels.index, labels["category_l1"], labels["category_l2"], strict=True):
        if second and not first and len(firsts[second]) == 1:
            labels.at[row, "category_l1"] = next(iter(firsts[second]))
        elif second and (first, second) not in pairs:
            why = f"二级“{second}”不属于一级“{first}”" if first else f"“{second}”在几个一级之下都有，缺一级"
            problems.append((*_place(frame, row), "category_l2", second, why))
            labels.at[row, "category_l2"] = ""


def _only_agreeing(
    frame: pd.DataFrame, labels: pd.DataFrame, cleaned: Sequence[str], problems: list[tuple[object, ...]]
) -> None:
    keys = pd.Series([re.sub(r"\W+", "", text) for text in cleaned], index=frame.index)
    copies = keys[keys.duplicated(keep=False) & keys.ne("")]
    several = frame[_FILE].nunique() > 1
    places = (frame[_FILE] + " " if several else "") + frame[letter.SOURCE_ROW].astype(str)
    for _, rows in copies.groupby(copies).groups.items():
        for column in labels.columns:
            values = labels.loc[rows, column]
            if len(set(values) - {""}) < 2:
                continue
            numbers = "、".join(places[rows])
            for row in rows[values.ne("")]:
                why = f"同一封信（第 {numbers} 行）这一列的标注互相矛盾，都不用"
                problems.append((*_place(frame, row), column, labels.at[row, column], why))
            labels.loc[rows, column] = ""


def rare_classes(frame: pd.DataFrame, column: str, at_least: int) -> dict[str, int]:
    """Return the labels of a column that fewer letters have than ``at_least``, with their number.

    Examples
    --------
    >>> rare_classes(pd.DataFrame({"purpose": ["求决", "求决", "咨询", ""]}), "purpose", 2)
    {'咨询': 1}
    """
    counts = Counter(value for value in frame[column] if value)
    return {value: n for value, n in sorted(counts.items()) if n < at_least}
