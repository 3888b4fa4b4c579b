"""What the documents say holds: README's Python runs, files it names exist, rule tables have sources."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ["README.md", "README.zh.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]


def test_python_in_the_readme_runs() -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False, optionflags=flags)
    assert tried > 0
    assert failed == 0


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / target).exists() or target.startswith("https://"), target


@pytest.mark.parametrize("path", sorted((ROOT / "data").rglob("*.tsv")), ids=lambda path: path.name)
def test_every_rule_table_names_its_source(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    header = next(line for line in lines if line and not line.startswith("#")).split("\t")
    assert "source" in header or lines[0].startswith("#")
    if "source" in header:
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
        assert all(row[header.index("source")] for row in rows)


def test_no_file_is_called_utils_or_helpers() -> None:
    names = [path.stem for path in (ROOT / "pipeline").rglob("*.py")]
    assert not {"utils", "helpers", "common", "misc"} & set(names)
