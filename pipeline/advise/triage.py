"""Triage: the one pure function from letters to suggestions."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline import letter
from pipeline.advise import explain
from pipeline.advise.demands import find_demands
from pipeline.advise.handling import Classes, Handling
from pipeline.advise.review import Doubt, Reviewer
from pipeline.advise.urgency import Raised, raise_urgency
from pipeline.advise.warning import warn
from pipeline.errors import BadOption, NoTextColumn
from pipeline.learn import bundle
from pipeline.learn.acceptance import SET_LEVELS, USUAL_LEVEL, label_sets
from pipeline.learn.category import Category, topics
from pipeline.learn.features import prepared
from pipeline.learn.heads import PAIR_SEPARATOR, by_rank
from pipeline.learn.model import Model, Reading
from pipeline.learn.registry import Registry
from pipeline.office import PHRASES, VARIABLE, WORDS, Office
from pipeline.settings import read_toml
from pipeline.text import lexicon
from pipeline.text.letters import cleaned, strings
from pipeline.text.lexicon import Lexicon
from pipeline.text.mask import mask
from pipeline.text.places import Mention
from pipeline.text.segment import Segmenter, default_segmenter, office_segmenter
from pipeline.text.things import NOTHING_LISTED, Listed

DEFAULT_ACCEPT = USUAL_LEVEL


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Hold back the search for cycles: a batch makes millions of objects, and hardly a cycle (6 % of the time)."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass(frozen=True)
class Triage:
    """Suggestions for letters from one model.

    Parameters
    ----------
    bundle : Bundle
    accept : float
        Share of right first-level categories that letters not sent to a person must reach on held-out letters.
    lang : str
        Language of reasons: ``"zh"`` or ``"en"``.
    sets : float, optional
        Adds ``category_set``: first levels among which the right one is with this probability.
    office : str, optional
        The office's profile, a folder. Without one the sample is assumed, and only letters to it get a unit.

    Examples
    --------
    >>> letters = pd.DataFrame({"text": ["工地拖欠我们二十个农民工三个月工资，快过年了还不发。"]})
    >>> Triage.load().suggest(letters).loc[0, "category_l1"]
    '劳动和社会保障'
    """

    bundle: bundle.Bundle
    accept: float = DEFAULT_ACCEPT
    lang: str = "zh"
    sets: float | None = None
    office: str | None = None

    @classmethod
    def load(
        cls,
        model: str | Path | None = None,
        *,
        accept: float = DEFAULT_ACCEPT,
        lang: str = "zh",
        sets: float | None = None,
        office: str | Path | None = None,
    ) -> Triage:
        """Open a model by name or folder; by default the one in use in the office's registry.

        Raises
        ------
        BundleDamaged
            A byte of the model differs from its manifest.
        ModelRefused
            There is no such model.
        OfficeRefused, RuleTableError
            The office's profile can't be opened.
        BadOption
            ``accept`` is not between 0.8 and 0.99, or ``sets`` is none of 0.8, 0.9, 0.95 and 0.99.
        """
        if not 0.80 <= accept <= 0.99:
            raise BadOption(
                option="--accept", value=accept, why_zh="应在 0.80 到 0.99 之间", why_en="it must lie in 0.80 to 0.99"
            )
        if sets is not None and sets not in SET_LEVELS:
            listed = "、".join(map(str, SET_LEVELS))
            raise BadOption(
                option="--sets", value=sets, why_zh=f"只能是 {listed}", why_en=f"it must be one of {listed}"
            )
        opened = Registry.open().load(None if model is None else str(model))
        named = office or os.environ.get(VARIABLE)
        triage = cls(opened, accept, lang, sets, None if named is None else str(named))
        triage.handling  # noqa: B018 - a profile that can't be opened is refused here, not in the middle of a batch
        return triage

    @property
    def folder(self) -> str:
        """Where the model was opened, for worker processes."""
        return self.bundle.folder

    @cached_property
    def handling(self) -> Handling:
        """Units, recusal, roads and dates for the office."""
        return Handling(Office.load(self.office), self.office is None, self.lang)

    @cached_property
    def segmenter(self) -> Segmenter:
        """The office's own words are kept whole."""
        return default_segmenter() if self.office is None else office_segmenter(self.handling.office.folder / WORDS)

    @cached_property
    def listed(self) -> Listed:
        """The places that the office lists; those of the invented sample are nobody's."""
        return NOTHING_LISTED if self.office is None else Listed.of(self.handling.office)

    @cached_property
    def _phrases(self) -> Lexicon:
        """Phrases that may raise urgency, with the office's own."""
        own = self.handling.office.folder / PHRASES
        if self.office is None or not own.is_file():
            return lexicon.load("urgency")
        shipped = lexicon.load("urgency").entries
        known = {entry.phrase for entry in shipped}
        return Lexicon([*shipped, *(entry for entry in lexicon.read(own, PHRASES) if entry.phrase not in known)])

    @property
    def model(self) -> Model:
        """The model in use."""
        return self.bundle.model

    @_collector_paused()
    def suggest(self, letters: pd.DataFrame, *, reveal: bool = False) -> pd.DataFrame:
        """Return the letters with suggestion columns appended.

        Parameters
        ----------
        letters : DataFrame
            ``text`` is needed; ``title`` and ``received_at`` are used if there; all columns are kept.
        reveal : bool
            Keep title and text as they came instead of cleaned and masked.

        Raises
        ------
        NoTextColumn
            There is no column ``text``.
        """
        if letter.TEXT not in letters.columns:
            raise NoTextColumn(file="DataFrame", columns="、".join(map(str, letters.columns)))
        named = cleaned(letters)
        titles, texts = (self.handling.known_names.mask(mask(part)) for part in named)
        result = letters.copy(deep=False)
        if not len(letters):
            return result.assign(**{name: pd.Series(dtype=object) for name in self._names})
        places = self.handling.places
        told = places.mentions(titles, texts)
        read = prepared(titles, texts, places, told)
        reading = self.model.read(read, strings(letters, letter.RECEIVED_AT), self.segmenter)
        columns = self._columns(letters, named, (titles, texts), told, reading)
        # A sealed letter stays masked whatever is revealed: its own file is the only place that shows it.
        hidden = columns["sealed"] | (not reveal)
        for name, shown in ((letter.TITLE, titles), (letter.TEXT, texts)):
            if name in result.columns:
                result[name] = np.where(hidden, np.array(shown, dtype=object), result[name].to_numpy(dtype=object))
        return result.assign(**{name: columns[name] for name in self._names})

    def _columns(
        self,
        letters: pd.DataFrame,
        named: tuple[list[str], list[str]],
        shown: tuple[list[str], list[str]],
        told: list[list[Mention]],
        reading: Reading,
    ) -> dict[str, Any]:
        titles, texts = shown
        heads, probabilities = self.model.heads, reading.probabilities
        category = self.model.category(reading.probabilities)
        columns: dict[str, Any] = {}
        chosen: dict[str, NDArray[np.int64]] = {}
        for name in ("purpose", "urgency", "level", "department", "scope", "action", "legacy"):
            chosen[name] = heads[name].decide(probabilities[name])
        names = {name: np.array(heads[name].labels, dtype=object)[picked] for name, picked in chosen.items()}
        numbers = {name: names[name].astype(np.int64) for name in ("urgency", "level", "scope", "action")}
        legacy = names["legacy"] == "1"
        by_urgency = by_rank(heads["urgency"].labels, probabilities["urgency"], len(letter.URGENCY_NAMES))
        raised = raise_urgency(titles, texts, numbers["urgency"], by_urgency, self.lang, self._phrases)
        columns |= self._category_columns(category)
        columns |= {
            "purpose": names["purpose"],
            "purpose_confidence": _picked(probabilities["purpose"], chosen["purpose"]),
            "focus_topics": self._topics[category.pair, legacy.astype(np.int64)],
            "urgency": raised.urgency,
            "urgency_confidence": self._urgency_confidence(probabilities["urgency"], raised),
            "urgency_reason": raised.reasons,
            "scope": numbers["scope"],
            "action": numbers["action"],
            "legacy": legacy,
            "level_confidence": _picked(probabilities["level"], chosen["level"]),
            "department_confidence": _picked(probabilities["department"], chosen["department"]),
            "model_version": np.full(len(titles), self.bundle.version, dtype=object),
        }
        words = explain.contributions(self.model, reading, self._score_columns[category.first])
        columns["evidence"] = [
            explain.evidence(f"{title}\n{text}", found, _phrases(reason))
            for title, text, found, reason in zip(titles, texts, words, raised.reasons, strict=True)
        ]
        handled, undecided = self.handling.columns(
            letters,
            titles,
            texts,
            [f"{title}\n{text}" for title, text in zip(*named, strict=True)],
            told,
            Classes(
                purpose=names["purpose"],
                category_l1=columns["category_l1"],
                category_l2=columns["category_l2"],
                topics=columns["focus_topics"],
                department=names["department"],
                department_confidence=columns["department_confidence"],
                level=numbers["level"],
                level_confidence=columns["level_confidence"],
                accusation=self._share(probabilities, "purpose", self._accusation),
                accused=self._share(probabilities, "accused", "1"),
                demands=find_demands(
                    self.model, self.handling.places, titles, texts, strings(letters, letter.RECEIVED_AT)
                ),
            ),
        )
        columns |= handled
        warned = warn(heads, probabilities, titles, texts, numbers, handled["sealed"], lang=self.lang)
        columns |= {
            "early_warning": warned.levels,
            "early_warning_score": warned.scores,
            "warning_reason": warned.reasons,
        }
        doubts = self._reviewer.doubts(
            texts,
            category,
            raised,
            handled["sealed"],
            by_urgency[:, -1],
            np.diff(reading.words.starts),
            self._needed,
        )
        doubts = [[*found, *more] for found, more in zip(doubts, undecided, strict=True)]
        columns["needs_review"] = np.array([bool(doubt) for doubt in doubts])
        columns["review_reason"] = self._reasons(titles, texts, reading, category, doubts)
        return columns

    def _urgency_confidence(self, probabilities: NDArray[np.float32], raised: Raised) -> NDArray[np.float64]:
        labels = [int(label) for label in self.model.heads["urgency"].labels]
        position = np.searchsorted(labels, raised.urgency)
        return _picked(probabilities, np.minimum(position, len(labels) - 1))

    def _category_columns(self, category: Category) -> dict[str, Any]:
        pairs = self._pairs
        alternatives = []
        order = np.argsort(-category.pair_probabilities, axis=1, kind="stable")[:, :4]
        likely = np.take_along_axis(category.pair_probabilities, order, axis=1)
        for picked, row, shares in zip(category.pair.tolist(), order.tolist(), likely.tolist(), strict=True):
            others = [(pair, share) for pair, share in zip(row, shares, strict=True) if pair != picked]
            alternatives.append(
                "；".join(f"{self._pair_names[pair]} {share:.0%}" for pair, share in others[:2] if share >= 0.05)
            )
        return {
            "category_l1": pairs[category.pair, 0],
            "category_l2": pairs[category.pair, 1],
            "category_confidence": _picked(category.first_probabilities, category.first),
            "category_alternatives": alternatives,
            **({} if self.sets is None else {"category_set": self._category_sets(category, self.sets)}),
        }

    def _category_sets(self, category: Category, level: float) -> list[str]:
        labels, shares = self.model.heads["category_l1"].labels, category.first_probabilities
        found = label_sets(shares, self.model.sets[f"{level:.2f}"])
        return [
            "；".join(f"{labels[at]} {row[at]:.0%}" for at in inside) for inside, row in zip(found, shares, strict=True)
        ]

    def _reasons(
        self, titles: list[str], texts: list[str], reading: Reading, category: Category, doubts: list[list[Doubt]]
    ) -> list[str]:
        rows = np.array([row for row, found in enumerate(doubts) if any(doubt.quotes for doubt in found)], dtype=int)
        sentences: dict[int, str] = {}
        if len(rows):
            second = np.argsort(-category.first_probabilities[rows], axis=1, kind="stable")[:, 1]
            part = Reading(reading.words, reading.matrix[rows], reading.inputs[rows], {})
            for row, words in zip(
                rows.tolist(), explain.contributions(self.model, part, self._score_columns[second]), strict=True
            ):
                sentences[row] = explain.telling_sentence(f"{titles[row]}\n{texts[row]}", words)
        return [
            "；".join(doubt.text(sentences.get(row, ""), self.lang) for doubt in found)
            for row, found in enumerate(doubts)
        ]

    @property
    def _names(self) -> tuple[str, ...]:
        optional = () if self.sets is None else tuple(column.name for column in letter.OPTIONAL_COLUMNS)
        return (*letter.SUGGESTION_NAMES, *optional)

    @cached_property
    def _pair_names(self) -> tuple[str, ...]:
        return self.model.heads["category_l2"].labels

    @cached_property
    def _pairs(self) -> NDArray[np.object_]:
        return np.array([name.split(PAIR_SEPARATOR, 1) for name in self._pair_names], dtype=object)

    @cached_property
    def _topics(self) -> NDArray[np.object_]:
        """Focus topics of each pair, without and with the legacy flag."""
        rows = [
            ["；".join(topics(first, second, legacy=legacy)) for legacy in (False, True)]
            for first, second in self._pairs
        ]
        return np.array(rows, dtype=object)

    @cached_property
    def _score_columns(self) -> NDArray[np.int64]:
        """Layer one's column of each first-level class."""
        at = {score: column for column, score in enumerate(self.model.score_labels)}
        return np.array([at["category_l1", label] for label in self.model.heads["category_l1"].labels])

    @cached_property
    def _needed(self) -> NDArray[np.float64]:
        """Confidence that each first level needs, so that no person must look."""
        return self.model.needed("category_l1", self.accept)

    @cached_property
    def _reviewer(self) -> Reviewer:
        return Reviewer.of(self.model.heads["category_l1"].labels)

    def _share(self, probabilities: Mapping[str, NDArray[np.float32]], head: str, label: str) -> NDArray[np.float32]:
        """Return the probability of a label, 0 where the model never learned it."""
        if head not in self.model.heads or label not in self.model.heads[head].labels:
            return np.zeros(len(probabilities["purpose"]), np.float32)
        return probabilities[head][:, self.model.heads[head].labels.index(label)]

    @cached_property
    def _accusation(self) -> str:
        return str(read_toml("review.toml")["accusation"]["purpose"])


def _picked(probabilities: NDArray[np.float32], positions: NDArray[np.int64]) -> NDArray[np.float64]:
    picked = probabilities[np.arange(len(positions)), positions].astype(np.float64)
    return np.asarray(np.round(picked, 4))


def _phrases(reason: str) -> list[str]:
    return [reason[1 : reason.index("”")]] if reason.startswith("“") else []
