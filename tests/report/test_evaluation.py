"""The page of figures: whole in one file, in Chinese, the same bytes for the same figures."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from pipeline.learn import evaluate
from pipeline.report.evaluation import print_tables, write_page


def figures(n_classes: int, peer: bool) -> dict[str, Any]:
    labels = np.array([f"类{number % n_classes:03d}" for number in range(max(n_classes * 2, 40))])
    given = np.roll(labels, 1)
    given[::2] = labels[::2]
    confidence = np.linspace(0.2, 1, len(labels))
    head = evaluate.figures("category_l1", labels, given, confidence, labels, labels if peer else None)
    return {
        "title": "测试",
        "made_at": "",
        "model": {"name": "m", "version": "m@1"},
        "rows": len(labels),
        "protocol": "五折 <b>",
        "note": "注意",
        "heads": {"category_l1": head},
    }


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("n_classes", [1, 3, 120])
@pytest.mark.parametrize("peer", [True, False])
def test_the_page_is_whole_and_loads_nothing(tmp_path: Path, n_classes: int, peer: bool) -> None:
    write_page(figures(n_classes, peer), tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    assert not re.findall(r"(?:src|href)=[\"']https?:", page)
    assert "<script" not in page
    assert "五折 &lt;b&gt;" in page
    assert page.count("<svg") == 4
    assert "类000" in page


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_page(figures(3, True), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(("lang", "says"), [("zh", "宏平均"), ("en", "macro-F1")])
def test_the_terminal_shows_every_head_and_says_what_it_left_out(lang: str, says: str) -> None:
    console = Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    print_tables(figures(30, True), console, lang=lang)
    text = console.export_text()
    assert says in text
    assert "10" in text
