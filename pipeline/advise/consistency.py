"""Where an office profile contradicts itself or has gaps; every finding names file and row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from pipeline.learn.category import topics
from pipeline.letter import LEVEL_NAMES, PURPOSES
from pipeline.office import (
    AREA_COLUMNS,
    AREAS,
    PROFILE,
    ROUTE_COLUMNS,
    ROUTES,
    UNIT_COLUMNS,
    UNITS,
    Area,
    Office,
    Route,
    Unit,
    nested,
)
from pipeline.settings import departments, focus_rules, read_rows, read_toml, taxonomy

# What a source says of a row that is made up; the sample's README.zh.md tells it to those who fill in the tables.
INVENTED: Final = ("样例", "虚构")


@dataclass(frozen=True)
class Kind:
    """What gaps of one kind have in common, so that many can be told in one line."""

    zh: str
    en: str


@dataclass(frozen=True)
class Finding:
    """One fault or gap of a profile.

    Attributes
    ----------
    file : str
    row : int
        0 where no single row is meant.
    fault : bool
        A contradiction that must be mended; else a gap that may be meant.
    zh, en : str
    kind : Kind, optional
        Of a gap that a profile may have many of.
    about : str
        What tells it from others of its kind, in a word or two.
    """

    file: str
    row: int
    fault: bool
    zh: str
    en: str
    kind: Kind | None = None
    about: str = ""

    def text(self, lang: str = "zh") -> str:
        """Return the finding as a line."""
        if lang == "zh":
            return f"{self.file}{f' 第 {self.row} 行' if self.row else ''}：{self.zh}"
        return f"{self.file}{f', row {self.row}' if self.row else ''}: {self.en}"


_UNSERVED: Final = Kind("这些区划没有一个单位", "these areas have no unit")
_UNLISTED: Final = Kind("这些规则的主办单位，单位目录里还没有", "the directory lacks the lead of these rules")
_BOTH: Final = Kind(
    "这些规则可能与别的规则同时适用，主办却不同", "these rules may hold with others that have another lead"
)


def is_invented(source: str) -> bool:
    """Return whether a row's source, or a part of it, says that it is made up.

    Examples
    --------
    >>> is_invented("城镇燃气管理条例第五条"), is_invented("城镇燃气管理条例第五条；样例：市编办〔2019〕44号（虚构）")
    (False, True)
    """
    return any(word in source for word in INVENTED)


def findings(office: Office) -> list[Finding]:
    """Return every fault and gap, in the order of files and rows, faults first.

    Examples
    --------
    >>> [finding.text() for finding in findings(Office.load()) if finding.fault]
    []
    """
    checks = (_areas, _units, _names, _gaps, _routes, _pairs, _sources)
    found = [finding for check in checks for finding in check(office)]
    files = (PROFILE, AREAS, UNITS, ROUTES)
    return sorted(found, key=lambda finding: (not finding.fault, files.index(finding.file), finding.row, finding.zh))


def _sources(office: Office) -> Iterator[Finding]:
    """Rows of a real office that the sample made up: their reasons would stand in what units are handed."""
    if office.example:
        return
    for file, columns in ((AREAS, AREA_COLUMNS), (UNITS, UNIT_COLUMNS), (ROUTES, ROUTE_COLUMNS)):
        for number, row in read_rows(office.folder / file, file, columns):
            name, source = row[columns[0]], row["source"]
            if is_invented(source):
                zh = f"「{name}」的依据是编的（{source}），请换成真的依据，或删掉这一行"
                yield Finding(file, number, True, zh, f"the source of {name} is made up ({source}): mend it or drop it")


def _areas(office: Office) -> Iterator[Finding]:
    if not office.path_of(office.area):
        yield Finding(
            PROFILE, 0, True, f"本单位辖区「{office.area}」不在 {AREAS} 里", f"{office.area} is not in {AREAS}"
        )
    if office.unit not in office.directory:
        yield Finding(PROFILE, 0, True, f"本单位「{office.unit}」不在 {UNITS} 里", f"{office.unit} is not in {UNITS}")
    seen: dict[tuple[str, ...], Area] = {}
    for area, path in office.paths.items():
        if area.parent and len(path) == 1:
            yield Finding(
                AREAS,
                area.row,
                True,
                f"「{area.name}」的上级区划「{area.parent}」不在表里",
                f"the parent {area.parent} of {area.name} is not listed",
            )
        if path in seen:
            yield Finding(
                AREAS,
                area.row,
                True,
                f"「{'/'.join(path)}」与第 {seen[path].row} 行重复",
                f"{'/'.join(path)} is listed in row {seen[path].row}, too",
            )
        seen.setdefault(path, area)


def _units(office: Office) -> Iterator[Finding]:
    known, top = set(departments()), max((unit.level for unit in office.units), default=0)
    for unit in office.units:
        if unit.department not in known:
            yield _unit(unit, f"「{unit.department}」不是部门类型", f"{unit.department} is no department type")
        if not office.path_of(unit.area):
            yield _unit(
                unit, f"「{unit.area}」不在 {AREAS} 里或不止一个", f"{unit.area} is not, or not once, in {AREAS}"
            )
        if unit.parent and unit.parent not in office.directory:
            yield _unit(unit, f"上级单位「{unit.parent}」不在单位目录里", f"its parent {unit.parent} is not listed")
        elif not unit.parent and unit.level < top:
            yield _unit(unit, "没有上级单位", "it has no parent")
        if unit.parent and unit.name in {higher.parent for higher in (unit, *office.above(unit))}:
            yield _unit(unit, "上级单位绕成了圈", "its parents form a circle")


def _unit(unit: Unit, zh: str, en: str) -> Finding:
    return Finding(UNITS, unit.row, True, f"「{unit.name}」：{zh}", f"{unit.name}: {en}")


def _names(office: Office) -> Iterator[Finding]:
    owner: dict[str, Unit] = {}
    for unit in office.units:
        for name in dict.fromkeys(unit.names):
            first = owner.setdefault(name, unit)
            if first is not unit or unit.names.count(name) > 1:
                yield Finding(
                    UNITS,
                    unit.row,
                    True,
                    f"名称「{name}」与第 {first.row} 行「{first.name}」重复",
                    f"the name {name} also stands in row {first.row} ({first.name})",
                )


def _gaps(office: Office) -> Iterator[Finding]:
    """Areas without a unit, and types that some areas of a level lack."""
    town = read_toml("review.toml")["town"]["department"]
    served = {(unit.level, office.path_of(unit.area)) for unit in office.units}
    held = {(unit.department, unit.level, office.path_of(unit.area)) for unit in office.units}
    own = [(area, path) for area, path in office.paths.items() if area.level <= office.level and _governed(area)]
    for area, path in own:
        if (area.level, path) not in served:
            zh, en = f"「{area.name}」没有一个单位", f"{area.name} has no unit"
            yield Finding(AREAS, area.row, False, zh, en, _UNSERVED, area.name)
    for level in sorted({area.level for area, _ in own}):
        types = (town,) if level == 1 else [name for name in departments() if name != town]
        zh, en = LEVEL_NAMES[level]
        kind = Kind(f"{zh}一级没有这些部门类型的单位", f"no unit of these types at {en}")
        for department in types:
            lacking = [area for area, path in own if area.level == level and (department, level, path) not in held]
            if lacking:
                names = [area.name for area in lacking[:6]]
                shown = "、".join(names) + ("等" if len(lacking) > 6 else "")
                yield Finding(
                    AREAS,
                    lacking[0].row,
                    False,
                    f"{zh}一级没有「{department}」单位：{shown}",
                    f"no {department} unit at {en}: {', '.join(names)}",
                    kind,
                    department,
                )


def _governed(area: Area) -> bool:
    """Return whether an area has a government of its own: a village or an estate has not."""
    return area.kind in read_toml("review.toml")["town"]["governed"]


def _routes(office: Office) -> Iterator[Finding]:
    first_levels, pairs = set(taxonomy().first_levels), set(taxonomy().pairs)
    seconds = {second for _, second in pairs}
    known_topics, types = {rule.topic for rule in focus_rules()}, set(departments())
    for rule in office.routes:
        wrong = [
            (rule.department and rule.department not in types, f"没有部门类型「{rule.department}」", "department"),
            (
                rule.category_l1 and rule.category_l1 not in first_levels,
                f"没有一级分类「{rule.category_l1}」",
                "category",
            ),
            (rule.category_l2 and rule.category_l2 not in seconds, f"没有二级分类「{rule.category_l2}」", "category"),
            (rule.topic and rule.topic not in known_topics, f"没有重点类别「{rule.topic}」", "topic"),
            (rule.purpose and rule.purpose not in PURPOSES, f"没有信访目的「{rule.purpose}」", "purpose"),
            (rule.area and not office.path_of(rule.area), f"「{rule.area}」不在 {AREAS} 里", "area"),
            (not rule.lead, "没有主办单位", "lead"),
        ]
        for bad, zh, en in wrong:
            if bad:
                yield _rule(rule, f"{zh}，这条规则永远用不上", f"unknown {en}: the rule can never hold")
        both = (rule.category_l1, rule.category_l2)
        if all(both) and rule.category_l1 in first_levels and rule.category_l2 in seconds and both not in pairs:
            yield _rule(
                rule, f"「{both[0]}」下没有「{both[1]}」，这条规则永远用不上", "no such pair: the rule can never hold"
            )
        for name in (rule.lead, *rule.assists):
            if name and name not in types and name not in office.directory:
                yield _rule(rule, f"「{name}」既不是部门类型，也不在单位目录里", f"{name} is no type and no unit")
        if rule.lead in types and not _listed(office, rule):
            # A directory that is being filled in lacks units: a gap, no contradiction.
            gap = _rule(
                rule, f"单位目录里没有这一级的「{rule.lead}」单位", f"the directory has no such {rule.lead} unit"
            )
            yield replace(gap, fault=False, kind=_UNLISTED, about=f"{rule.rule}（{rule.lead}）")


def _rule(rule: Route, zh: str, en: str) -> Finding:
    return Finding(ROUTES, rule.row, True, f"规则 {rule.rule}：{zh}", f"rule {rule.rule}: {en}")


def _listed(office: Office, rule: Route) -> bool:
    return any(unit.department == rule.lead and rule.lead_level in (0, unit.level) for unit in office.units)


def _pairs(office: Office) -> Iterator[Finding]:
    """Rules that another one always beats, and rules of equal weight with different leads."""
    for one, other in combinations(office.routes, 2):
        if one.rule == other.rule:
            yield _rule(other, f"编号与第 {one.row} 行相同", f"its number is that of row {one.row}")
        if one.conditions == other.conditions and _may_both_hold(office, one, other) and _lead(one) != _lead(other):
            # Two different phrases rarely stand in one letter; where they do, a person is asked.
            apart = bool(one.phrases and other.phrases and not set(one.phrases) & set(other.phrases))
            finding = _rule(
                other,
                f"与第 {one.row} 行的规则 {one.rule} 可能同时适用，主办却不同（{one.lead}、{other.lead}）",
                f"may hold together with rule {one.rule} (row {one.row}), which has another lead",
            )
            gap = replace(finding, fault=False, kind=_BOTH, about=f"{other.rule}（{one.rule}）")
            yield gap if apart else finding
        for hidden, winner in ((one, other), (other, one)):
            same = winner.conditions == hidden.conditions and _lead(one) == _lead(other) and hidden is other
            if _implies(office, hidden, winner) and (winner.conditions > hidden.conditions or same):
                yield _rule(
                    hidden,
                    f"永远用不上：凡适用时，第 {winner.row} 行的规则 {winner.rule} 也适用且更具体或相同",
                    f"is never used: rule {winner.rule} (row {winner.row}) always holds, too",
                )
                break


def _lead(rule: Route) -> tuple[str, int]:
    return rule.lead, rule.lead_level


def _may_both_hold(office: Office, one: Route, other: Route) -> bool:
    """Return whether a letter can meet both rules. Phrases can always stand in one letter."""
    for name in ("department", "category_l1", "category_l2", "purpose", "level"):
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine and theirs and mine != theirs:
            return False
    areas = [office.path_of(rule.area) for rule in (one, other) if rule.area]
    if len(areas) == 2 and not nested(*areas):
        return False
    return any(_fits(one, pair) and _fits(other, pair) for pair in taxonomy().pairs)


def _fits(rule: Route, pair: tuple[str, str]) -> bool:
    if rule.category_l1 not in ("", pair[0]) or rule.category_l2 not in ("", pair[1]):
        return False
    return not rule.topic or rule.topic in topics(*pair, legacy=True)


def _implies(office: Office, one: Route, other: Route) -> bool:
    """Return whether ``other`` holds wherever ``one`` does."""
    for name in ("department", "purpose", "level"):
        if getattr(other, name) and getattr(other, name) != getattr(one, name):
            return False
    if other.topic and other.topic != one.topic:
        return False
    if other.area:
        wide = office.path_of(other.area)
        if not one.area or office.path_of(one.area)[: len(wide)] != wide:
            return False
    if other.phrases and not (one.phrases and set(one.phrases) <= set(other.phrases)):
        return False
    fitting = [pair for pair in taxonomy().pairs if _fits(one, pair)]
    return bool(fitting) and all(
        other.category_l1 in ("", first) and other.category_l2 in ("", second) for first, second in fitting
    )
