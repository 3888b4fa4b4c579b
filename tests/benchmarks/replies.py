"""Which body an official reply says it comes from: its first words name who looked into the matter."""

from __future__ import annotations

import re
from typing import Final

from pipeline.text.bodies import Body, find_bodies
from pipeline.text.clean import clean

_HEAD: Final = 260
# What a handling body does, right behind its name; whom a reply is merely sent to or copied from stands without it.
_ACTS = re.compile(
    r"^(?:[（(][^（）()]{1,20}[）)])?(?:等|有关|相关|部门|单位|领导|同志|工作人员|负责人|党委|党组|、|和|及|会同|联合|了|进行|认真|立即|高度|现|将|对|，|,|的|已|组织|迅速|第一时间|给予|就|专门)*"
    r"(?:调查|核实|核查|查实|了解|回复|答复|反馈|研究|重视|办理|处理|调处|收悉|回告|介绍|安排|落实|派|函复|交办|汇报|说明|勘查|赴)"
)
_SIGNED = re.compile(r"[\u4e00-\u9fff]{0,4}[\s\d年月日.\-/:]*")
_TAIL: Final = 60


def handling_body(reply: str) -> Body | None:
    """Return the body that a reply names as the one that looked into the matter; None if it names none clearly.

    Examples
    --------
    >>> handling_body("您好！经临江区城管局调查核实，您反映的路灯已修好。").text
    '临江区城管局'
    """
    text = clean([reply])[0]
    head, begin = text[:_HEAD], max(0, len(text) - _TAIL)
    for body in find_bodies(text[begin:])[::-1]:
        if _counts(body) and _SIGNED.fullmatch(text[begin + body.end :]):
            return body
    return next(
        (body for body in find_bodies(head) if _counts(body) and _ACTS.match(head[body.end : body.end + 40])), None
    )


def _counts(body: Body) -> bool:
    """Return whether a body is an organ of a type: a government or a committee passes letters on."""
    return not body.institution and body.department != "其他"
