"""A labelled history: any label columns, any cells missing; what cannot be used is named by row and column."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import BadCell, BadLabels, PetitionError
from pipeline.learn.history import read_history


def write(folder: Path, **columns: list[object]) -> Path:
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
    frame = read_history(path)
    assert frame["urgency"].tolist() == ["2", "3", ""]
    assert frame["category_l1"].tolist() == ["城乡建设", "劳动和社会保障", ""]


def test_chinese_label_headers_are_known(tmp_path: Path) -> None:
    path = write(tmp_path, 内容=["路灯坏了没人修"], 信访目的=["求决"], 历史遗留=["是"])
    frame = read_history(path)
    assert (frame["purpose"].tolist(), frame["legacy"].tolist()) == (["求决"], ["1"])


@pytest.mark.parametrize(
    ("columns", "error", "says"),
    [
        ({"内容": ["路灯坏了"], "urgency": ["很急"]}, BadCell, "urgency"),
        ({"内容": ["路灯坏了"], "category_l1": ["欠薪"]}, BadCell, "欠薪"),
        ({"内容": ["路灯坏了"], "备注": ["无"]}, BadLabels, "没有一个标注列"),
        ({"内容": ["路灯坏了"], "urgency": [""]}, BadLabels, "全是空的"),
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
    folds = read_history(write(tmp_path, 内容=texts, urgency=["2"] * 4))["fold"].tolist()
    assert folds[0] == folds[2]
