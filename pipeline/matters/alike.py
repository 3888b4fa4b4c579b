"""Matters that a person may want to make one: they name the same thing and are of the same category.

Letters that tell of one grievance in wholly other words stay apart, since the tool can't know (on read letters of one
estate and one category whose words hardly agree, one pair in five was one grievance). So they are shown side by side.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline import letter
from pipeline.matters.sorting import CATEGORY
from pipeline.matters.warn import HIDDEN
from pipeline.settings import read_toml, several


def alike(letters: pd.DataFrame) -> Mapping[str, list[str]]:
    """Return per matter the others that name a thing which it names, in the same category: the latest first.

    Sealed letters and their copies don't speak. A thing that very many matters name tells nothing.

    Parameters
    ----------
    letters : DataFrame
        With ``matter_id``, ``things``, ``category_l1``, ``category_l2``, ``received_at`` and ``hidden``.

    Examples
    --------
    >>> cells = {"matter_id": ["M-1", "M-2", "M-3"], "things": ["云栖里", "云栖里；石榴路", "石榴路"], "hidden": False}
    >>> pay = {"category_l1": "劳动和社会保障", "category_l2": "工资福利", "received_at": ["2026-11-02"] * 3}
    >>> alike(pd.DataFrame(cells | pay))
    {'M-1': ['M-2'], 'M-2': ['M-3', 'M-1'], 'M-3': ['M-2']}
    """
    most = int(read_toml("matters.toml")["alike"]["most"])
    told = letters[~letters[HIDDEN].astype(bool)]
    named: dict[tuple[str, ...], dict[str, str]] = {}
    columns = (told[name].tolist() for name in (*CATEGORY, letter.RECEIVED_AT, "matter_id", "things"))
    for first, second, received, matter, things in zip(*columns, strict=True):
        for thing in several(things):
            days = named.setdefault((thing, first, second), {})
            days[matter] = max(days.get(matter, ""), str(received))
    found: dict[str, dict[str, str]] = {}
    for days in named.values():
        if 1 < len(days) <= most:
            for matter in days:
                found.setdefault(matter, {}).update(days)
    return {
        matter: sorted(others.keys() - {matter}, key=lambda other: (others[other], other), reverse=True)
        for matter, others in found.items()
    }
