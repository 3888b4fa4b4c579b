"""Read a file of unlabelled letters and choose which of them a person should label next, with the reason of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline import letter
from pipeline.errors import BadLabels
from pipeline.intake import LetterSource
from pipeline.learn import heldout
from pipeline.learn.bundle import Bundle
from pipeline.learn.choose import Candidates, choose
from pipeline.learn.features import prepared
from pipeline.learn.history import Labelled
from pipeline.learn.train import prepare
from pipeline.text.letters import masked, strings
from pipeline.text.places import Gazetteer

UNSURE, POSSIBLE, FEW = 0.6, 0.15, 20


@dataclass(frozen=True)
class Choice:
    """Chosen letters, what teaches most first.

    Attributes
    ----------
    letters : DataFrame
    suggested, why : list of str
        What the tool thinks of each, and why it was chosen.
    rows_in, known : int
        Letters of the file, and how many of them are labelled already.
    """

    letters: pd.DataFrame
    suggested: list[str]
    why: list[str]
    rows_in: int
    known: int


def next_letters(
    source: LetterSource,
    bundle: Bundle,
    wanted: int,
    labelled: Labelled | None = None,
    *,
    progress: Callable[[int], None] = lambda rows: None,
) -> Choice:
    """Choose ``wanted`` letters that are neither in ``labelled`` nor what the model was trained on.

    Raises
    ------
    BadLabels
        Every letter of the file is labelled already, or none has a text.
    """
    prints, counts = _known(bundle, labelled)
    frames, rows_in, known = [], 0, 0
    places = Gazetteer.usual()
    candidates: Candidates | None = None
    for batch in source.batches():
        frame = batch.letters
        titles, texts = masked(frame)
        new = np.flatnonzero(~np.isin(heldout.fingerprint(titles, texts), prints))
        frames.append(frame[list(letter.LETTER_COLUMNS)])
        if len(new):
            received = strings(frame, letter.RECEIVED_AT)
            letters = prepared([titles[row] for row in new], [texts[row] for row in new], places)
            reading = bundle.model.read(letters, [received[row] for row in new])
            part = Candidates.of(bundle.model, reading, rows_in + new)
            candidates = part if candidates is None else candidates.joined(part)
        rows_in, known = rows_in + len(frame), known + len(frame) - len(new)
        progress(rows_in)
    if not rows_in:
        raise BadLabels(file=source.path, why_zh="没有一件有内容的信", why_en="no letter has a text")
    if candidates is None:
        raise BadLabels(
            file=source.path,
            why_zh=f"其中 {rows_in} 件都已有标注，没有可挑的",
            why_en=f"all {rows_in} letters are labelled already",
        )
    labels = {head: bundle.model.heads[head].labels for head in candidates.probabilities}
    chosen = candidates.take(choose(candidates, labels, counts, wanted))
    told = [_words(chosen, row, labels, counts) for row in range(len(chosen.rows))]
    letters_of = pd.concat(frames, ignore_index=True).iloc[chosen.rows].reset_index(drop=True)
    return Choice(letters_of, [one for one, _ in told], [why for _, why in told], rows_in, known)


def _known(bundle: Bundle, labelled: Labelled | None) -> tuple[NDArray[np.uint64], dict[str, Counter[str]]]:
    """Return fingerprints of the labelled letters, and per head how many letters have each label."""
    counts: dict[str, Counter[str]] = {}
    prints = [np.zeros(0, np.uint64)]
    kept = heldout.read(bundle.folder)
    if kept is not None:
        prints.append(kept.fingerprints)
        for head, truth in kept.truth.items():
            counts.setdefault(head, Counter()).update(str(label) for label in truth if label)
    if labelled is not None:
        history = prepare(labelled.frame.drop(columns="official_l1"))
        fresh = ~np.isin(history.prints, prints[-1])
        prints.append(history.prints)
        for head, truth in history.labels.items():
            counts.setdefault(head, Counter()).update(str(label) for label in truth[fresh] if label)
    return np.concatenate(prints), counts


def _words(
    chosen: Candidates, row: int, labels: dict[str, tuple[str, ...]], counts: dict[str, Counter[str]]
) -> tuple[str, str]:
    thinks, why = [], []
    for head, table in chosen.probabilities.items():
        best, second = np.argsort(-table[row], kind="stable")[:2]
        thinks.append(f"{letter.ZH_NAMES[head]}：{labels[head][best]}（{table[row, best]:.0%}）")
        if table[row, best] < UNSURE and head != "category_l2":
            why.append(
                f"{letter.ZH_NAMES[head]}拿不准：{labels[head][best]}（{table[row, best]:.0%}）"
                f"还是{labels[head][second]}（{table[row, second]:.0%}）"
            )
        rare = [
            label
            for label, share in zip(labels[head], table[row].tolist(), strict=True)
            if head in counts and share >= POSSIBLE and counts[head][label] < FEW
        ]
        why += [f"可能是“{label}”，已标注的只有 {counts[head][label]} 件" for label in rare[:1]]
    return "\n".join(thinks), "；".join(why[:3]) or "与已选的信都不相像"
