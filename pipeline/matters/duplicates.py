"""What kind of copy a letter is, and what it adds: nothing of its own is lost when it is linked to the first."""

from __future__ import annotations

import re
from typing import Any, Final

from rapidfuzz.distance import Indel

from pipeline.settings import read_toml
from pipeline.text.copies import LONGEST, bare

SAME: Final = "完全相同"
AGAIN: Final = "重复件"
NEAR: Final = "近似重复"
JOINT: Final = "联名"
TEMPLATE: Final = "模板信"
_MASKED = re.compile(r"〔[^〕]*〕|\W+")


def copy_of(first: str, text: str, *, same_day: bool) -> tuple[str, str]:
    """Return the kind of copy that a text is of an earlier one, and what it adds.

    Parameters
    ----------
    first, text : str
        Cleaned and masked; they are known to be near-copies.
    same_day : bool
        Whether both came on one day. The same text on a later day is a 重复件; whose letters they are is never asked.

    Examples
    --------
    >>> copy_of("路灯坏了半个月，没有人来修。", "路灯坏了半个月，没有人来修。", same_day=False)
    ('重复件', '')
    >>> copy_of("路灯坏了半个月。", "路灯坏了半个月。昨晚又有两位老人在坡道口摔伤住进医院，请尽快派人。", same_day=True)
    ('模板信', '昨晚又有两位老人在坡道口摔伤住进医院，请尽快派人')
    """
    rules = _rules()
    again = NEAR if same_day else AGAIN
    added = additions(first, text)
    joint = any(word in text for word in rules["joint"])
    if bare(first) == bare(text):
        return (JOINT if joint and same_day else SAME if same_day else AGAIN), ""
    own = _MASKED.sub("", added)
    if joint and len(own) < int(rules["own"]):
        return JOINT, added
    return (TEMPLATE if len(own) >= int(rules["own"]) else again), added


def additions(first: str, text: str) -> str:
    """Return the passages of a text that an earlier one doesn't hold, in order, joined by ``…``."""
    shortest = int(_rules()["passage"])
    passages = [
        text[step.dest_start : step.dest_end].strip("，。；、！？,.;!? \n")
        for step in Indel.opcodes(first[:LONGEST], text[:LONGEST])
        if step.tag in ("insert", "replace") and step.dest_end - step.dest_start >= shortest
    ]
    rest = text[LONGEST:].strip() if text[LONGEST:] != first[LONGEST:] else ""
    return "…".join(passage for passage in (*passages, rest) if passage).replace("\n", " ")


def _rules() -> dict[str, Any]:
    return dict(read_toml("matters.toml")["copies"])
