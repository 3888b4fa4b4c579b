"""Intake: what an office's files hold becomes letters; nothing is lost, ids stay ids, bad files get a clear message."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import msoffcrypto.format.ooxml
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import letter
from pipeline.errors import PetitionError
from pipeline.intake import LetterSource, open_letters

ROWS = [["0012", "停水", "小区停水三天"], ["123456789012345678", "公交", "公交车太少，等四十分钟"]]
HEADERS = ["信访件编号", "留言主题", "留言详情"]


def workbook(path: Path, rows: list[list[Any]], sheet: str = "Sheet1") -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return path


def text_file(path: Path, encoding: str, separator: str) -> Path:
    lines = [separator.join(row) for row in [HEADERS, *ROWS]]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path


def letters(source: LetterSource, size: int = 2048) -> pd.DataFrame:
    return pd.concat([batch.letters for batch in source.batches(size)], ignore_index=True)


def rejected(source: LetterSource) -> pd.DataFrame:
    return pd.concat([batch.rejected for batch in source.batches()], ignore_index=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_text_files_in_any_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    found = letters(open_letters(text_file(tmp_path / "来信.csv", encoding, separator)))
    assert found[[letter.LETTER_ID, letter.TITLE, letter.TEXT]].to_numpy().tolist() == ROWS


def test_workbook_jsonl_and_parquet_give_the_same_letters(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=HEADERS)
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True, force_ascii=False)
    workbook(tmp_path / "a.xlsx", [HEADERS, *ROWS])
    for name in ("a.parquet", "a.jsonl", "a.xlsx"):
        found = letters(open_letters(tmp_path / name))
        assert found[[letter.LETTER_ID, letter.TITLE, letter.TEXT]].to_numpy().tolist() == ROWS, name


@pytest.mark.parametrize("header", ["内容", " 内容 ", "内容（必填）", "*诉求内容：", "留言详情", "TEXT", "信访内容"])
def test_headers_are_recognised_however_they_are_dressed(tmp_path: Path, header: str) -> None:
    source = open_letters(workbook(tmp_path / "a.xlsx", [["编号", header], ["1", "停水"]]))
    assert source.matched[letter.TEXT] == header.strip()


def test_a_mapping_says_which_column_is_which(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["编号", "反映情况"], ["1", "停水"]])
    assert letters(open_letters(path, mapping={"text": "反映情况"}))[letter.TEXT].tolist() == ["停水"]


@pytest.mark.parametrize(
    ("column", "headers", "matched"),
    [
        ("place", ["地区"], "地区"),
        ("place", ["地区", "问题属地"], "问题属地"),
        ("place", ["地点", "所属区县"], "所属区县"),
        ("text", ["概况信息"], "概况信息"),
        ("text", ["主要问题", "内容"], "内容"),
        ("received_at", ["收件日期"], "收件日期"),
    ],
)
def test_usual_headers_are_known_and_the_closer_one_wins(
    tmp_path: Path, column: str, headers: list[str], matched: str
) -> None:
    rest = [] if column == "text" else ["内容"]
    source = open_letters(workbook(tmp_path / "a.xlsx", [[*headers, *rest], ["一"] * len([*headers, *rest])]))
    assert source.matched[column] == matched


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["云川市信访局来信登记表"], [], HEADERS, *ROWS]
    source = open_letters(workbook(tmp_path / "a.xlsx", rows))
    found = letters(source)
    assert found[letter.SOURCE_ROW].tolist() == [4, 5]
    assert any("第 3 行" in note for note in source.notes)


def test_merged_group_headers_lend_their_name(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["登记", None, "备注"], ["编号", "内容", None], ["1", "停水", "急"]):
        page.append(row)
    page.merge_cells("A1:B1")
    book.save(path)
    assert letters(open_letters(path))["备注"].tolist() == ["急"]


def test_the_first_sheet_with_letters_is_read_unless_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    for name, text in (("封面", None), ("一月", "停水"), ("二月", "停电")):
        page = book.add_worksheet(name)
        page.write_column(0, 0, ["说明"] if text is None else ["内容", text])
    book.close()
    source = open_letters(path)
    assert letters(source)[letter.TEXT].tolist() == ["停水"]
    assert any("二月" in note for note in source.notes)
    assert letters(open_letters(path, sheet="二月"))[letter.TEXT].tolist() == ["停电"]


def test_ids_stay_text_and_repeated_or_missing_ones_are_resolved_visibly(tmp_path: Path) -> None:
    rows = [["编号", "内容"], [20260000123, "一"], ["0012", "二"], ["0012", "三"], ["", "四"], ["0012", "五"]]
    found = letters(open_letters(workbook(tmp_path / "a.xlsx", rows)), size=2)
    assert found[letter.LETTER_ID].tolist() == ["20260000123", "0012", "0012-重2", "无编号-5", "0012-重3"]
    assert found[letter.INTAKE_NOTE].map(bool).tolist() == [False, False, True, True, True]
    assert "第 3 行" in found[letter.INTAKE_NOTE].iloc[2]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026/11/9", "2026-11-09"),
        ("2026年11月9日 8时5分", "2026-11-09 08:05"),
        ("2026-11-09T08:05:33", "2026-11-09 08:05"),
        ("20261109", "2026-11-09"),
        ("2026-13-45", "2026-13-45"),
        ("上周", "上周"),
    ],
)
def test_moments_take_one_form_and_the_unreadable_stay(tmp_path: Path, written: str, read: str) -> None:
    path = workbook(tmp_path / "a.xlsx", [["内容", "来信时间"], ["停水", written]])
    found = letters(open_letters(path))
    assert found[letter.RECEIVED_AT].tolist() == [read]
    assert ("看不懂" in found[letter.INTAKE_NOTE].iloc[0]) == (written == read)


def test_other_columns_pass_through_and_clashing_names_are_renamed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["内容", "办理人", "urgency", "内容"], ["停水", 7, 3, "又"]])
    source = open_letters(path)
    found = letters(source)
    assert found[["办理人", "原_urgency", "内容_2"]].to_numpy().tolist() == [[7, 3, "又"]]
    assert any("原_urgency" in note for note in source.notes)


def test_rows_that_hold_no_letter_are_rejected_with_row_and_reason(tmp_path: Path) -> None:
    rows = [["编号", "标题", "内容"], ["1", "停水", "停水"], [], ["2", "路灯不亮已经一个月", ""], ["3", "电", "#REF!"]]
    gone = rejected(open_letters(workbook(tmp_path / "a.xlsx", rows)))
    assert gone["source_row"].tolist() == [3, 4, 5]
    assert gone["reason"].tolist() == ["整行为空", "没有信件内容（只有标题）", "没有信件内容（只有标题）"]


def test_bad_lines_of_text_files_are_rejected_not_lost(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('内容,办理人\n停水,甲\n停电,乙,多出来\n"多\n行",丙\n', encoding="utf-8")
    source = open_letters(tmp_path / "a.csv")
    assert rejected(source)["source_row"].tolist() == [3]
    assert letters(source)[letter.TEXT].tolist() == ["停水", "多\n行"]
    lines = [json.dumps({"内容": "停水"}), "{坏", json.dumps([1]), json.dumps({"内容": "停电", "x": {"y": 1}})]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    source = open_letters(tmp_path / "a.jsonl")
    assert rejected(source)["source_row"].tolist() == [2, 3]
    assert len(letters(source)) == 2


def test_half_a_character_in_json_does_not_stop_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"内容": "停水\\ud800了"}\n', encoding="utf-8")
    assert letters(open_letters(tmp_path / "a.jsonl"))[letter.TEXT].tolist() == ["停水?了"]


def test_a_huge_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("内容\n" + "停" * 3_000_000 + "\n", encoding="utf-8")
    found = letters(open_letters(tmp_path / "a.csv"))
    assert len(found[letter.TEXT].iloc[0]) == 200_000
    assert "3000000" in found[letter.INTAKE_NOTE].iloc[0]


def test_a_formula_is_read_by_its_value(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet()
    page.write(0, 0, "内容")
    page.write_formula(1, 0, '="停"&"水"', value="停水")
    book.close()
    assert letters(open_letters(tmp_path / "a.xlsx"))[letter.TEXT].tolist() == ["停水"]


def encrypted(path: Path) -> None:
    plain = workbook(path.with_name("plain.xlsx"), [HEADERS, *ROWS])
    with plain.open("rb") as stream, path.open("wb") as out:
        msoffcrypto.format.ooxml.OOXMLFile(stream).encrypt("secret", out)


def sheets(path: Path, rows: list[list[Any]]) -> None:
    workbook(path, rows)


def truncated(path: Path) -> None:
    sheets(path, [HEADERS, *ROWS])
    path.write_bytes(path.read_bytes()[:2000])


BAD = [
    ("没有.xlsx", lambda path: None, "没有这个文件"),
    ("夹.xlsx", lambda path: path.mkdir(), "这是一个文件夹"),
    ("信.docx", lambda path: path.write_bytes(b"PK"), "不认识的文件类型"),
    ("空.csv", lambda path: path.write_bytes(b""), "没有一行数据"),
    ("空白.csv", lambda path: path.write_bytes(b" \n\n"), "没有一行数据"),
    ("只有表头.csv", lambda path: path.write_text("内容\n", encoding="utf-8"), "没有一行数据"),
    ("只有表头.xlsx", lambda path: sheets(path, [HEADERS]), "没有一行数据"),
    ("空表.xlsx", lambda path: sheets(path, []), "没有一行数据"),
    ("无内容列.xlsx", lambda path: sheets(path, [["甲", "乙"], ["1", "2"]]), "--map text="),
    ("无内容列.csv", lambda path: path.write_text("甲,乙\n1,2\n", encoding="utf-8"), "甲、乙"),
    ("密码.xlsx", encrypted, "打开密码"),
    ("网页.xls", lambda path: path.write_text("<table><tr><td>内容", encoding="utf-8"), "另存为 xlsx"),
    ("坏.xlsx", truncated, "已损坏"),
    ("二进制.csv", lambda path: path.write_bytes(bytes(range(256)) * 40), "不是文本文件"),
    ("坏.parquet", lambda path: path.write_bytes(b"PAR1" + b"x" * 100), "已损坏"),
    ("坏.jsonl", lambda path: path.write_text("不是JSON\n", encoding="utf-8"), "JSON"),
]


@pytest.mark.parametrize(("name", "make", "says"), BAD, ids=[name for name, _, _ in BAD])
def test_what_cannot_be_read_says_why_and_what_to_do(tmp_path: Path, name: str, make: Any, says: str) -> None:
    make(tmp_path / name)
    with pytest.raises(PetitionError) as caught:
        open_letters(tmp_path / name)
    assert says in caught.value.message("zh")
    assert name in caught.value.message("zh")
    assert caught.value.message("en") != caught.value.message("zh")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"mapping": {"正文": "内容"}}, "等号左边"),
        ({"mapping": {"text": "没有这列"}}, "没有叫"),
        ({"sheet": "无"}, "Sheet1"),
    ],
)
def test_options_that_do_not_fit_name_what_there_is(tmp_path: Path, options: dict[str, Any], says: str) -> None:
    path = workbook(tmp_path / "a.xlsx", [["内容"], ["停水"]])
    with pytest.raises(PetitionError) as caught:
        open_letters(path, **options)
    assert says in caught.value.message("zh")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["", "1", "2", "0012"]), st.sampled_from(["", " ", "停水", "=1+1", "多\n行", "a,b"])),
        min_size=1,
        max_size=30,
    ),
    size=st.integers(1, 7),
    ending=st.sampled_from(["csv", "jsonl", "parquet"]),
)
def test_rows_in_are_letters_and_rejected_rows(
    tmp_path: Path, rows: list[tuple[str, str]], size: int, ending: str
) -> None:
    path = tmp_path / f"a.{ending}"
    frame = pd.DataFrame(rows, columns=["编号", "内容"])
    if ending == "csv":
        frame.to_csv(path, index=False)
    elif ending == "jsonl":
        path.write_text("\n".join(json.dumps({"编号": a, "内容": b}) for a, b in rows), encoding="utf-8")
    else:
        frame.to_parquet(path)
    batches = list(open_letters(path).batches(size))
    kept = pd.concat([batch.letters for batch in batches])
    lost = pd.concat([batch.rejected for batch in batches])
    assert len(kept) + len(lost) == len(rows)
    assert kept[letter.LETTER_ID].is_unique
    assert sorted([*kept[letter.SOURCE_ROW], *lost["source_row"]]) == sorted(
        {*kept[letter.SOURCE_ROW], *lost["source_row"]}
    )
    whole = pd.concat([batch.letters for batch in open_letters(path).batches()])
    pd.testing.assert_frame_equal(whole.reset_index(drop=True), kept.reset_index(drop=True))


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("来信")
    for at, row in enumerate([HEADERS, *ROWS]):
        for position, cell in enumerate(row):
            page.write(at, position, cell)
    book.save(str(tmp_path / "旧.xls"))
    found = letters(open_letters(tmp_path / "旧.xls"))
    assert found[[letter.LETTER_ID, letter.TITLE, letter.TEXT]].to_numpy().tolist() == ROWS


@pytest.mark.parametrize("name", ["其实是新的.xls", "其实是旧的.xlsx"])
def test_a_workbook_with_the_other_ending_is_read_all_the_same(tmp_path: Path, name: str) -> None:
    if name.endswith(".xls"):
        workbook(tmp_path / "a.xlsx", [HEADERS, *ROWS]).rename(tmp_path / name)
    else:
        test_an_old_workbook_is_read(tmp_path)
        (tmp_path / "旧.xls").rename(tmp_path / name)
    assert len(letters(open_letters(tmp_path / name))) == 2


def test_a_key_that_comes_late_in_a_jsonl_file_is_carried_through(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = ['{"编号": "1", "内容": "路灯坏了"}'] * 1500 + ['{"编号": "2", "内容": "停水", "备注": "急"}']
    path.write_text("\n".join(lines), encoding="utf-8")
    letters = pd.concat([batch.letters for batch in open_letters(path).batches()])
    assert letters["备注"].iloc[-1] == "急"


@pytest.mark.parametrize(
    ("rows", "kept", "rejected"),
    [
        (['1,"路灯坏了', "2,停水", "3,停电"], ["2", "3"], [2]),
        (["1,路灯坏了", '2,"停水', '3,"停电"', "4,噪声"], ["1", "3", "4"], [3]),
        (['1,"路灯', '坏了"', '2,"停水'], ["1", "2"], []),
        (['1,"路灯', '坏了"', '2,"停水', "3,停电"], ["1", "3"], [4]),
        (['1,五"寸水管漏水', "2,停水"], ["1", "2"], []),
    ],
)
def test_a_quote_that_is_not_closed_swallows_no_other_row(
    tmp_path: Path, rows: list[str], kept: list[str], rejected: list[int]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["编号,内容", *rows]), encoding="utf-8")
    batch = next(iter(open_letters(path).batches()))
    assert batch.letters["letter_id"].tolist() == kept
    assert batch.rejected["source_row"].tolist() == rejected
    assert all("引号没有闭合" in reason for reason in batch.rejected["reason"])
    assert all("路灯" in str(row) or "停水" in str(row) for row in batch.rejected.iloc[:, 2])


def test_a_row_with_too_many_cells_is_rejected_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("编号,内容\n1,路灯坏了,修,了吗\n2,停水\n", encoding="utf-8")
    batch = next(iter(open_letters(path).batches()))
    assert batch.letters["letter_id"].tolist() == ["2"]
    assert "「修」「了吗」" in batch.rejected["reason"].iloc[0]


def test_long_ids_of_a_parquet_file_stay_exact_beside_empty_ones(tmp_path: Path) -> None:
    ids = pd.array([202611230000000001, None, 202611230000000003], dtype="Int64")
    pd.DataFrame({"编号": ids, "内容": ["路灯坏了", "停水", "停电"]}).to_parquet(tmp_path / "a.parquet")
    letters = next(iter(open_letters(tmp_path / "a.parquet").batches())).letters
    assert letters["letter_id"].tolist() == ["202611230000000001", "无编号-2", "202611230000000003"]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "parquet", "csv", "jsonl"])
def test_a_damaged_file_is_named_never_a_crash(tmp_path: Path, kind: str) -> None:
    """Some hundred damaged copies of one small file: each is read with all its rows, or refused by name."""
    rows = [{"编号": str(n), "标题": "停水", "内容": f"小区停水{n}天没有人管"} for n in range(20)]
    good, bad = tmp_path / f"good.{kind}", tmp_path / f"bad.{kind}"
    if kind == "xls":
        book = xlwt.Workbook()
        sheet = book.add_sheet("a")
        for at, cells in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            for column, cell in enumerate(cells):
                sheet.write(at, column, cell)
        book.save(str(good))
    elif kind == "jsonl":
        good.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    else:
        write_as = {"xlsx": "to_excel", "parquet": "to_parquet", "csv": "to_csv"}[kind]
        getattr(pd.DataFrame(rows), write_as)(good, index=False)
    content, random = good.read_bytes(), Random(7)
    # Arrow itself aborts on some damaged Parquet footers; damage to the pages it must survive.
    end = len(content) - 8 - int.from_bytes(content[-8:-4], "little") if kind == "parquet" else len(content)
    refused: list[str] = []
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(random.choice([1, 3, 30])):
            damaged[random.randrange(end)] = random.randrange(256)
        cut = random.choice([len(damaged), random.randrange(10, len(damaged))])
        bad.write_bytes(bytes(damaged[:cut]))
        try:
            list(open_letters(bad).batches(7))
        except PetitionError as error:
            refused.append(error.message("zh"))
    assert refused
    assert all(bad.name in message for message in refused)
