from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.office import Office
from pipeline.settings import resource

HEAD = Office.load("sample").directory["临江区教育局"].heads[0][0]
SAMPLES = str(resource("data") / "samples" / "letters.xlsx")
LETTER = "老棉纺巷停水四天\n松涛街道老棉纺巷停水四天了，三百多户没有水用，打自来水公司电话没人接。"
ACCUSATION = (
    f"实名举报\n临江区教育局局长{HEAD}收受学校好处，违规安排学位，请严肃查处。我叫王建国，住松涛街道3栋2单元501室。"
)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_the_sample_is_sound() -> None:
    code, said = run("office", "check")
    assert code == 0
    assert "0 处必须改" in said


def test_a_fault_is_named_and_the_exit_code_tells(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    assert run("office", "new", str(folder), "--name", "甲县信访局", "--area", "甲县", "--level", "2")[0] == 0
    units = folder / "units.tsv"
    units.write_text(units.read_text() + "乙局\t教育\t2\t丙县\t\t\t\t\t\t\n")
    code, said = run("office", "check", str(folder))
    assert code == 1
    assert "units.tsv 第 " in said
    assert "「丙县」不在 areas.tsv" in said


def test_the_gaps_of_a_new_profile_fit_the_screen(tmp_path: Path) -> None:
    folder = str(tmp_path / "office")
    assert run("office", "new", folder, "--name", "甲县信访局", "--area", "甲县", "--level", "2")[0] == 0
    code, said = run("office", "check", folder)
    assert code == 0
    assert len(said.splitlines()) < 10
    assert "routes.tsv 第 7、8、9 行等 " in said
    assert len(run("office", "check", folder, "--all")[1].splitlines()) > 60


def test_a_letter_of_thanks_has_no_dates_and_an_enquiry_no_result(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("感谢信：松涛街道的工作人员给我们老人送菜上门，送上锦旗一面。", encoding="utf-8")
    _, thanks = run("office", "explain", str(path), "--received", "2026-02-12")
    assert "法定途径：感谢表扬" in thanks
    assert "期限：感谢表扬没有办理期限" in thanks
    assert "没有要办理的事项" in thanks
    assert "登记转送期限" not in thanks
    path.write_text("请问松涛街道办理居住证需要带什么材料？谢谢。", encoding="utf-8")
    _, enquiry = run("office", "explain", str(path), "--received", "2026-02-12")
    assert "登记转送期限：2026-02-27" in enquiry
    assert "简易办理的答复" in enquiry
    assert "不适用六十日的办理期限" in enquiry
    assert "办结期限" not in enquiry
    assert "出具信访处理意见" not in enquiry


def test_a_missing_profile_is_a_message() -> None:
    code, said = run("office", "check", "no such folder")
    assert code == 2
    assert "没有这个文件夹" in said


def test_explain_prints_the_trail(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text(LETTER, encoding="utf-8")
    code, said = run("office", "explain", str(path), "--received", "2026-02-12")
    assert code == 0
    for words in ("1. 地点：标题“老棉纺巷”，属松涛街道", "部门：", "单位：", "法定途径", "登记转送期限：2026-02-27"):
        assert words in said


def test_a_reason_that_lists_several_sources_is_one_step(tmp_path: Path) -> None:
    assert any("；" in rule.source for rule in Office.load("sample").routes if rule.rule == "R12")
    path = tmp_path / "letter.txt"
    path.write_text(LETTER, encoding="utf-8")
    _, said = run("office", "explain", str(path))
    steps = [line for line in said.splitlines() if line.startswith("  ") and "规则 R12" in line]
    assert len(steps) == 1
    assert "先于模型" in steps[0]


def test_explain_hides_the_writer_and_passes_the_accused_by(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text(ACCUSATION, encoding="gb18030")
    code, said = run("office", "explain", str(path))
    assert code == 0
    assert "密件：是" in said
    assert "建议承办单位：临江区纪委监委" in said
    assert "回避单位：临江区教育局" in said
    assert "王建国" not in said
    assert HEAD not in said
    assert "501" not in said


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_revealing_is_logged_and_sealed_letters_stay_masked_but_in_their_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setenv("PETITION_HOME", str(tmp_path / "home"))
    letters = tmp_path / "letters.csv"
    title, text = ACCUSATION.split("\n")
    rows = [
        {"来信人": "王建国", "编号": "1", "标题": title, "内容": text},
        {"来信人": "李志强", "编号": "2", "标题": "停水", "内容": "我叫李志强，家里停水三天。"},
    ]
    pd.DataFrame(rows).to_csv(letters, index=False, encoding="utf-8-sig")
    output = tmp_path / f"out.{ending}"
    assert run("triage", str(letters), "-o", str(output), "--office", "sample", "-q")[0] == 0
    assert not (tmp_path / "home" / "revealed.jsonl").exists()
    assert run("triage", str(letters), "-o", str(output), "--office", "sample", "--reveal", "-q")[0] == 0
    log = [json.loads(line) for line in (tmp_path / "home" / "revealed.jsonl").read_text().splitlines()]
    assert [row["file"] for row in log] == ["letters.csv"]
    assert log[0]["who"]
    shown = (
        pd.read_csv(output, dtype=str) if ending == "csv" else pd.read_excel(output, engine="openpyxl", dtype=str)
    ).to_csv()
    assert "李志强" in shown
    assert "王建国" not in shown
    assert HEAD not in shown
    sealed = tmp_path / "out.密件.xlsx"
    assert "王建国" in pd.read_excel(sealed, engine="openpyxl", dtype=str).to_csv()
    assert "李志强" not in pd.read_excel(sealed, engine="openpyxl", dtype=str).to_csv()
    assert sealed.stat().st_mode & 0o077 == 0
    assert run("triage", str(letters), "-o", str(output), "--office", "sample", "-q")[0] == 0
    assert not sealed.exists()


def test_dispatch_says_what_went_where(tmp_path: Path) -> None:
    triaged = tmp_path / "triaged.xlsx"
    assert run("triage", SAMPLES, "-o", str(triaged), "--office", "sample", "-q")[0] == 0
    code, said = run("dispatch", str(triaged), "-o", str(tmp_path / "out"), "--office", "sample")
    assert code == 0
    assert "132 行 = " in said
    assert (tmp_path / "out" / "交办总表.xlsx").is_file()
    assert "单位目录里" not in said


def test_dispatch_warns_of_a_unit_that_the_directory_lacks(tmp_path: Path) -> None:
    triaged = tmp_path / "triaged.csv"
    row = {"编号": "1", "内容": "停水三天", "建议承办单位": "某某局", "密件": "否", "回避单位": "", "紧急程度": "2"}
    pd.DataFrame([row] * 12).to_csv(triaged, index=False)
    code, said = run("dispatch", str(triaged), "-o", str(tmp_path / "out"), "--office", "sample")
    assert code == 0
    assert "「某某局」不在单位目录里（第 2、3、4、5、6、7、8、9、10、11 行等 12 行）" in said
    assert (tmp_path / "out" / "某某局.xlsx").is_file()
