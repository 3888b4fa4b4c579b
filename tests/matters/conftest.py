"""Invented letters about a few matters of the sample city, with the suggestions that a store keeps."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from pipeline.matters.store import Store

PLANT = (
    "我们住在枫桥雅苑，旁边的鑫磐搅拌站夜里不停工，粉尘落满阳台，噪声吵得睡不着。",
    "枫桥雅苑业主反映：鑫磐搅拌站的搅拌车从早到晚，扬尘大得不敢开窗，孩子一直咳嗽。",
    "鑫磐搅拌站离枫桥雅苑只有几十米，凌晨还在生产，噪声和粉尘让老人整夜睡不了觉。",
)
LAMP = "船厂路的路灯坏了半个月，晚上一片漆黑，请派人来修。"
WAGES = "望柳快速路二标段工地拖欠我们三十名工人四个月工资，快过年了，再不发我们就集体上访。"


def letter(number: int, text: str, day: str = "2026-11-02", **cells: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        **{"letter_id": f"L{number}", "title": "", "text": text, "received_at": day, "purpose": "求决"},
        **{
            "category_l1": "环境保护",
            "category_l2": "环境污染",
            "urgency": 2,
            "action": 0,
            "scope": 2,
            "sealed": False,
        },
        **{"unit": "云川市生态环境局临江分局", "recused": "", "located": "云川市临江区", "focus_topics": ""},
    }
    return usual | cells


def batch(*letters: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(letters))


@pytest.fixture
def store() -> Store:
    return Store.open("sqlite://")
