"""The command as a user meets it: help for every verb, plain messages, exit codes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from tests.conftest import SAMPLES

VERBS = [command.name for command in app.registered_commands]
README = Path("README.md")


def petition(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_and_stands_in_the_readme(verb: str) -> None:
    code, output = petition(verb, "--help")
    assert code == 0
    assert "用法" in output
    if README.is_file():
        assert f"petition {verb}" in README.read_text(encoding="utf-8")


def test_options_in_the_readme_exist() -> None:
    if not README.is_file():
        pytest.skip("not in a checkout")
    helps = "".join(petition(verb, "--help")[1] for verb in VERBS)
    for option in set(re.findall(r"`(--[a-z]+)", README.read_text(encoding="utf-8"))):
        assert option in helps, option


def test_triage_says_what_went_in_and_out(tmp_path: Path) -> None:
    code, output = petition("triage", SAMPLES / "letters.xlsx", "-o", tmp_path / "out.xlsx")
    assert code == 0, output
    assert "读入 132 行 = 分拣 132 件 + 退回 0 行" in output
    assert str(tmp_path / "out.xlsx") in output.replace("\n", "")


def test_quiet_says_nothing(tmp_path: Path) -> None:
    assert petition("triage", SAMPLES / "letters.csv", "-o", tmp_path / "out.csv", "--quiet") == (0, "")


def test_english_messages(tmp_path: Path) -> None:
    code, output = petition("triage", SAMPLES / "letters.csv", "-o", tmp_path / "out.csv", "--lang", "en")
    assert code == 0
    assert "132 rows in" in output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("没有.xlsx", "-o", "out.xlsx"), "没有这个文件"),
        ((SAMPLES / "letters.csv", "-o", "out.pdf"), "out.pdf"),
        ((SAMPLES / "letters.csv", "-o", "out.csv", "--map", "text"), "--map"),
        ((SAMPLES / "letters.csv", "-o", "out.csv", "--map", "text=正文"), "正文"),
        ((SAMPLES / "letters.xlsx", "-o", "out.csv", "--sheet", "无"), "来信登记"),
        ((SAMPLES / "letters.csv", "-o", "out.csv", "--model", "无"), "无"),
        ((SAMPLES / "letters.csv", "-o", "out.csv", "--accept", "2"), "--accept"),
        ((SAMPLES / "letters.csv", "-o", "no/such/folder/out.csv"), "no/such/folder"),
    ],
)
def test_what_the_user_can_mend_is_a_message_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[object, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, output = petition("triage", *arguments)
    assert code == 2, output
    assert says in output.replace("\n", "")
    assert "Traceback" not in output
    assert list(tmp_path.iterdir()) == []


def test_evaluate_prints_and_saves_figures(tmp_path: Path) -> None:
    code, output = petition(
        "evaluate", SAMPLES / "labelled.xlsx", "--json", tmp_path / "f.json", "--html", tmp_path / "f.html"
    )
    assert code == 0, output
    assert (tmp_path / "f.json").stat().st_size > 1000
    assert "内容分类" in (tmp_path / "f.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", ["train", "evaluate"])
def test_no_data_or_two_kinds_of_data_are_refused(tmp_path: Path, verb: str) -> None:
    extra = ("-o", tmp_path / "m") if verb == "train" else ("--quiet",)
    assert petition(verb, *extra)[0] == 2
    assert petition(verb, SAMPLES / "labelled.csv", "--corpus", tmp_path, *extra)[0] == 2
    assert petition(verb, "--corpus", tmp_path, *extra)[0] == 2


def test_help_loads_nothing_heavy() -> None:
    heavy = ("pandas", "numpy", "sklearn", "altair")
    code = f"import sys; from pipeline.cli import app; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
