"""The office profile: who we are, our areas, our units, our routing rules.

A profile is a folder that an office edits without touching code: ``office.toml`` and tables (tab-separated,
as Excel saves "Unicode text"). A cell with several values separates them by ``；``; an empty cell of a rule means any.
The sample city lies in ``data/offices/sample``; ``petition office new`` copies its form, ``petition office check``
finds what contradicts itself.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pipeline.errors import OfficeRefused, RuleTableError
from pipeline.settings import read_rows, resource, several

SAMPLE: Final = "sample"
VARIABLE: Final = "PETITION_OFFICE"
PROFILE, AREAS, UNITS, ROUTES = "office.toml", "areas.tsv", "units.tsv", "routes.tsv"
HOLIDAYS, WORDS, PHRASES = "holidays.toml", "words.txt", "phrases.tsv"
README: Final = "README.zh.md"
FILES: Final = (PROFILE, AREAS, UNITS, ROUTES, HOLIDAYS, WORDS, PHRASES)
AREA_COLUMNS: Final = ("name", "kind", "level", "parent", "aliases", "source")
UNIT_COLUMNS: Final = (
    *("name", "department", "level", "area", "parent", "aliases", "former_names", "heads", "duties", "source"),
)
ROUTE_COLUMNS: Final = (
    *("rule", "department", "category_l1", "category_l2", "topic", "purpose", "area", "level", "phrases"),
    *("lead", "lead_level", "assists", "reason", "source"),
)
PATH_SEPARATOR: Final = "/"
_TOWNS: Final = ("镇", "乡", "街道")


@dataclass(frozen=True)
class Area:
    """A place of the office: a city, district, town, village, estate, road.

    Attributes
    ----------
    name, kind : str
    level : int
        1 town and below, 2 county, 3 city, 4 province.
    parent : str
        Name of the wider area, or its path (``望山县/柳坪镇``) where the name stands for several; "" at the top.
    aliases : tuple of str
    row : int
        Where it stands in its table.
    """

    name: str
    kind: str
    level: int
    parent: str
    aliases: tuple[str, ...] = ()
    row: int = 0

    @property
    def is_division(self) -> bool:
        """Whether it is a town or wider; an estate, a village or a road is a spot."""
        return self.level > 1 or self.kind in _TOWNS


@dataclass(frozen=True)
class Unit:
    """A body of the directory.

    Attributes
    ----------
    name : str
        Unique in the directory.
    department : str
        Its type (``data/departments.tsv``).
    level : int
    area : str
        Name or path of the area it is competent for.
    parent : str
        The unit that supervises it; "" at the top.
    aliases, former_names : tuple of str
    heads : tuple of (name, post)
        Who leads it. Used for recusal only.
    duties : str
    row : int
    """

    name: str
    department: str
    level: int
    area: str
    parent: str
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    heads: tuple[tuple[str, str], ...] = ()
    duties: str = ""
    row: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it is known by."""
        return (self.name, *self.aliases, *self.former_names)


@dataclass(frozen=True)
class Route:
    """A routing rule: where all its conditions hold, its lead acts; an empty condition always holds.

    Attributes
    ----------
    rule : str
        Its number, shown in reasons.
    department, category_l1, category_l2, topic, purpose, area : str
    level : int
        0: any.
    phrases : tuple of str
        One of them must stand in the letter.
    lead : str
        A department type or the name of a unit.
    lead_level : int
        0: the letter's own level.
    assists : tuple of str
        Department types or names of units.
    reason, source : str
    row : int
    """

    rule: str
    department: str
    category_l1: str
    category_l2: str
    topic: str
    purpose: str
    area: str
    level: int
    phrases: tuple[str, ...]
    lead: str
    lead_level: int
    assists: tuple[str, ...]
    reason: str
    source: str
    row: int = 0

    @property
    def conditions(self) -> int:
        """How many conditions it has: of two rules that hold, the one with more is the more specific."""
        named = (self.department, self.category_l1, self.category_l2, self.topic, self.purpose, self.area)
        return sum(map(bool, named)) + bool(self.level) + bool(self.phrases)


@dataclass(frozen=True)
class Office:
    """An office's profile.

    Attributes
    ----------
    folder : Path
    name, area, unit : str
        The office, the area it answers for, and its own entry in the directory.
    level : int
    example : bool
        An invented office: real letters get no unit of it, unless it was asked for by name.
    confidence : dict of str to float
        Per head (``department``, ``level``) the confidence below which a person decides.
    areas, units, routes : tuple
    clocks, holidays : dict
        What differs from ``data/clocks.toml``; days off and working days of years that the calendar lacks.
    """

    folder: Path
    name: str
    area: str
    unit: str
    level: int
    example: bool
    confidence: Mapping[str, float]
    areas: tuple[Area, ...]
    units: tuple[Unit, ...]
    routes: tuple[Route, ...]
    clocks: Mapping[str, Any] = field(default_factory=dict)
    holidays: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: str | Path | None = None) -> Office:
        """Open a profile: a folder, or the name of one below ``data/offices``; the sample where none is named.

        Raises
        ------
        OfficeRefused
            The folder or one of its files is missing or can't be read.
        RuleTableError
            A row of a table can't be read; it is named.

        Examples
        --------
        >>> Office.load().name
        '云川市信访局'
        """
        found = find_folder(folder)
        head = _toml(found / PROFILE, required=True)
        who = head.get("office", {})
        missing = [key for key in ("name", "area", "level", "unit") if key not in who]
        if missing:
            raise OfficeRefused(
                folder=found,
                why_zh=f"{PROFILE} 的 [office] 缺 {'、'.join(missing)}",
                why_en=f"{PROFILE} lacks {', '.join(missing)} in [office]",
            )
        return cls(
            folder=found,
            name=str(who["name"]),
            area=str(who["area"]),
            unit=str(who["unit"]),
            level=int(who["level"]),
            example=bool(who.get("example", False)),
            confidence={"department": 0.5, "level": 0.5} | head.get("confidence", {}),
            areas=tuple(_areas(found / AREAS)),
            units=tuple(_units(found / UNITS)),
            routes=tuple(_routes(found / ROUTES)),
            clocks=head.get("clocks", {}),
            holidays=_toml(found / HOLIDAYS),
        )

    @cached_property
    def version(self) -> str:
        """Eight characters that change with any byte of the profile."""
        digest = hashlib.sha256()
        for name in FILES:
            path = self.folder / name
            digest.update(name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"") + b"\0")
        return digest.hexdigest()[:8]

    @cached_property
    def paths(self) -> dict[Area, tuple[str, ...]]:
        """Each area with its path from the widest area to itself; an area whose parent is unknown stands alone."""
        by_name: dict[str, list[Area]] = {}
        for area in self.areas:
            by_name.setdefault(area.name, []).append(area)
        found: dict[Area, tuple[str, ...]] = {}

        def path(area: Area, below: frozenset[Area]) -> tuple[str, ...]:
            if area not in found:
                wider = [
                    other
                    for other in by_name.get(area.parent.rpartition(PATH_SEPARATOR)[2], [])
                    if other not in below and PATH_SEPARATOR.join(path(other, below | {other})).endswith(area.parent)
                ]
                found[area] = (*(path(wider[0], below | {wider[0]}) if area.parent and wider else ()), area.name)
            return found[area]

        for area in self.areas:
            path(area, frozenset({area}))
        return found

    @cached_property
    def area_path(self) -> tuple[str, ...]:
        """The path of the office's own area."""
        return self.path_of(self.area)

    def path_of(self, area: str) -> tuple[str, ...]:
        """Return the path of an area written as a name or a path; () if it isn't known or stands for several."""
        return self._path_of.get(area, ())

    @cached_property
    def _path_of(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, set[tuple[str, ...]]] = {}
        for path in self.paths.values():
            for start in range(len(path)):
                found.setdefault(PATH_SEPARATOR.join(path[start:]), set()).add(path)
        return {name: next(iter(paths)) for name, paths in found.items() if len(paths) == 1}

    @cached_property
    def directory(self) -> dict[str, Unit]:
        """Units by name."""
        return {unit.name: unit for unit in self.units}

    def above(self, unit: Unit) -> Iterator[Unit]:
        """Yield the units above one, nearest first."""
        seen = {unit.name}
        while unit.parent in self.directory and unit.parent not in seen:
            unit = self.directory[unit.parent]
            seen.add(unit.name)
            yield unit

    @cached_property
    def below(self) -> dict[str, frozenset[str]]:
        """Per unit the names of itself and of every unit under it."""
        found: dict[str, set[str]] = {unit.name: {unit.name} for unit in self.units}
        for unit in self.units:
            for higher in self.above(unit):
                found[higher.name].add(unit.name)
        return {name: frozenset(names) for name, names in found.items()}


def nested(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether one of two places lies in the other, or both are the same.

    Examples
    --------
    >>> nested(("云川市",), ("云川市", "临江区")), nested(("云川市", "青石区"), ("云川市", "临江区"))
    (True, False)
    """
    return one[: len(other)] == other or other[: len(one)] == one


def find_folder(folder: str | Path | None) -> Path:
    """Return the folder of a profile: the one named, else that of ``PETITION_OFFICE``, else the sample.

    Raises
    ------
    OfficeRefused
        There is no such folder.
    """
    named = folder or os.environ.get(VARIABLE) or SAMPLE
    for place in (Path(named), resource("data") / "offices" / str(named)):
        if (place / PROFILE).is_file():
            return place
    raise OfficeRefused(
        folder=named, why_zh=f"没有这个文件夹，或其中没有 {PROFILE}", why_en=f"no such folder, or it lacks {PROFILE}"
    )


def _toml(path: Path, *, required: bool = False) -> dict[str, Any]:
    if not path.is_file() and not required:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OfficeRefused(
            folder=path, why_zh=f"不是合格的 TOML（{error}）", why_en=f"not valid TOML ({error})"
        ) from error


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    if not path.is_file():
        raise OfficeRefused(folder=path.parent, why_zh=f"缺少 {path.name}", why_en=f"{path.name} is missing")
    return read_rows(path, path.name, columns)


def _areas(path: Path) -> Iterator[Area]:
    for number, row in _rows(path, AREA_COLUMNS):
        level = _level(path, number, "level", row["level"], required=True)
        yield Area(
            _named(path, number, row["name"]), row["kind"], level, row["parent"], several(row["aliases"]), number
        )


def _units(path: Path) -> Iterator[Unit]:
    for number, row in _rows(path, UNIT_COLUMNS):
        yield Unit(
            name=_named(path, number, row["name"]),
            department=row["department"],
            level=_level(path, number, "level", row["level"], required=True),
            area=row["area"],
            parent=row["parent"],
            aliases=several(row["aliases"]),
            former_names=several(row["former_names"]),
            heads=tuple((name, post) for name, _, post in (head.partition("/") for head in several(row["heads"]))),
            duties=row["duties"],
            row=number,
        )


def _routes(path: Path) -> Iterator[Route]:
    for number, row in _rows(path, ROUTE_COLUMNS):
        yield Route(
            **{name: row[name] for name in ROUTE_COLUMNS if name not in ("level", "phrases", "lead_level", "assists")},
            level=_level(path, number, "level", row["level"]),
            phrases=several(row["phrases"]),
            lead_level=_level(path, number, "lead_level", row["lead_level"]),
            assists=several(row["assists"]),
            row=number,
        )


def _named(path: Path, number: int, name: str) -> str:
    if not name:
        raise RuleTableError(file=path.name, row=number, why_zh="没有名称（name）", why_en="the name is empty")
    return name


def _level(path: Path, number: int, column: str, cell: str, *, required: bool = False) -> int:
    if not cell and not required:
        return 0
    if cell not in ("1", "2", "3", "4"):
        raise RuleTableError(
            file=path.name,
            row=number,
            why_zh=f"{column} 应为 1～4，实为「{cell}」",
            why_en=f"{column} must be 1 to 4, not {cell!r}",
        )
    return int(cell)
