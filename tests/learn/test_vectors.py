"""Vectors of words carry what was learned of one word to others of like meaning, and break loudly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import RuleTableError
from pipeline.learn import vectors
from pipeline.learn.hidden import HiddenRecipe
from pipeline.learn.train import Recipe, fit, prepare

WAGES, LAMPS = ("工钱", "欠薪", "讨薪"), ("路灯", "灯泡", "照明")


def test_words_of_like_meaning_lie_near_each_other() -> None:
    table = vectors.shipped()
    near = table.of(WAGES) @ table.of(WAGES).T
    far = table.of(WAGES) @ table.of(LAMPS).T
    assert near[np.triu_indices(3, 1)].min() > far.max()


def test_a_table_with_a_row_too_few_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "vectors"
    folder.mkdir()
    (folder / "words.txt").write_text("工钱\n工资\n", encoding="utf-8")
    np.save(folder / "vectors.npy", np.zeros((1, 4), np.int8))
    monkeypatch.setattr(vectors, "resource", lambda name: tmp_path)
    with pytest.raises(RuleTableError, match="2 words"):
        vectors.shipped.__wrapped__()


@pytest.mark.parametrize(("share", "learned"), [(1.0, True), (0.0, False)])
def test_a_word_that_no_label_shows_is_read_by_its_meaning(share: float, learned: bool) -> None:
    told = [f"{word}的事，第{n}封" for n in range(6) for word in (*WAGES, *LAMPS)]
    labels = ["劳动和社会保障" if any(word in text for word in WAGES) else "城乡建设" for text in told]
    unseen = ["工资的事"] * 3 + ["灯光的事"] * 3
    frame = pd.DataFrame({"text": [*told, *unseen], "fold": np.arange(len(told) + 6) % 3})
    history = prepare(frame.assign(category_l1=[*labels, *[""] * 6]))
    recipe = Recipe(min_letters=1, directions=2, vectors_share=share, hidden=HiddenRecipe(directions=2, epochs=1))
    model = fit(history, recipe)
    shares = model.read(history.letters, history.received_at).probabilities["category_l1"]
    wages = shares[:, model.heads["category_l1"].labels.index("劳动和社会保障")]
    assert bool(wages[len(told)] > wages[len(told) + 3] + 0.05) is learned
