"""Every figure of the README: ``python -m tests.benchmarks --corpus FOLDER`` prints them and saves build/bench.json."""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import Triage
from pipeline.advise.parallel import suggest_batches
from pipeline.learn import cues
from pipeline.learn.corpus import read_corpus
from pipeline.learn.features import plain
from pipeline.report.evaluation_screen import print_tables
from pipeline.report.measure import measure_corpus, save_json
from pipeline.text.clean import clean
from pipeline.text.mask import mask
from tests.benchmarks.demands import READING, demands
from tests.benchmarks.drift import drift
from tests.benchmarks.matters import matters
from tests.benchmarks.names import names
from tests.benchmarks.office import office
from tests.benchmarks.routing import routing
from tests.benchmarks.warning import warning, write_weights

SAMPLES = Path("data/samples")
PAIRS = 7
BATCH = 2048
PARTS = ["accuracy", "speed", "scale", "start", "office", "drift", "routing", "demands", "names", "matters", "warning"]
WEIGHTS = "warning-weights"


def main() -> None:
    """Print every figure and save it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--only", choices=[*PARTS, WEIGHTS], action="append")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the long Parquet run")
    options = parser.parse_args()
    wanted = options.only or PARTS
    path = Path("build/bench.json")
    path.parent.mkdir(exist_ok=True)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if "start" in wanted:
        found["start"] = show("start", start())
    if "speed" in wanted:
        found["speed"] = show("speed", speed(options.corpus))
    if "scale" in wanted:
        found["scale"] = show("scale", scale(options.corpus, options.rows))
    if "office" in wanted:
        found["office"] = show("office", office(options.corpus))
    if "drift" in wanted:
        found["drift"] = show("drift", drift(options.corpus))
    if "names" in wanted:
        found["names"] = show("names", names())
    if "demands" in wanted:
        found["demands"] = show("demands", demands(options.corpus, READING))
    if "matters" in wanted:
        found["matters"] = show("matters", matters(options.corpus))
    if "warning" in wanted:
        found["warning"] = show("warning", warning(options.corpus, lambda stage: print(stage, file=sys.stderr)))
    if WEIGHTS in wanted:
        show(WEIGHTS, write_weights(options.corpus, Path("data/warning_weights.tsv")))
    if "routing" in wanted:
        found["routing"] = show("routing", routing(options.corpus, lambda stage: print(stage, file=sys.stderr)))
    if "accuracy" in wanted:
        from rich.console import Console

        found["accuracy"] = measure_corpus(options.corpus, progress=lambda stage: print(stage, file=sys.stderr))
        print_tables(found["accuracy"], Console(width=120))
        print(json.dumps(found["accuracy"]["review"], indent=1))
    save_json(found, path)
    print(f"saved: {path}")


def show(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """Print one group of figures."""
    print(f"== {name}")
    print(json.dumps(value, ensure_ascii=False, indent=1))
    return value


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """Return the median time of a few runs."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return sorted(times)[len(times) // 2]


def speed(corpus: Path) -> dict[str, Any]:
    """Time the whole of ``suggest`` against rjieba.cut and against the plain peer's category, in one run."""
    import rjieba

    frame = read_corpus(corpus)[["letter_id", "title", "text", "received_at"]]
    letters = (frame["title"] + "\n" + frame["text"]).tolist()
    triage = Triage.load()
    triage.suggest(frame.head(100))
    batches = [frame.iloc[at : at + BATCH] for at in range(0, len(frame), BATCH)]
    segmenter = rjieba.Jieba()

    def cut_alone() -> None:
        for letter in letters:
            segmenter.cut(letter)

    def whole() -> None:
        for batch in batches:
            triage.suggest(batch)

    # In turns, so that a machine that slows down or speeds up does so for both.
    pairs = sorted((seconds(cut_alone, 1), seconds(whole, 1)) for _ in range(PAIRS))
    ratio = sorted(whole_s / cut_s for cut_s, whole_s in pairs)[PAIRS // 2]
    cut_seconds, whole_seconds = (sorted(times)[PAIRS // 2] for times in zip(*pairs, strict=True))
    peer_seconds = peer_prediction_seconds(corpus, letters)
    one, two = processes_seconds(triage, batches * 6, 1), processes_seconds(triage, batches * 6, 2)
    return {
        "letters": len(frame),
        "rjieba_cut_s": round(cut_seconds, 3),
        "suggest_s": round(whole_seconds, 3),
        "suggest_over_rjieba": round(ratio, 2),
        "letters_per_s": round(len(frame) / whole_seconds),
        "peer_category_s": round(peer_seconds, 2),
        "peer_over_suggest": round(peer_seconds / whole_seconds, 2),
        "stages_s": stages(triage, batches),
        "one_process_s": round(one, 2),
        "two_processes_s": round(two, 2),
        "two_processes_gain": round(one / two, 2),
    }


def stages(triage: Triage, batches: list[pd.DataFrame]) -> dict[str, float]:
    """Return the seconds that each stage of ``suggest`` takes over all batches."""
    took: dict[str, float] = {}

    def lap(name: str, work: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        value = work()
        took[name] = took.get(name, 0.0) + time.perf_counter() - begin
        return value

    model = triage.model
    for batch in batches:
        titles, texts = batch["title"].tolist(), batch["text"].tolist()
        titles, texts = lap("clean", lambda: (clean(titles), clean(texts)))  # noqa: B023
        titles, texts = lap("mask", lambda: (mask(titles), mask(texts)))  # noqa: B023
        titles, texts = lap("kinds of places", lambda: triage.handling.places.by_kind(titles, texts))  # noqa: B023
        letters = lap("set phrases", lambda: plain(titles, texts))  # noqa: B023
        words = lap("segment and look up", lambda: model.featurizer.word_ids(letters))  # noqa: B023
        matrix = lap("features", lambda: model.featurizer.assemble(letters, *words))  # noqa: B023
        lap("layer one", lambda: matrix @ model.dense_weights)  # noqa: B023
        received = batch["received_at"].tolist()
        counted = lap("cues", lambda: cues.cues(letters.titles, letters.bodies, received))  # noqa: B023
        lap("hidden layer", lambda: model.hidden.read(model.featurizer.only_words(matrix), counted))  # noqa: B023
        lap("all of suggest", lambda: triage.suggest(batch))  # noqa: B023
    whole = took.pop("all of suggest")
    took["layer two, urgency phrases, evidence, review, columns"] = whole - sum(took.values())
    return {name: round(value, 3) for name, value in took.items()}


def peer_prediction_seconds(corpus: Path, letters: list[str]) -> float:
    """Return the time in which the plain peer predicts one category for the letters."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    jieba.setLogLevel("WARNING")
    jieba.initialize()
    labels = read_corpus(corpus)["category_l1"].fillna("").to_numpy(dtype=str)
    rows = [row for row, label in enumerate(labels) if label][:2000]
    vectoriser = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
    model = LinearSVC().fit(vectoriser.fit_transform([letters[row] for row in rows]), labels[rows])
    return seconds(lambda: model.predict(vectoriser.transform(letters)), 1)


def processes_seconds(triage: Triage, batches: list[pd.DataFrame], jobs: int) -> float:
    """Return the time for all batches; the workers' start (imports, model) is in it."""
    begin = time.perf_counter()
    for _ in suggest_batches(triage, enumerate(batches), jobs=jobs):
        pass
    return time.perf_counter() - begin


def scale(corpus: Path, rows: int) -> dict[str, Any]:
    """Triage a long Parquet file in a process of its own, kill it on the way, resume it; report time and memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = read_corpus(corpus)[["title", "text", "received_at"]]
    with tempfile.TemporaryDirectory(prefix="petition-bench-") as folder:
        source, output = Path(folder, "long.parquet"), Path(folder, "out.parquet")
        writer, written = None, 0
        while written < rows:
            part = frame.head(min(len(frame), rows - written)).assign(
                letter_id=[f"L{written + n:08d}" for n in range(min(len(frame), rows - written))]
            )
            table = pa.Table.from_pandas(part, preserve_index=False)
            writer = writer or pq.ParquetWriter(source, table.schema)
            writer.write_table(table)
            written += len(part)
        assert writer is not None
        writer.close()
        command = [sys.executable, "-m", "pipeline", "triage", str(source), "-o", str(output), "--quiet"]
        begin = time.perf_counter()
        first = subprocess.Popen(command)
        time.sleep(min(60, rows / 20_000))
        first.send_signal(signal.SIGKILL)
        first.wait()
        kept = len(list(Path(f"{output}.parts").glob("part-*.parquet")))
        subprocess.run(command, check=True)
        took = time.perf_counter() - begin
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
        result = pq.read_metadata(output).num_rows
        return {
            "rows": rows,
            "rows_out": result,
            "batches_kept_by_the_kill": kept,
            "seconds": round(took, 1),
            "rows_per_s": round(rows / took),
            "peak_memory_GB": round(peak, 2),
            "left_over": sorted(path.name for path in Path(folder).iterdir()),
        }


def start() -> dict[str, Any]:
    """Time the command's help, a cold triage of 60 letters, and load plus one suggestion after imports."""
    with tempfile.TemporaryDirectory(prefix="petition-bench-") as folder:
        sixty = Path(folder, "sixty.csv")
        pd.read_csv(SAMPLES / "letters.csv", dtype=str).head(60).to_csv(sixty, index=False)
        run = [sys.executable, "-m", "pipeline"]
        triage = [*run, "triage", str(sixty), "-o", str(Path(folder, "out.xlsx")), "--quiet"]
        once = "import time,pandas as pd;from pipeline import Triage;import pipeline.advise.triage;"
        once += "t=time.perf_counter();Triage.load().suggest(pd.DataFrame({'text':['工地欠薪三个月']}));"
        once += "print(time.perf_counter()-t)"
        loads = [float(subprocess.check_output([sys.executable, "-c", once], text=True)) for _ in range(3)]
        return {
            "help_s": round(
                seconds(lambda: subprocess.run([*run, "--help"], check=True, stdout=subprocess.DEVNULL), 5), 3
            ),
            "triage_60_letters_cold_s": round(seconds(lambda: subprocess.run(triage, check=True)), 2),
            "load_and_one_suggestion_s": round(sorted(loads)[1], 3),
            "model_MB": round(sum(path.stat().st_size for path in Path("models/default").iterdir()) / 1e6, 1),
            "cores": os.cpu_count(),
        }


if __name__ == "__main__":
    main()
