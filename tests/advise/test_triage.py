"""Triage: one pure function; what holds for every suggestion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import letter
from pipeline.advise.parallel import suggest_batches
from pipeline.advise.triage import Triage
from pipeline.errors import BadOption, ModelRefused, NoTextColumn
from pipeline.report.new_office import create
from pipeline.settings import departments, taxonomy


@pytest.fixture(scope="module")
def suggested(triage: Triage, history: pd.DataFrame) -> pd.DataFrame:
    return triage.suggest(history[["letter_id", "title", "text", "received_at"]])


def test_every_letter_gets_every_column_in_the_order_of_the_contract(
    suggested: pd.DataFrame, history: pd.DataFrame
) -> None:
    assert len(suggested) == len(history)
    assert tuple(suggested.columns[-len(letter.SUGGESTION_NAMES) :]) == letter.SUGGESTION_NAMES
    assert not suggested[list(letter.SUGGESTION_NAMES)].isna().any(axis=None)


def test_values_are_those_of_the_field(suggested: pd.DataFrame) -> None:
    assert set(suggested["purpose"]) <= set(letter.PURPOSES)
    pairs = set(zip(suggested["category_l1"], suggested["category_l2"], strict=True))
    assert pairs <= set(taxonomy().pairs)
    assert set(suggested["department"]) <= set(departments())
    for name, names in letter.VALUE_NAMES.items():
        assert set(suggested[name]) <= set(names)
    for name in suggested.columns[suggested.columns.str.endswith("_confidence")]:
        assert suggested[name].between(0, 1).all()


def test_a_review_always_has_a_reason_and_a_reason_a_review(suggested: pd.DataFrame) -> None:
    assert (suggested["needs_review"] == (suggested["review_reason"] != "")).all()


def test_evidence_stands_in_the_letter_in_its_order(suggested: pd.DataFrame) -> None:
    for _, row in suggested.iterrows():
        text = f"{row['title']}\n{row['text']}"
        places = [text.find(word) for word in row["evidence"].split("；") if word]
        assert all(place >= 0 for place in places)
        assert places == sorted(places)


def test_an_unsure_letter_quotes_the_sentence_that_made_the_tool_hesitate(suggested: pd.DataFrame) -> None:
    unsure = suggested[suggested["review_reason"].str.contains("分类拿不准")]
    assert len(unsure)
    quoted = unsure["review_reason"].str.contains("“")
    assert quoted.mean() > 0.9


def test_the_same_letters_give_the_same_suggestions_in_any_batches(
    triage: Triage, letters: pd.DataFrame, suggested: pd.DataFrame
) -> None:
    parts = [triage.suggest(letters.iloc[at : at + 7]) for at in range(0, len(letters), 7)]
    pd.testing.assert_frame_equal(pd.concat(parts), suggested)


def test_several_processes_give_the_same_as_one(small_triage: Triage, letters: pd.DataFrame) -> None:
    batches = [(number, letters.iloc[number * 50 : number * 50 + 50]) for number in range(3)]
    one = [frame for _, frame in suggest_batches(small_triage, batches)]
    two = [frame for _, frame in suggest_batches(small_triage, batches, jobs=2)]
    pd.testing.assert_frame_equal(pd.concat(one), pd.concat(two))


def test_personal_numbers_do_not_sway_a_suggestion(triage: Triage) -> None:
    without = "工地拖欠我三个月工资，请帮助。电话"
    frame = pd.DataFrame({"text": [without + "13800138000", without + "13911112222"]})
    both = triage.suggest(frame)
    assert both.loc[0, "text"] == both.loc[1, "text"]
    assert both.loc[0, "category_confidence"] == both.loc[1, "category_confidence"]


def test_text_is_masked_unless_revealed(triage: Triage) -> None:
    frame = pd.DataFrame({"title": ["找13800138000"], "text": ["我的电话是13800138000，楼上漏水。"]})
    assert "13800138000" not in triage.suggest(frame).to_csv()
    assert triage.suggest(frame, reveal=True).loc[0, "text"] == frame.loc[0, "text"]
    assert frame.loc[0, "title"] == "找13800138000"


def test_other_columns_and_the_index_are_kept(triage: Triage) -> None:
    frame = pd.DataFrame({"text": ["路灯坏了", "公交太少"], "办理人": [1, 2]}, index=[7, 7])
    result = triage.suggest(frame)
    assert result["办理人"].tolist() == [1, 2]
    assert result.index.tolist() == [7, 7]


@pytest.mark.parametrize(
    "text", ["", " ", "？", "a", "1", None, float("nan"), "停" * 100_000, "<br>" * 1000, "\x00\ud800"]
)
def test_odd_letters_go_to_a_person_and_break_nothing(triage: Triage, text: object) -> None:
    result = triage.suggest(pd.DataFrame({"text": [text]}, dtype=object))
    assert bool(result.loc[0, "needs_review"])


def test_no_letters_give_no_suggestions_but_all_columns(triage: Triage) -> None:
    result = triage.suggest(pd.DataFrame({"text": pd.Series(dtype=object)}))
    assert len(result) == 0
    assert set(letter.SUGGESTION_NAMES) <= set(result.columns)


def test_a_frame_without_text_is_refused(triage: Triage) -> None:
    with pytest.raises(NoTextColumn):
        triage.suggest(pd.DataFrame({"正文": ["路灯坏了"]}))


def test_a_stricter_share_sends_more_letters_to_a_person(letters: pd.DataFrame) -> None:
    counts = [Triage.load(accept=accept).suggest(letters)["needs_review"].sum() for accept in (0.80, 0.90, 0.97)]
    assert counts == sorted(counts)


@pytest.mark.parametrize("accept", [0.5, 1.0, 2.0])
def test_a_share_out_of_range_is_refused(accept: float) -> None:
    with pytest.raises(BadOption):
        Triage.load(accept=accept)


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ModelRefused):
        Triage.load("no-such-model")


def test_a_possible_accusation_always_goes_to_a_person(suggested: pd.DataFrame) -> None:
    accusations = suggested[suggested["purpose"] == "检举控告"]
    assert accusations["needs_review"].all()


def test_focus_topics_follow_the_category_and_the_legacy_flag(suggested: pd.DataFrame) -> None:
    employment = suggested["category_l1"] == "劳动和社会保障"
    assert suggested.loc[employment, "focus_topics"].str.contains("劳动就业").all()
    assert (suggested["focus_topics"].str.contains("历史遗留") == suggested["legacy"]).all()


def test_the_shipped_model_knows_the_sample_letters(suggested: pd.DataFrame, history: pd.DataFrame) -> None:
    """Not a figure: the samples are few and invented; but a broken model would fail here."""
    right = {
        name: (suggested[name].astype(str).to_numpy() == history[name].to_numpy()).mean()
        for name in ("category_l1", "purpose", "department", "level")
    }
    assert right["category_l1"] > 0.6, right
    assert right["purpose"] > 0.7, right
    assert right["department"] > 0.5, right
    assert right["level"] > 0.5, right
    assert np.corrcoef(suggested["urgency"], history["urgency"].astype(int))[0, 1] > 0.5


def test_label_sets_are_an_option(triage: Triage) -> None:
    letters = pd.DataFrame({"text": ["工地拖欠我们二十个农民工三个月工资。", "你好，请问一下。"]})
    assert "category_set" not in triage.suggest(letters).columns
    wide = Triage(triage.bundle, sets=0.99).suggest(letters)
    narrow = Triage(triage.bundle, sets=0.8).suggest(letters)
    for row in range(2):
        names = [part.split(" ")[0] for part in wide.loc[row, "category_set"].split("；")]
        assert names[0] == wide.loc[row, "category_l1"]
        assert len(names) >= len(narrow.loc[row, "category_set"].split("；"))
    assert len(wide.loc[1, "category_set"]) > len(wide.loc[0, "category_set"])
    with pytest.raises(BadOption):
        Triage.load(sets=0.97)


def test_a_class_that_needs_more_confidence_goes_to_a_person(triage: Triage) -> None:
    letters = pd.DataFrame({"text": ["工地拖欠我们二十个农民工三个月工资，快过年了还不发。"]})
    assert not triage.suggest(letters).loc[0, "needs_review"]
    accept = {**triage.model.accept, "category_l1": {"0.97": {"": 0.1, "劳动和社会保障": 1.01}}}
    strict = Triage(replace(triage.bundle, model=replace(triage.model, accept=accept)))
    assert "拿不准" in strict.suggest(letters).loc[0, "review_reason"]


def test_an_office_s_own_words_and_phrases_count(tmp_path: Path, triage: Triage) -> None:
    create(tmp_path / "office", name="甲县信访局", area="甲县", level=2)
    with (tmp_path / "office" / "phrases.tsv").open("a", encoding="utf-8") as stream:
        stream.write("白鹭湖大堤渗水\tlife\t4\t堤防险情\t测试\n")
    (tmp_path / "office" / "words.txt").write_text("# 本地\n白鹭湖大堤\n", encoding="utf-8")
    mine = Triage(triage.bundle, office=str(tmp_path / "office"))
    row = mine.suggest(pd.DataFrame({"text": ["白鹭湖大堤渗水，请来看看"]})).iloc[0]
    assert (row["urgency"], row["urgency_reason"]) == (4, "“白鹭湖大堤渗水”：堤防险情")


def test_a_letter_from_elsewhere_gets_no_unit_of_an_office_that_nobody_named(triage: Triage) -> None:
    rows = triage.suggest(
        pd.DataFrame({"text": ["广州市天河区的路灯坏了半年没人修", "临江区松涛街道的路灯坏了半年没人修"]})
    )
    assert rows.loc[0, "unit"] == ""
    assert not rows.loc[0, "sealed"]
    named = Triage(triage.bundle, office="sample").suggest(pd.DataFrame({"text": ["广州市天河区的路灯坏了半年没人修"]}))
    assert named.loc[0, "unit"] == "云川市信访局"
    assert "天河区不在云川市辖区" in named.loc[0, "review_reason"]
