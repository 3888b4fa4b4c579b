"""From department, level and place to the unit that must act: rule before model, and no silent guess.

Precedence, written into every reason: an office rule beats the model, the model beats nothing. Where the place or the
competence is unknown, the confidence low or two rules contradict each other, the letter stays with the petition office
itself and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pipeline.advise.review import Doubt
from pipeline.letter import LEVEL_NAMES
from pipeline.office import Office, Route, Unit, nested
from pipeline.settings import departments, read_toml
from pipeline.text.places import Located

TOWN: Final = 1


@dataclass(frozen=True)
class Facts:
    """What is known of a letter, or of one of its demands, before a unit is sought."""

    purpose: str
    category_l1: str
    category_l2: str
    topics: tuple[str, ...]
    department: str
    department_confidence: float
    level: int
    level_confidence: float
    text: str
    located: Located


@dataclass(frozen=True)
class Step:
    """One step of a decision, for the trail."""

    zh: str
    en: str


@dataclass(frozen=True)
class Decision:
    """Who acts, and why.

    Attributes
    ----------
    unit : str
        "" where no unit may be named.
    co_units : tuple of str
    department : str
    level : int
    steps : tuple of Step
    doubts : tuple of Doubt
        Reasons to ask a person.
    """

    unit: str
    co_units: tuple[str, ...]
    department: str
    level: int
    steps: tuple[Step, ...]
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class Router:
    """Routing for one office.

    Attributes
    ----------
    office : Office
    assumed : bool
        The office was not named by anybody: letters from elsewhere get no unit of it.
    """

    office: Office
    assumed: bool = False

    def decide(self, facts: Facts) -> Decision:
        """Return the unit for a letter that accuses nobody."""
        office = self.office
        if self.assumed and not self.is_ours(facts.located.path):
            return Decision("", (), facts.department, facts.level, (_NO_OFFICE,))
        steps = [Step(f"地点：{facts.located.reason_zh}", f"place: {facts.located.reason_en}")]
        rules = self.rules_for(facts)
        leads = {(rule.lead, rule.lead_level) for rule in rules}
        if len(leads) > 1:
            return self._stays(facts, steps, _conflict(rules))
        rule = rules[0] if rules else None
        if rule is None and facts.department_confidence < office.confidence["department"]:
            return self._stays(facts, steps, _unsure_department(facts))
        department, level = self._lead(facts, rule)
        steps.append(_why(facts, rule, department))
        if rule is not None and rule.lead in office.directory:
            unit = office.directory[rule.lead]
            return self._decided(facts, steps, unit, rule, unit.department, unit.level)
        if not (rule and rule.lead_level) and facts.level_confidence < office.confidence["level"]:
            return self._stays(facts, steps, _unsure_level(facts), department)
        where = self.competent_area(facts.located.path, level)
        if where is None:
            return self._stays(facts, steps, self._unknown_place(facts), department, level)
        found = self.lowest(department, level, where)
        if not found:
            return self._stays(facts, steps, _not_listed(department, where), department, level)
        if len(found) > 1:
            return self._stays(facts, steps, _several(found), department, level)
        if found[0].level != level:
            steps.append(_other_level(level, found[0]))
        return self._decided(facts, steps, found[0], rule, department, found[0].level)

    def rules_for(self, facts: Facts) -> list[Route]:
        """Return the most specific rules that hold; several only where they have as many conditions."""
        holding = [rule for rule in self._candidates(facts) if holds(rule, facts, self._rule_areas.get(rule.rule))]
        most = max((rule.conditions for rule in holding), default=0)
        return [rule for rule in holding if rule.conditions == most]

    def competent_area(self, path: tuple[str, ...], level: int) -> tuple[str, ...] | None:
        """Return the path of the area whose body of that level is competent; None if the letter doesn't say it.

        The office's own area stands in where the letter names no place and the matter belongs to it or above.
        """
        own = self.office.area_path
        if not path:
            return own if level >= self.office.level else None
        if not self.is_ours(path):
            return None
        reached = self._level_of.get(path, 0)
        if reached > level and not (level == TOWN and reached == TOWN + 1):
            return None
        return path if len(path) >= len(own) else own

    def lowest(self, department: str, level: int, where: tuple[str, ...]) -> list[Unit]:
        """Return the units of a type at that level for an area, or at the next level up that has one.

        At the lowest level a type without a unit of its own is the town's or street's business.
        """
        for wanted in range(level, max(LEVEL_NAMES) + 1):
            for end in range(len(where), 0, -1):
                found = self.chiefs(department, wanted, where[:end])
                if not found and wanted == TOWN:
                    found = self.chiefs(_town_type(), TOWN, where[:end])
                if found:
                    return list(found)
        return []

    def chiefs(self, department: str, level: int, area: tuple[str, ...]) -> tuple[Unit, ...]:
        """Return the units of a type for an area that are under no other of the same type, level and area."""
        return self._units.get((department, level, area), ())

    def resolve(self, names: Iterable[str], level: int, where: tuple[str, ...]) -> list[Unit]:
        """Return the units behind names of units or of department types, at that level and place."""
        found: list[Unit] = []
        for name in names:
            if name in self.office.directory:
                found.append(self.office.directory[name])
            else:
                units = self.lowest(name, level, where)
                found += units if len(units) == 1 else []
        return found

    def _lead(self, facts: Facts, rule: Route | None) -> tuple[str, int]:
        if rule is None:
            return facts.department, facts.level
        return rule.lead, rule.lead_level or facts.level

    def _decided(
        self, facts: Facts, steps: list[Step], unit: Unit, rule: Route | None, department: str, level: int
    ) -> Decision:
        steps.append(
            Step(
                f"单位：{unit.name}（单位目录第 {unit.row} 行，{department}、{LEVEL_NAMES[unit.level][0]}）",
                f"unit: {unit.name} (directory row {unit.row})",
            )
        )
        where = facts.located.path if self.is_ours(facts.located.path) else self.office.area_path
        assists = self.resolve(rule.assists if rule else (), unit.level, where)
        names = tuple(dict.fromkeys(assist.name for assist in assists if assist.name != unit.name))
        if names:
            steps.append(Step(f"协办：{'、'.join(names)}（规则）", f"assists: {', '.join(names)} (rule)"))
        return Decision(unit.name, names, department, level, tuple(steps))

    def _stays(
        self, facts: Facts, steps: list[Step], doubt: Doubt, department: str | None = None, level: int | None = None
    ) -> Decision:
        steps.append(
            Step(f"留在{self.office.unit}，由人确定：{doubt.zh}", f"stays with {self.office.unit}: {doubt.en}")
        )
        department = facts.department if department is None else department
        return Decision(
            self.office.unit, (), department, facts.level if level is None else level, tuple(steps), (doubt,)
        )

    def _unknown_place(self, facts: Facts) -> Doubt:
        located = facts.located
        if located.path and not self.is_ours(located.path):
            return Doubt(
                f"地点{located.path[-1]}不在{self.office.area}辖区", f"{located.path[-1]} is outside {self.office.area}"
            )
        if located.candidates:
            names = "、".join("".join(path[-2:]) for path in located.candidates[:4])
            return Doubt(f"地点不明，可能是{names}", f"the place may be {names}")
        return Doubt("地点不明，定不了属地单位", "the place is unknown")

    def is_ours(self, path: tuple[str, ...]) -> bool:
        """Return whether a place lies in the office's area, or around it."""
        return bool(path) and nested(path, self.office.area_path)

    def _candidates(self, facts: Facts) -> Iterable[Route]:
        return (*self._by_first.get(facts.category_l1, ()), *self._by_first.get("", ()))

    @cached_property
    def _by_first(self) -> dict[str, tuple[Route, ...]]:
        found: dict[str, list[Route]] = {}
        for rule in self.office.routes:
            found.setdefault(rule.category_l1, []).append(rule)
        return {name: tuple(rules) for name, rules in found.items()}

    @cached_property
    def _rule_areas(self) -> dict[str, tuple[str, ...]]:
        return {rule.rule: self.office.path_of(rule.area) for rule in self.office.routes if rule.area}

    @cached_property
    def _level_of(self) -> dict[tuple[str, ...], int]:
        return {path: area.level for area, path in self.office.paths.items()}

    @cached_property
    def _units(self) -> dict[tuple[str, int, tuple[str, ...]], tuple[Unit, ...]]:
        found: dict[tuple[str, int, tuple[str, ...]], list[Unit]] = {}
        keys = {unit.name: (unit.department, unit.level, self.office.path_of(unit.area)) for unit in self.office.units}
        for unit in self.office.units:
            key = keys[unit.name]
            if key[2] and not any(keys[higher.name] == key for higher in self.office.above(unit)):
                found.setdefault(key, []).append(unit)
        return {key: tuple(units) for key, units in found.items()}


def holds(rule: Route, facts: Facts, area: tuple[str, ...] | None) -> bool:
    """Return whether all conditions of a rule hold; ``area`` is the path of the rule's area."""
    return (
        rule.department in ("", facts.department)
        and rule.category_l1 in ("", facts.category_l1)
        and rule.category_l2 in ("", facts.category_l2)
        and (not rule.topic or rule.topic in facts.topics)
        and rule.purpose in ("", facts.purpose)
        and rule.level in (0, facts.level)
        and (not rule.area or (bool(area) and facts.located.path[: len(area or ())] == area))
        and (not rule.phrases or any(phrase in facts.text for phrase in rule.phrases))
    )


def _town_type() -> str:
    """Return the department type of towns and streets."""
    name = str(read_toml("review.toml")["town"]["department"])
    assert name in departments(), "data/review.toml names a department type"
    return name


def _why(facts: Facts, rule: Route | None, department: str) -> Step:
    model_zh = f"模型：{facts.department}（{facts.department_confidence:.0%}）"
    model_en = f"model: {facts.department} ({facts.department_confidence:.0%})"
    if rule is None:
        return Step(f"部门：{model_zh}，没有适用的规则", f"department: {model_en}, no rule applies")
    phrase = next((phrase for phrase in rule.phrases if phrase in facts.text), "")
    quoted = f"，信中有“{phrase}”" if phrase else ""
    return Step(
        f"部门：{department}，按规则 {rule.rule}（{rule.reason}，{rule.source}{quoted}），先于{model_zh}",
        f"department: {department} by rule {rule.rule} ({rule.reason}, {rule.source}), before the {model_en}",
    )


_NO_OFFICE = Step("未配置本单位的目录（--office），不提单位", "no office profile was named (--office): no unit")


def _conflict(rules: Sequence[Route]) -> Doubt:
    named = "、".join(f"{rule.rule}（{rule.lead}）" for rule in rules)
    return Doubt(f"规则互相矛盾：{named}", f"rules contradict each other: {named}")


def _unsure_department(facts: Facts) -> Doubt:
    return Doubt(
        f"责任部门拿不准，{facts.department}只有 {facts.department_confidence:.0%}",
        f"department unsure, {facts.department} has {facts.department_confidence:.0%}",
    )


def _unsure_level(facts: Facts) -> Doubt:
    zh, en = LEVEL_NAMES[facts.level]
    return Doubt(
        f"办理层级拿不准，{zh}只有 {facts.level_confidence:.0%}",
        f"level unsure, {en} has {facts.level_confidence:.0%}",
    )


def _not_listed(department: str, where: tuple[str, ...]) -> Doubt:
    return Doubt(
        f"单位目录里没有管{where[-1]}的{department}单位", f"the directory has no {department} unit for {where[-1]}"
    )


def _several(units: Sequence[Unit]) -> Doubt:
    names = "、".join(unit.name for unit in units)
    return Doubt(f"单位目录里不止一个：{names}", f"the directory has several: {names}")


def _other_level(level: int, unit: Unit) -> Step:
    return Step(
        f"层级：{LEVEL_NAMES[level][0]}一级没有这类单位或来信没有写明，由{LEVEL_NAMES[unit.level][0]}一级办理",
        f"level: none at {LEVEL_NAMES[level][1]}, next up is {LEVEL_NAMES[unit.level][1]}",
    )
