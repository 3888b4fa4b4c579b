"""Suggest batch after batch, in one process or several; the order and the result are the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import pandas as pd
from threadpoolctl import threadpool_limits

from pipeline.advise.triage import Triage

Key = TypeVar("Key")
_worker: Triage | None = None


def suggest_batches(
    triage: Triage, batches: Iterable[tuple[Key, pd.DataFrame]], *, jobs: int = 1, reveal: bool = False
) -> Iterator[tuple[Key, pd.DataFrame]]:
    """Yield (key, suggestions) of every (key, letters), in order.

    At most ``2 * jobs`` batches are under way at once, so memory stays flat however long the input is.

    Parameters
    ----------
    triage : Triage
        Each worker process opens the same model once.
    jobs : int
        Number of processes; 1 works in this one.
    """
    if jobs <= 1:
        for key, letters in batches:
            yield key, triage.suggest(letters, reveal=reveal)
        return
    # Threads of a library may be running, which fork would copy in an unusable state: spawn is safe everywhere.
    with ProcessPoolExecutor(
        jobs,
        mp_context=get_context("spawn"),
        initializer=_start,
        initargs=(triage.folder, triage.accept, triage.lang, triage.sets, triage.office),
    ) as pool:
        waiting: deque[tuple[Key, Future[pd.DataFrame]]] = deque()
        for key, letters in batches:
            waiting.append((key, pool.submit(_work, letters, reveal)))
            if len(waiting) >= 2 * jobs:
                first, future = waiting.popleft()
                yield first, future.result()
        for first, future in waiting:
            yield first, future.result()


def _start(folder: str, accept: float, lang: str, sets: float | None, office: str | None) -> None:
    global _worker
    # One thread a process: the processes are the parallelism, more threads would only wait for each other.
    threadpool_limits(1)
    _worker = Triage.load(folder, accept=accept, lang=lang, sets=sets, office=office)


def _work(letters: pd.DataFrame, reveal: bool) -> pd.DataFrame:
    assert _worker is not None, "the pool's initializer has run"
    return _worker.suggest(letters, reveal=reveal)
