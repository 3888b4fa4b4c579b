"""From a labelled sheet to a model in use and back, as the data engineer types it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.settings import resource

SAMPLES = resource("data") / "samples"
HISTORY = SAMPLES / "labelled.xlsx"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PETITION_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def run(*arguments: str, code: int = 0, keys: str = "") -> str:
    result = CliRunner().invoke(app, list(arguments), input=keys, env={"COLUMNS": "160"})
    assert result.exit_code == code, result.output
    return result.output


def test_train_compare_promote_triage_roll_back(home: Path, tmp_path: Path) -> None:
    said = run("train", str(HISTORY), "--name", "2026-11")
    assert "在用的模型没有变" in said
    assert "* │ default" in run("models", "list")
    assert "结论" in run("models", "compare", "default", "2026-11", "--on", str(HISTORY), "--json", "c.json")
    found = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert (found["letters"], found["kept_answers"]) == (132, [0, 132])
    run("models", "promote", "2026-11", "--on", str(HISTORY), keys="n\n", code=1)
    assert "* │ default" in run("models", "list")
    arguments = ("models", "promote", "2026-11", "--on", str(HISTORY), "--accept-loss", "样本太少", "--by", "王")
    run(*arguments, "--why", "试用", keys="y\n")
    assert "* │ 2026-11" in run("models", "list")
    run("triage", str(SAMPLES / "letters.csv"), "-o", "o.csv", "--quiet")
    assert pd.read_csv("o.csv")["model_version"].str.startswith("2026-11@").all()
    assert "王" in run("models", "show", "2026-11")
    run("models", "rollback", "--by", "李")
    run("triage", str(SAMPLES / "letters.csv"), "-o", "o.csv", "--quiet")
    assert pd.read_csv("o.csv")["model_version"].str.startswith("default@").all()
    assert "完好" in run("models", "verify")
    assert [json.loads(line)["what"] for line in (home / "journal.jsonl").read_text(encoding="utf-8").splitlines()] == [
        "train",
        "promote",
        "rollback",
    ]


def test_a_model_that_loses_a_focus_topic_is_refused_without_a_reason(home: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(SAMPLES / "labelled.csv", dtype=str)
    labour = frame["category_l1"] == "劳动和社会保障"
    frame.loc[labour, ["category_l1", "category_l2"]] = ["民政", "社会救助"]
    frame.to_excel("wrong.xlsx", index=False)
    run("train", "wrong.xlsx", "--name", "bad", "--quiet")
    said = run("models", "promote", "bad", "--on", str(HISTORY), "--yes", code=2)
    assert "劳动就业" in said
    assert "--accept-loss" in said
    assert "* │ default" in run("models", "list")


def test_what_cannot_be_used_is_listed_in_a_file(home: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(SAMPLES / "labelled.csv", dtype=str)
    frame.loc[3, "department"] = "住建局"
    frame.to_excel("h.xlsx", index=False)
    said = run("train", "h.xlsx", "--name", "m")
    assert "h.problems.csv" in said
    listed = pd.read_csv("h.problems.csv")
    assert listed["source_row"].tolist() == [5]
    assert "住房城乡建设" in listed["reason"].iloc[0]


def test_letters_that_trained_a_model_do_not_measure_it(home: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(SAMPLES / "labelled.csv", dtype=str)
    frame.head(100).to_csv("h.csv", index=False)
    run("train", "h.csv", "--name", "m", "--quiet")
    assert "训练过" in run("evaluate", "h.csv", "--model", str(home / "models" / "m"), "--quiet", code=2)
    run("evaluate", str(HISTORY), "--model", "m", "--json", "f.json", "--quiet")
    assert json.loads(Path("f.json").read_text(encoding="utf-8"))["rows"] == 32


def test_a_name_is_never_used_twice(home: Path) -> None:
    run("train", str(HISTORY), "--name", "m", "--quiet")
    assert "不能改" in run("train", str(HISTORY), "--name", "m", code=2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("models", "show", "x"), "没有这个模型"),
        (("models", "rollback"), "之前没有启用过"),
        (("models", "promote", "default", "--on", str(HISTORY), "--yes"), "已经在用"),
        (("train",), "请给出一份已标注的历史文件"),
        (("train", str(SAMPLES / "letters.xlsx")), "没有一个标注列"),
    ],
)
def test_mistakes_are_named(home: Path, arguments: tuple[str, ...], says: str) -> None:
    if arguments == ("train",):
        arguments = ("train", "--name", "x")
    assert says in run(*arguments, code=2).replace("\n", "")


def test_urgency_is_compared_as_the_clerk_gets_it(home: Path, tmp_path: Path) -> None:
    """A phrase of danger raises urgency whatever the model says, so its recall counts."""
    frame = pd.read_csv(SAMPLES / "labelled.csv", dtype=str, keep_default_na=False)
    frame.loc[:9, "text"] = [f"{row}号楼有人要跳楼，他说活不下去了，正站在楼顶，请马上派人！" for row in range(10)]
    frame.loc[:9, "urgency"] = "4"
    frame.to_csv("h.csv", index=False)
    run("train", "h.csv", "--name", "m", "--quiet")
    run("models", "compare", "default", "m", "--on", "h.csv", "--json", "c.json")
    recalls = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["recalls"]["urgency 4"]
    assert min(recalls["a"], recalls["b"]) > 0.4
