"""Early warning of letters: a sum whose parts are shown, quoted from the letter, never from a sealed one."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from pipeline.advise.triage import Triage
from pipeline.advise.warning import _Letter, _reason
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
    assert parts[-1].startswith("其余各项合计")
    assert numbers[:-1] == sorted(numbers[:-1], reverse=True)
    odds = np.log(warned.loc[0, "early_warning_score"] / (1 - warned.loc[0, "early_warning_score"]))
    assert sum(numbers) == pytest.approx(odds, abs=0.06)


@pytest.mark.parametrize(
    ("values", "parts", "reason"),
    [
        ((1, 2, 0), {"urgency": 0.9, "joint": 0.5, "early_warning": 1.0}, "通篇读来（+1.0）；其余各项合计（−0.6）"),
        ((1, 3, 0), {"urgency": 0.9, "joint": 0.5, "action": 0.3}, "紧急程度：紧急，“急需”（+0.9）；其余各项合计（−1.2）"),
        ((2, 3, 0), {"joint": 0.5, "action": -0.3}, "既涉及多人又紧急或激烈（+0.5）；反映经过：未见（−0.3）；其余各项合计（−2.0）"),
        ((2, 2, 2), {"joint": 0.5, "length": 0.4}, "既涉及多人又紧急或激烈（+0.5）；其余各项合计（−1.6）"),
        ((1, 1, 0), {"legacy": 0.5, "people": 0.3}, "没有哪一项突出，各项合起来到了线（−1.2）"),
    ],
)  # fmt: skip
def test_a_line_is_named_only_where_it_says_something(
    values: tuple[int, int, int], parts: dict[str, float], reason: str
) -> None:
    named = dict(zip(("scope", "urgency", "action"), values, strict=True))
    letter = _Letter(named, [], [], "", False, "zh", {"scope": (), "urgency": ("急需",), "action": ("全体业主恳请",)})
    assert _reason(parts, sum(parts.values()) - 2.0, letter, read_toml("warning.toml")["letter"]) == reason


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
        ("拖欠三十人工资", (30, "三十人")),
        ("三十多人工作了两年", (30, "三十多人")),
        ("二十人次日又去", (20, "二十人")),
        ("十多万人受影响", (100_000, "十多万人")),
        ("总户数1200户", (1200, "1200户")),
        ("几十户口粮田", (50, "几十户")),
        ("三四十人签了名", (30, "三四十人")),
        ("两三百户没水", (200, "两三百户")),
        ("", (0, "")),
    ],
)
def test_stated_numbers_of_people(text: str, expected: tuple[int, str]) -> None:
    assert stated_people(text) == expected


@pytest.mark.parametrize(
    "text",
    ["欠了四十多万人工费", "一百多万人防车位费", "40多万人工工资", "赔二十万人身损害金", "共三万人民币", "上访200人次",
     "两个人事部门", "一百多个位置", "交了3万户口费", "20名额", "全市第三名", "大多数人反对", "1.2万人", "4050人员的补贴",
     "村里好几个人头晕"],
)  # fmt: skip
def test_what_is_no_number_of_people(text: str) -> None:
    assert stated_people(text) == (0, "")


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
