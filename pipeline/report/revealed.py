"""The log of every act that shows personal data: who, when, which file. No log, no showing.

What is written after it, results and the batches of a stopped run alike, only its owner may read.
"""

from __future__ import annotations

import getpass
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from pipeline.errors import OutputNotWritable
from pipeline.learn.registry import Registry

LOG: Final = "revealed.jsonl"
_OWNER_ONLY: Final = 0o077


def record(file: Path, *, home: Path | None = None) -> Path:
    """Note that the personal data of a file's letters is being shown; return the log.

    Whatever this process and its workers write from now on is for its owner only (mode 0600): a file that was
    narrowed once it is whole would have stood open while it grew.

    Raises
    ------
    OutputNotWritable
        The log can't be written, so nothing may be shown.

    Examples
    --------
    >>> import tempfile
    >>> log = record(Path("letters.xlsx"), home=Path(tempfile.mkdtemp()))
    >>> json.loads(log.read_text())["file"]
    'letters.xlsx'
    """
    log = Registry.open(home).home / LOG
    row = {"when": datetime.now().astimezone().isoformat(timespec="seconds"), "who": getpass.getuser()}
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row | {"file": file.name}, ensure_ascii=False) + "\n")
    except OSError as error:
        raise OutputNotWritable(
            file=log,
            why_zh=f"查看个人信息要先记录，而记录写不了（{error}）",
            why_en=f"showing personal data must be logged first, and the log can't be written ({error})",
        ) from error
    os.umask(_OWNER_ONLY)
    return log
