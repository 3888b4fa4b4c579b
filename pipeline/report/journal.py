"""Long runs can be stopped and resumed: finished batches wait in a folder beside the output.

The folder ``<output>.parts`` holds one Parquet file a finished batch and ``run.json``, which says what
the batches were made from. A later run with the same input, model and options takes them over; any
other run starts afresh. The folder goes when the output is whole.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd


class Journal:
    """Finished batches of one run.

    Parameters
    ----------
    output : Path
        The file that the run will write.
    identity : dict
        Everything the batches depend on.
    """

    def __init__(self, output: Path, identity: dict[str, Any]) -> None:
        self.folder = output.with_name(output.name + ".parts")
        self._identity = json.dumps(identity, sort_keys=True, ensure_ascii=False)
        record = self.folder / "run.json"
        if not (record.is_file() and record.read_text(encoding="utf-8") == self._identity):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
            _replace(record, self._identity.encode())
        self.resumed = len(list(self.folder.glob("part-*.parquet")))

    def has(self, number: int) -> bool:
        """Return whether batch ``number`` is finished."""
        return self._part(number).is_file()

    def keep(self, number: int, frame: pd.DataFrame) -> None:
        """Keep a finished batch; a crash while writing leaves no half of it."""
        temporary = self._part(number).with_suffix(".writing")
        frame.to_parquet(temporary, index=False)
        temporary.replace(self._part(number))

    def take(self, number: int) -> pd.DataFrame:
        """Return a finished batch."""
        return pd.read_parquet(self._part(number))

    def close(self) -> None:
        """Remove the folder: the output is whole."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _part(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}.parquet"


def fingerprint(path: Path) -> dict[str, Any]:
    """Return size, time of last change and a checksum of the two ends of a file.

    Examples
    --------
    >>> sorted(fingerprint(Path(__file__)))
    ['changed', 'ends', 'size']
    """
    status = path.stat()
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        digest.update(stream.read(1 << 20))
        stream.seek(max(0, status.st_size - (1 << 20)))
        digest.update(stream.read())
    return {"size": status.st_size, "changed": status.st_mtime_ns, "ends": digest.hexdigest()}


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".writing")
    temporary.write_bytes(content)
    temporary.replace(path)
