"""Who must act, past whom, by which road and by when: what follows from a letter's classes, place and date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline import letter
from pipeline.advise.accusation import accuses, charges
from pipeline.advise.deadlines import Calendar, Clock, clocks, due_dates
from pipeline.advise.demands import Demand
from pipeline.advise.recusal import Accused, Recusal
from pipeline.advise.review import Doubt
from pipeline.advise.roads import Road, suggest_roads
from pipeline.advise.route import Decision, Facts, Router
from pipeline.learn.category import topics
from pipeline.office import Office
from pipeline.settings import read_toml
from pipeline.text.letters import strings
from pipeline.text.mask import KnownNames
from pipeline.text.places import Gazetteer, Located, Mention


@dataclass(frozen=True)
class Classes:
    """What the model says of a batch; every array has one entry a letter."""

    purpose: NDArray[Any]
    category_l1: NDArray[Any]
    category_l2: NDArray[Any]
    topics: NDArray[Any]
    department: NDArray[Any]
    department_confidence: NDArray[np.floating]
    level: NDArray[np.int64]
    level_confidence: NDArray[np.floating]
    accusation: NDArray[np.floating]
    accused: NDArray[np.floating]
    demands: list[list[Demand]]


@dataclass(frozen=True)
class Handling:
    """Handling for one office.

    Attributes
    ----------
    office : Office
    assumed : bool
        Nobody named the office; see :class:`pipeline.advise.route.Router`.
    lang : str
    """

    office: Office
    assumed: bool
    lang: str = "zh"

    def columns(
        self,
        frame: pd.DataFrame,
        titles: Sequence[str],
        texts: Sequence[str],
        raw: Sequence[str],
        told: Sequence[Sequence[Mention]],
        classes: Classes,
    ) -> tuple[dict[str, Any], list[list[Doubt]]]:
        """Return the columns of handling, and per letter the reasons to ask a person.

        Parameters
        ----------
        titles, texts : sequence of str
            Cleaned and masked.
        raw : sequence of str
            Title and text, not masked: recusal knows heads by name. Only names of bodies reach a column.
        told : sequence of sequence of Mention
            The places that each letter names.
        """
        places, received = strings(frame, letter.PLACE), strings(frame, letter.RECEIVED_AT)
        located = self.places.locate_all(places, titles, texts, told)
        decisions: list[Decision] = []
        recused: list[Accused | None] = []
        demands: list[str] = []
        for row in range(len(titles)):
            facts = _facts(classes, row, f"{titles[row]}\n{texts[row]}", located[row])
            demands_here = [_in_letter(demand, titles[row]) for demand in classes.demands[row]]
            decision, shown = self._with_demands(facts, demands_here, places[row], received[row])
            sealed = self._sealed(classes, row, facts, decision, raw[row])
            demands.append("" if sealed else shown)
            decisions.append(sealed[0] if sealed else decision)
            recused.append(sealed[1] if sealed else None)
        roads = suggest_roads(
            titles,
            texts,
            category_l1=classes.category_l1.tolist(),
            category_l2=classes.category_l2.tolist(),
            purpose=classes.purpose.tolist(),
        )
        columns = {
            "located": ["".join(where.path) for where in located],
            "unit": [decision.unit for decision in decisions],
            "co_units": ["；".join(decision.co_units) for decision in decisions],
            "unit_reason": [self._words(decision) for decision in decisions],
            "department": np.array([decision.department for decision in decisions], dtype=object),
            "level": np.array([decision.level for decision in decisions], dtype=np.int64),
            "sealed": np.array([accused is not None for accused in recused]),
            "recused": ["；".join(unit.name for unit in accused.units) if accused else "" for accused in recused],
            "demands": demands,
            "legal_route": [road.name for road in roads],
            "legal_advice": [_advice(road) for road in roads],
            **due_dates(received, self.calendar, self.clocks, [road.clocks for road in roads]),
        }
        return columns, [list(decision.doubts) for decision in decisions]

    def _sealed(
        self, classes: Classes, row: int, facts: Facts, decision: Decision, raw: str
    ) -> tuple[Decision, Accused] | None:
        """Return who gets a letter that accuses, and past whom; None for any other.

        One that may accuse is sealed, too, if it would else go to a body that it names, or to one below.
        """
        sure = self._is_sealed(classes, row, facts)
        if not sure and not (decision.unit and classes.accused[row] >= self._limits["accused_by_unit"]):
            return None
        accusation = bool(classes.accusation[row] >= self._accusation_share)
        past, accused = self._recusal.decide(facts, raw, accusation=accusation)
        reached = not accused.barred.isdisjoint((decision.unit, *decision.co_units))
        return (past, accused) if sure or reached else None

    def _is_sealed(self, classes: Classes, row: int, facts: Facts) -> bool:
        limits, accused = self._limits, classes.accused[row]
        if classes.accusation[row] >= self._accusation_share or accused >= limits["accused"]:
            return True
        if accused >= limits["accused_by_phrase"]:
            return bool(accuses(facts.text))
        return bool(accused >= limits["accused_by_deed"] and charges(facts.text))

    def _with_demands(self, facts: Facts, demands: Sequence[Demand], place: str, received: str) -> tuple[Decision, str]:
        """Return the decision for the weightiest demand, with the units of the others as assists, and all in words."""
        whole = self._router.decide(facts)
        if len(demands) < 2:
            return whole, ""
        parts = [self._part(facts, demand, place) for demand in sorted(demands, key=lambda demand: not demand.lead)]
        decisions = [self._router.decide(part) for part in parts]
        stays = ("", self.office.unit)
        lead = decisions[0] if decisions[0].unit not in stays else whole
        others = [decision.unit for decision in decisions if decision.unit not in (*stays, lead.unit)]
        shown = [
            f"{number}. {self._demand(part, decision, received)}"
            for number, (part, decision) in enumerate(zip(parts, decisions, strict=True), 1)
        ]
        return replace(lead, co_units=tuple(dict.fromkeys([*lead.co_units, *others]))), "\n".join(shown)

    def _part(self, facts: Facts, demand: Demand, place: str) -> Facts:
        """Return the facts of one demand; where it names no place, the letter's holds."""
        text = facts.text[demand.start : demand.end]
        located = self.places.locate("", "", text)
        within = located.path[: len(facts.located.path)] == facts.located.path and not located.candidates
        return replace(
            facts,
            purpose=demand.purpose,
            category_l1=demand.category_l1,
            category_l2=demand.category_l2,
            topics=topics(demand.category_l1, demand.category_l2, legacy=False),
            department=demand.department,
            department_confidence=demand.confidence,
            level=demand.level,
            text=text,
            located=located if located.path and (within or not place) else facts.located,
        )

    def _demand(self, part: Facts, decision: Decision, received: str) -> str:
        road = suggest_roads(
            [""],
            [part.text],
            category_l1=[part.category_l1],
            category_l2=[part.category_l2],
            purpose=[part.purpose],
        )[0]
        dates = due_dates([received], self.calendar, self.clocks, [road.clocks])
        until = dates["due_result"][0] or dates["due_accept"][0]
        words = part.text.strip().replace("\n", " ")
        quoted = words if len(words) <= _QUOTED else words[:_QUOTED] + "…"
        if self.lang == "zh":
            unit = decision.unit or decision.department
            told = f"{unit}，{road.name}{f'，期限 {until}' if until else ''}"
            return f"{part.category_l1}/{part.category_l2}（{told}）：“{quoted}”"
        told = f"{decision.unit or decision.department}, {road.name}{f', due {until}' if until else ''}"
        return f'{part.category_l1}/{part.category_l2} ({told}): "{quoted}"'

    def _words(self, decision: Decision) -> str:
        if self.lang == "zh":
            # A step is one item of the list, whatever a rule's own reason holds.
            return "；".join(step.zh.replace("；", "、") for step in decision.steps)
        return "; ".join(step.en for step in decision.steps)

    @cached_property
    def known_names(self) -> KnownNames:
        """The heads of the directory's units: they are never shown, however a letter writes about them."""
        return KnownNames(name for unit in self.office.units for name, _ in unit.heads)

    @cached_property
    def _router(self) -> Router:
        return Router(self.office, self.assumed)

    @cached_property
    def _recusal(self) -> Recusal:
        return Recusal(self._router)

    @cached_property
    def places(self) -> Gazetteer:
        """The places of the country and of the office."""
        return Gazetteer.of(self.office)

    @cached_property
    def calendar(self) -> Calendar:
        """The working days that the office knows."""
        return Calendar.of({} if self.assumed else self.office.holidays)

    @cached_property
    def clocks(self) -> dict[str, Clock]:
        """The clocks, with the office's changes."""
        return clocks(self.office.clocks)

    @cached_property
    def _limits(self) -> dict[str, Any]:
        return dict(read_toml("review.toml")["sealed"])

    @cached_property
    def _accusation_share(self) -> float:
        return float(read_toml("review.toml")["accusation"]["share"])


_QUOTED = 40


def _facts(classes: Classes, row: int, text: str, located: Located) -> Facts:
    held = str(classes.topics[row])
    return Facts(
        purpose=str(classes.purpose[row]),
        category_l1=str(classes.category_l1[row]),
        category_l2=str(classes.category_l2[row]),
        topics=tuple(held.split("；")) if held else (),
        department=str(classes.department[row]),
        department_confidence=float(classes.department_confidence[row]),
        level=int(classes.level[row]),
        level_confidence=float(classes.level_confidence[row]),
        text=text,
        located=located,
    )


def _in_letter(demand: Demand, title: str) -> Demand:
    """Return a demand of a text as one of ``title + line break + text``."""
    shift = len(title) + 1
    return replace(demand, start=demand.start + shift, end=demand.end + shift)


def _advice(road: Road) -> str:
    quoted = f"“{road.phrase}”。" if road.phrase else ""
    return f"{quoted}{road.advice}（{road.law}）"
