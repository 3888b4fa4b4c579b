"""A clerk who reads no English can use the tool from its help; an engineer still gets the English one."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from pipeline.cli import app, chinese_help, language, train
from pipeline.cli.screen import agreed
from pipeline.cli.wrapping import wrapped

# Latin words that a clerk meets anyway: kinds of files, names of variables and models.
KNOWN = {"csv", "tsv", "xls", "xlsx", "jsonl", "parquet", "txt", "docx", "html", "Word", "JSON", "zh", "en", "text"}
KNOWN |= {"PETITION_OFFICE", "PETITION_HOME", "USER", "default", "problems", "matters", "db", "sqlite"}

# What is typed, what English says about it, and what Chinese says.
WRONG = [
    (
        "triagex",
        "No such command 'triagex'. Did you mean 'triage'?",
        "没有 'triagex' 这个命令。您要的可能是 'triage'。",
    ),
    ("office chek", "No such command 'chek'. Did you mean 'check'?", "没有 'chek' 这个命令。您要的可能是 'check'。"),
    ("matters unod 3", "No such command 'unod'. Did you mean 'undo'?", "没有 'unod' 这个命令。您要的可能是 'undo'。"),
    ("xyz", "No such command 'xyz'.", "没有 'xyz' 这个命令。"),
    ("models", "Missing command.", "没有写命令。"),
    ("triage a.csv -x", "No such option: -x", "没有 -x 这个选项。"),
    (
        "--verion",
        "No such option: --verion (Possible options: --version)",
        "没有 --verion 这个选项。您要的可能是 --version。",
    ),
    ("triage a.csv", "Missing option '--output' / '-o'.", "缺少必填的选项 '--output' / '-o'。"),
    ("triage -o b.csv", "Missing argument 'letters'.", "缺少 '信件'，写在哪里见上面的用法。"),
    ("models show", "Missing argument 'name'.", "缺少 '模型名称'，写在哪里见上面的用法。"),
    ("triage a.csv -o", "Option '-o' requires an argument.", "选项 '-o' 后面要写一个值。"),
    ("triage a.csv -o b.csv --quiet=1", "Option '--quiet' does not take a value.", "选项 '--quiet' 后面不用写值。"),
    (
        "triage a.csv -o b.csv c d",
        "Got unexpected extra argument(s) (c d)",
        "多写了：c d。文件名里有空格时，请用英文引号括起来。",
    ),
    (
        "triage a.csv -o b.csv -j 0",
        "Invalid value for '--jobs' / '-j': Input should be greater than or equal to 1",
        "'--jobs' / '-j' 的值不能用：不能小于 1。",
    ),
    (
        "office new a --name b --area c --level 9",
        "Invalid value for '--level': Input should be less than or equal to 4",
        "'--level' 的值不能用：不能大于 4。",
    ),
    (
        "matters undo x",
        "Invalid value for 'act': Input should be a valid integer, unable to parse string as an integer",
        "'步号' 的值不能用：应写一个整数。",
    ),
    (
        "triage a.csv -o b.csv --accept x",
        "Invalid value for '--accept': Input should be a valid number, unable to parse string as a number",
        "'--accept' 的值不能用：应写一个数。",
    ),
    (
        "office check secret",
        "Invalid value for 'folder': path 'secret' is not readable.",
        "'文件夹' 的值不能用：没有权限读 'secret'。",
    ),
    (
        "office check --lang fr",
        "Invalid value for '--lang': Value error, 'fr' is not one of 'zh', 'en'.",
        "'--lang' 的值不能用：'fr' 不在可选的 'zh', 'en' 之中。",
    ),
]


def petition(*arguments: str, columns: int = 80) -> str:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": str(columns)}).output


def tree(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from tree(inner, (*path, name))


COMMANDS = dict(tree(typer.main.get_command(app)))


def squeezed(output: str) -> str:
    return re.sub(r"[\s│╭╮╰╯─]", "", output)


def said(output: str) -> str:
    """The message in the panel."""
    return " ".join(line.strip("│ ") for line in output.splitlines() if line.startswith("│"))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_word_of_every_command_has_its_chinese(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    ctx = typer.Context(command)
    needed = {("help", command.help), ("usage", command.options_metavar)}
    for parameter in command.get_params(ctx):
        if parameter.param_type_name == "argument":
            needed.add(("argument", parameter.name))
        if parameter.help or parameter.param_type_name == "option":
            needed.add(("help", parameter.help))
        if not getattr(parameter, "is_flag", False):
            needed.add(("type", parameter.display_type(ctx)))
    assert {key for key in needed if not language.words().get(key)} == set()


def test_every_row_of_the_table_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = set()

    class Watched(dict[Any, str]):
        def get(self, key: Any, default: Any = None) -> Any:
            asked.add(key)
            return super().get(key, default)

    rows = Watched(language.words())
    for module in (language, chinese_help):
        monkeypatch.setattr(module, "words", lambda: rows)
    for path in COMMANDS:
        petition(*path, "--help")
    petition("xyz")
    messages = [message for _, message, _ in WRONG]
    messages += [message.partition(": ")[2] for message in messages]
    for kind, english in rows:
        if kind == "error":
            pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(english))
            assert any(re.fullmatch(pattern, message) for message in messages), english
    assert {key for key in rows if key[0] != "error"} - asked == set()


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_chinese_whole_and_straight(path: tuple[str, ...], columns: int) -> None:
    output = petition(*path, "--help", columns=columns)
    command = COMMANDS[path]
    for text in [command.help, *(parameter.help for parameter in command.params)]:
        assert squeezed(language.chinese("help", text or "")) in squeezed(output)
    for line in output.splitlines():
        assert cell_len(line) <= columns, line
        if line.startswith(("│", "╭", "╰")):
            assert cell_len(line) == columns, line
            assert line[-1] in "│╮╯", line
        assert columns == 40 or line.strip("│ ")[:1] not in tuple("，。；：、）”"), line


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_has_no_english_words(path: tuple[str, ...]) -> None:
    output = petition(*path, "--help", columns=300)
    names = {name for each in COMMANDS for name in each}
    rest = re.sub(r"-{1,2}[a-z][a-z-]*|petition|[ML]-[\w-]+", " ", output)
    words = set(re.findall(r"(?<![A-Za-z])[A-Za-z_]{2,}", rest))
    assert words - names - KNOWN == set()


@pytest.mark.parametrize("example", [row for (kind, _), row in language.words().items() if kind == "example"])
def test_examples_can_be_typed(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, shlex.split(example)[1:])
    assert "用法" not in result.output
    assert result.exit_code == 0 or "没有这个" in result.output


@pytest.mark.parametrize(("typed", "english", "chinese"), WRONG)
def test_usage_errors(typed: str, english: str, chinese: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)
    verb, *rest = typed.split()
    for lang, told, around, foreign in (
        ("zh", chinese, "错误", r"Usage|Error|Try|help\."),
        ("en", english, "Error", "用法|错误|运行"),
    ):
        words = [verb, "--lang", lang] if verb == typed else ["--lang", lang, verb, *rest]
        output = petition(*words)
        assert squeezed(said(output)) == squeezed(told)
        assert around in output
        assert not re.search(foreign, output)


def test_what_a_clerk_sees_in_a_narrow_terminal(tmp_path: Path) -> None:
    def typed(*arguments: str) -> tuple[int, str]:
        run = subprocess.run(
            [sys.executable, "-m", "pipeline", *arguments],
            capture_output=True,
            encoding="utf-8",
            env=os.environ | {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
        )
        return run.returncode, run.stdout + run.stderr

    code, output = typed("triage", "来信.xlsx")
    assert code == 2
    assert output.splitlines()[:2] == ["用法：petition triage [选项] {信件}", "怎么用，请运行：petition triage --help"]
    assert "缺少必填的选项 '--output' / '-o'。" in output
    code, output = typed()
    assert code == 2
    assert "分拣一份来信" in output
    code, output = typed("--lang", "en", "--help")
    assert code == 0
    assert "Usage: petition [OPTIONS] COMMAND [ARGS]..." in output


def test_english_help_is_what_the_code_says() -> None:
    petition("xyz")
    output = petition("triage", "--help", "--lang", "en", columns=200)
    for words in ("Usage: petition triage [OPTIONS] {letters}", "─ Options ─", "[required]", "<path>", "[default: zh]"):
        assert words in output
    assert squeezed(COMMANDS["triage",].help) in squeezed(output)
    assert "选项" not in output


@pytest.mark.parametrize("words", ["--lang en office check", "office --lang en check", "office check --lang=en"])
def test_the_language_may_stand_before_the_command(words: str) -> None:
    assert "0 faults" in petition(*words.split())
    assert "处必须改" in petition(*words.split(), "--lang", "zh")


def test_a_file_named_like_a_verb_does_not_hide_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acts").touch()
    assert "matters.db" in petition("matters", "acts")
    assert "没有这个文件" in petition("matters", "来信", "-o", "b.csv")


def test_a_question_takes_a_chinese_answer() -> None:
    asking = language.App()

    @asking.command()
    def ask() -> None:
        typer.echo(f"答：{agreed('启用？', 'zh')}")

    def answer(keys: str) -> str:
        return CliRunner().invoke(asking, ["ask"], input=keys).output

    assert answer("好\n是\n").splitlines()[-1].endswith("答：True")
    assert "请回答 是 或 否。" in answer("好\n是\n")
    assert "答：False" in answer("\n")
    assert "答：False" in answer("否\n")
    assert "已取消。" in answer("")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_lose_no_word_in_a_narrow_terminal(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    name = "临江区信访局二〇二六年第三季度重新训练的模型"
    (tmp_path / "models" / name).mkdir(parents=True)
    listed = petition("models", "list", "--home", str(tmp_path), "--lang", lang)
    assert "…" not in listed
    assert listed.count("不能用") == 1
    scores = {"accuracy": 0.5, "macro_f1": 0.5}
    figures = {"category_l1": {"n": 10000, **scores, "peer": scores}}
    facts = {"changed_heads": [], "accepted": {}, "groups": {}}
    train._say(SimpleNamespace(figures=figures, latest={}, rare={}, facts=facts), "m", Path("m"), lang)  # type: ignore[arg-type]
    train._curve([{"letters": 10000, "head": "category_l1", "base": scores, "scratch": scores, "office": scores}], lang)
    tables = capsys.readouterr().out
    assert "…" not in tables
    assert tables.count("0.500") == 10


@pytest.mark.parametrize("width", [4, 10, 33, 80])
def test_wrapping_keeps_every_character(width: int) -> None:
    text = "指明哪一列是什么，如 text=反映内容（信件内容在“反映内容”列）。\n运行 petition models list 可查；M-20261109-3f2a1c [必填]"
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == re.sub(r"\s", "", text)
    assert max(map(cell_len, lines)) <= width
    if width > 4:
        assert not any(line.startswith(tuple("，。；：、）”")) for line in lines)
