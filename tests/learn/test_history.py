"""A labelled history: any label columns, any cells missing; what cannot be used is named by row and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from pipeline import letter
from pipeline.advise.triage import Triage
from pipeline.errors import BadLabels, PetitionError
from pipeline.intake.headers import normal, synonyms
from pipeline.learn.history import read_history
from pipeline.settings import read_table


def write(folder: Path, **columns: Sequence[object]) -> Path:
    path = folder / "history.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def test_missing_cells_and_spaces_and_full_width_forms_are_allowed(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        编号=["1", "2", "3"],
        内容=["路灯坏了没人修", "工资拖欠三个月", "学校乱收费"],
        urgency=["２", "3 紧急", ""],
        category_l1=["城乡建设 ", "劳动和社会保障", ""],
    )
    frame = read_history(path).frame
    assert frame["urgency"].tolist() == ["2", "3", ""]
    assert frame["category_l1"].tolist() == ["城乡建设", "劳动和社会保障", ""]


def test_chinese_label_headers_are_known(tmp_path: Path) -> None:
    path = write(tmp_path, 内容=["路灯坏了没人修"], 信访目的=["求决"], 历史遗留=["是"])
    frame = read_history(path).frame
    assert (frame["purpose"].tolist(), frame["legacy"].tolist()) == (["求决"], ["1"])


def test_usual_headers_of_label_columns_are_known_and_look_alikes_are_told(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        **{
            "内容": ["路灯坏了没人修", "工资拖欠三个月"],
            "办理层级": ["2", "市"],
            "责任部门（必填）": ["城市管理", "人力资源社会保障"],
            "一级分类": ["城乡建设", "劳动和社会保障"],
            "二级分类": ["城市建设和市政管理", "工资福利"],
            "归口": ["城市管理", "人力资源社会保障"],
            "部门": ["甲科", "乙科"],
            "备注": ["其他", "已电话联系"],
        },
    )
    labelled = read_history(path)
    frame = labelled.frame
    assert (frame["level"].tolist(), frame["department"].tolist()) == (["2", "3"], ["城市管理", "人力资源社会保障"])
    assert frame["category_l2"].tolist() == ["城市建设和市政管理", "工资福利"]
    assert not len(labelled.problems)
    assert labelled.unused == ("归口", "部门")
    note = labelled.note("zh")
    assert "「归口」、「部门」" in note
    assert "责任部门" in note
    assert "\n" not in note


def test_the_tools_own_headers_are_known_in_both_languages_and_come_before_usual_ones(tmp_path: Path) -> None:
    for column in letter.SUGGESTION_COLUMNS:
        if column.name in letter.LABEL_COLUMNS:
            value = {
                "purpose": "求决",
                "category_l1": "劳动和社会保障",
                "category_l2": "劳动和社会保障/工资福利",
                "department": "教育",
            }
            for header in (column.name, column.zh, column.en, column.zh.replace("（", "(").replace("）", ")")):
                path = write(tmp_path, **{"内容": ["路灯坏了"], header: [value.get(column.name, "1")]})
                assert read_history(path).frame[column.name].iloc[0], header
    both = write(tmp_path, 内容=["路灯坏了"], 责任部门=["公安"], 建议责任部门=["教育"])
    labelled = read_history(both)
    assert (labelled.frame["department"].tolist(), labelled.unused) == (["教育"], ("责任部门",))


def test_an_english_sheet_of_the_tool_trains_only_what_was_confirmed(tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {"text": ["路灯坏了", "拖欠工资"], "Urgency": ["2 ordinary", "3 urgent"]}
    columns["Model version"] = ["default@12345678"] * 2
    with pytest.raises(BadLabels, match="confirmed"):
        read_history(write(tmp_path, **columns))
    assert read_history(write(tmp_path, **columns, Confirmed=["yes", ""])).frame["urgency"].tolist() == ["2", ""]


def test_units_under_a_usual_header_cost_no_other_label(tmp_path: Path) -> None:
    units: list[object] = [f"青石区第{n}管理所" for n in range(30)]
    texts: list[object] = [f"第{n}封信" for n in range(30)]
    labelled = read_history(write(tmp_path, 内容=texts, 责任部门=units, 信访目的=["求决"] * 30))
    assert (labelled.frame["purpose"] == "求决").all()
    assert labelled.problems["column"].tolist() == ["department"] * 30


def test_usual_headers_name_label_columns() -> None:
    rows = list(read_table("label_names.tsv", ("column", "written", "meant", "source")))
    headers = {row["written"]: row["meant"] for row in rows if row["column"] == "header"}
    assert set(headers.values()) <= set(letter.LABEL_COLUMNS)
    assert all(normal(header) == header and header not in synonyms() for header in headers)


def test_without_a_label_column_the_known_headers_are_listed(tmp_path: Path) -> None:
    with pytest.raises(BadLabels) as caught:
        read_history(write(tmp_path, 内容=["路灯坏了"], 备注=["无"]))
    for lang in ("zh", "en"):
        assert "建议办理层级、办理层级" in caught.value.message(lang)
        assert all(name in caught.value.message(lang) for name in letter.LABEL_COLUMNS)


def test_ranks_may_be_written_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, 内容=["井盖没了", "想问落户"], urgency=["特急", "平缓"], level=["县区", "市"])
    frame = read_history(path).frame
    assert (frame["urgency"].tolist(), frame["level"].tolist()) == (["4", "1"], ["2", "3"])


def test_an_unknown_label_is_dropped_and_listed_with_what_was_probably_meant(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        编号=["7", "8"],
        内容=["路灯坏了", "拖欠工资"],
        category_l1=["城乡建设", "劳动和社会保障"],
        category_l2=["城市建设和市政管理", "欠薪"],
    )
    labelled = read_history(path)
    assert labelled.frame["category_l2"].tolist() == ["城市建设和市政管理", ""]
    problem = labelled.problems.iloc[0]
    assert (problem["source_row"], problem["letter_id"], problem["column"], problem["value"]) == (
        3,
        "8",
        "category_l2",
        "欠薪",
    )
    assert "工资福利" in problem["reason"]


def test_a_second_level_must_belong_to_its_first_and_fills_it_in_where_only_one_can_be_meant(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        内容=["拖欠工资", "欠薪三月", "学校收费"],
        category_l1=["", "教育文体", "教育文体"],
        category_l2=["工资福利", "工资福利", "教育收费"],
    )
    labelled = read_history(path)
    assert labelled.frame["category_l1"].tolist() == ["劳动和社会保障", "教育文体", "教育文体"]
    assert labelled.frame["category_l2"].tolist() == ["工资福利", "", "教育收费"]
    assert "不属于一级" in labelled.problems["reason"].iloc[0]


def test_copies_that_contradict_each_other_lose_the_label_they_differ_in(tmp_path: Path) -> None:
    texts = ["小区停水三天了", "小区停水三天了。", "公交不准点"]
    path = write(tmp_path, 内容=texts, urgency=["2", "3", "2"], purpose=["求决", "求决", "求决"])
    labelled = read_history(path)
    assert labelled.frame["urgency"].tolist() == ["", "", "2"]
    assert labelled.frame["purpose"].tolist() == ["求决"] * 3
    assert labelled.problems["source_row"].tolist() == [2, 3]


def test_letters_without_text_are_listed_too(tmp_path: Path) -> None:
    labelled = read_history(write(tmp_path, 内容=["路灯坏了", ""], 标题=["", "路"], urgency=["2", "2"]))
    assert (len(labelled.frame), labelled.problems["source_row"].tolist()) == (1, [3])


def test_the_tools_own_suggestions_never_train_unless_a_person_confirmed_them(tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {
        "内容": ["路灯坏了", "拖欠工资", "学校收费"],
        "紧急程度": ["2", "3", "2"],
        "模型版本": ["default@12345678"] * 3,
    }
    with pytest.raises(BadLabels, match="人工确认"):
        read_history(write(tmp_path, **columns))
    labelled = read_history(write(tmp_path, **columns, 人工确认=["是", "", "否"]))
    assert labelled.frame["urgency"].tolist() == ["2", "", ""]
    assert labelled.problems["source_row"].tolist() == [3, 4]
    with pytest.raises(BadLabels, match="no label can be used"):
        read_history(write(tmp_path, **columns, 人工确认=["", "", ""]))


def test_the_sheet_that_triage_writes_trains_nothing_by_itself(tmp_path: Path, triage: Triage) -> None:
    letters = pd.DataFrame({"letter_id": ["1"], "text": ["工地拖欠我们三个月工资，快过年了还不发。"]})
    for name, write_as in (("o.csv", "to_csv"), ("o.parquet", "to_parquet")):
        getattr(triage.suggest(letters), write_as)(tmp_path / name, index=False)
        with pytest.raises(BadLabels, match="人工确认"):
            read_history(tmp_path / name)


@pytest.mark.parametrize(
    ("columns", "error", "says"),
    [
        ({"内容": ["路灯坏了"], "urgency": ["很急"]}, BadLabels, "urgency"),
        ({"内容": ["路灯坏了"], "category_l1": ["欠薪"]}, BadLabels, "欠薪"),
        ({"内容": ["路灯坏了"], "备注": ["无"]}, BadLabels, "没有一个标注列"),
        ({"内容": ["路灯坏了"], "urgency": [""]}, BadLabels, "全是空的"),
        (
            {"内容": [f"第{n}封信" for n in range(30)], "department": [f"随便写的第{n}句话" for n in range(30)]},
            BadLabels,
            "自由文本",
        ),
    ],
)
def test_bad_labels_are_refused_with_their_place(
    tmp_path: Path, columns: dict[str, list[object]], error: type[PetitionError], says: str
) -> None:
    with pytest.raises(error) as caught:
        read_history(write(tmp_path, **columns))
    assert says in caught.value.message("zh")


def test_letters_with_the_same_text_share_a_fold(tmp_path: Path) -> None:
    texts = ["小区停水三天了", "公交车不准点", "小区停水三天了。", "学校乱收费"]
    folds = read_history(write(tmp_path, 内容=texts, urgency=["2"] * 4)).frame["fold"].tolist()
    assert folds[0] == folds[2]


def test_several_files_are_one_history(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    pd.DataFrame({"内容": ["小区路灯坏了没人修", "井盖丢了好几个月"], "信访目的": ["求决", "建议"]}).to_csv(
        first, index=False
    )
    pd.DataFrame(
        {"内容": ["工资拖欠三个月", "井盖丢了好几个月"], "purpose": ["求决", "求决"], "urgency": ["3", ""]}
    ).to_csv(second, index=False)
    labelled = read_history(first, second)
    assert labelled.frame["purpose"].tolist() == ["求决", "", "求决", ""]
    assert labelled.frame["urgency"].tolist() == ["", "", "3", ""]
    assert labelled.frame["fold"].iloc[1] == labelled.frame["fold"].iloc[3]
    assert labelled.problems["file"].tolist() == ["a.csv", "b.csv"]
    assert "a.csv 3、b.csv 3" in labelled.problems["reason"].iloc[0]


def test_a_second_level_may_be_written_with_its_first(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        内容=["拖欠工资三个月", "学校乱收费用", "小区停水三天"],
        category_l1=["", "民政", ""],
        category_l2=["劳动和社会保障/工资福利", "劳动和社会保障/工资福利", "没有/这个"],
    )
    labelled = read_history(path)
    assert labelled.frame["category_l1"].tolist() == ["劳动和社会保障", "民政", ""]
    assert labelled.frame["category_l2"].tolist() == ["工资福利", "", ""]
    assert len(labelled.problems) == 2
