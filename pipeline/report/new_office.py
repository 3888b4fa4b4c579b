"""Make the folder of a new office: the form of every table, with the rules of the sample that hold anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pipeline.advise.consistency import is_invented
from pipeline.errors import OfficeRefused
from pipeline.office import (
    AREAS,
    HOLIDAYS,
    PHRASES,
    PROFILE,
    README,
    ROUTE_COLUMNS,
    ROUTES,
    SAMPLE,
    UNITS,
    WORDS,
    Office,
    Route,
)


def create(folder: Path, *, name: str, area: str, level: int) -> None:
    """Make the folder of a new office: the sample's files with their comments, and its general rules.

    A rule is general if it names none of the sample's places and units, and no part of its source is invented.
    No year of holidays is copied: what the national calendar lacks, only the State Council's notice can add.

    Raises
    ------
    OfficeRefused
        The folder is there already, or can't be made.
    """
    if folder.exists():
        raise OfficeRefused(folder=folder, why_zh="已经存在，不会覆盖", why_en="it is there already and stays as it is")
    sample = Office.load(SAMPLE)
    tables = {
        PROFILE: _renamed((sample.folder / PROFILE).read_text(encoding="utf-8"), name, area, level),
        AREAS: _emptied(sample.folder / AREAS, [(area, area[-1], str(level), "", "", "")]),
        UNITS: _emptied(sample.folder / UNITS, [(name, "其他", str(level), area, *[""] * 6)]),
        ROUTES: _emptied(sample.folder / ROUTES, [_cells(rule) for rule in sample.routes if _is_general(sample, rule)]),
        HOLIDAYS: _emptied(sample.folder / HOLIDAYS, [], header=False),
        WORDS: _emptied(sample.folder / WORDS, [], header=False),
        PHRASES: _emptied(sample.folder / PHRASES, []),
        README: (sample.folder / README).read_text(encoding="utf-8"),
    }
    making = folder.with_name(f".{folder.name}.making")
    try:
        making.mkdir(parents=True)
        for file, text in tables.items():
            (making / file).write_text(text, encoding="utf-8")
        making.rename(folder)
    except OSError as error:
        raise OfficeRefused(folder=folder, why_zh=f"建不了（{error}）", why_en=f"can't be made ({error})") from error


def _renamed(profile: str, name: str, area: str, level: int) -> str:
    values = {"name": f'"{name}"', "area": f'"{area}"', "unit": f'"{name}"', "level": str(level), "example": "false"}
    for key, value in values.items():
        profile = re.sub(rf"(?m)^{key}(\s*)=(\s*)(?:\"[^\"]*\"|\w+)", rf"{key}\g<1>=\g<2>{value}", profile, count=1)
    return profile


def _emptied(path: Path, rows: Sequence[Sequence[str]], *, header: bool = True) -> str:
    """Return a table's comments and header with other rows."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line for line in lines if line.startswith("#")]
    first = [next(line for line in lines if line and not line.startswith("#"))] if header else []
    return "\n".join([*comments, *first, *("\t".join(row) for row in rows)]) + "\n"


def _cells(rule: Route) -> list[str]:
    cells = {name: getattr(rule, name) for name in ROUTE_COLUMNS}
    return [
        "；".join(cell) if isinstance(cell, tuple) else str(cell or "") if not isinstance(cell, str) else cell
        for cell in cells.values()
    ]


def _is_general(office: Office, rule: Route) -> bool:
    named = {rule.lead, *rule.assists}
    return not rule.area and not is_invented(rule.source) and not (named & set(office.directory))
