"""Auditing labels: planted errors come up on a sheet, a person's decisions come back, nobody else's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from pipeline.advise.triage import Triage
from pipeline.errors import NoTextColumn
from pipeline.learn.audit import suspects
from pipeline.learn.heldout import HeldOut
from pipeline.learn.history import read_history
from pipeline.report.office import audit_history
from pipeline.report.worksheet import Decision, corrected, read_decisions
from pipeline.settings import resource
from tests.cli.test_models import home, run

__all__ = ["home"]
SAMPLES = resource("data") / "samples"


@pytest.fixture
def planted(tmp_path: Path) -> tuple[Path, list[int]]:
    """The samples with ten purposes flipped; returns the file and the flipped rows."""
    frame = pd.read_csv(SAMPLES / "labelled.csv", dtype=str, keep_default_na=False)
    rows = np.random.default_rng(3).choice(np.flatnonzero(frame["purpose"] == "求决"), 10, replace=False)
    frame.loc[rows, "purpose"] = "建议"
    frame.to_excel(tmp_path / "planted.xlsx", index=False)
    return tmp_path / "planted.xlsx", [int(row) for row in rows]


def test_planted_errors_come_first(planted: tuple[Path, list[int]], triage: Triage) -> None:
    path, rows = planted
    letters, found = audit_history(read_history(path), path, triage.bundle, progress=lambda stage: None)
    top = found[found["head"] == "purpose"].head(13)
    assert len(set(top["row"]) & set(rows)) >= 8
    assert (top[top["row"].isin(rows)]["suspected"] == "求决").mean() >= 0.8
    assert len(letters) == 132


def test_decisions_of_the_sheet_are_read_back_and_train(
    home: Path, planted: tuple[Path, list[int]], tmp_path: Path
) -> None:
    path, rows = planted
    said = run("label", "audit", str(path), "-o", "audit.xlsx")
    assert "与别的信不合" in said
    book = openpyxl.load_workbook("audit.xlsx")
    sheet = book["标注复查"]
    headers = [cell.value for cell in sheet[1]]
    column, decision = headers.index("项目"), headers.index("人工决定")
    assert sheet.freeze_panes == "A2"
    assert sheet.data_validations.count >= 1
    first = next(row for row in sheet.iter_rows(min_row=2) if row[column].value == "信访目的")
    assert int(first[0].value) - 2 in rows
    first[decision].value = "求决"
    book.save("audit.xlsx")
    name = first[headers.index("编号")].value
    assert read_decisions(Path("audit.xlsx")) == [("audit.xlsx", first[0].row, name, "purpose", "求决")]
    fixed = corrected(read_history(path), read_decisions(Path("audit.xlsx"))).frame
    assert fixed.set_index("letter_id").at[name, "purpose"] == "求决"
    assert (fixed["purpose"] == "建议").sum() == (read_history(path).frame["purpose"] == "建议").sum() - 1
    run("train", str(path), "--fixes", "audit.xlsx", "--name", "m", "--quiet")


def test_an_impossible_decision_is_listed_with_its_place_and_the_others_are_taken(
    planted: tuple[Path, list[int]],
) -> None:
    labelled = read_history(planted[0])
    name, other = labelled.frame["letter_id"].iloc[:2]
    wrong = [
        ("无此信", "purpose", "求决", "没有这件信"),
        (name, "purpose", "随便", "「人工决定」列“随便”不是「信访目的」的标注值"),
        (name, "title", "随便", "没有这个标注列"),
        (name, "category_l2", "乱写的", "一级/二级"),
        (name, "category_l2", "城乡建设/工资福利", "是不是“劳动和社会保障/工资福利”"),
    ]
    decisions = [Decision("audit.xlsx", row, *case[:3]) for row, case in enumerate(wrong, start=2)]
    fixed = corrected(labelled, [*decisions, Decision("audit.xlsx", 9, other, "purpose", "咨询")])
    assert fixed.frame.iloc[:1].equals(labelled.frame.iloc[:1])
    assert fixed.frame.at[1, "purpose"] == "咨询"
    assert list(fixed.problems.columns) == list(labelled.problems.columns)
    assert fixed.problems["file"].tolist() == ["audit.xlsx"] * 5
    assert fixed.problems["source_row"].tolist() == [2, 3, 4, 5, 6]
    for said, case in zip(fixed.problems["reason"], wrong, strict=True):
        assert case[3] in said


def test_a_decision_on_one_level_keeps_the_two_in_agreement(planted: tuple[Path, list[int]]) -> None:
    labelled = read_history(planted[0])
    name = labelled.frame["letter_id"].iloc[0]

    def levels(column: str, label: str) -> list[str]:
        frame = corrected(labelled, [Decision("audit.xlsx", 2, name, column, label)]).frame
        return list(frame.loc[0, ["category_l1", "category_l2"]])

    assert levels("category_l2", "劳动和社会保障/工资福利") == ["劳动和社会保障", "工资福利"]
    assert levels("category_l1", "民政") == ["民政", ""]


def test_a_mistyped_decision_is_told_by_file_row_and_column(
    home: Path, planted: tuple[Path, list[int]], tmp_path: Path
) -> None:
    frame = read_history(planted[0]).frame
    sheet = {"编号": frame["letter_id"][:2], "项目": ["内容分类（二级）", "信访目的"], "人工决定": ["乱写的", "咨询"]}
    pd.DataFrame(sheet).to_excel("audit.xlsx", index=False)
    said = run("train", str(planted[0]), "--fixes", "audit.xlsx", "--name", "m").replace("\n", "")
    assert "audit.xlsx 第 2 行：「人工决定」列“乱写的”" in said
    listed = pd.read_csv(planted[0].with_name("planted.problems.csv"))
    assert list(listed.loc[0, ["file", "column", "value"]]) == ["audit.xlsx", "category_l2", "乱写的"]
    assert len(listed) == 1


@pytest.mark.parametrize("folder", ["file", "missing", "file/below"])
@pytest.mark.parametrize("verb", [("triage",), ("label", "audit"), ("label", "next")])
def test_what_cannot_be_written_is_told_before_any_work(
    home: Path, tmp_path: Path, verb: tuple[str, ...], folder: str
) -> None:
    Path("file").write_text("whole", encoding="utf-8")
    said = run(*verb, str(SAMPLES / "labelled.csv"), "-o", f"{folder}/out.xlsx", code=2)
    assert f"写不了「{folder}/out.xlsx」" in said.replace("\n", "")
    assert Path("file").read_text(encoding="utf-8") == "whole"


def test_another_workbook_is_no_sheet_of_decisions() -> None:
    with pytest.raises(NoTextColumn):
        read_decisions(SAMPLES / "labelled.xlsx")


def test_the_sheet_masks_personal_numbers(home: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(SAMPLES / "labelled.csv", dtype=str, keep_default_na=False)
    frame["text"] = frame["text"] + " 我的电话13812345678。"
    frame.loc[:20, "purpose"] = "建议"
    frame.to_csv("h.csv", index=False)
    run("label", "audit", "h.csv", "-o", "a.xlsx", "--quiet")
    cells = [str(cell.value) for row in openpyxl.load_workbook("a.xlsx")["标注复查"].iter_rows() for cell in row]
    assert len(cells) > 100
    assert not any("13812345678" in cell for cell in cells)


def test_a_near_copy_with_another_label_is_listed(home: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(SAMPLES / "labelled.csv", dtype=str, keep_default_na=False)
    long = frame[frame["text"].str.len() > 60].iloc[[5]]
    copy = long.assign(text=long["text"] + "盼复。", letter_id="copy", department="其他", title="另一封")
    pd.concat([frame, copy]).to_csv("h.csv", index=False)
    run("label", "audit", "h.csv", "-o", "a.xlsx", "--most", "2000", "--quiet")
    rows = list(openpyxl.load_workbook("a.xlsx")["标注复查"].iter_rows(values_only=True))
    why = [str(row[5]) for row in rows if row[1] in ("copy", long["letter_id"].iloc[0]) and row[2] == "建议责任部门"]
    assert len(why) == 2
    assert all("几乎是同一封信" in reason for reason in why)


def test_the_filled_sheet_of_next_letters_trains(home: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(SAMPLES / "labelled.csv", dtype=str, keep_default_na=False)
    frame.iloc[:60].to_csv("h.csv", index=False)
    pool = frame.iloc[40:][["letter_id", "title", "text", "received_at"]]
    pool.to_excel("pool.xlsx", index=False)
    said = run("label", "next", "pool.xlsx", "--n", "30", "--labelled", "h.csv", "-o", "next.xlsx")
    assert "92 件信中 20 件已有标注" in said
    book = openpyxl.load_workbook("next.xlsx")
    sheet = book["待标注"]
    headers = [cell.value for cell in sheet[1]]
    assert "为什么选这封" in headers
    assert sheet.max_row == 31
    truth = frame.set_index("letter_id")
    taken = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert len(set(taken)) == 30
    assert not set(taken) & set(frame["letter_id"].iloc[:60])
    for row in sheet.iter_rows(min_row=2):
        assert all(row[headers.index(name)].value is None for name in ("信访目的", "内容分类（二级）", "紧急程度"))
        label = truth.loc[row[0].value]
        row[headers.index("信访目的")].value = label["purpose"]
        row[headers.index("内容分类（二级）")].value = f"{label['category_l1']}/{label['category_l2']}"
        row[headers.index("紧急程度")].value = f"{label['urgency']} 紧急"
    book.save("next.xlsx")
    back = read_history(Path("h.csv"), Path("next.xlsx"))
    assert len(back.frame) == 90
    assert not len(back.problems)
    mine = back.frame.iloc[60:].set_index("letter_id")
    assert (mine["category_l1"] == truth.loc[mine.index, "category_l1"]).all()
    assert (mine["urgency"] == truth.loc[mine.index, "urgency"]).all()
    run("train", "h.csv", "next.xlsx", "--name", "m", "--quiet")
    run("label", "next", "pool.xlsx", "--n", "5", "--model", "m", "-o", "again.xlsx", "--quiet")
    again = [row[0] for row in openpyxl.load_workbook("again.xlsx")["待标注"].iter_rows(min_row=2, values_only=True)]
    assert not set(again) & (set(taken) | set(frame["letter_id"].iloc[:60]))


def test_a_blind_sheet_tells_nothing_of_what_the_tool_thinks(home: Path, tmp_path: Path) -> None:
    run("label", "next", str(SAMPLES / "labelled.xlsx"), "--n", "3", "--blind", "-o", "next.xlsx", "--quiet")
    book = openpyxl.load_workbook("next.xlsx")
    rows = list(book["待标注"].iter_rows(values_only=True))
    assert not {"为什么选这封", "工具的看法（供参考，不作数）"} & set(rows[0])
    assert all(cell is None for row in rows[1:] for cell in row[4:])


def test_letters_that_are_all_labelled_are_refused(home: Path, tmp_path: Path) -> None:
    path = str(SAMPLES / "labelled.csv")
    said = run("label", "next", path, "--labelled", path, "-o", "next.xlsx", code=2)
    assert "都已有标注" in said
    assert not Path("next.xlsx").exists()


def test_a_rare_label_is_not_suspected_for_being_rare() -> None:
    folds = np.zeros(101, np.int64)
    table = np.tile(np.array([[0.3, 0.7]], np.float32), (101, 1))
    table[0], table[100] = [0.7, 0.3], [0.25, 0.75]
    written = {"purpose": np.array(["常见"] * 100 + ["少见"])}
    kept = HeldOut(folds.astype(np.uint64), folds, {"purpose": ("少见", "常见")}, written, {}, {"purpose": table})
    assert suspects(kept)["row"].tolist() == [0, 100]
