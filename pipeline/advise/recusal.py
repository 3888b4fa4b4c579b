"""Accusations never reach the accused: which units a sealed letter must not go to, and where it goes instead.

Fail closed: every body, post and head that a sealed letter names counts as accused, however it is written; what can't
be resolved to a unit of the directory holds the letter for a person. Source: 信访工作条例第三十条、第三十一条.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import ahocorasick_rs

from pipeline.advise.accusation import hints, is_asked, together
from pipeline.advise.review import Doubt
from pipeline.advise.route import TOWN, Decision, Facts, Router, Step
from pipeline.letter import LEVEL_NAMES
from pipeline.office import Office, Unit, nested
from pipeline.settings import read_toml
from pipeline.text import lexicon
from pipeline.text.bodies import Body, find_bodies, squeezed
from pipeline.text.clean import clean
from pipeline.text.finder import finder
from pipeline.text.mask import mask

_CITY: Final = 3
_SHORTEST_BARE: Final = 4


@dataclass(frozen=True)
class Accused:
    """What a letter names.

    Attributes
    ----------
    units : tuple of Unit
        In the order of the directory.
    barred : frozenset of str
        Names of these units, of all below them, and of units of their type at lower levels of their area.
    unresolved : tuple of str
        Bodies and posts that are no unit of the directory; ("",) where the letter names none at all.
    """

    units: tuple[Unit, ...]
    barred: frozenset[str]
    unresolved: tuple[str, ...]


@dataclass(frozen=True)
class Recusal:
    """Finds the accused of an office's sealed letters and sends the letters past them."""

    router: Router

    @property
    def office(self) -> Office:
        """The office whose directory is used."""
        return self.router.office

    def accused(self, letter: str, path: tuple[str, ...]) -> Accused:
        """Return the units that a letter may accuse.

        Parameters
        ----------
        letter : str
            Title and text, not masked: heads are known by name.
        path : tuple of str
            Where the letter's matter is; () if unknown.
        """
        if self._only_asks(letter):
            return Accused((), frozenset(), ("",))
        found: set[str] = set()
        unresolved: list[str] = []
        institutions: list[str] = []
        # Twice: what stands between the characters of a name hides it, what stands between two names keeps them apart.
        for text in (clean([letter])[0], squeezed(letter)):
            names, rest = self._without_names(text)
            found |= names
            for body in find_bodies(rest):
                if body.institution or self._is_asked(rest, body.start, body.department, body.text):
                    institutions += [body.text] if body.institution else []
                    continue
                units = self._meant(body, path)
                found |= {unit.name for unit in units}
                unresolved += [] if units else [body.text]
        posts = _posts_in(rest)
        for post in posts:
            if post.group:
                units = self._of_type(post.group, post.value, path)
                found |= {unit.name for unit in units}
                unresolved += [] if units else [post.phrase]
        if not found and not unresolved:
            unresolved = [*institutions, *(post.phrase for post in posts)][:1] or [""]
        named = tuple(unit for unit in self.office.units if unit.name in found)
        return Accused(named, self.barred(named), tuple(dict.fromkeys(unresolved)))

    def barred(self, units: Iterable[Unit]) -> frozenset[str]:
        """Return the names of units, of all below them, and of units of their type at lower levels of their area."""
        names: set[str] = set()
        for unit in units:
            names |= self.office.below[unit.name]
            area = self._areas[unit.name]
            names |= {
                other.name
                for other in self._types.get(unit.department, ())
                if other.level < unit.level and self._areas[other.name][: len(area)] == area
            }
        return frozenset(names)

    def decide(self, facts: Facts, letter: str, *, accusation: bool) -> tuple[Decision, Accused]:
        """Return who gets a sealed letter, and whom it passes by.

        Parameters
        ----------
        letter : str
            As in :meth:`accused`.
        accusation : bool
            The purpose is an accusation: discipline inspection acts; otherwise the next competent level up.
        """
        steps = [
            Step("密件：检举控告或指名反映单位、干部，被反映的单位及其下级回避", "sealed: the accused are passed by")
        ]
        if self.router.assumed and not self.router.is_ours(facts.located.path):
            nobody = Accused((), frozenset(), ())
            return Decision("", (), facts.department, facts.level, (*steps, _HELD_NO_OFFICE)), nobody
        accused = self.accused(letter, facts.located.path)
        if accused.unresolved:
            return self._held(facts, steps, _unresolved(accused.unresolved)), accused
        steps.append(
            Step(
                f"回避：{'、'.join(u.name for u in accused.units)}",
                f"barred: {', '.join(u.name for u in accused.units)}",
            )
        )
        limits = read_toml("review.toml")["sealed"]
        discipline = limits["discipline"]
        # Discipline inspection of the same level answers to the leaders of that level: past those it is one level up.
        leaders = any(unit.department in (discipline, limits["government"]) for unit in accused.units)
        wanted = (discipline,) if accusation else (facts.department, discipline)
        for department in wanted:
            unit = self._past(department, accused, one_up=leaders or department != discipline)
            if unit:
                steps.append(
                    Step(
                        f"单位：{unit.name}（{LEVEL_NAMES[unit.level][0]}一级，不在回避之列）",
                        f"unit: {unit.name} ({LEVEL_NAMES[unit.level][1]}, not barred)",
                    )
                )
                return Decision(unit.name, (), facts.department, unit.level, tuple(steps)), accused
        return self._held(facts, steps, _NOBODY_LEFT), accused

    def _past(self, department: str, accused: Accused, *, one_up: bool) -> Unit | None:
        """Return the lowest unit of a type that stands above all the accused and is not barred."""
        areas = [self._areas[unit.name] for unit in accused.units]
        shared = areas[0]
        for area in areas[1:]:
            shared = shared[: sum(1 for a, b in zip(shared, area, strict=False) if a == b)]
        lowest = max(unit.level for unit in accused.units) + one_up
        for level in range(lowest, max(LEVEL_NAMES) + 1):
            for end in range(len(shared), 0, -1):
                found = [
                    unit
                    for unit in self.router.chiefs(department, level, shared[:end])
                    if unit.name not in accused.barred
                ]
                if len(found) == 1:
                    return found[0]
        return None

    def _held(self, facts: Facts, steps: list[Step], doubt: Doubt) -> Decision:
        steps.append(Step(f"留待专人：{doubt.zh}", f"held for a person: {doubt.en}"))
        return Decision("", (), facts.department, facts.level, tuple(steps), (doubt,))

    def _without_names(self, text: str) -> tuple[set[str], str]:
        """Return the units that a text names in full, and the text without these names."""
        automaton, owners = self._names
        found: set[str] = set()
        pieces, at = [], 0
        for _, start, end in automaton.find_matches_as_indexes(text):
            name = text[start:end]
            found |= {
                unit
                for unit in owners[name]
                if not self._is_asked(text, start, self.office.directory[unit].department, name)
            }
            pieces.append(text[at:start])
            at = end
        return found, "，".join([*pieces, text[at:]])

    def _only_asks(self, letter: str) -> bool:
        """Return whether all that a letter names is asked or thanked, and nothing in it sounds like an accusation.

        Nobody is accused then: where the letter is sealed all the same, a person must find out whom it means.
        """
        text = clean([letter])[0]
        named = self._named_in(text)
        if not named or not all(is_asked(text, start) for start in named) or hints(text):
            return False
        return len(named) == len(self._named_in(squeezed(letter)))  # else a name is hidden between other characters

    def _named_in(self, text: str) -> list[int]:
        """Return where the units, heads, bodies and posts begin that a text names, each place once."""
        spans = [(start, end) for _, start, end in self._names[0].find_matches_as_indexes(text)]
        spans += [(body.start, body.end) for body in find_bodies(text) if not body.institution]
        posts = lexicon.load("posts").find(text)
        spans += [(start, start + len(post.phrase)) for start, post in posts if post.group]
        return [start for start, _ in together(spans)]

    def _is_asked(self, text: str, start: int, department: str, name: str) -> bool:
        """Return whether a body is asked for help right here: discipline inspection and petition offices only."""
        limits = read_toml("review.toml")["sealed"]
        may_be = department in limits["addressable"] or limits["petition_office"] in name
        if not may_be:
            return False
        opening = not text[:start].strip() and text.startswith(tuple(limits["greeted"]), start + len(name))
        return opening or text.endswith(tuple(limits["addressed"]), 0, start)

    def _meant(self, body: Body, path: tuple[str, ...]) -> list[Unit]:
        """Return every unit that a body's name may mean; a station of a town is the town's and the county bureau's."""
        text = squeezed(body.text)
        named = [area for name, area in self._area_names if name in text]
        narrowest = max(map(len, named), default=0)
        areas = [area for area in named if len(area) == narrowest] or [path]
        limits = read_toml("review.toml")
        if body.department == limits["sealed"]["government"]:
            # Governments, committees and petition offices share a type: their names tell them apart.
            return [
                unit
                for area in areas
                for unit in self._of_type(body.department, body.level, area)
                if any(name.endswith(text[-2:]) for name in self._squeezed_names[unit.name])
            ]
        found = [unit for area in areas for unit in self._of_type(body.department, body.level, area)]
        if not found and body.level == TOWN:
            town = [unit for area in areas for unit in self._of_type(limits["town"]["department"], TOWN, area)]
            county = [unit for area in areas for unit in self._of_type(body.department, TOWN + 1, area)]
            found = [*town, *county] if town and county else []
        return found

    def _of_type(self, department: str, level: int, path: tuple[str, ...]) -> list[Unit]:
        """Return the units of a type whose area holds the place or lies in it; of everywhere if it is unknown.

        A level that isn't known is at most the office's own.
        """
        return [
            unit
            for unit in self._types.get(department, ())
            if (unit.level == level or (not level and unit.level <= self.office.level))
            and self._areas[unit.name]
            and (not path or nested(self._areas[unit.name], path))
        ]

    @cached_property
    def _squeezed_names(self) -> dict[str, tuple[str, ...]]:
        return {unit.name: tuple(map(squeezed, unit.names)) for unit in self.office.units}

    @cached_property
    def _names(self) -> tuple[ahocorasick_rs.AhoCorasick, dict[str, set[str]]]:
        """Every squeezed name of units and heads, and the units that it stands for."""
        owners: dict[str, set[str]] = {}
        for unit in self.office.units:
            for name in (*unit.names, *self._without_city(unit), *self._bare(unit), *_heads(unit)):
                if len(known_as := squeezed(name)) > 1:
                    owners.setdefault(known_as, set()).add(unit.name)
        return finder(owners), owners

    def _without_city(self, unit: Unit) -> Iterable[str]:
        """Yield 市教育局 for 云川市教育局, 临江区教育局 for 云川市临江区教育局: nobody writes the city they live in."""
        city = self.office.area if self.office.level == _CITY else ""
        for name in unit.names:
            if city and name.startswith(city):
                yield name[len(city) :] if unit.level < _CITY else city[-1] + name[len(city) :]

    def _bare(self, unit: Unit) -> Iterable[str]:
        """Yield names without any place that no rule of bodies knows: they may mean every unit of that name."""
        for name in unit.names:
            for place in self._areas[unit.name]:
                rest = name.removeprefix("中共").removeprefix(place)
                if len(rest) >= _SHORTEST_BARE and rest != name and not _is_body(rest):
                    yield rest

    @cached_property
    def _area_names(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple(
            (known_as, path)
            for area, path in self.office.paths.items()
            for name in (area.name, *area.aliases)
            if len(known_as := squeezed(name)) > 1
        )

    @cached_property
    def _areas(self) -> dict[str, tuple[str, ...]]:
        return {unit.name: self.office.path_of(unit.area) for unit in self.office.units}

    @cached_property
    def _types(self) -> dict[str, tuple[Unit, ...]]:
        found: dict[str, list[Unit]] = {}
        for unit in self.office.units:
            found.setdefault(unit.department, []).append(unit)
        return {department: tuple(units) for department, units in found.items()}


@cache
def _is_body(name: str) -> bool:
    """Return whether a rule of bodies knows a whole name; a directory has the same ones in every district."""
    return any(body.end == len(name) for body in find_bodies(name))


def _heads(unit: Unit) -> Iterable[str]:
    for name, post in unit.heads:
        yield name
        for title in (post, post.removeprefix("副"), post[-2:]):
            if len(title) > 1:
                yield name[0] + title


def _posts_in(text: str) -> list[lexicon.Entry]:
    """Return the posts named; their group is a department type, their value a level."""
    return [entry for _, entry in lexicon.load("posts").find(text)]


_HELD_NO_OFFICE = Step("未配置本单位的目录（--office），留待专人", "no office profile was named: held for a person")
_NOBODY_LEFT = Doubt("应回避的单位之上没有能接件的单位", "nobody above the accused is in the directory")


def _unresolved(names: tuple[str, ...]) -> Doubt:
    # What stands before a body's name was never masked.
    shown = "、".join(mask([name for name in names if name]))
    if not shown:
        return Doubt("认不出被反映的是哪个单位", "it isn't clear which body is accused")
    return Doubt(f"单位目录里认不出“{shown}”", f"{shown} is no unit of the directory")
