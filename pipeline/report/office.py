"""Train a model on an office's history, judge it on letters it wasn't trained on, and write bundle and card."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline import letter
from pipeline.errors import BadLabels
from pipeline.learn import bundle, evaluate
from pipeline.learn import profile as profiles
from pipeline.learn.acceptance import SHOWN_LEVELS, accepted
from pipeline.learn.audit import suspects
from pipeline.learn.heldout import HELD_OUT, HeldOut, read, to_bytes
from pipeline.learn.history import Labelled, rare_classes
from pipeline.learn.model import Model
from pipeline.learn.office import OFFICE_HEADS, OfficeRecipe, answer, by_time, train_office
from pipeline.learn.profile import answered, profile
from pipeline.learn.train import History, prepare
from pipeline.office import Office
from pipeline.report.card import CARD, LIBRARIES, accepted_table, group_table, per_class_tables
from pipeline.settings import read_toml
from pipeline.text.segment import default_segmenter

MIN_LETTERS = 20
CURVE_SIZES = (50, 100, 300, 1000)
Progress = Callable[[str], None]
Answers = NDArray[np.str_]


@dataclass(frozen=True)
class Trained:
    """What training found, for screen, manifest and card.

    Attributes
    ----------
    facts : dict
        As they stand in the manifest.
    figures, latest : dict
        Per head on held-out folds, and (empty without dates) on the newest fifth, trained on the older letters.
        ``peer`` holds the base model's figures on the same letters.
    rare : dict
        Per column the labels with too few letters to be learned anew, with their number.
    """

    facts: dict[str, Any]
    figures: dict[str, Any]
    latest: dict[str, Any]
    rare: dict[str, dict[str, int]]


def train_on_history(
    labelled: Labelled, path: Path, base: bundle.Bundle, folder: Path, *, name: str, progress: Progress
) -> Trained:
    """Train, measure and write the model ``name`` into ``folder``; the same history and base give the same bytes.

    Raises
    ------
    BadLabels
        There are too few labelled letters, or the base was trained on some of them.
    """
    history = _usable(labelled, path)
    _refuse_known(history, base, path)
    recipe = OfficeRecipe()
    model, held_out = train_office(history, base.model, recipe, progress=progress)
    progress("figures")
    known = answer(base.model, history)
    figures = _figures(held_out, known)
    latest = _latest(history, base.model, recipe)
    rare = {c: rare_classes(labelled.frame, c, recipe.min_class_rows) for c in _labelled_columns(labelled.frame)}
    rare = {column: classes for column, classes in rare.items() if classes}
    card = read_toml("model_card.toml")
    moments = sorted(moment[:10] for moment in history.received_at if moment)
    learned = [head for head in figures if model.heads[head].weights[len(base.model.bias) : len(model.bias)].any()]
    prints = b"".join(int(value).to_bytes(8, "big") for value in np.sort(held_out.fingerprints))
    facts = {
        "trained_on": f"{moments[0]}–{moments[-1]}" if moments else "",
        "base": {"name": base.name, "version": base.version, "checksum": base.manifest["checksum"]},
        "data": {
            "letters": len(history.folds),
            "fingerprints_sha256": hashlib.sha256(prints).hexdigest(),
            "labels": {head: int((labels != "").sum()) for head, labels in history.labels.items()},
            "not_used": len(labelled.problems),
        },
        "recipe": asdict(recipe),
        "places": {"office": Office.load().version},
        "libraries": {library: version(library) for library in LIBRARIES},
        "changed_heads": learned,
        "figures": {head: _headline(row) for head, row in figures.items()},
        "latest": {head: _headline(row) for head, row in latest.items()},
        "accepted": sure_enough(model, held_out),
        "groups": _groups(labelled.frame[_has_label(labelled.frame)], held_out),
        "weaknesses": base.manifest.get("weaknesses", []),
    }
    trained = Trained(facts, figures, latest, rare)
    progress("bundle")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).write_text(_card(name, trained, card), encoding="utf-8")
    more = {HELD_OUT: to_bytes(held_out), **_profile(model, history, held_out, base, recipe)}
    bundle.save(model, folder, facts, more=more)
    return trained


def _profile(
    model: Model, history: History, held_out: HeldOut, base: bundle.Bundle, recipe: OfficeRecipe
) -> dict[str, bytes]:
    """Describe the office's letters as the model sees new ones; of few letters nothing is said, the base's stands."""
    if len(history.folds) < recipe.min_rule_rows:
        kept = profiles.read(base.folder)
        return {profiles.PROFILE: profiles.to_bytes(kept)} if kept else {}
    tables = model.read(history.letters, history.received_at).probabilities
    for name, table in held_out.probabilities.items():
        rows = ~np.isnan(table).any(axis=1)
        tables[name][rows] = table[rows]
    return {profiles.PROFILE: profiles.to_bytes(profile(history.letters, answered(model, tables)))}


def audit_history(
    labelled: Labelled, path: Path, base: bundle.Bundle, *, progress: Progress
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the labelled letters and the labels of theirs that are probably wrong, most suspicious first.

    Raises
    ------
    BadLabels
        There are too few labelled letters, or the base was trained on some of them.
    """
    history = _usable(labelled, path)
    _refuse_known(history, base, path)
    _, held_out = train_office(history, base.model, progress=progress)
    letters = labelled.frame[_has_label(labelled.frame)].reset_index(drop=True)
    return letters, suspects(held_out, copies=letters["copies"].to_numpy())


def _has_label(frame: pd.DataFrame) -> pd.Series:
    return (frame[_labelled_columns(frame)] != "").any(axis=1)


def _usable(labelled: Labelled, path: Path) -> History:
    frame = labelled.frame
    rows = _has_label(frame)
    if rows.sum() < MIN_LETTERS:
        raise BadLabels(
            file=path,
            why_zh=f"能用的标注信件只有 {int(rows.sum())} 件，至少要 {MIN_LETTERS} 件",
            why_en=f"only {int(rows.sum())} letters have usable labels; {MIN_LETTERS} are needed",
        )
    history = prepare(frame[rows].reset_index(drop=True).drop(columns="official_l1"))
    if all(len(set(history.labels[head]) - {""}) < 2 for head in OFFICE_HEADS if head in history.labels):
        raise BadLabels(
            file=path,
            why_zh="每个标注列都只有一种值，没有可学的区别",
            why_en="every label column has one value only: there is nothing to tell apart",
        )
    return history


def _labelled_columns(frame: pd.DataFrame) -> list[str]:
    return [column for column in letter.LABEL_COLUMNS if column in frame.columns]


def _refuse_known(history: History, base: bundle.Bundle, path: Path) -> None:
    earlier = read(base.folder)
    if earlier is None:
        return
    seen = int(np.isin(history.prints, earlier.fingerprints).sum())
    if seen:
        origin = base.manifest["base"]["name"]
        raise BadLabels(
            file=path,
            why_zh=f"其中 {seen} 件已用来训练过「{base.name}」，从它出发就无法诚实衡量；请用 --from {origin}",
            why_en=f"{seen} letters already trained {base.name}: figures would not be honest; use --from {origin}",
        )


def _figures(held_out: HeldOut, known: dict[str, tuple[Answers, NDArray[np.float64]]]) -> dict[str, Any]:
    found = {}
    for head, _, confidence, given in _judged(held_out):
        rows, truth = _answered(held_out, head), held_out.truth[head]
        majority = evaluate.majority_of(truth, len(rows))
        found[head] = evaluate.figures(head, truth[rows], given, confidence, majority, known[head][0][rows])
    return found


def _latest(history: History, base: Model, recipe: OfficeRecipe) -> dict[str, Any]:
    split = by_time(history)
    if split is None:
        return {}
    older, newer = split
    model, _ = train_office(older, base, recipe)
    mine, known = answer(model, newer), answer(base, newer)
    found = {}
    for head in OFFICE_HEADS:
        rows = np.flatnonzero(newer.labels[head] != "") if head in newer.labels else np.zeros(0, np.int64)
        if len(rows) and (older.labels[head] != "").any():
            truth = newer.labels[head][rows]
            given, confidence = mine[head]
            majority = evaluate.majority_of(older.labels[head], len(rows))
            found[head] = evaluate.figures(head, truth, given[rows], confidence[rows], majority, known[head][0][rows])
    return found


def sure_enough(model: Model, held_out: HeldOut) -> dict[str, Any]:
    """Return per head and level the share of held-out letters that is sure enough, and how many are right."""
    found: dict[str, Any] = {}
    for head, right, confidence, given in _judged(held_out):
        if head in model.accept:
            at = np.searchsorted(model.heads[head].labels, given)
            found[head] = {
                f"{level:.2f}": accepted(model.sure(head, at, confidence, level), right) for level in SHOWN_LEVELS
            }
    return found


def _groups(frame: pd.DataFrame, held_out: HeldOut) -> dict[str, Any]:
    groups = evaluate.groups_of(frame)
    found: dict[str, Any] = {}
    for head in ("category_l1", "department"):
        if head in held_out.truth:
            rows = _answered(held_out, head)
            right = held_out.given[head][rows] == held_out.truth[head][rows]
            found[head] = evaluate.by_group(right, {by: names[rows] for by, names in groups.items()})
    return found


def _answered(held_out: HeldOut, head: str) -> NDArray[np.int64]:
    table = held_out.probabilities[head]
    return np.flatnonzero(~np.isnan(table).any(axis=1) & (held_out.truth[head] != ""))


def _judged(held_out: HeldOut) -> Iterator[tuple[str, NDArray[np.bool_], NDArray[np.float64], Answers]]:
    """Yield (head, whether right, confidence, answer) of the letters that have a held-out answer."""
    for head, truth in held_out.truth.items():
        rows = _answered(held_out, head)
        if len(rows):
            given = held_out.given[head][rows]
            at = np.searchsorted(np.array(held_out.labels[head]), given)
            confidence = held_out.probabilities[head][rows, at].astype(np.float64)
            yield head, given == truth[rows], confidence, given


def _headline(row: dict[str, Any]) -> dict[str, Any]:
    keys = ("accuracy", "macro_f1", "weighted_kappa", "positive_f1")
    own = {key: row[key] for key in ("n", *keys, "ece", "coverage_97")}
    return own | {"base": {key: row["peer"][key] for key in keys}}


def learning_curve(
    labelled: Labelled, path: Path, base: Model, sizes: Sequence[int] = CURVE_SIZES, *, progress: Progress
) -> list[dict[str, Any]]:
    """Return how accuracy and macro-F1 grow with the number of office labels, beside base and a start from scratch.

    Each fold is judged by models trained on the first ``n`` letters (in a fixed shuffled order) of the others; the
    start from scratch is the plain peer on the same letters.
    """
    history = _usable(labelled, path)
    cut = default_segmenter().cut
    given: dict[tuple[int, str, str], list[Answers]] = {}
    truth: dict[tuple[int, str], list[Answers]] = {}
    whole = len(history.folds)
    for fold in np.unique(history.folds):
        progress(f"learning curve, fold {fold}")
        test = history.take(np.flatnonzero(history.folds == fold))
        others = np.random.default_rng(0).permutation(np.flatnonzero(history.folds != fold))
        for size in [*(size for size in sizes if size < len(others)), whole]:
            train = history.take(np.sort(others[:size]))
            model, _ = train_office(train, base)
            texts = [_joined(part) for part in (train, test)]
            rivals = {
                "base": {head: found for head, (found, _) in answer(base, test).items()},
                "office": {head: found for head, (found, _) in answer(model, test).items()},
                "scratch": evaluate.peer_predictions(texts[0], train.labels, texts[1], cut),
            }
            for head, labels in test.labels.items():
                rows = labels != ""
                truth.setdefault((size, head), []).append(labels[rows])
                for rival, answers in rivals.items():
                    missing = evaluate.majority_of(train.labels[head], len(labels))
                    given.setdefault((size, head, rival), []).append(answers.get(head, missing)[rows])
    rows = []
    for (size, head), parts in truth.items():
        right = np.concatenate(parts)
        row: dict[str, Any] = {"letters": size, "head": head}
        for rival in ("base", "scratch", "office"):
            figures = evaluate.summary(head, right, np.concatenate(given[size, head, rival]))
            row[rival] = {key: figures[key] for key in ("accuracy", "macro_f1")}
        rows.append(row)
    return rows


def _joined(history: History) -> list[str]:
    titles, bodies = history.letters.titles, history.letters.bodies
    return [f"{title}\n{body}" for title, body in zip(titles, bodies, strict=True)]


def _card(name: str, trained: Trained, card: dict[str, Any]) -> str:
    facts = trained.facts
    data = facts["data"]
    lines = [
        f"# Model card: {name}",
        "",
        card["summary"],
        "",
        "## Data",
        "",
        f"- The office's own confirmed labels on {data['letters']:,} letters ({facts['trained_on'] or 'no dates'}); "
        f"fingerprint `{data['fingerprints_sha256'][:16]}`; {data['not_used']:,} labels or letters were not used.",
        f"- Starts from `{facts['base']['version']}`, which was not trained on these letters.",
        *(f"- `{head}`: {count:,} labelled letters" for head, count in data["labels"].items()),
        *(
            f"- `{column}`: too few letters of {', '.join(f'{label} ({n})' for label, n in classes.items())}"
            for column, classes in trained.rare.items()
        ),
        "",
        f"Heads that changed: {', '.join(facts['changed_heads']) or 'none'}; the others answer as the base does, "
        "because the office's labels made them no better beyond the noise.",
        "",
        "## Figures on held-out folds",
        "",
        "Five folds, near-copies in one fold; every letter is answered by a model trained on the other folds.",
        "",
        *_table(trained.figures),
        "",
    ]
    if trained.latest:
        lines += [
            "## Figures on the newest fifth",
            "",
            "Trained on the older letters.",
            "",
            *_table(trained.latest),
            "",
        ]
    lines += accepted_table(facts["accepted"])
    lines += group_table(facts["groups"])
    lines += per_class_tables(trained.figures)
    lines += ["", "## Known weaknesses (of the base)", "", *(f"- {item}" for item in facts["weaknesses"]), ""]
    lines += ["## Must not be used for", "", *(f"- {item}" for item in card["must_not"]), ""]
    return "\n".join(lines)


def _table(figures: dict[str, Any]) -> list[str]:
    rows = ["| head | letters | accuracy | base | macro-F1 | base | ECE |", "|---|---|---|---|---|---|---|"]
    for head, row in figures.items():
        base = row["peer"]
        rows.append(
            f"| {head} | {row['n']} | {row['accuracy']:.3f} | {base['accuracy']:.3f} "
            f"| {row['macro_f1']:.3f} | {base['macro_f1']:.3f} | {row['ece']:.3f} |"
        )
    return rows
