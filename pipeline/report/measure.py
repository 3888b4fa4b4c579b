"""Figures of a model as one dictionary, which is also the JSON that ``petition evaluate`` saves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.advise import trial
from pipeline.advise.triage import Triage
from pipeline.errors import BadLabels
from pipeline.learn import heldout
from pipeline.learn.corpus import MEASURED, read_corpus
from pipeline.learn.history import read_history
from pipeline.learn.train import Recipe, prepare
from pipeline.report.atomic import replacing

CORPUS_NOTE = (
    "labels.tsv 的标注由一个大语言模型按标注指南逐件阅读得出，两遍之间的一致率是自身一致，不是人与人的一致。 / "
    "The labels of labels.tsv were given by a large language model reading under a guide: agreement with them is not "
    "agreement with people."
)
FILE_NOTE = (
    "数字只对所给的信件成立；模型训练过的信件不应在其中。 / "
    "Figures hold for the given letters, which the model must not have seen."
)


def measure_corpus(folder: Path, *, peer: bool = True, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return five-fold figures of the recipe on the measuring corpus, with the plain peer in the same folds."""
    frame = read_corpus(folder)
    cut = None
    if peer:
        import jieba

        jieba.setLogLevel("WARNING")
        cut = jieba.lcut
    heads, review = trial.on_folds(frame, Recipe(), peer_cut=cut, progress=progress)
    labelled = frame["purpose"].notna()
    return {
        "title": "petition evaluate: corpus folds",
        "made_at": "",
        "model": {"name": "recipe", "version": "5 folds"},
        "rows": len(frame),
        "protocol": (
            "五折，按 fold 列（近似重复同折），每折只用其余四折训练（特征、潜在方向、阈值也是）："
            f"official_l1 {int(frame['official_l1'].ne('').sum())} 件，labels.tsv {int(frame[MEASURED].sum())} 件，"
            f"另有 data/labels {int((labelled & ~frame[MEASURED]).sum())} 件只训练、不计数。"
        ),
        "note": CORPUS_NOTE,
        "review": review,
        "heads": heads,
    }


def measure_file(path: Path, model: str | None) -> dict[str, Any]:
    """Return the figures of a finished model on the letters of a labelled file that it was not trained on.

    Raises
    ------
    BadLabels
        The model was trained on all of them.
    """
    triage = Triage.load(model)
    frame = read_history(path).frame
    kept = heldout.read(triage.folder)
    seen = np.isin(prepare(frame).prints, kept.fingerprints if kept else [])
    if seen.all():
        raise BadLabels(
            file=path,
            why_zh=f"全部 {len(frame)} 件都训练过模型「{triage.bundle.name}」，量不出它的好坏",
            why_en=f"{triage.bundle.name} was trained on all {len(frame)} letters: they can't measure it",
        )
    frame = frame[~seen].reset_index(drop=True)
    return {
        "title": f"petition evaluate: {path.name}",
        "made_at": "",
        "model": {"name": triage.bundle.name, "version": triage.bundle.version},
        "rows": len(frame),
        "protocol": f"所给信件中模型没有训练过的 {len(frame)} 件；训练过的 {int(seen.sum())} 件未计入。",
        "note": FILE_NOTE,
        "heads": trial.on_labelled(triage, frame),
    }


def save_json(value: dict[str, Any], path: Path) -> None:
    """Write figures as JSON; the old file stays whole until the new one is."""
    with replacing(path) as temporary:
        text = json.dumps(value, ensure_ascii=False, indent=1, default=_plain)
        temporary.write_text(text + "\n", encoding="utf-8")


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not JSON")
