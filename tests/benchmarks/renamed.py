"""The corpus's letters with real places in place of A市 and A3区: does a model hold in a city that it never saw?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipeline.settings import read_table

PROVINCE = "51"
_ANONYMOUS = re.compile(r"(?<![A-Za-z0-9])([A-M])(\d{0,2})([市区县])(?!场)")


def renamed(texts: Sequence[str]) -> list[str]:
    """Return texts with the cities of one province for A市 to M市, their districts and counties for A3区 and A7县.

    The same name always becomes the same place, of the same ending where its city has one.

    Examples
    --------
    >>> renamed(["西地省A市A3区和A7县"])
    ['四川省成都市武侯区和大邑县']
    """
    province = _places()[0]
    return [_ANONYMOUS.sub(_real, text).replace("西地省", province) for text in texts]


def _real(found: re.Match[str]) -> str:
    letter, number, ending = found.groups()
    _, cities, counties = _places()
    city = cities[ord(letter) - ord("A")]
    if not number:
        return city if ending == "市" else found.group()
    inside = counties[city]
    alike = [name for name in inside if name.endswith(ending)] or inside
    return alike[int(number) % len(alike)]


@cache
def _places() -> tuple[str, list[str], dict[str, list[str]]]:
    rows = [row for row in read_table("places.tsv", ("code", "name", "short")) if row["code"].startswith(PROVINCE)]
    cities = {row["code"]: row["name"] for row in rows if len(row["code"]) == 4}
    counties = {
        name: [row["name"] for row in rows if len(row["code"]) == 6 and row["code"].startswith(code)]
        for code, name in cities.items()
    }
    return rows[0]["name"], list(cities.values()), counties
