"""Figures on the screen and on the page: readable, complete, whole in one file, the same bytes every time."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from pipeline.errors import OutputNotWritable
from pipeline.report.evaluation_page import write_page
from pipeline.report.evaluation_screen import print_tables
from pipeline.report.evaluation_words import coverage

VOID = ("meta", "br")
LONG = "国土资源/集体土地上房屋拆迁与补偿安置"


def head(labels: list[str], *, peer: bool = True, ordered: bool = False) -> dict[str, Any]:
    kappa = 0.8 if ordered else None
    classes = [
        {"label": label, "precision": 0.9, "recall": 0.8, "f1": 0.85, "support": 300 - number}
        for number, label in enumerate(labels)
    ]
    confused = labels if len(labels) < 17 else [*labels[:15], "其余"]
    summary = {"accuracy": 0.8, "macro_f1": 0.7, "weighted_kappa": kappa}
    return {
        "n": 1234,
        "ordered": ordered,
        "accuracy": 0.9,
        "macro_f1": 0.75,
        "weighted_kappa": kappa,
        "positive_f1": None,
        "ece": 0.021,
        "classes": classes,
        "curve": [[step / 100, 1 - step / 1000] for step in range(1, 101)],
        "calibration": [[0.35, 0.4, 10], [0.75, 0.7, 100], [0.95, 0.96, 1000]],
        "confusion": {"labels": confused, "counts": [[7 * (a == b) for a in confused] for b in confused]},
        "majority": summary,
        "peer": {**summary, "classes": [{**row, "f1": 0.6} for row in classes]} if peer else None,
    }


def figures(**heads: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": "试量",
        "made_at": "",
        "model": {"name": "default", "version": "default@1a2b"},
        "rows": 1234,
        "protocol": "五折 <b>",
        "note": "标注由模型给出 & 不等于人",
        "heads": heads,
    }


FIGURES = {
    "peer": figures(purpose=head(["求决", "检举控告", "建议", "咨询"])),
    "no peer": figures(urgency=head(["1", "2", "3", "4"], peer=False, ordered=True)),
    "one class": figures(legacy={**head(["1"]), "positive_f1": 0.66}),
    "120 classes": figures(category_l2=head([f"城乡建设/第{number}类" for number in range(119)] + [LONG])),
    "two heads": figures(department=head(["教育", LONG]), official_l1=head(["城乡建设", "交通运输"], peer=False)),
}


class Nesting(HTMLParser):
    """Fails on a tag that closes out of turn; keeps what would be loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "data")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page_of(given: dict[str, Any], folder: Path, lang: str = "zh") -> str:
    write_page(given, folder / "page.html", lang)
    return (folder / "page.html").read_text(encoding="utf-8")


def screen_of(given: dict[str, Any], lang: str = "zh") -> str:
    stream = io.StringIO()
    print_tables(given, Console(file=stream, width=100), lang)
    return stream.getvalue()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", FIGURES)
def test_the_page_is_well_formed_and_loads_nothing(tmp_path: Path, case: str, lang: str) -> None:
    page = page_of(FIGURES[case], tmp_path, lang)
    nesting = Nesting()
    nesting.feed(page)
    assert nesting.open == []
    assert all(target.startswith("#") for target in nesting.loads)
    assert not re.search(r"https?:|url\(|@import|<script", page)
    assert page.count("<svg") == page.count("<details") == 4 * len(FIGURES[case]["heads"])


@pytest.mark.parametrize("case", FIGURES)
def test_the_same_figures_give_the_same_bytes(tmp_path: Path, case: str) -> None:
    assert page_of(FIGURES[case], tmp_path) == page_of(FIGURES[case], tmp_path)


def test_note_protocol_and_every_measure_are_explained(tmp_path: Path) -> None:
    page = page_of(FIGURES["peer"], tmp_path)
    for words in (
        "标注由模型给出 &amp; 不等于人",
        "五折 &lt;b&gt;",
        "宏平均F1",
        "加权κ",
        "校准误差",
        "覆盖率",
        "对照方法",
    ):
        assert words in page


def test_ranks_and_long_chinese_labels_are_text_in_a_chinese_font(tmp_path: Path) -> None:
    assert ">4 特急</text>" in page_of(FIGURES["no peer"], tmp_path)
    page = page_of(FIGURES["two heads"], tmp_path)
    assert page.count(f">{LONG}</text>") == 3
    assert all("Microsoft YaHei" in svg for svg in re.findall(r"<svg[^>]*>", page))


def test_a_label_has_the_room_it_needs(tmp_path: Path) -> None:
    page = page_of(figures(department=head([LONG])), tmp_path)
    shifts = re.findall(r"<svg[^>]*>.*?translate\((\d+)", page, flags=re.DOTALL)
    assert min(int(shift) for shift in shifts[2:]) >= 11 * len(LONG)


def test_ranks_stand_in_their_order_and_other_classes_by_size(tmp_path: Path) -> None:
    given = head(["2", "1"], ordered=True)
    given["confusion"] = {"labels": ["2", "1"], "counts": [[22, 21], [12, 11]]}
    page = page_of(figures(urgency=given), tmp_path)
    assert '<th scope="row">1 平缓</th><td>11</td><td>12</td>' in page
    assert screen_of(figures(urgency=given)).index("1 平缓") < screen_of(figures(urgency=given)).index("2 一般")
    by_size = screen_of(FIGURES["peer"])
    assert by_size.index("求决") < by_size.index("咨询")


def test_all_classes_stand_in_the_table_even_if_not_in_the_chart(tmp_path: Path) -> None:
    page = page_of(FIGURES["120 classes"], tmp_path)
    assert f'<th scope="row">{LONG}</th>' in page
    assert "另外 90 类在数字表里" in page


def test_nothing_measured_is_said(tmp_path: Path) -> None:
    assert "没有可量的项目" in page_of(figures(), tmp_path)
    assert "nothing to measure" in screen_of(figures(), "en")


def test_what_stood_there_stays_where_the_page_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable):
        write_page(FIGURES["peer"], tmp_path / "no" / "page.html")


@pytest.mark.parametrize(("lang", "says"), [("zh", ("信访目的", "宏平均", "检举控告")), ("en", ("Purpose", "Macro"))])
def test_the_screen_names_heads_and_measures(lang: str, says: tuple[str, ...]) -> None:
    screen = screen_of(FIGURES["peer"], lang)
    assert all(words in screen for words in says)
    assert "+0.050" in screen


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_hundred_columns_hold_every_cell(lang: str) -> None:
    labels = {"category_l1": ["城乡建设"], "category_l2": [LONG], "urgency": ["4"], "official_l1": ["政法"]}
    screen = screen_of(figures(**{name: head(given, ordered=True) for name, given in labels.items()}), lang)
    assert "…" not in screen
    assert max(cell_len(line) for line in screen.splitlines()) <= 100


def test_the_screen_says_how_many_classes_it_left_out() -> None:
    screen = screen_of(FIGURES["120 classes"])
    assert "另有 100 类" in screen
    assert "第19类" in screen
    assert "第20类" not in screen


def test_a_label_that_looks_like_markup_is_shown_as_it_is(tmp_path: Path) -> None:
    given = figures(department=head(["[red]甲", "<乙>"]))
    assert "[red]甲" in screen_of(given)
    assert "&lt;乙&gt;" in page_of(given, tmp_path)


def test_coverage_is_the_stored_one_or_read_off_the_curve() -> None:
    assert coverage({"curve": [[0.5, 0.98], [1.0, 0.9]], "coverage_97": 0.55}) == 0.55
    assert coverage({"curve": [[0.5, 0.98], [1.0, 0.9]]}) == 0.5
    assert coverage({"curve": [[1.0, 0.5]]}) == 0.0


def test_review_and_speed_are_shown_where_measured(tmp_path: Path) -> None:
    given = FIGURES["peer"] | {"review": {"accepted_right": 0.973}, "speed": {"letters_per_second": 2100}}
    page = page_of(given, tmp_path)
    assert "97.3%" in page
    assert "2100" in page
