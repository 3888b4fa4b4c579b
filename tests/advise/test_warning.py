"""Early warning of letters: a sum whose parts are shown, quoted from the letter, never from a sealed one."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from pipeline.advise.triage import Triage
from pipeline.learn.warning import Weights, read_signs, sign_names
from pipeline.learn.warning_fit import Truth, fit, score
from pipeline.settings import read_toml
from pipeline.text.counts import stated_people

HEATED = (
    "我们是阳光小区三百多户业主，开发商逾期两年不交房，多次反映无果。全体业主已经联名上访，"
    "明天将到市政府门口聚集讨说法，再不解决一切后果自负！"
)
CALM = "请问办理居住证需要带什么材料？谢谢。"
LETTERS = pd.DataFrame({"title": ["业主联名要求交房", "咨询居住证"], "text": [HEATED, CALM]})


@pytest.fixture(scope="module")
def warned(triage: Triage) -> pd.DataFrame:
    return triage.suggest(LETTERS)


def test_a_heated_matter_of_many_is_warned_of_and_an_enquiry_is_not(warned: pd.DataFrame) -> None:
    assert warned["early_warning"].tolist() == [2, 0]
    assert warned.loc[0, "early_warning_score"] > 0.6
    assert warned.loc[1, "early_warning_score"] < 0.05
    assert warned.loc[1, "warning_reason"] == ""


def test_the_reason_names_what_counted_and_how_much(warned: pd.DataFrame) -> None:
    reason = warned.loc[0, "warning_reason"]
    assert "涉及范围" in reason
    parts = reason.split("；")
    assert all(re.search(r"（[+−]\d+\.\d）$", part) for part in parts)
    numbers = [float(re.findall(r"（([+−]\d+\.\d)）$", part)[0].replace("−", "-")) for part in parts]
    assert numbers == sorted(numbers, reverse=True)


def test_quotes_stand_in_the_letter(warned: pd.DataFrame) -> None:
    quotes = re.findall("“([^”]+)”", re.sub("自称“我们”", "", warned.loc[0, "warning_reason"]))
    text = f"{warned.loc[0, 'title']}\n{warned.loc[0, 'text']}"
    assert quotes
    assert all(quote in text for quote in quotes)


def test_a_sealed_letter_is_not_quoted(triage: Triage) -> None:
    text = "举报某某县住房和城乡建设局局长受贿包庇开发商。" + HEATED
    row = triage.suggest(pd.DataFrame({"title": ["举报"], "text": [text]})).iloc[0]
    assert row["sealed"]
    assert row["early_warning"] > 0
    assert "：“" not in row["warning_reason"]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("我们小区的楼盘工地停工两年了，三百多户业主交不了房，多次反映没有结果。", False),
        ("工地停工两年，工人们集体停工讨薪，拖欠120名农民工工资。", True),
    ],
)
def test_a_site_that_stands_still_is_no_strike(triage: Triage, text: str, quoted: bool) -> None:
    row = triage.suggest(pd.DataFrame({"title": [""], "text": [text]})).iloc[0]
    assert row["early_warning"] == 2
    assert ("“停工”" in row["warning_reason"]) is quoted


@pytest.mark.parametrize(("accusing", "quoted"), [("", "：“停工”（"), ("举报住建局局长受贿。", "（")])
def test_a_group_of_doubtful_phrases_is_called_no_strike(triage: Triage, accusing: str, quoted: str) -> None:
    text = "江湾花苑工地停工两年了，三百多户业主联名上访，多次反映没有结果，开发商跑了。" + accusing
    row = triage.suggest(pd.DataFrame({"title": ["江湾花苑工地停工两年"], "text": [text]})).iloc[0]
    assert row["sealed"] == bool(accusing)
    assert f"写到停工停运，未必是集体行动{quoted}" in row["warning_reason"]
    assert "停工罢课或抵制" not in row["warning_reason"]


def test_the_parts_add_up_to_the_score(triage: Triage, warned: pd.DataFrame) -> None:
    assert warned["early_warning_score"].between(0, 1).all()
    assert warned["early_warning"].isin([0, 1, 2]).all()
    rules = read_toml("warning.toml")["letter"]
    steps = [rules["watch"], rules["warn"]]
    assert (np.searchsorted(steps, warned["early_warning_score"], side="right") == warned["early_warning"]).all()


def test_english_reasons(triage: Triage) -> None:
    english = Triage(triage.bundle, lang="en").suggest(LETTERS)
    assert english.loc[0, "warning_reason"].count("scope: ") == 1
    assert english["early_warning_score"].tolist() == triage.suggest(LETTERS)["early_warning_score"].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三百多户业主", (300, "三百多户")),
        ("1200余名职工", (1200, "1200余名")),
        ("两万人", (20_000, "两万人")),
        ("几十位家长", (50, "几十位")),
        ("我一人", (0, "")),
        ("二十个农民工", (20, "二十个农民工")),
        ("3名人大代表", (3, "3名")),
        ("我一个人反映", (0, "")),
        ("三十家商户，三十家庭", (30, "三十家")),
        ("万家灯火路的十万家企业", (100_000, "十万家")),
        ("千家万户", (0, "")),
        ("", (0, "")),
    ],
)
def test_stated_numbers_of_people(text: str, expected: tuple[int, str]) -> None:
    assert stated_people(text) == expected


def test_the_shipped_weights_are_of_the_signs(triage: Triage) -> None:
    names = Weights.shipped().names
    assert names[: len(sign_names())] == sign_names()
    assert np.isfinite(Weights.shipped().score).all()


def test_a_model_without_a_head_still_warns() -> None:
    signs = read_signs({}, {}, [""], [HEATED])
    assert np.isnan(signs.values[0, 0])
    assert np.isfinite(Weights.shipped().contributions(signs.values)).all()


def test_weights_learn_what_the_labels_say() -> None:
    random = np.random.default_rng(0)
    signs = random.normal(size=(400, len(sign_names())))
    shared, urgent = signs[:, sign_names().index("scope:2")] > 0, signs[:, sign_names().index("urgency:3")] > 0.5
    truth = Truth(
        early_warning=np.where(shared & urgent, 2, np.where(shared, 1, 0)),
        scope=np.where(shared, 2, 1),
        urgency=np.where(urgent, 3, 2),
        action=random.integers(0, 3, 400),
        measured=np.ones(400, bool),
        folds=np.arange(400) % 4,
    )
    weights = fit(signs[:300], truth.take(np.arange(400) < 300))
    scores = score(weights, signs[300:])
    right = (shared & urgent)[300:]
    assert scores[right].mean() > scores[~right].mean() + 0.3
    assert np.allclose(scores, 1 / (1 + np.exp(-weights.contributions(signs[300:]).sum(axis=1))))
