"""A matter in words, and when it is warned of."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.matters.describe import describe
from pipeline.matters.store import Store
from tests.matters.conftest import LAMP, PLANT, WAGES, batch, letter

TODAY = date(2026, 11, 30)
SECRET = "临江区教育局赵某某收受好处"


def test_the_matter_says_what_where_and_how_many(store: Store) -> None:
    days = ("2026-11-02", "2026-11-09", "2026-11-16")
    store.add(batch(*(letter(n, text, day) for n, (text, day) in enumerate(zip(PLANT, days, strict=True)))))
    matter = describe(store.letters(), TODAY, ["临江区"]).iloc[0]
    assert "枫桥雅苑" in matter["things"]
    assert (matter["letters"], matter["distinct"], matter["first"], matter["last"]) == (3, 3, days[0], days[2])
    assert matter["area"] == "临江区"
    assert matter["unit"] == "云川市生态环境局临江分局"
    assert "枫桥雅苑（3 件）" in matter["grouped_by"]
    assert matter["title"] in " ".join(PLANT)


def test_every_contribution_is_shown_and_they_add_up(store: Store) -> None:
    store.add(batch(*(letter(n, WAGES + tail, urgency=3, action=2) for n, tail in enumerate(("", "请尽快", "谢谢")))))
    matter = describe(store.letters(), TODAY).iloc[0]
    parts = [float(line.split()[0]) for line in matter["warning_reason"].splitlines()]
    assert sum(parts) == pytest.approx(matter["score"], abs=0.05 * len(parts))
    assert "再不发我们就集体上访" in matter["evidence"]


def test_a_site_that_stands_still_is_quoted_as_no_collective_step(store: Store) -> None:
    still, strike = "江湾花苑工地停工两年，三百户业主拿不到房。", "江湾花苑工地停工两年，工人们已经集体停工三天。"
    store.add(batch(*(letter(n, text, urgency=3, action=2) for n, text in enumerate((still, still + "请管管。")))))
    calm = describe(store.letters(), TODAY).iloc[0]
    assert "停工" not in calm["warning_reason"] + calm["evidence"]
    store.add(batch(letter(9, strike, urgency=3, action=2)))
    assert "工人们已经集体停工三天" in describe(store.letters(), TODAY).iloc[0]["evidence"]


@pytest.mark.parametrize(
    ("text", "number", "words", "why"),
    [
        ("枫桥雅苑几十户没有水用。", 50, "几十户", "信中说到的人数户数（约数）：“几十户”"),
        ("枫桥雅苑120户没有水用。", 120, "120户", "信中说到的人数户数：“120户”"),
    ],
)
def test_people_are_told_in_the_words_of_a_letter(store: Store, text: str, number: int, words: str, why: str) -> None:
    store.add(batch(letter(1, text), letter(2, text + "请派人来修水管。")))
    matter = describe(store.letters(), TODAY).iloc[0]
    assert (matter["people"], matter["people_words"]) == (number, words)
    assert why in matter["warning_reason"]
    assert "50 人" not in matter["warning_reason"]


@pytest.mark.parametrize(("said", "alone"), [("我们100户都受不了。", 100), ("我们几十户都受不了。", 0)])
def test_people_of_sealed_letters_are_not_told_in_an_open_matter(store: Store, said: str, alone: int) -> None:
    sealed = letter(7, PLANT[0] + said, sealed=True, action=2, handling_result="已找局长谈话", answered_at="2026-11-20")
    store.add(batch(*(letter(n, text) for n, text in enumerate(PLANT[1:])), sealed))
    matter = describe(store.letters(), TODAY).iloc[0]
    assert (matter["letters"], matter["sealed"], matter["people"], matter["people_words"]) == (3, 1, 0, "")
    told = " ".join(map(str, matter))
    assert not [word for word in ("人（户）", "十户", "0户", "集体行动", "谈话", "2026-11-20") if word in told]
    only = Store.open("sqlite://")
    only.add(batch(sealed))
    assert describe(only.letters(), TODAY).iloc[0][["people", "people_words"]].tolist() == [alone, ""]


def test_copies_don_t_warn(store: Store) -> None:
    """One text sent forty times weighs as much as once."""
    store.add(batch(letter(0, PLANT[0], urgency=3, action=1)))
    alone = describe(store.letters(), TODAY).iloc[0]
    store.add(batch(*(letter(n, PLANT[0], "2026-11-03", urgency=3, action=1) for n in range(1, 41))))
    flooded = describe(store.letters(), TODAY).iloc[0]
    assert flooded["letters"] == 41
    assert flooded["distinct"] == 1
    assert flooded["score"] == pytest.approx(alone["score"], abs=0.01)
    assert flooded["early_warning"] == alone["early_warning"]


def test_asked_for_some_matters_the_warned_ones_come_along(store: Store) -> None:
    """What is left out is calm on every day, and what is described is the same as among all."""
    shared = [letter(n, text, urgency=4, action=2) for n, text in enumerate(PLANT)]
    calm, watched = letter(10, "公园的路灯不亮"), letter(11, WAGES, early_warning=1, early_warning_score=0.2)
    store.add(batch(*shared, calm, watched, letter(12, "请问公交卡怎样挂失")))
    letters = store.letters()
    matter_of = letters.set_index("letter_id")["matter_id"]
    for day in (TODAY, date(2027, 1, 15), date(2028, 1, 15)):
        every = describe(letters, day)
        assert len(every) == 4
        for asked in (set(), {matter_of[calm["letter_id"]]}, set(matter_of)):
            kept = every[(every["early_warning"] > 0) | every["matter_id"].isin(asked)]
            assert describe(letters, day, asked=asked).to_dict("records") == kept.to_dict("records")
    assert set(describe(letters, TODAY, asked=set())["early_warning"]) == {1, 2}


@pytest.mark.parametrize(
    ("urgency", "today", "cells", "due"),
    [
        (4, date(2026, 11, 2), {}, "2026-11-03"),  # 24 hours
        (4, date(2026, 11, 20), {}, "2026-11-03"),  # over, and it stays
        (3, date(2026, 11, 2), {}, "2026-11-05"),  # three working days
        (3, date(2026, 12, 20), {}, "2026-11-05"),
        (4, date(2026, 11, 2), {"accepted_at": "2026-11-02"}, "2027-01-01"),  # acted on
        (2, date(2026, 12, 20), {}, "2027-01-01"),
        (2, date(2026, 12, 20), {"due_result": "2026-12-01"}, "2026-12-01"),
    ],
)
def test_urgency_says_by_when(store: Store, urgency: int, today: date, cells: dict[str, str], due: str) -> None:
    store.add(batch(letter(1, LAMP, urgency=urgency, early_warning=1, early_warning_score=0.5, **cells)))
    matter = describe(store.letters(), today).iloc[0]
    assert (matter["early_warning"], matter["due"]) == (1, due)


def test_a_due_day_stays_and_moves_only_with_the_level(store: Store) -> None:
    """Three letters until it is watched, a fourth until it is warned of, then a copy and silence."""
    days = ("2026-09-01", "2026-09-08", "2026-09-15", "2026-10-20", "2026-10-21")
    texts = [*PLANT, "枫桥雅苑的人说好了，鑫磐搅拌站再不停，粉尘再落满阳台，就一起到区里去。", PLANT[0]]
    cells = [{"action": 1}] * 3 + [{"action": 2, "urgency": 3, "accepted_at": "2026-10-21"}] * 2
    for n, (text, day, more) in enumerate(zip(texts, days, cells, strict=True)):
        store.add(batch(letter(n, text, day, **more, early_warning_score=0.3)))
    letters = store.letters()
    found = [
        describe(letters[letters["received_at"] <= str(day)], day).iloc[0] for day in map(date.fromisoformat, days)
    ]
    levels = [matter["early_warning"] for matter in found]
    assert levels == sorted(levels)
    watched, warned = days[levels.index(1)], days[levels.index(2)]
    for matter, level in zip(found, levels, strict=True):
        since, wait = {0: ("", 0), 1: (watched, 60), 2: (warned, 15)}[level]
        assert matter["due"] == (str(date.fromisoformat(since) + timedelta(wait)) if level else "")
    later = [
        describe(letters, date.fromisoformat(warned) + timedelta(weeks=week)).iloc[0]["due"] for week in range(1, 9)
    ]
    assert set(later) == {str(date.fromisoformat(warned) + timedelta(15))}


def test_a_season_that_raises_the_level_is_where_the_days_are_counted_from(store: Store) -> None:
    kind = {"category_l1": "劳动和社会保障", "category_l2": "工资福利", "early_warning_score": 0.4}
    other = "家里等钱用，望柳快速路二标段工地的班组长说工资要拖到明年，三十名工人都没有领到钱。"
    store.add(batch(letter(1, WAGES, "2026-10-20", **kind), letter(2, other, "2026-10-21", **kind)))
    before, after = (describe(store.letters(), day).iloc[0] for day in (date(2026, 11, 30), date(2026, 12, 20)))
    assert after["early_warning"] > before["early_warning"]
    assert after["due"] == str(date(2026, 12, 1) + timedelta(60 if after["early_warning"] == 1 else 15))


def test_an_answered_matter_calms_down(store: Store) -> None:
    letters = [letter(n, text, urgency=3, action=1) for n, text in enumerate(PLANT)]
    store.add(batch(*letters))
    hot = describe(store.letters(), TODAY).iloc[0]
    store.add(batch(*(one | {"answered_at": "2026-11-20"} for one in letters)))
    calm = describe(store.letters(), TODAY).iloc[0]
    assert calm["score"] < hot["score"]
    assert "已答复" in calm["warning_reason"]
    assert "已答复 3 件" in calm["tried"]


def test_wages_before_spring_festival_are_near_a_date(store: Store) -> None:
    kind = {"category_l1": "劳动和社会保障", "category_l2": "工资福利"}
    store.add(batch(letter(1, WAGES, "2026-12-20", **kind), letter(2, WAGES + "求助", "2026-12-21", **kind)))
    winter = describe(store.letters(), date(2026, 12, 25)).iloc[0]
    summer = describe(store.letters(), date(2026, 6, 25)).iloc[0]
    assert "春节前工资结算" in winter["warning_reason"]
    assert "春节" not in summer["warning_reason"]


def test_sealed_letters_count_and_say_nothing(store: Store) -> None:
    sealed = letter(
        7, PLANT[0] + SECRET, sealed=True, recused="云川市生态环境局临江分局", unit="临江区纪委监委", action=2
    )
    store.add(batch(*(letter(n, text) for n, text in enumerate(PLANT)), sealed))
    matter = describe(store.letters(), TODAY).iloc[0]
    assert (matter["letters"], matter["sealed"]) == (4, 1)
    assert not any("赵某某" in str(cell) or "教育局" in str(cell) for cell in matter)
    assert matter["unit"] == ""  # the only unit known must recuse itself: a person decides
    only = Store.open("sqlite://")
    only.add(batch(sealed))
    alone = describe(only.letters(), TODAY).iloc[0]
    assert alone["title"] == "密件类事项（环境保护）"
    assert not alone["things"]
    assert not alone["evidence"]
    assert not alone["unit"]
    assert not alone["located"]


def test_calm_questions_are_not_warned_of(store: Store) -> None:
    asks = [letter(n, text, purpose="咨询", urgency=1) for n, text in enumerate(PLANT)]
    store.add(batch(*asks))
    assert describe(store.letters(), TODAY).iloc[0]["early_warning"] == 0


@pytest.mark.parametrize("word", ["上访户", "老户", "缠访", "闹访", "无理访", "重点人", "黑名单", "稳控", "信访人等级"])
def test_no_word_ranks_or_describes_people(word: str) -> None:
    root = Path(__file__).parents[2]
    files = [*(root / "pipeline" / "matters").glob("*.py"), *(root / "pipeline" / "report").glob("*.py")]
    for path in [*files, root / "data" / "matters.toml", root / "data" / "report.toml"]:
        assert word not in path.read_text(encoding="utf-8"), path


def test_a_copy_of_a_sealed_letter_says_nothing_either(store: Store) -> None:
    sealed = letter(1, PLANT[0] + SECRET, sealed=True)
    store.add(batch(sealed, letter(2, PLANT[0] + SECRET, "2026-11-09")))
    matter = describe(store.letters(), TODAY).iloc[0]
    assert matter["sealed"] == 1
    assert matter["title"] == "密件类事项（环境保护）"
    assert not any("赵某某" in str(cell) for cell in matter)


def test_matters_of_one_place_and_category_stand_side_by_side(store: Store) -> None:
    pay = {"category_l1": "劳动和社会保障", "category_l2": "工资福利"}
    told = ("云栖里花园工地欠木工四个月工钱。", "我给云栖里花园绑钢筋，三万一千六至今没影。")
    store.add(batch(*(letter(n, text, **pay) for n, text in enumerate(told)), letter(7, "云栖里花园的电梯坏了。")))
    store.add(batch(letter(8, "举报云栖里花园的监理收钱，工钱没影。", sealed=True, **pay)))
    rows = describe(store.letters(), TODAY).set_index("title")["alike"]
    ids = describe(store.letters(), TODAY).set_index("title")["matter_id"]
    first, second = (text.rstrip("。") for text in told)
    assert rows[first] == f"{ids[second]} {second}"
    assert rows[second] == f"{ids[first]} {first}"
    assert rows["云栖里花园的电梯坏了"] == ""
