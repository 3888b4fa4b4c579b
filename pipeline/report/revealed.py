"""The log of every act that shows personal data: who, when, which file, how many letters. No log, no showing."""

from __future__ import annotations

import getpass
import json
from datetime import datetime
from pathlib import Path
from typing import Final

from pipeline.errors import OutputNotWritable
from pipeline.learn.registry import Registry

LOG: Final = "revealed.jsonl"


def record(file: Path, *, home: Path | None = None) -> Path:
    """Note that the personal data of a file's letters is being shown; return the log.

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
    return log
