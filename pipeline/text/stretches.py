"""The sentence or clause in which something stands: from the last mark before it to the next one behind."""

from __future__ import annotations


def begin_of(text: str, at: int, marks: str) -> int:
    """Return where what holds position ``at`` begins: behind the last of the marks before it.

    Examples
    --------
    >>> begin_of("停水了。请派人来。", 6, "。")
    4
    """
    return max(text.rfind(mark, 0, at) for mark in marks) + 1


def bounds(text: str, start: int, stop: int, marks: str) -> tuple[int, int]:
    """Return from where to where what holds ``text[start:stop]`` reaches, without the marks around it.

    Examples
    --------
    >>> text = "窗户不敢开，多次反映无果，请派人看看。"
    >>> text[slice(*bounds(text, 8, 12, "，。"))]
    '多次反映无果'
    """
    ends = [at for mark in marks if (at := text.find(mark, stop)) >= 0]
    return begin_of(text, start, marks), min(ends, default=len(text))
