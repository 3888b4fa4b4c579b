"""The sheet 说明: which model, what the columns mean, what is known to be weak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pipeline import letter

if TYPE_CHECKING:
    from pipeline.report.sheet import RunFacts


def write_legend(workbook: Any, frame: pd.DataFrame, facts: RunFacts, lang: str) -> None:
    """Add the sheet that explains the workbook."""
    zh = lang == "zh"
    sheet = workbook.add_worksheet("说明" if zh else "About")
    title = workbook.add_format({"bold": True, "font_size": 13})
    name_format = workbook.add_format({"bold": True, "valign": "top", "border": 1, "border_color": "#D9D9D9"})
    text_format = workbook.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D9D9D9"})
    at = 0
    for heading, rows in _parts(frame, facts, zh):
        if not rows:
            continue
        sheet.write_string(at, 0, heading, title)
        for name, text in rows:
            at += 1
            sheet.write_string(at, 0, name, name_format)
            sheet.write_string(at, 1, text, text_format)
        at += 2
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 96)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _parts(frame: pd.DataFrame, facts: RunFacts, zh: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    run = [
        ("来信文件", "Source", facts.source, facts.source),
        ("分拣日期", "Date", facts.made_at, facts.made_at),
        ("模型", "Model", facts.model_version, facts.model_version),
        ("模型的训练信件", "Trained on letters of", facts.model_trained_on, facts.model_trained_on),
        (
            "单位资料",
            "Office profile",
            facts.office or "未配置（--office）：地点不在样例辖区内的信不提单位。",
            facts.office or "none was named (--office): letters to places outside the sample get no unit",
        ),
        (
            "个人信息",
            "Personal data",
            "标题和内容中的姓名、门牌号、身份证号、电话、银行卡号、健康信息等已遮盖；自动识别难免遗漏，请注意保管。"
            if facts.masked
            else "密件之外未遮盖，请注意保管；这次查看已记录。",
            "names, house numbers, other numbers and health are masked in title and text; a few may be missed"
            if facts.masked
            else "not masked but in sealed letters: keep this file safe; the act is logged",
        ),
        (
            "需人工判断的标准",
            "Sent to a person",
            f"其余信件的一级分类，在留出信件上至少 {facts.accept:.0%} 是对的（选项 --accept）。",
            f"the others' first level was right for at least {facts.accept:.0%} of held-out letters (--accept)",
        ),
        (
            "灰色斜体的格子",
            "Grey italic cells",
            "这一项的把握不到九成，请核对。",
            "less than nine in ten such answers are right: check them",
        ),
        (
            "人工确认",
            "Confirmed",
            "核对过、改对了的行选“是”；只有这样的行以后能用来训练（petition train）。",
            "choose 是 for rows you checked and put right; only those can train (petition train)",
        ),
        (
            "请记住",
            "Remember",
            "每一条都是建议，由人确认后才生效；只分事，不评人。",
            "every line is a suggestion that a person confirms; matters are sorted, never people",
        ),
    ]
    columns = [column for column in letter.ALL_COLUMNS if column.name in frame.columns]
    return [
        ("本次分拣" if zh else "This run", [(a, c) if zh else (b, d) for a, b, c, d in run]),
        (
            "各列的意思" if zh else "Columns",
            [(column.zh, column.meaning_zh) if zh else (column.en, column.meaning_en) for column in columns],
        ),
        ("已知的不足" if zh else "Known weaknesses", [(str(n), text) for n, text in enumerate(facts.weaknesses, 1)]),
        ("读表时的提示" if zh else "Notes on the input", [(str(n), text) for n, text in enumerate(facts.notes, 1)]),
    ]
