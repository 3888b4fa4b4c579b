"""What a table says of suggestions and handling, as later rooms read it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline.advise.triage import Triage
from pipeline.intake import open_letters
from pipeline.report.triaged import is_triaged, suggested, with_handling

EXPORT = """编号,内容,来信时间,登记时间,办结日期,承办单位,办理结果
1,船厂路的路灯坏了半个月,2026-11-02,2026年11月3日,2026/11/9,临江区城管局,已修复
2,小区停水三天没人管,2026-11-03,,,,
"""


def test_headers_of_handling_are_known(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(EXPORT, encoding="utf-8")
    source = open_letters(path)
    assert not is_triaged(source)
    frame = pd.concat(suggested(source, Triage.load(), []))
    told = frame[["registered_at", "answered_at", "handled_by", "handling_result"]].to_numpy().tolist()
    assert told == [["2026-11-03", "2026-11-09", "临江区城管局", "已修复"], ["", "", "", ""]]


def test_the_tool_s_own_columns_are_not_taken_for_handling() -> None:
    frame = with_handling(pd.DataFrame({"handled_by": ["甲"], "承办单位": ["乙"], "unit": ["丙"]}))
    assert frame["handled_by"].tolist() == ["甲"]


def test_a_revealed_sheet_is_masked_again(tmp_path: Path) -> None:
    letters = pd.DataFrame({"letter_id": ["1"], "text": ["我叫王建国，电话13800138000，船厂路的路灯坏了半个月。"]})
    letters.to_csv(tmp_path / "a.csv", index=False)
    triage = Triage.load()
    triage.suggest(letters, reveal=True).to_csv(tmp_path / "b.csv", index=False)
    plain, revealed = (pd.concat(suggested(open_letters(tmp_path / name), triage, [])) for name in ("a.csv", "b.csv"))
    assert is_triaged(open_letters(tmp_path / "b.csv"))
    assert plain["text"].tolist() == revealed["text"].tolist()
    assert "13800138000" not in revealed["text"].iloc[0]
    assert "王建国" not in revealed["text"].iloc[0]
