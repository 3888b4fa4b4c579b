"""Train a bundle and write its card: data, folds, figures, weaknesses, what it must not be used for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import letter
from pipeline.learn import bundle
from pipeline.learn import profile as profiles
from pipeline.learn.acceptance import SHOWN_LEVELS
from pipeline.learn.corpus import MEASURED
from pipeline.learn.heads import HEADS
from pipeline.learn.model import Model
from pipeline.learn.train import Recipe, fit_and_describe, prepare
from pipeline.office import Office
from pipeline.settings import read_toml
from pipeline.text.mask import mask

CARD = "MODEL_CARD.md"
LIBRARIES = ("numpy", "scipy", "scikit-learn", "rjieba", "ahocorasick-rs")


def train_bundle(
    frame: pd.DataFrame,
    folder: Path,
    *,
    figures_file: Path | None = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> None:
    """Train on a labelled history and write bundle and card; the same data give the same bytes.

    Parameters
    ----------
    frame : DataFrame
        Letters with labels, ``fold`` and ``measured``.
    figures_file : Path, optional
        JSON of ``petition evaluate`` on the same data; its figures go into manifest and card.
    """
    recipe = Recipe()
    model, described = fit_and_describe(prepare(frame), recipe, progress=progress)
    measured = json.loads(figures_file.read_text(encoding="utf-8")) if figures_file else None
    card = read_toml("model_card.toml")
    facts = {
        "trained_on": _newest(frame),
        "data": _data(frame),
        "recipe": asdict(recipe),
        "places": {"office": Office.load().version},
        "libraries": {name: version(name) for name in LIBRARIES},
        "figures": _headline(measured) if measured else {},
        "review": measured.get("review", {}) if measured else {},
        "weaknesses": card["weaknesses"],
    }
    progress("bundle")
    bundle.save(model, folder, facts, more={profiles.PROFILE: profiles.to_bytes(described)})
    (folder / CARD).write_text(_card(folder.name, facts, measured, card, model), encoding="utf-8")


def _newest(frame: pd.DataFrame) -> str:
    received = frame[letter.RECEIVED_AT].fillna("").astype(str)
    years = received.str.extract(r"^((?:19|20)\d\d)")[0].dropna()
    return f"{years.min()}–{years.max()}" if len(years) else ""


def _data(frame: pd.DataFrame) -> dict[str, Any]:
    ids = "\n".join(sorted(frame[letter.LETTER_ID].astype(str)))
    learned = dict.fromkeys(column for head in HEADS for column in head.columns)
    labelled = [name for name in learned if name in frame.columns]
    return {
        "letters": len(frame),
        "ids_sha256": hashlib.sha256(ids.encode()).hexdigest(),
        "labels": {name: int(frame[name].fillna("").astype(str).ne("").sum()) for name in labelled},
        "measured": int(frame[MEASURED].sum()),
    }


def _headline(measured: dict[str, Any]) -> dict[str, Any]:
    keys = ("n", "accuracy", "macro_f1", "weighted_kappa", "positive_f1", "ece", "coverage_97")
    return {name: {key: head[key] for key in keys} for name, head in measured["heads"].items()}


def _card(name: str, facts: dict[str, Any], measured: dict[str, Any] | None, card: dict[str, Any], model: Model) -> str:
    data = facts["data"]
    lines = [
        f"# Model card: {name}",
        "",
        card["summary"],
        "",
        "## Data",
        "",
        f"- {data['letters']:,} letters of the years {facts['trained_on']}; "
        f"fingerprint of their ids `{data['ids_sha256'][:16]}`.",
        *(f"- `{label}`: {count:,} labelled letters" for label, count in data["labels"].items()),
        "",
        *card["data_notes"],
        "",
        "## Figures",
        "",
    ]
    if measured:
        lines += [
            measured["protocol"],
            "",
            measured["note"],
            "",
            *_table(measured),
            "",
            *accepted_table({name: head["accepted"] for name, head in measured["heads"].items() if head["accepted"]}),
            *group_table({name: measured["heads"][name]["groups"] for name in ("category_l1", "department")}),
            *per_class_tables(measured["heads"]),
            "",
        ]
        lines += ["## Sent to a person", "", *_review_lines(facts["review"], model), ""]
    else:
        lines += ["Not measured yet: run `petition evaluate`.", ""]
    lines += ["## Known weaknesses", "", *(f"- {item}" for item in card["weaknesses"]), ""]
    lines += ["## Must not be used for", "", *(f"- {item}" for item in card["must_not"]), ""]
    return "\n".join(lines)


def _table(measured: dict[str, Any]) -> list[str]:
    rows = [
        "| head | letters | accuracy | macro-F1 | weighted κ | F1 of yes | ECE | coverage at 97% "
        "| majority acc. | peer acc. | peer macro-F1 | peer κ |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, head in measured["heads"].items():
        peer = head["peer"] or {}
        cells = (
            name,
            head["n"],
            *(
                _cell(head[key])
                for key in ("accuracy", "macro_f1", "weighted_kappa", "positive_f1", "ece", "coverage_97")
            ),
            _cell(head["majority"]["accuracy"]),
            _cell(peer.get("accuracy")),
            _cell(peer.get("macro_f1")),
            _cell(peer.get("weighted_kappa")),
        )
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return rows


def per_class_tables(heads: dict[str, Any]) -> list[str]:
    """Return one folded table a head: precision, recall, F1 and letters of every class."""
    lines = ["### Per class", ""]
    for name, head in heads.items():
        lines += [
            f"<details><summary>{name}</summary>",
            "",
            "| class | precision | recall | F1 | letters |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {row['label']} | {row['precision']:.2f} | {row['recall']:.2f} | {row['f1']:.2f} | {row['support']} |"
            for row in head["classes"]
        ]
        lines += ["", "</details>", ""]
    return lines


def accepted_table(heads: dict[str, Any]) -> list[str]:
    """Return what may stand until a person confirms it: share of the letters, how many are right, 95 % interval."""
    lines = [
        "## Sure enough, head by head",
        "",
        "Share of the letters whose answer is sure enough for a wanted share of right answers, and how many of those "
        "are right (95 % interval).",
        "",
        "| head | " + " | ".join(f"at {level:.0%} | right" for level in SHOWN_LEVELS) + " |",
        "|---" * (1 + 2 * len(SHOWN_LEVELS)) + "|",
    ]
    for head, levels in heads.items():
        cells = []
        for row in levels.values():
            low, high = row["interval"] or (0.0, 0.0)
            right = f"{row['right']:.3f} ({low:.3f} to {high:.3f})" if row["interval"] else "none"
            cells += [f"{row['coverage']:.1%}", right]
        lines.append(f"| {head} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def group_table(heads: dict[str, Any]) -> list[str]:
    """Return accuracy by groups of letters (at least 30 letters each), weak ones marked."""
    lines = [
        "## Groups of letters",
        "",
        "Accuracy with a 95 % interval, groups of at least 30 letters; **weak**: the whole interval lies below the "
        "accuracy of all letters.",
        "",
        "| head | by | group | letters | accuracy | |",
        "|---|---|---|---|---|---|",
    ]
    for head, rows in heads.items():
        for row in rows:
            low, high = row["interval"]
            group = mask([row["group"].replace("|", "/")])[0]
            mark = "**weak**" if row["weak"] else ""
            cells = (head, row["by"], group, str(row["n"]), f"{row['accuracy']:.3f} ({low:.3f} to {high:.3f})", mark)
            lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def _review_lines(review: dict[str, Any], model: Model) -> list[str]:
    return [
        f"- Confidence needed at `--accept 0.97`: {_needs(model)} (set on held-out folds inside training).",
        f"- On letters of the outer folds, {review['accepted_by_category']:.1%} reach it; "
        f"{_cell(review['accepted_right'])} of them have the right first level.",
        f"- After all other reasons to ask a person, {review['not_sent_to_a_person']:.1%} of the labelled letters are "
        f"not sent to one; {_cell(review['not_sent_right'])} of these are right.",
        f"- Of all letters of the corpus {review['not_sent_share_of_all_letters']:.1%} are not sent to a person.",
    ]


def _needs(model: Model) -> str:
    at_level = model.accept["category_l1"]["0.97"]
    own = ", ".join(f"{label} {value:.3f}" for label, value in at_level.items() if label)
    return f"{at_level['']:.3f}" + (f"; more for {own}" if own else "")


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
