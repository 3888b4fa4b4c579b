"""The office's models: each immutable once made, one in use, every change of that in a journal.

A model is built in a folder beside the others and published by one rename, so a killed training leaves no half
model. Which one is in use stands in one small file that is replaced whole, under a lock, after the models
before and after were checked byte by byte. The model that ships is always there and is in use at first.

``home/models/<name>/`` bundles · ``home/in_use.json`` · ``home/journal.jsonl`` (who, when, what, why)
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from pipeline.errors import BundleDamaged, ModelRefused, OutputNotWritable
from pipeline.learn import bundle
from pipeline.settings import resource

SHIPPED = "default"
LOCK_SECONDS = 20
LEFTOVER_SECONDS = 3600
_MAKING = ".making-"
_NAME = re.compile(r"[\w一-鿿][\w一-鿿.\-]{0,63}")


@dataclass(frozen=True)
class Entry:
    """A model of the registry; ``problem`` says why it can't be used, "" if it can."""

    name: str
    folder: Path
    in_use: bool
    manifest: dict[str, Any]
    problem: str = ""

    @property
    def version(self) -> str:
        """As it stands beside every suggestion."""
        return f"{self.name}@{str(self.manifest.get('checksum', ''))[:8]}"


@dataclass(frozen=True)
class Registry:
    """The models of one office.

    Examples
    --------
    >>> import tempfile
    >>> Registry.open(Path(tempfile.mkdtemp())).in_use()
    'default'
    """

    home: Path

    @classmethod
    def open(cls, home: Path | None = None) -> Registry:
        """Return the registry in ``home``, else in ``PETITION_HOME``, else in the user's data folder."""
        named = os.environ.get("PETITION_HOME")
        return cls(home or (Path(named) if named else user_data_path("petition", appauthor=False)))

    def folder(self, name: str) -> Path:
        """Return where a model lives: of the office, shipped, or a folder given by its path.

        Raises
        ------
        ModelRefused
            There is no such model.
        """
        for place in (self.home / "models" / name, resource("models") / name, Path(name)):
            if name and (place / bundle.MANIFEST).is_file():
                return place
        raise ModelRefused(
            name=name, why_zh="没有这个模型（petition models list 列出全部）", why_en="there is no such model"
        )

    def load(self, name: str | None = None) -> bundle.Bundle:
        """Open a model, by default the one in use, after checking every byte.

        Raises
        ------
        ModelRefused
            There is no such model, or the one in use is not the one that was promoted.
        BundleDamaged
            A byte differs from the manifest.
        """
        if name is not None:
            return bundle.load(self.folder(name))
        pointer = self._pointer()
        opened = bundle.load(self.folder(pointer["name"]))
        if pointer["checksum"] not in ("", opened.manifest["checksum"]):
            raise ModelRefused(
                name=opened.name,
                why_zh="在用的模型不是当初启用的那一个；请运行 petition models rollback",
                why_en="it is not the model that was promoted; run petition models rollback",
            )
        return opened

    def in_use(self) -> str:
        """Return the name of the model in use."""
        return str(self._pointer()["name"])

    def entries(self) -> list[Entry]:
        """Return all models, the shipped one first; their manifests are checked, their other bytes are not."""
        used = self.in_use()
        made = sorted(path for path in (self.home / "models").glob("*") if not path.name.startswith("."))
        found = []
        for path in [resource("models") / SHIPPED, *made]:
            try:
                found.append(Entry(path.name, path, path.name == used, bundle.read_manifest(path)))
            except BundleDamaged as error:
                found.append(Entry(path.name, path, path.name == used, {}, error.message("zh")))
        return found

    def verify(self) -> dict[str, str]:
        """Return for every model what is wrong with it, "" where every byte is as it was made."""
        found = {}
        for entry in self.entries():
            try:
                bundle.load(entry.folder)
                found[entry.name] = ""
            except BundleDamaged as error:
                found[entry.name] = error.message("zh")
        return found

    def check_free(self, name: str) -> None:
        """Raise :class:`ModelRefused` where a new model can't have this name."""
        if not _NAME.fullmatch(name):
            raise ModelRefused(
                name=name,
                why_zh="名称只能用字母、数字、汉字、“-”“_”“.”，最多 64 字",
                why_en="use letters, digits, - _ . only",
            )
        if name == SHIPPED or (self.home / "models" / name).exists():
            raise ModelRefused(
                name=name,
                why_zh="这个名称已经有模型，做好的模型不能改；请用 --name 换一个名称",
                why_en="the name is taken and a model never changes; choose another with --name",
            )

    def publish(self, name: str, build: Callable[[Path], None]) -> Path:
        """Build a model in a folder of its own and put it among the others by one rename.

        Raises
        ------
        ModelRefused
            The name is taken or no name.
        OutputNotWritable
            The disk is full or closed to us; nothing is left behind.
        """
        self.check_free(name)
        target = self.home / "models" / name
        making = target.with_name(f"{_MAKING}{name}-{os.getpid()}")
        with self._writing(target):
            making.mkdir(parents=True)
            try:
                build(making)
                bundle.load(making)
                for file in making.iterdir():
                    file.chmod(0o444)
                with self._locked():
                    self.check_free(name)
                    making.rename(target)
                    self._record("train", name, "", {})
            finally:
                shutil.rmtree(making, ignore_errors=True)
        return target

    def promote(self, name: str, *, over: str, by: str, why: str, comparison: dict[str, Any]) -> None:
        """Put a model in use; the caller has compared it with the one in use, ``over``, and asked.

        Raises
        ------
        BundleDamaged, ModelRefused
            It is not whole or already in use, or another was promoted meanwhile; the model in use stays.
        """
        with self._writing(self.home / "in_use.json"), self._locked():
            pointer = self._pointer()
            if pointer["name"] == name:
                raise ModelRefused(name=name, why_zh="已经在用", why_en="it is in use already")
            if pointer["name"] != over:
                raise ModelRefused(
                    name=name,
                    why_zh=f"在用的模型刚刚换成了「{pointer['name']}」，请重新比较",
                    why_en=f"{pointer['name']} is in use meanwhile: compare again",
                )
            place = self.home / "models" / name if name != SHIPPED else resource("models") / SHIPPED
            if not (place / bundle.MANIFEST).is_file():
                raise ModelRefused(name=name, why_zh="模型库里没有这个模型", why_en="it is not in the registry")
            checksum = bundle.load(place).manifest["checksum"]
            earlier = [*pointer["earlier"], {"name": pointer["name"], "checksum": pointer["checksum"]}]
            self._record("promote", name, why, {"by": by, "from": pointer["name"], "comparison": comparison})
            self._point({"name": name, "checksum": checksum, "earlier": earlier})

    def rollback(self, *, by: str, why: str) -> str:
        """Put the model that was in use before in use again and return its name.

        Raises
        ------
        BundleDamaged, ModelRefused
            There is none, or it is not whole; the model in use stays.
        """
        with self._writing(self.home / "in_use.json"), self._locked():
            pointer = self._pointer()
            if not pointer["earlier"]:
                raise ModelRefused(
                    name=pointer["name"], why_zh="之前没有启用过别的模型", why_en="no other was in use before it"
                )
            *earlier, last = pointer["earlier"]
            opened = bundle.load(self.folder(last["name"]))
            if last["checksum"] not in ("", opened.manifest["checksum"]):
                raise ModelRefused(
                    name=last["name"], why_zh="不是当初启用的那一个，不能退回", why_en="it is not the one promoted then"
                )
            self._record("rollback", last["name"], why, {"by": by, "from": pointer["name"]})
            self._point({**last, "earlier": earlier})
            return str(last["name"])

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest ``keep`` models that aren't in use or one step of rollback away, and leftovers."""
        with self._writing(self.home / "models"), self._locked():
            pointer = self._pointer()
            held = {SHIPPED, pointer["name"], *(row["name"] for row in pointer["earlier"][-1:])}
            order = {row["name"]: at for at, row in enumerate(self.journal()) if row["what"] == "train"}
            folders = [path for path in (self.home / "models").glob("*") if path.is_dir()]
            free = [path for path in folders if not path.name.startswith(".") and path.name not in held]
            free.sort(key=lambda path: order.get(path.name, -1), reverse=True)
            gone = free[keep:]
            leftovers = [
                path
                for path in folders
                if path.name.startswith(_MAKING) and time.time() - path.stat().st_mtime > LEFTOVER_SECONDS
            ]
            for path in [*gone, *leftovers]:
                shutil.rmtree(path)
            if gone:
                self._record("prune", "、".join(path.name for path in gone), "", {})
            return [path.name for path in [*gone, *leftovers]]

    def journal(self) -> list[dict[str, Any]]:
        """Return what was done, oldest first; a line that a crash cut short is left out."""
        try:
            lines = (self.home / "journal.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def _pointer(self) -> dict[str, Any]:
        try:
            found = json.loads((self.home / "in_use.json").read_text(encoding="utf-8"))
            return {"name": str(found["name"]), "checksum": str(found["checksum"]), "earlier": list(found["earlier"])}
        except FileNotFoundError:
            return {"name": SHIPPED, "checksum": "", "earlier": []}
        except (ValueError, KeyError, TypeError):
            raise ModelRefused(
                name="in_use.json",
                why_zh=f"{self.home / 'in_use.json'} 读不懂，不知道哪个模型在用；journal.jsonl 里有最后一次启用的记录",
                why_en=f"{self.home / 'in_use.json'} can't be read; journal.jsonl has the last promotion",
            ) from None

    def _point(self, pointer: dict[str, Any]) -> None:
        path = self.home / "in_use.json"
        fresh = path.with_name(".in_use.json.writing")
        with fresh.open("w", encoding="utf-8") as stream:
            json.dump(pointer, stream, ensure_ascii=False, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)

    def _record(self, what: str, name: str, why: str, more: dict[str, Any]) -> None:
        row = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "what": what, "name": name, "why": why, **more}
        path = self.home / "journal.jsonl"
        cut_short = path.exists() and not path.read_bytes().endswith(b"\n")
        with path.open("a", encoding="utf-8") as stream:
            stream.write("\n" * cut_short + json.dumps(row, ensure_ascii=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.home / ".lock", timeout=LOCK_SECONDS):
                yield
        except Timeout:
            raise ModelRefused(
                name=str(self.home),
                why_zh="别的程序正在改动模型库，请稍后再试",
                why_en="another program is changing it",
            ) from None

    @contextmanager
    def _writing(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            if not full and not isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError):
                raise
            raise OutputNotWritable(
                file=path,
                why_zh="磁盘已满" if full else f"没有权限或没有这个文件夹（{error.strerror}）",
                why_en="the disk is full" if full else str(error.strerror),
            ) from None
