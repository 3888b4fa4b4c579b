"""What the clerk reads after ``petition drift``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipeline.cli import drift
from tests.cli.test_models import home, run

__all__ = ["home"]
MATTER = "我们是{}号楼的住户，楼下新建的混凝土搅拌站每天半夜施工，王建国经理说有手续，粉尘和噪声让老人孩子没法休息。"


def letters(n: int, text: str = MATTER) -> pd.DataFrame:
    return pd.DataFrame({"编号": [f"X{row:03}" for row in range(n)], "内容": [text.format(row) for row in range(n)]})


def test_a_small_batch_is_not_judged(home: Path) -> None:
    letters(40).to_excel("batch.xlsx", index=False)
    assert "件数太少" in run("drift", "batch.xlsx", "-q")


def test_one_matter_of_many_letters_is_seen_with_examples_and_advice(home: Path) -> None:
    letters(150).to_excel("batch.xlsx", index=False)
    said = run("drift", "batch.xlsx", "-q")
    assert "搅拌站" in said
    assert "X000" in said
    assert "→" in said
    assert "王建国" not in said
    english = run("drift", "batch.xlsx", "-q", "--lang", "en")
    assert "letters against" in english


def test_a_model_without_a_profile_says_so(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.learn import profile

    monkeypatch.setattr(profile, "PROFILE", "nothing.npz")
    letters(120).to_excel("batch.xlsx", index=False)
    assert "没有留下训练时的概况" in run("drift", "batch.xlsx", "-q", code=2)
    assert drift.__doc__


def test_a_file_without_a_single_text_is_named(home: Path) -> None:
    pd.DataFrame({"编号": ["1", "2"], "内容": ["", " "]}).to_csv("empty.csv", index=False)
    assert "只有 0 件" in run("drift", "empty.csv", "-q")
    assert "没有一件有内容的信" in run("label", "next", "empty.csv", "-o", "n.xlsx", "-q", code=2)
    assert not Path("n.xlsx").exists()
