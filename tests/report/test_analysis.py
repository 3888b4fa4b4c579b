"""The periodic analysis: numbers that add up and can be traced, small groups and sealed letters kept, honest gaps."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.errors import BadOption
from pipeline.report.analysis import analyse
from pipeline.report.analysis_docx import write_docx
from pipeline.report.analysis_html import write_html
from pipeline.report.analysis_material import Span
from pipeline.report.analysis_parts import Analysis, Cell, Number, Part, Section, Sentence, Table
from pipeline.report.analysis_words import rules
from pipeline.settings import focus_rules, taxonomy
from tests.report import invented_letters as invented

WEEK = ("2026-11-16", "2026-11-22")
NOTHING = pd.DataFrame()
SECRETS = ("密件内容不得外泄", "密件应去的单位", "密件所在地", "纪检监察", "干部作风")


@pytest.fixture(scope="module")
def letters() -> pd.DataFrame:
    return invented.letters(per_week=60)


@pytest.fixture(scope="module")
def matters(letters: pd.DataFrame) -> pd.DataFrame:
    return invented.matters(letters[letters["received_at"] >= "2026-10"])


def analysed(letters: pd.DataFrame, matters: pd.DataFrame = NOTHING, tasks: pd.DataFrame = NOTHING) -> Analysis:
    return analyse(letters, matters, tasks, *WEEK, today="2026-11-23", office="云川市信访局", areas=invented.AREAS)


@pytest.fixture(scope="module")
def week(letters: pd.DataFrame, matters: pd.DataFrame) -> Analysis:
    return analysed(letters, matters, invented.tasks())


def sections(analysis: Analysis) -> tuple[Section, ...]:
    return (*analysis.sections, *analysis.annexes)


def tables(analysis: Analysis) -> dict[str, Table]:
    blocks = [block for section in sections(analysis) for block in section.blocks]
    return {block.title: block for block in blocks if isinstance(block, Table)}


def words(analysis: Analysis, key: str) -> str:
    section = next(section for section in sections(analysis) if section.key == key)
    return "\n".join(block.text for block in section.blocks if isinstance(block, Sentence))


def numbers(analysis: Analysis) -> Iterator[Part]:
    for figure in analysis.figures:
        yield figure.value
        for note in figure.notes:
            yield from note
    for sentence in analysis.summary:
        yield from sentence.parts
    for section in sections(analysis):
        for block in section.blocks:
            if isinstance(block, Sentence):
                yield from block.parts


def written(analysis: Analysis, folder: Path) -> str:
    """Everything that both files say."""
    write_docx(analysis, folder / "a.docx")
    write_html(analysis, folder / "a.html")
    with zipfile.ZipFile(folder / "a.docx") as parts:
        inside = "".join(
            parts.read(name).decode("utf-8", "ignore") for name in parts.namelist() if name.endswith("xml")
        )
    return inside + (folder / "a.html").read_text(encoding="utf-8")


def test_every_number_can_be_counted_again(week: Analysis, letters: pd.DataFrame, matters: pd.DataFrame) -> None:
    known = {"letter": set(letters["letter_id"]), "matter": set(letters["matter_id"])}
    known["task"] = known["matter"]
    counted = 0
    for part in numbers(week):
        if isinstance(part, Number):
            assert part.sources
            source = week.sources[part.sources[0]]
            if len(part.sources) == 1:
                assert part.text == str(source.count)
                counted += 1
    for source in week.sources.values():
        assert set(source.ids) <= known[source.of], source
        assert len(set(source.ids)) == len(source.ids)
    assert counted > 60


def test_people_are_told_in_the_words_of_a_letter(letters: pd.DataFrame, matters: pd.DataFrame) -> None:
    told = matters.assign(people_words=matters["people"].map(lambda number: "几百户" if number == 420 else ""))
    said = words(analysed(letters, told), "matters")
    assert "信中自述涉及约几百户，" in said
    assert "420" not in said
    assert "信中自述涉及约 86 人（户），" in said


def test_numbers_add_up(week: Analysis, letters: pd.DataFrame) -> None:
    period = letters[letters["received_at"].str[:10].between(*WEEK)]
    assert week.figures[0].value == Number(str(len(period)), week.figures[0].value.sources)  # type: ignore[union-attr]
    found = tables(week)
    daily = found["每日来信（件）"]
    assert sum(int(row[1].text) for row in daily.rows) == len(period)
    assert sum(int(row[2].text) for row in daily.rows) == int(period["duplicate_of"].ne("").sum())
    categories = found["各类来信（件，不含密件）"]
    assert sum(int(row[1].text) for row in categories.rows) == int((~period["sealed"]).sum())
    top = categories.rows[0]
    assert int(top[1].text) == int((period["category_l1"].eq(top[0].text) & ~period["sealed"]).sum())


def test_copies_are_counted_and_named_as_such(week: Analysis, letters: pd.DataFrame) -> None:
    period = letters[letters["received_at"].str[:10].between(*WEEK)]
    copies = int(period["duplicate_of"].ne("").sum())
    assert f"其中重复件{copies}件" in words(week, "volume")
    assert f"去掉重复后为{len(period) - copies}件" in words(week, "volume")


def test_the_three_focus_topics_come_first(week: Analysis) -> None:
    table = tables(week)["重点类别（件，不含密件，可重复计数）"]
    assert [row[0].text for row in table.rows[:3]] == ["征地拆迁", "劳动就业", "历史遗留"]


def test_a_warned_matter_says_what_who_when_and_what_was_tried(week: Analysis) -> None:
    text = words(week, "matters")
    for said in (
        "望山县人力资源社会保障局",
        "2026年11月30日前",
        "八十六个人三个月没发钱",
        "记录里没有看到",
        "包案领导分管副市长",
    ):
        assert said in text


def test_nothing_of_sealed_letters_but_their_number(week: Analysis, letters: pd.DataFrame, tmp_path: Path) -> None:
    text = written(week, tmp_path)
    sealed = letters[letters["sealed"]]
    assert not [secret for secret in SECRETS if secret in text]
    assert not [name for name in (*sealed["letter_id"], *sealed["matter_id"]) if name in text]
    here = int((sealed["received_at"].str[:10].between(*WEEK)).sum())
    assert here
    assert f"密件{here}件，只计入总数" in words(week, "volume")


def test_a_warned_matter_of_sealed_letters_is_only_counted(letters: pd.DataFrame, matters: pd.DataFrame) -> None:
    changed = matters.copy()
    here = letters[letters["received_at"].str[:10].between(*WEEK) & letters["sealed"]]
    changed.loc[changed["matter_id"].eq(here["matter_id"].iloc[0]), ["early_warning", "evidence"]] = [2, "密件引文"]
    text = words(analysed(letters, changed), "matters")
    assert "另有密件类预警或关注事项1件" in text
    assert "密件引文" not in text


def test_small_groups_are_not_broken_down_by_place(week: Analysis, letters: pd.DataFrame, tmp_path: Path) -> None:
    least = rules()["small"]["letters"]
    found = tables(week)
    small = [str(n) for n in range(1, least)]
    areas = found["各区域来信（件，不含密件）"]
    assert not [row for row in areas.rows if {row[at].text for at in (1, 3, 5)} & set(small)]
    heat = found["各区域来信的类别（件，不含密件）"]
    assert not [cell for row in heat.rows[:-1] for cell in row if cell.text in small]
    units = found["承办较多的单位（件，不含密件）"]
    assert min(int(row[1].text) for row in units.rows) >= least
    assert all(not week.sources[key].shown_ids for row in heat.rows[:-1] for cell in row for key in cell.sources)


def test_the_rank_of_a_hidden_number_does_not_tell_it() -> None:
    counts = {"临江区": 8, "青石区": 3, "南浦新区": 6, "白鹭县": 4, "望山县": 0}
    places = [area for area, many in counts.items() for _ in range(many)]
    found = pd.DataFrame({"letter_id": map(str, range(21)), "received_at": "2026-11-17", "located": places})
    table = tables(analysed(found.assign(category_l1="民政", matter_id="M-1")))["各区域来信（件，不含密件）"]
    told = [(row[0].text, row[1].text) for row in table.rows]
    assert told == [
        *(("临江区", "8"), ("南浦新区", "6"), ("望山县", "0"), ("白鹭县", "少于5"), ("青石区", "少于5")),
        ("所在地不明或不在辖区", "0"),
    ]


def lonely(letters: pd.DataFrame, *sealed: str) -> str:
    """A matter of one letter of the week."""
    period = letters[letters["received_at"].str[:10].between(*WEEK) & letters["sealed"].eq(bool(sealed))]
    period = period[period["place"].eq("望山县") | bool(sealed)]
    return str(period[~period["matter_id"].isin({wave.matter_id for wave in invented.WAVES})]["matter_id"].iloc[0])


SMALL = {
    "title": "某村一户的事", "unit": "望山县水务局", "due": "2026-11-19", "first": "2026-11-17",
    "warning_reason": "+1.0 有紧急来信：“家里老母亲卧床”", "area": "望山县",
}  # fmt: skip


@pytest.mark.parametrize(("level", "told"), [(2, True), (1, True), (0, False)])
def test_a_warned_matter_of_few_is_a_task_and_named_but_not_quoted_or_placed_in_a_table(
    letters: pd.DataFrame, matters: pd.DataFrame, tmp_path: Path, level: int, told: bool
) -> None:
    alone, changed = lonely(letters), matters.copy()
    changed.loc[changed["matter_id"].eq(alone), ["early_warning", *SMALL]] = [level, *SMALL.values()]
    analysis = analysed(letters, changed)
    text = words(analysis, "matters")
    assert "老母亲" not in written(analysis, tmp_path)
    assert ("有紧急来信" in text) is told
    assert ("建议由望山县水务局处理；建议的期限2026年11月19日到11月22日已过3天" in text) is told
    assert ("其中建议期限到11月22日已过、没有办结记录的1件" in text) is told
    listed = [[cell.text for cell in row] for row in tables(analysis)[""].rows if row[1].text == SMALL["title"]]
    assert [row[2:4] + row[7:9] for row in listed] == (
        [["—", "少于5", "望山县水务局", "2026-11-19（已过3天）"]] if told else []
    )


def test_a_warned_matter_of_sealed_letters_stays_unnamed(
    letters: pd.DataFrame, matters: pd.DataFrame, tmp_path: Path
) -> None:
    alone, changed = lonely(letters, "sealed"), matters.copy()
    changed.loc[changed["matter_id"].eq(alone), ["early_warning", *SMALL]] = [2, *SMALL.values()]
    text = written(analysed(letters, changed), tmp_path)
    assert not [secret for secret in ("某村一户", "望山县水务局", "老母亲", alone) if secret in text]


@pytest.mark.parametrize("most", [200, 20])
def test_what_the_annex_lists_agrees_with_the_figures(
    letters: pd.DataFrame, matters: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setitem(rules()["lists"], "hot_rows", most)
    here = letters[letters["received_at"].str[:10].between(*WEEK) & ~letters["sealed"]]["matter_id"].unique()[:45]
    changed = matters.copy()
    changed.loc[changed["matter_id"].isin(here), "early_warning"] = 1
    analysis = analysed(letters, changed)
    rows, text, annex = tables(analysis)[""].rows, words(analysis, "matters"), words(analysis, "annex_matters")
    hot = int(matters[matters["matter_id"].isin(here) | matters["early_warning"].gt(0)]["matter_id"].nunique())
    shown = sum(row[6].text != "" for row in rows)
    assert shown == min(hot, most)
    assert f"附件1列{len(rows)}件：预警、关注{shown}件" in annex
    told = rules()["lists"]["hot"]
    if most < hot:
        assert f"其余{hot - told}件预警或关注事项中，附件1列出{shown - told}件" in text
        assert f"（共{hot}件，按预警等级和来信多少列到这里）" in annex
    else:
        assert f"上面细说了{told}件，其余{hot - told}件预警或关注事项列在附件1" in text


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("2026-11-01", "此前已预警而尚未办结的事项1件。"),
        ("2026-08-01", "此前已预警而尚未办结的事项中，1件的最近一封信在2026年8月18日以前，已有90天以上没有来信"),
    ],
)
def test_earlier_warnings_say_which_are_too_old_to_count(
    letters: pd.DataFrame, matters: pd.DataFrame, last: str, said: str
) -> None:
    row = {**matters.iloc[0].to_dict(), "matter_id": "M-x", "early_warning": 2, "first": last, "last": last}
    assert said in words(analysed(letters, pd.concat([matters, pd.DataFrame([row])])), "matters")


def test_without_last_year_it_says_so(letters: pd.DataFrame, matters: pd.DataFrame) -> None:
    recent = letters[letters["received_at"] >= "2026-11-01"]
    analysis = analysed(recent, matters)
    assert "没有上年同期数据" in words(analysis, "volume")
    assert {row[5].text for row in tables(analysis)["各类来信（件，不含密件）"].rows} == {"无数据"}
    assert "没有上年同期数据" in words(analysis, "problems")


def test_a_period_that_the_letters_reach_only_in_part_is_not_compared(letters: pd.DataFrame) -> None:
    recent = letters[letters["received_at"] >= "2026-11-11"]
    text = words(analysed(recent), "volume")
    assert "上期数据不全（最早的来信是2026年11月11日），不作比较" in text


def test_without_handling_columns_nothing_is_called_overdue(letters: pd.DataFrame) -> None:
    bare = letters.drop(columns=["registered_at", "accepted_at", "answered_at", "returned_at"])
    analysis = analysed(bare)
    assert analysis.figures[4].value == "—"
    assert "无法判断是否超期" in words(analysis, "handling")
    assert "看不出紧急来信处置得快慢" in words(analysis, "handling")
    assert tables(analysis)["承办较多的单位（件，不含密件）"].headings == ("单位", "本期来信")


def test_unconfirmed_suggestions_have_no_quality(letters: pd.DataFrame) -> None:
    assert "说不了" in words(analysed(letters.assign(confirmed=False, corrected="")), "quality")


def test_a_week_without_letters(letters: pd.DataFrame, tmp_path: Path) -> None:
    before = letters[letters["received_at"] < WEEK[0]]
    analysis = analysed(before)
    assert analysis.summary[0].text.startswith("本期没有来信记录")
    assert "每日来信（件）" not in tables(analysis)
    assert not [note for figure in analysis.figures[:4] for note in figure.notes if "下降" in "".join(map(str, note))]
    assert "本期没有来信记录" in written(analysis, tmp_path)


def test_an_empty_store(tmp_path: Path) -> None:
    assert "没有办理记录" in written(analysed(NOTHING), tmp_path)


def test_undated_letters_are_told(letters: pd.DataFrame) -> None:
    odd = letters.head(3).assign(received_at="去年", letter_id=["u1", "u2", "u3"])
    assert "另有3件来信的时间读不出来" in words(analysed(pd.concat([letters, odd])), "volume")


def test_same_letters_same_bytes_in_any_order(letters: pd.DataFrame, matters: pd.DataFrame, tmp_path: Path) -> None:
    files = []
    for number, rows in enumerate((letters, letters.sample(frac=1, random_state=1))):
        analysis = analysed(rows, matters, invented.tasks())
        for kind, write in (("docx", write_docx), ("html", write_html)):
            path = tmp_path / f"{number}.{kind}"
            write(analysis, path)
            files.append(path.read_bytes())
    assert files[0] == files[2]
    assert files[1] == files[3]


def test_the_word_file_has_headings_tables_and_described_pictures(week: Analysis, tmp_path: Path) -> None:
    write_docx(week, tmp_path / "week.docx")
    document = Document(str(tmp_path / "week.docx"))
    titles = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]  # type: ignore[union-attr]
    assert titles[1:8] == [section.title for section in week.sections]
    assert titles[-1] == "附件2　数据来源"
    for table in document.tables[1:]:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    pictures = document.element.body.iter(qn("wp:docPr"))
    assert all("图：" in picture.get("descr", "") for picture in pictures)
    fonts = {found.get(qn("w:eastAsia")) for found in document.element.body.iter(qn("w:rFonts"))}
    assert {"方正小标宋简体", "黑体", "仿宋_GB2312"} <= fonts
    assert str(document.core_properties.created)[:10] == "2026-11-23"


def test_the_page_is_whole_and_every_number_leads_to_its_source(week: Analysis, tmp_path: Path) -> None:
    write_html(week, tmp_path / "week.html")
    text = (tmp_path / "week.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "src=" not in text
    assert "http" not in text
    for key in week.sources:
        assert f'id="s-{key}"' in text


def test_a_hostile_title_stays_text(letters: pd.DataFrame, matters: pd.DataFrame, tmp_path: Path) -> None:
    changed = matters.assign(title="<script>alert(1)</script>\x07")
    assert "<script" not in written(analysed(letters, changed), tmp_path)


def test_no_word_ranks_people(week: Analysis, tmp_path: Path) -> None:
    text = written(week, tmp_path)
    assert not [word for word in ("重点人", "老户", "缠访", "闹访", "非正常上访", "上访人") if word in text]


@pytest.mark.parametrize(
    ("start", "end"), [("2026-11-22", "2026-11-16"), ("11月16日", "2026-11-22"), ("2027-01-04", "2027-01-10")]
)
def test_an_impossible_period_is_refused(start: str, end: str) -> None:
    with pytest.raises(BadOption):
        analyse(NOTHING, NOTHING, NOTHING, start, end, today="2026-11-23")


def test_the_29th_of_february_has_a_year_before() -> None:
    assert Span("本期", "2028-02-26", "2028-02-29").a_year_earlier().end == "2027-02-28"


def test_causes_name_real_categories_and_topics() -> None:
    first_levels, topics = set(taxonomy().first_levels), {rule.topic for rule in focus_rules()}
    for rule in rules()["cause"]:
        assert rule["practice"]
        assert rule["body"]
        assert rule["source"]
        assert rule["topic"] in {*topics, ""}
        assert rule["category_l1"] in {*first_levels, ""}
        assert not rule["category_l2"] or (rule["category_l1"], rule["category_l2"]) in taxonomy().pairs


rows = st.lists(
    st.tuples(
        st.sampled_from(("2025-11-18", "2026-11-09", "2026-11-10", "2026-11-17", "2026-11-20", "不明")),
        st.sampled_from((*invented.AREAS[:3], "")),
        st.sampled_from(("城乡建设", "环境保护", "民政", "")),
        st.booleans(),
        st.integers(0, 3),
    ),
    max_size=60,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows)
def test_any_letters_can_be_analysed_and_no_small_group_shows(
    found: list[tuple[str, str, str, bool, int]],
) -> None:
    letters = pd.DataFrame(
        [
            {"letter_id": str(at), "received_at": day, "located": area, "category_l1": category}
            | {"sealed": sealed, "matter_id": f"M-{matter}", "unit": f"{area}某局", "urgency": matter + 1}
            for at, (day, area, category, sealed, matter) in enumerate(found)
        ]
    )
    analysis = analysed(letters)
    small = {str(n) for n in range(1, rules()["small"]["letters"])}
    for title, table in tables(analysis).items():
        if title.startswith(("各区域", "承办")):
            cells = [cell for row in table.rows for cell in row[1:] if row[0].text != "合计"]
            assert not [cell for cell in cells if cell.text in small]


def test_the_command_writes_what_the_store_holds(
    letters: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import typer

    from pipeline.cli import report
    from pipeline.matters.store import Store

    store = tmp_path / "sample.db"
    Store.open(store).add(letters.tail(300))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")
    app = typer.Typer()
    app.command()(report.command)
    for name in ("week.docx", "week.html"):
        options = ["--from", WEEK[0], "--to", WEEK[1], "-o", str(tmp_path / name), "--store", str(store)]
        done = CliRunner().invoke(app, [*options, "--office", "sample"])
        assert done.exit_code == 0, done.output
        assert "云川市信访局信访形势分析" in done.output
        assert (tmp_path / name).stat().st_size > 50_000
    refused = CliRunner().invoke(app, ["--from", WEEK[0], "--to", WEEK[1], "-o", str(tmp_path / "week.pdf")])
    assert refused.exit_code == 2


def test_a_cell_without_source_is_no_count(week: Analysis) -> None:
    """Counts of tables carry a source; what has none is a label, a share, a change, a date or a state."""
    for table in tables(week).values():
        for row in table.rows:
            for cell in row[1:]:
                assert isinstance(cell, Cell)
                if cell.text.isdigit() and not cell.sources:
                    assert table.headings[row.index(cell)] in ("已超天数",) or cell.text == "0"
