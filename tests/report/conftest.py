"""Invented matters and letters on the frames between the rooms."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.report.sheet import RunFacts

SECRET = "罗局长收了开发商的钱"

LETTER = {
    "letter_id": "",
    "title": "",
    "text": "",
    "received_at": "2026-11-01",
    "channel": "网上信访",
    "place": "青石县",
    "purpose": "求决",
    "category_l1": "劳动和社会保障",
    "category_l2": "劳动报酬",
    "focus_topics": "劳动就业",
    "urgency": 3,
    "level": 2,
    "unit": "青石县人力资源和社会保障局",
    "sealed": False,
    "evidence": "",
    "model_version": "small@12345678",
    "early_warning": 0,
    "early_warning_score": 0.1,
    "warning_reason": "",
    "matter_id": "",
    "duplicate_of": "",
    "copy_kind": "",
    "addition": "",
    "answered_at": "",
    "confirmed": False,
    "corrected": "",
}
MATTER = {
    "matter_id": "",
    "title": "",
    "category_l1": "劳动和社会保障",
    "category_l2": "劳动报酬",
    "focus_topics": "",
    "located": "青石县",
    "area": "青石县",
    "places": "青石县",
    "things": "",
    "first": "2026-11-01",
    "last": "2026-11-01",
    "letters": 1,
    "distinct": 1,
    "sealed": 0,
    "people": 0,
    "people_words": "",
    "alike": "",
    "trend": "新发",
    "recent": 1,
    "before": 0,
    "answered": 0,
    "unit": "青石县人力资源和社会保障局",
    "early_warning": 0,
    "score": 0.1,
    "warning_reason": "",
    "evidence": "",
    "tried": "",
    "due": "",
    "grouped_by": "",
    "age_days": 8,
}


@pytest.fixture
def letters() -> pd.DataFrame:
    rows = [
        {"letter_id": "001", "matter_id": "M-20260820-3f2a", "title": "禾丰制衣厂拖欠工资", "received_at": "2026-08-20 09:12",
         "text": "禾丰制衣厂拖欠我们八十多名工人三个月工资，打过热线，厂里说没有钱。", "early_warning": 2, "urgency": 3},
        {"letter_id": "002", "matter_id": "M-20260820-3f2a", "title": "请帮工人要工资", "received_at": "2026-10-15",
         "text": "禾丰制衣厂拖欠我们八十多名工人三个月工资，厂里已经在搬机器。", "duplicate_of": "001", "copy_kind": "近似重复",
         "addition": "厂里已经在搬机器。", "early_warning": 2},
        {"letter_id": "003", "matter_id": "M-20260820-3f2a", "title": "有人收钱", "text": SECRET, "sealed": True,
         "received_at": "2026-10-20", "unit": "青石县纪委监委", "purpose": "检举控告", "warning_reason": SECRET},
        {"letter_id": "004", "matter_id": "M-20260820-3f2a", "title": "有人收钱（再次）", "text": SECRET + "，请查。",
         "duplicate_of": "003", "copy_kind": "完全相同", "addition": SECRET, "received_at": "2026-10-21"},
        {"letter_id": "005", "matter_id": "M-20261028-77b0", "title": "=1+1", "text": "@河口巷路灯不亮，晚上看不清路。",
         "category_l1": "城乡建设", "category_l2": "市政管理", "unit": "青石县城市管理局", "urgency": 2, "early_warning": 1},
        {"letter_id": "006", "matter_id": "M-20261101-0c1d", "title": "咨询居住证", "text": "请问居住证怎么续签？",
         "category_l1": "政法", "category_l2": "治安管理", "urgency": 1, "unit": ""},
        {"letter_id": "007", "matter_id": "M-20260105-9e9e", "title": "房产证一直没有办下来", "received_at": "2026-01-05",
         "text": "云岭小区交房六年，房产证还没有办。", "category_l1": "城乡建设", "category_l2": "房产管理", "unit": "青石县自然资源局"},
        {"letter_id": "008", "matter_id": "M-20261102-aa01", "title": "公交加班次", "text": "希望三路公交晚上加两班。",
         "category_l1": "交通运输", "category_l2": "城市公交", "answered_at": "2026-11-05", "unit": "青石县交通运输局"},
    ]  # fmt: skip
    return pd.DataFrame([LETTER | row for row in rows])


@pytest.fixture
def matters() -> pd.DataFrame:
    rows = [
        {"matter_id": "M-20260820-3f2a", "title": "青石县禾丰制衣厂拖欠工人工资", "early_warning": 2, "score": 0.91,
         "letters": 4, "distinct": 2, "sealed": 1, "people": 80, "people_words": "八十多名", "first": "2026-08-20", "last": "2026-10-21",
         "trend": "上升", "recent": 2, "before": 1, "due": "2026-11-20", "focus_topics": "劳动就业", "things": "禾丰制衣厂",
         "warning_reason": "+2.0 涉及人数多：“八十多名工人”\n+1.5 曾反映未解决：“打过热线，厂里说没有钱”\n+1.0 迹象：“厂里已经在搬机器”",
         "tried": "打过热线", "grouped_by": "同在青石县，都说到“禾丰制衣厂”，分类相同", "evidence": "八十多名工人", "age_days": 81},
        {"matter_id": "M-20261028-77b0", "title": "=河口巷路灯不亮", "early_warning": 1, "score": 0.5, "category_l1": "城乡建设",
         "category_l2": "市政管理", "warning_reason": "+1.0 安全：“晚上看不清路”", "unit": "青石县城市管理局", "due": "2026-12-01"},
        {"matter_id": "M-20261101-0c1d", "title": "咨询居住证续签", "unit": "", "category_l1": "政法", "category_l2": "治安管理"},
        {"matter_id": "M-20260105-9e9e", "title": "云岭小区房产证未办", "first": "2026-01-05", "last": "2026-01-05", "trend": "平息",
         "recent": 0, "due": "2026-04-05", "age_days": 308, "unit": "青石县自然资源局", "things": "云岭小区"},
        {"matter_id": "M-20261102-aa01", "title": "三路公交晚间加班次", "answered": 1, "unit": "青石县交通运输局"},
    ]  # fmt: skip
    return pd.DataFrame([MATTER | row for row in rows])


@pytest.fixture
def tasks() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("M-20260820-3f2a", "赵副县长", "先行垫付一个月工资", "2026-11-15", "合理", "", "办理中", "2026-11-01"),
            ("M-20261102-aa01", "", "", "2026-11-30", "", "已加两班", "已办结", "2026-11-05"),
        ],
        columns=["matter_id", "leader", "measure", "due", "disposition", "result", "status", "updated_at"],
    )


@pytest.fixture
def facts() -> RunFacts:
    return RunFacts(
        source="来信.xlsx",
        rows_in=9,
        rows_out=8,
        rows_rejected=1,
        model_name="small",
        model_version="small@12345678",
        model_trained_on="2026",
        office="青石县信访局@1",
        made_at="2026-11-09",
        accept=0.97,
        masked=True,
        notes=("读的是工作表「来信」",),
        weaknesses=(),
    )
