"""Triage of petition letters (信访件): purpose, category, urgency, department and level, each with reasons.

``Triage.load().suggest(frame)`` returns the frame with suggestions that a person confirms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Triage", "__version__"]

if TYPE_CHECKING:
    from pipeline.advise.triage import Triage


def __getattr__(name: str) -> object:
    """Load :class:`Triage` on first use, so that ``petition --help`` stays quick."""
    if name == "Triage":
        from pipeline.advise.triage import Triage

        return Triage
    raise AttributeError(name)
