"""The same store on a PostgreSQL server, which the test starts for itself."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.matters.store import Store
from tests.matters.conftest import LAMP, PLANT, WAGES, batch, letter


def tool(name: str) -> str | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    initdb, pg_ctl = tool("initdb"), tool("pg_ctl")
    if initdb is None or pg_ctl is None:
        if os.environ.get("PETITION_CI"):
            pytest.fail("CI must have a PostgreSQL server: .ci/run installs it")
        pytest.skip("no PostgreSQL server on this machine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    # The server refuses to run as root.
    su = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if su:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    subprocess.run(
        [*su, initdb, "-A", "trust", "-U", "office", "-E", "UTF8", data], check=True, capture_output=True, cwd=folder
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    start = [*su, pg_ctl, "-D", data, "-o", options, "-l", folder / "log", "-w", "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    yield f"postgresql+pg8000://office@127.0.0.1:{port}/postgres"
    subprocess.run(
        [*su, pg_ctl, "-D", data, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, cwd=folder
    )
    shutil.rmtree(folder, ignore_errors=True)


def test_the_store_works_as_on_sqlite(url: str) -> None:
    letters = batch(
        *(letter(n, text) for n, text in enumerate(PLANT)),
        letter(8, LAMP),
        letter(9, LAMP, "2026-11-09"),
        letter(10, WAGES),
    )
    here, there = Store.open("sqlite://"), Store.open(url)
    one, two = here.add(letters), there.add(letters)
    assert one == two
    assert here.letters().equals(there.letters())
    assert there.add(letters).new == 0
    kept, *_, other = there.letters()["matter_id"]
    act = there.merge(kept, other, why="同一处")
    assert there.letters()["matter_id"].iloc[-1] == kept
    there.undo(act)
    assert there.letters().equals(here.letters())
    assert there.matters().equals(here.matters())
    assert Store.open(url).letters().equals(here.letters())
