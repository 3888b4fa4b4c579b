"""Does routing help? Department and level with rules and without, sealing, replies, places; on held-out folds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline import letter
from pipeline.advise.route import Facts, Router
from pipeline.advise.triage import Triage
from pipeline.learn.bundle import Bundle
from pipeline.learn.corpus import MEASURED, read_corpus
from pipeline.learn.model import Model
from pipeline.learn.train import Recipe, fit, prepare
from pipeline.office import Office
from pipeline.text.letters import cleaned
from pipeline.text.places import Gazetteer, Located
from tests.benchmarks.renamed import renamed
from tests.benchmarks.replies import handling_body

SAMPLES = Path("data/samples/labelled.csv")
AS_WRITTEN = "as written"


def routing(corpus: Path, progress: Callable[[str], None] = lambda stage: None) -> dict[str, Any]:
    """Return the figures of routing, five folds of the corpus."""
    frame = read_corpus(corpus)
    parts, elsewhere = [], []
    for fold in sorted(frame["fold"].unique()):
        progress(f"fold {fold}")
        model = fit(prepare(frame[frame["fold"] != fold]), Recipe())
        test = frame[frame["fold"] == fold]
        triage = Triage(Bundle(f"fold{fold}", model, {"checksum": "0" * 8}))
        suggested = triage.suggest(test[list(letter.LETTER_COLUMNS[:4])])
        parts.append(_ruled(suggested, test, Router(Office.load("sample"))))
        elsewhere.append(_elsewhere(model, test[test[MEASURED]]))
    rows = pd.concat(parts, ignore_index=True)
    return {
        "rules": _rules(rows),
        "sealed": _sealed(rows),
        "replies": _replies(rows),
        "renamed": {name: round(share, 4) for name, share in pd.concat(elsewhere).mean().items()},
        "samples": _samples(),
        "places": _places(frame),
    }


def _ruled(suggested: pd.DataFrame, test: pd.DataFrame, router: Router) -> pd.DataFrame:
    """Return what the model says, what the rules that name no place make of it, and the truth."""
    rows = []
    nowhere = Located((), 0, (), "", "")
    for given in suggested.to_dict("records"):
        facts = Facts(
            purpose=given["purpose"],
            category_l1=given["category_l1"],
            category_l2=given["category_l2"],
            topics=tuple(given["focus_topics"].split("；")),
            department=given["department"],
            department_confidence=given["department_confidence"],
            level=given["level"],
            level_confidence=given["level_confidence"],
            text=f"{given['title']}\n{given['text']}",
            located=nowhere,
        )
        held = router.rules_for(facts)
        rule = held[0] if len({found.lead for found in held}) == 1 else None
        department = rule.lead if rule and rule.lead not in router.office.directory else given["department"]
        level = (rule.lead_level if rule else 0) or given["level"]
        rows.append((rule.rule if rule else "", department, level))
    found = pd.DataFrame(rows, columns=["rule", "ruled_department", "ruled_level"])
    model = suggested[["department", "level", "sealed"]].reset_index(drop=True).add_prefix("model_")
    truth = test[["department", "level", "accused", "purpose", "reply", MEASURED]].reset_index(drop=True)
    return pd.concat([found, model, truth], axis=1)


def _elsewhere(model: Model, test: pd.DataFrame) -> pd.DataFrame:
    """Return which answers of each head are right, to the letters as written and with real places in their names."""
    told = test.assign(title=renamed(test["title"].fillna("")), text=renamed(test["text"].fillna("")))
    found = {}
    for how, frame in ((AS_WRITTEN, test), ("renamed", told)):
        history = prepare(frame)
        tables = model.read(history.letters, history.received_at).probabilities
        for name in ("category_l1", "category_l2", "purpose", "urgency", "level", "department", "scope", "action"):
            head = model.heads[name]
            given = np.array(head.labels)[head.decide(tables[name])]
            found[f"{name}, {how}"] = given == history.labels[name]
    return pd.DataFrame(found)


def _samples() -> dict[str, float]:
    """Return how often the shipped model alone is right on the invented letters, without the office's rules."""
    frame = pd.read_csv(SAMPLES, dtype=str).fillna("").assign(fold=0)
    found = _elsewhere(Triage.load().bundle.model, frame).mean()
    return {name.partition(",")[0]: round(share, 4) for name, share in found.items() if name.endswith(AS_WRITTEN)}


def _rules(rows: pd.DataFrame) -> dict[str, Any]:
    measured = rows[rows[MEASURED]]
    level = measured["level"].astype(int)
    changed = measured[measured["rule"].ne("") & measured["ruled_department"].ne(measured["model_department"])]
    by_rule = {
        rule: f"{int((part['ruled_department'] == part['department']).sum())} right, "
        f"{int((part['model_department'] == part['department']).sum())} were, of {len(part)}"
        for rule, part in changed.groupby("rule")
    }
    return {
        "letters": len(measured),
        "department_model": _share(measured["model_department"] == measured["department"]),
        "department_with_rules": _share(measured["ruled_department"] == measured["department"]),
        "level_model": _share(measured["model_level"] == level),
        "level_with_rules": _share(measured["ruled_level"] == level),
        "letters_with_a_rule": _share(measured["rule"] != ""),
        "changed_by_rule": by_rule,
    }


def _sealed(rows: pd.DataFrame) -> dict[str, Any]:
    measured = rows[rows[MEASURED]]
    accused, accusation = measured["accused"] == "1", measured["purpose"] == "检举控告"
    return {
        "share": _share(measured["model_sealed"]),
        "share_of_all_letters": _share(rows["model_sealed"]),
        "of_letters_that_accuse": _share(measured["model_sealed"][accusation]),
        "of_letters_that_name_an_accused": _share(measured["model_sealed"][accused]),
        "precision": _share((accused | accusation)[measured["model_sealed"].astype(bool)]),
    }


def _replies(rows: pd.DataFrame) -> dict[str, Any]:
    """Return how often the suggested type is that of the body that the official reply names."""
    named = [handling_body(reply) if reply else None for reply in rows["reply"].fillna("")]
    of = np.array([body.department if body else "" for body in named])
    has = of != ""
    labelled = has & rows[MEASURED].to_numpy()
    return {
        "replies": int(rows["reply"].fillna("").ne("").sum()),
        "with_a_body": int(has.sum()),
        "agreement_model": _share(pd.Series(rows["model_department"].to_numpy() == of)[has]),
        "agreement_with_rules": _share(pd.Series(rows["ruled_department"].to_numpy() == of)[has]),
        "agreement_of_labels": _share(pd.Series(rows["department"].to_numpy() == of)[labelled]),
        "labelled": int(labelled.sum()),
        "commonest": dict(Counter(of[has].tolist()).most_common(8)),
    }


def _places(frame: pd.DataFrame) -> dict[str, Any]:
    """Time the gazetteer on one core."""
    import rjieba

    titles, texts = cleaned(frame)
    begin = time.perf_counter()
    places = Gazetteer.of(Office.load("sample"))
    built = time.perf_counter() - begin
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        places.locate_all([""] * len(titles), titles, texts)
        times.append(time.perf_counter() - begin)
    segmenter = rjieba.Jieba()
    begin = time.perf_counter()
    for title, text in zip(titles, texts, strict=True):
        segmenter.cut(f"{title}\n{text}")
    cut = time.perf_counter() - begin
    return {
        "letters_per_s": round(len(titles) / sorted(times)[1]),
        "over_rjieba": round(sorted(times)[1] / cut, 2),
        "build_s": round(built, 2),
    }


def _share(column: pd.Series) -> float:
    return round(float(column.astype(bool).mean()), 4)
