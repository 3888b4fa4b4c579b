"""Copies found again, matters of many letters, and what a hundred thousand letters cost."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.matters.store import Store
from pipeline.text.copies import bare, find_copies, sketch
from pipeline.text.segment import default_segmenter
from pipeline.text.things import named_things

SIZES = (10_000, 30_000, 100_000)
ADDED = 1_000
_PLANTED, _LEAST, _MOST = 0.1, 0.05, 0.30


def matters(corpus: Path) -> dict[str, Any]:
    """Return every figure on copies and matters."""
    return {"copies": copies(corpus), "one_or_many": one_or_many(corpus), "scaling": scaling(corpus)}


def copies(corpus: Path, seed: int = 0) -> dict[str, Any]:
    """Return recall and precision on copies planted with 5 to 30 % of their characters changed, in four ways."""
    letters = pd.read_parquet(corpus / "letters.parquet", columns=["title", "text", "dup_group"])
    texts = [f"{title}\n{text}" for title, text in zip(letters["title"], letters["text"], strict=True)]
    chance = random.Random(seed)
    rows = chance.sample(range(len(texts)), int(_PLANTED * len(texts)))
    every = "".join(texts)
    changed = [edited(texts[row], chance.uniform(_LEAST, _MOST), every, chance) for row in rows]
    begin = time.perf_counter()
    found = find_copies(sketch([]), [bare(text) for text in [*texts, *changed]], str)
    spent = time.perf_counter() - begin
    roots: list[int] = []
    for row, copy in enumerate(found):
        roots.append(row if copy is None else roots[copy[0]])
    groups = [*letters["dup_group"], *(letters["dup_group"].iloc[row] for row in rows)]
    links = [(row, copy[0]) for row, copy in enumerate(found) if copy is not None]
    return {
        "planted": len(rows),
        "recall": round(float(np.mean([roots[row] == roots[len(texts) + at] for at, row in enumerate(rows)])), 4),
        "precision": round(float(np.mean([groups[row] == groups[first] for row, first in links])), 4),
        "links": len(links),
        "letters_a_second": round(len(roots) / spent),
    }


def edited(text: str, share: float, other: str, chance: random.Random) -> str:
    """Return a text with so large a share of its characters changed: here and there, replaced, cut out or put in."""
    n, way = int(len(text) * share), chance.random()
    at, begin = chance.randrange(max(1, len(text) - n)), chance.randrange(len(other) - n)
    if way < 0.25:
        return text[:at] + text[at + n :]
    if way < 0.5:
        return text[:at] + other[begin : begin + n] + text[at:]
    letters = list(text)
    for place in chance.sample(range(len(letters)), n):
        letters[place] = (
            chance.choice(other) if way < 0.75 else chance.choice(("", letters[place] + chance.choice(other)))
        )
    return "".join(letters)


def one_or_many(corpus: Path) -> dict[str, Any]:
    """Return whether one batch and many batches give the same matters (adjusted Rand index, 1 is the same)."""
    from sklearn.metrics import adjusted_rand_score

    letters = suggested(corpus, "a3")
    found = {}
    for size in (len(letters), 1000, 100):
        store = Store.open("sqlite://")
        for at in range(0, len(letters), size):
            store.add(letters.iloc[at : at + size])
        found[size] = store.letters().sort_values("letter_id")["matter_id"].tolist()
    whole = found.pop(len(letters))
    sizes = pd.Series(whole).value_counts()
    return {
        "letters": len(letters),
        "matters": len(sizes),
        "largest": sizes.head(10).tolist(),
        "same_as_one_batch": {size: round(adjusted_rand_score(whole, labels), 4) for size, labels in found.items()},
    }


def suggested(corpus: Path, source: str) -> pd.DataFrame:
    """Return letters of a source of the corpus with suggestions, in the order in which they came."""
    from pipeline import Triage

    letters = pd.read_parquet(corpus / "letters.parquet")
    letters = letters[letters["letter_id"].str.startswith(source)]
    moments = pd.to_datetime(letters["time"], errors="coerce", format="mixed").dt.strftime("%Y-%m-%d %H:%M").fillna("")
    frame = letters[["letter_id", "title", "text"]].assign(received_at=moments)
    frame = frame.sort_values(["received_at", "letter_id"]).reset_index(drop=True)
    return Triage.load().suggest(frame)


def scaling(corpus: Path) -> dict[str, Any]:
    """Return seconds and memory of grouping more and more letters, each size in a process of its own."""
    found: dict[str, Any] = {}
    for size in SIZES:
        work = [sys.executable, "-m", "tests.benchmarks.matters", str(corpus), str(size)]
        found[f"{size}"] = json.loads(subprocess.run(work, check=True, capture_output=True, text=True).stdout)
    return found


def grouped(corpus: Path, size: int) -> dict[str, float]:
    """Group letters of the corpus, renamed and shuffled until there are enough, and add some more."""
    letters = multiplied(corpus, size + ADDED)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "matters.db")
        begin = time.perf_counter()
        for at in range(0, size, 20_000):
            store.add(letters.iloc[at : min(at + 20_000, size)])
        first = time.perf_counter() - begin
        begin = time.perf_counter()
        store.add(letters.iloc[size:])
        more = time.perf_counter() - begin
        begin = time.perf_counter()
        matters = store.matters()
        described = time.perf_counter() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {
        "seconds": round(first, 1),
        "add_1000_seconds": round(more, 2),
        "describe_seconds": round(described, 1),
        "peak_gb": round(memory, 2),
        "matters": len(matters),
    }


def multiplied(corpus: Path, size: int) -> pd.DataFrame:
    """Return as many letters as wanted: those of the corpus again and again, about other places, in other words' order."""
    letters = pd.read_parquet(corpus / "letters.parquet", columns=["title", "text"])
    chance = random.Random(0)
    alphabet = "安北昌东丰福广海汉和恒华嘉金景康兰丽龙明南宁平清泉瑞山盛世泰天万西祥新兴阳永玉云中"
    rows = []
    segmenter = default_segmenter()
    titles, texts = letters["title"].tolist(), letters["text"].tolist()
    for number in range(size):
        row, turn = number % len(letters), number // len(letters)
        title, text = titles[row], texts[row]
        if turn:
            names = {thing.name for thing in named_things(f"{title}\n{text}", segmenter)}
            for name in sorted(names, key=lambda name: (-len(name), name)):
                own = random.Random(f"{name} {turn}")
                new = "".join(own.choice(alphabet) for _ in name[:-1]) + name[-1]
                title, text = title.replace(name, new), text.replace(name, new)
            sentences = text.replace("！", "。").replace("？", "。").split("。")
            chance.shuffle(sentences)
            text = "。".join(sentences[: max(2, len(sentences) * 3 // 4)])
        day = 1 + number * 700 // size
        received = pd.Timestamp(2024, 1, 1) + pd.Timedelta(days=day)
        rows.append((f"s{number}", title, text, received.date().isoformat()))
    return pd.DataFrame(rows, columns=["letter_id", "title", "text", "received_at"])


if __name__ == "__main__":
    print(json.dumps(grouped(Path(sys.argv[1]), int(sys.argv[2]))))
