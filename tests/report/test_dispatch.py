from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipeline.advise.triage import Triage
from pipeline.errors import FileNotReadable, OutputNotWritable
from pipeline.intake import open_letters
from pipeline.office import Office
from pipeline.report.batch import triage_file
from pipeline.report.dispatch import HELD, OVERVIEW, SEALED_FOLDER, dispatch
from pipeline.settings import resource

SAMPLES = resource("data") / "samples" / "letters.xlsx"


@pytest.fixture(scope="module")
def triaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("dispatch") / "triaged.xlsx"
    triage_file(open_letters(SAMPLES), output, Triage.load("default", office="sample"))
    return output


def texts_under(folder: Path) -> str:
    return "".join(
        sheet.to_csv()
        for book in folder.glob("*.xlsx")
        for sheet in pd.read_excel(book, engine="openpyxl", sheet_name=None).values()
    )


def test_every_letter_is_handed_over_once(triaged: Path, tmp_path: Path) -> None:
    done = dispatch(triaged, tmp_path / "out", Office.load("sample"))
    rows = pd.read_excel(triaged, engine="openpyxl", dtype=str)
    assert done.rows_in == len(rows) == sum(done.letters.values()) + sum(done.sealed.values())
    led = [
        number
        for book in (*(tmp_path / "out").glob("*.xlsx"), *(tmp_path / "out" / SEALED_FOLDER).glob("*.xlsx"))
        if book.stem != OVERVIEW
        for sheet, table in pd.read_excel(book, engine="openpyxl", sheet_name=None, dtype=str).items()
        if sheet == "主办"
        for number in table["编号"]
    ]
    assert sorted(led) == sorted(rows["编号"])


def test_who_only_helps_has_no_empty_sheet_and_learns_who_leads(triaged: Path, tmp_path: Path) -> None:
    done = dispatch(triaged, tmp_path / "out", Office.load("sample"))
    rows = pd.read_excel(triaged, engine="openpyxl", dtype=str).fillna("").set_index("编号")
    unit = next(unit for unit in done.assisting if unit not in done.letters)
    sheets = pd.read_excel(tmp_path / "out" / f"{unit}.xlsx", engine="openpyxl", sheet_name=None, dtype=str)
    assert list(sheets) == ["封面", "协办"]
    helped = sheets["协办"]
    assert len(helped) == done.assisting[unit]
    assert helped["主办单位"].tolist() == rows.loc[helped["编号"], "建议承办单位"].tolist()
    total = pd.read_excel(tmp_path / "out" / f"{OVERVIEW}.xlsx", engine="openpyxl").set_index("单位")
    assert total.loc[unit, ["主办", "协办", "密件"]].tolist() == [0, done.assisting[unit], 0]
    assert f"主办 {len(done.letters)} 个单位、协办 {len(done.assisting)} 个" in texts_under(tmp_path / "out")


def test_no_sealed_letter_leaves_its_folder(triaged: Path, tmp_path: Path) -> None:
    dispatch(triaged, tmp_path / "out", Office.load("sample"))
    rows = pd.read_excel(triaged, engine="openpyxl", dtype=str).fillna("")
    sealed = rows[rows["密件"] == "是"]
    assert len(sealed) > 5
    outside = texts_under(tmp_path / "out")
    assert not any(number in outside for number in sealed["编号"])
    assert not any(text[:40] in outside for text in sealed["内容"] if len(text) > 40)


def test_only_its_owner_reads_a_sealed_workbook_whose_cover_tells_where_the_original_is(
    triaged: Path, tmp_path: Path
) -> None:
    dispatch(triaged, tmp_path / "out", Office.load("sample"))
    sealed = sorted((tmp_path / "out" / SEALED_FOLDER).glob("*.xlsx"))
    assert sealed
    assert {path.stat().st_mode & 0o777 for path in sealed} == {0o600}
    told = {path: "编号" in pd.read_excel(path, engine="openpyxl", sheet_name="封面").to_csv() for path in sealed}
    assert all(told.values())
    assert "原信在哪里" not in texts_under(tmp_path / "out")


def test_a_sealed_letter_sent_to_the_accused_by_hand_is_held(triaged: Path, tmp_path: Path) -> None:
    rows = pd.read_excel(triaged, engine="openpyxl", dtype=str).fillna("")
    at = next(i for i, row in rows.iterrows() if row["密件"] == "是" and "局" in row["回避单位"])
    rows.loc[at, "建议承办单位"] = rows.loc[at, "回避单位"].split("；")[0]
    changed = tmp_path / "changed.xlsx"
    rows.to_excel(changed, index=False)
    done = dispatch(changed, tmp_path / "out", Office.load("sample"))
    assert done.stopped == (rows.loc[at, "编号"],)
    held = pd.read_excel(
        tmp_path / "out" / SEALED_FOLDER / f"{HELD}.xlsx", engine="openpyxl", sheet_name="主办", dtype=str
    )
    assert rows.loc[at, "编号"] in set(held["编号"])


def test_an_earlier_hand_over_is_replaced_whole_and_anything_else_is_kept(triaged: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    dispatch(triaged, folder, Office.load("sample"))
    (folder / "旧单位.xlsx").write_bytes(b"old")
    dispatch(triaged, folder, Office.load("sample"))
    assert not (folder / "旧单位.xlsx").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    with pytest.raises(OutputNotWritable):
        dispatch(triaged, other, Office.load("sample"))
    assert (other / "notes.txt").read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


def test_the_same_sheet_gives_the_same_bytes(triaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    for name in ("one", "two"):
        dispatch(triaged, tmp_path / name, Office.load("sample"))
    books = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.xlsx"))
    assert len(books) > 5
    assert all((tmp_path / "one" / book).read_bytes() == (tmp_path / "two" / book).read_bytes() for book in books)


def test_rejected_rows_of_a_hand_over_start_no_formula(triaged: Path, tmp_path: Path) -> None:
    rows = pd.read_excel(triaged, engine="openpyxl", dtype=str).fillna("")
    rows.loc[0, ["标题", "内容"]] = ["@cmd", ""]
    changed = tmp_path / "changed.xlsx"
    rows.to_excel(changed, index=False)
    done = dispatch(changed, tmp_path / "out", Office.load("sample"))
    assert done.rejected == 1
    assert "'@cmd" in (tmp_path / "out" / "退回的行.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("header", ["内容", "数量"])
def test_a_sheet_that_was_never_triaged_is_refused(tmp_path: Path, header: str) -> None:
    sheet = tmp_path / "letters.xlsx"
    pd.DataFrame({"编号": ["1"], header: ["停水三天"]}).to_excel(sheet, index=False)
    with pytest.raises(FileNotReadable) as refused:
        dispatch(sheet, tmp_path / "out", Office.load("sample"))
    said = refused.value.message("zh")
    assert "不是分拣过的表" in said
    assert ("「建议承办单位」" if header == "内容" else "「内容」") in said
    assert "petition triage" in said
    assert not any(words in said for words in ("--map", "letter_id", "source_row", "text"))
    assert not (tmp_path / "out").exists()


def test_a_unit_that_the_directory_lacks_is_named_with_its_rows_and_gets_its_workbook(
    triaged: Path, tmp_path: Path
) -> None:
    assert dispatch(triaged, tmp_path / "known", Office.load("sample")).unlisted == {}
    rows = pd.read_excel(triaged, engine="openpyxl", dtype=str).fillna("")
    open_rows = [i for i, row in rows.iterrows() if row["密件"] != "是"]
    rows.loc[open_rows[0], "建议承办单位"] = "临江区教肓局"
    rows.loc[open_rows[-1], ["建议承办单位", "建议协办单位"]] = ["临江区教育局", "临江区教肓局；云川市公安局"]
    rows.loc[open_rows[1], "内容"] = ""
    changed = tmp_path / "changed.xlsx"
    rows.to_excel(changed, index=False)
    done = dispatch(changed, tmp_path / "out", Office.load("sample"))
    assert done.unlisted == {"临江区教肓局": (open_rows[0] + 2, open_rows[-1] + 2)}
    assert (tmp_path / "out" / "临江区教肓局.xlsx").is_file()
