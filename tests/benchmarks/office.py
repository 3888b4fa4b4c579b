"""An office that the base has never seen: one source of the corpus is held back from the base and plays the office."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline import letter
from pipeline.intake.rows import moment
from pipeline.learn import evaluate
from pipeline.learn.audit import suspects
from pipeline.learn.bundle import Bundle
from pipeline.learn.corpus import read_corpus
from pipeline.learn.history import Labelled
from pipeline.learn.model import Model
from pipeline.learn.office import answer, train_office
from pipeline.learn.train import Recipe, fit, prepare
from pipeline.report.office import learning_curve, train_on_history
from tests.benchmarks.choice import simulate

OFFICES = ("a3", "a4")
SHOWN = ("purpose", "category_l1", "category_l2", "department", "urgency", "level")


def office(corpus: Path, big: int = 10_000) -> dict[str, Any]:
    """Return learning curves and time-ordered figures of two offices, the base without them; and training's cost."""
    frame = read_corpus(corpus)
    frame[letter.RECEIVED_AT] = [moment(value)[0] for value in frame[letter.RECEIVED_AT].fillna("").astype(str)]
    found: dict[str, Any] = {"latest_official": official_by_time(frame)}
    for source in OFFICES:
        mine = frame[letter.LETTER_ID].str.startswith(source)
        base = fit(prepare(frame[~mine]), Recipe())
        rows = frame[mine & (frame["purpose"].fillna("") != "")].reset_index(drop=True)
        rows = rows.assign(official_l1="", **{letter.SOURCE_ROW: range(2, len(rows) + 2)})
        for column in letter.LABEL_COLUMNS:
            rows[column] = rows[column].fillna("").astype(str)
        labelled = Labelled(rows, pd.DataFrame())
        curve = learning_curve(labelled, corpus, base, progress=_quiet)
        with tempfile.TemporaryDirectory(prefix="petition-bench-") as folder:
            bundle = Bundle("base", base, {"checksum": "0" * 8})
            trained = train_on_history(labelled, corpus, bundle, Path(folder, "m"), name="m", progress=_quiet)
        latest = {head: trained.facts["latest"][head] for head in SHOWN if head in trained.facts["latest"]}
        found[source] = {
            "letters": len(rows),
            "curve": [row for row in curve if row["head"] in SHOWN],
            "newest_fifth": {
                head: {"n": row["n"], "accuracy": row["accuracy"], "base": row["base"]["accuracy"]}
                for head, row in latest.items()
            },
            "accepted_97": trained.facts["accepted"],
            "planted_errors_found": planted(labelled, base),
            "label_next": simulate(prepare(labelled.frame.drop(columns="official_l1")), base),
            "ece_l1": trained.figures["category_l1"]["ece"],
        }
    return found | {"training": cost(frame, big)}


def planted(labelled: Labelled, base: Model, share: float = 0.05, runs: int = 3) -> dict[str, float]:
    """Flip labels at random, as often as classes occur; return the share of them in the top 10 % of the audit's list."""
    history = prepare(labelled.frame.drop(columns="official_l1"))
    found: dict[str, list[float]] = {}
    for run in range(runs):
        random = np.random.default_rng(run)
        labels = {name: given.astype(object) for name, given in history.labels.items() if name != "category_l2"}
        flipped = {}
        for name in ("purpose", "category_l1", "department", "level", "urgency"):
            rows = np.flatnonzero(labels[name] != "")
            flipped[name] = random.choice(rows, int(share * len(rows)), replace=False)
            for row in flipped[name]:
                others = history.labels[name][rows]
                labels[name][row] = random.choice(others[others != history.labels[name][row]])
        wrong = {name: given.astype(str) for name, given in labels.items()}
        _, held_out = train_office(replace(history, labels=wrong), base)
        for name, rows in flipped.items():
            top = suspects(held_out, (name,)).head(len(history.folds) // 10)
            found.setdefault(name, []).append(float(np.isin(rows, top["row"]).mean()))
    return {name: round(float(np.mean(values)), 3) for name, values in found.items()}


def official_by_time(frame: pd.DataFrame) -> dict[str, Any]:
    """Train on the oldest 80 % of the dated official rows and judge the newest 20 %."""
    dated = frame[
        (frame["official_l1"].fillna("") != "")
        & frame[letter.RECEIVED_AT].fillna("").str.match(r"(19|20)\d\d-\d\d-\d\d")
    ]
    order = dated.sort_values([letter.RECEIVED_AT, letter.LETTER_ID], kind="stable")
    cut = int(len(order) * 0.8)
    columns = [*letter.LETTER_COLUMNS[:4], "official_l1", "fold"]
    older, newer = prepare(order.iloc[:cut][columns]), prepare(order.iloc[cut:][columns])
    model = fit(older, Recipe())
    reading = model.read(newer.letters, newer.received_at).probabilities["official_l1"]
    given = np.array(model.heads["official_l1"].labels)[reading.argmax(axis=1)]
    truth = newer.labels["official_l1"]
    confidence = reading.max(axis=1).astype(np.float64)
    majority = evaluate.majority_of(older.labels["official_l1"], len(truth))
    row = evaluate.figures("official_l1", truth, given, confidence, majority)
    return {
        "trained_to": str(order.iloc[cut - 1][letter.RECEIVED_AT]),
        **{key: row[key] for key in ("n", "accuracy", "macro_f1", "ece", "coverage_97")},
    }


def cost(frame: pd.DataFrame, letters: int) -> dict[str, Any]:
    """Time ``petition train`` on so many letters; their labels are those of the shipped model, only time counts here."""
    from pipeline import Triage

    some = frame.head(letters)[list(letter.LETTER_COLUMNS[:4])].reset_index(drop=True)
    model = Triage.load("default").model
    history = some.copy()
    for head, (given, _) in answer(model, prepare(some.assign(fold=0))).items():
        if head == "category_l2":
            history[head] = [pair.split("/", 1)[1] for pair in given]
        elif head != "official_l1":
            history[head] = given
    with tempfile.TemporaryDirectory(prefix="petition-bench-") as folder:
        path = Path(folder, "history.parquet")
        history.to_parquet(path, index=False)
        command = [sys.executable, "-m", "pipeline", "train", str(path), "--name", "m", "--home", folder]
        command += ["--problems", str(Path(folder, "problems.csv")), "--quiet"]
        code = "import resource,subprocess,sys;subprocess.run(sys.argv[1:],check=True);"
        code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        begin = time.perf_counter()
        peak = subprocess.check_output([sys.executable, "-c", code, *command], text=True)
        took = time.perf_counter() - begin
    return {"letters": letters, "seconds": round(took, 1), "peak_memory_GB": round(int(peak) / 1024**2, 2)}


def _quiet(stage: str) -> None:
    """Say nothing."""
