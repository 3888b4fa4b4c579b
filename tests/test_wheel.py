"""The wheel carries rules and model: installed in a clean environment, it triages from another folder."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("not in a checkout")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.whl"))


def test_the_wheel_triages_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([str(scripts / "python"), "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    letters = tmp_path / "letters.csv"
    letters.write_text("内容\n小区停水三天了，物业不管。\n工地拖欠我们三个月工资。\n", encoding="utf-8")
    run = [str(scripts / "petition"), "triage", str(letters), "-o", str(tmp_path / "out.csv"), "--quiet"]
    subprocess.run(run, check=True, cwd=tmp_path)
    result = pd.read_csv(tmp_path / "out.csv")
    assert len(result) == 2
    assert result["model_version"].str.startswith("default@").all()


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < 25e6
