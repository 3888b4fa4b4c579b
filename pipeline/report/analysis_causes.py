"""六、源头分析: which decision or practice may have produced the letters, as questions to the body that decides."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.report.analysis_material import Material, ids, records, topics_of, unsealed
from pipeline.report.analysis_matters import WARNED, matter_name
from pipeline.report.analysis_parts import Block, Ledger, Parts, Section, Sentence
from pipeline.report.analysis_problems import of_topic
from pipeline.report.analysis_volume import against
from pipeline.report.analysis_words import filled, rules, said, share, title

_RAISED_BEFORE = 1


def causes(material: Material, book: Ledger) -> Section:
    """Return the sixth section; each letter is put to the first question of ``data/report.toml`` that fits it."""
    book.begin("6")
    letters = unsealed(material.period)
    if letters.empty:
        return Section("causes", title("causes"), (said("empty"),))
    blocks: list[Block] = [_legacy(material, letters, book), _repeated(letters, book)]
    return Section("causes", title("causes"), (*blocks, *_questions(material, letters, book)))


def cause_of(row: dict[str, Any]) -> int:
    """Return the number of the first question that fits a letter or a matter, -1 for none.

    Examples
    --------
    >>> cause_of({"focus_topics": "征地拆迁；历史遗留", "category_l1": "国土资源", "category_l2": "土地征收"})
    0
    >>> cause_of({"focus_topics": "", "category_l1": "其他", "category_l2": "其他"})
    -1
    """
    topics = topics_of(str(row["focus_topics"]))
    for at, rule in enumerate(rules()["cause"]):
        if rule["topic"]:
            fits = rule["topic"] in topics
        else:
            fits = row["category_l1"] == rule["category_l1"] and rule["category_l2"] in ("", row["category_l2"])
        if fits:
            return at
    return -1


def _legacy(material: Material, letters: pd.DataFrame, book: Ledger) -> Sentence:
    rows = of_topic("历史遗留")(letters)
    if rows.empty:
        return said("legacy_none")
    what = "不含密件；重点类别“历史遗留”"
    number = book.number("历史遗留", f"本期；{what}", ids(rows))
    previous = against(material, book, material.previous, number, what, of_topic("历史遗留"))
    return said("legacy", legacy=number, share=share(len(rows), len(letters)), previous=previous)


def _repeated(letters: pd.DataFrame, book: Ledger) -> Sentence:
    rows = letters[letters["action"].ge(_RAISED_BEFORE)]
    number = book.number("曾反映未解决", "本期；不含密件；反映经过为曾反映未解决或集体行动", ids(rows))
    return said("repeated", repeated=number, share=share(len(rows), len(letters)))


def _questions(material: Material, letters: pd.DataFrame, book: Ledger) -> list[Block]:
    which = pd.Series([cause_of(row) for row in records(letters)], index=letters.index)
    fewest = rules()["lists"]["cause_letters"]
    counts = [(-int(which.eq(at).sum()), at) for at in range(len(rules()["cause"]))]
    chosen = [at for count, at in sorted(counts) if -count >= fewest]
    if not chosen:
        return [said("no_cause")]
    blocks: list[Block] = []
    for at in chosen:
        rows = letters[which.eq(at)]
        blocks.append(Sentence((*_question(at, rows, book), *_hot(at, rows, material)), "item"))
    return blocks


def _question(at: int, rows: pd.DataFrame, book: Ledger) -> Parts:
    rule = rules()["cause"][at]
    name = rule["topic"] or "/".join(part for part in (rule["category_l1"], rule["category_l2"]) if part)
    # A topic or a more special row above takes its letters first, so what is left of a first level is told so.
    left = "" if rule["topic"] or rule["category_l2"] else "其他来信"
    where = f"本期；不含密件；源头规则第{at + 1}条“{name}”"
    return filled(
        "cause",
        category=f"{name}{left}",
        letters=book.number(f"源头：{name}", where, ids(rows)),
        matters=book.number(f"源头：{name}，事项", where, ids(rows, "matter_id"), of="matter"),
        practice=rule["practice"],
        body=rule["body"],
        question=rule["question"],
    )


def _hot(at: int, rows: pd.DataFrame, material: Material) -> Parts:
    """Name the warned matters that the same question concerns."""
    here = material.period_matters
    hot = here[here["early_warning"].eq(WARNED) & here["matter_id"].isin(set(rows["matter_id"])) & ~here["closed"]]
    named = [matter for matter in records(hot) if cause_of(matter) == at]
    titles = "、".join(f"“{matter_name(matter)}”" for matter in named)
    return filled("hot_cause", titles=titles) if named else ()
