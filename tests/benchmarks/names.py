"""How many names, house numbers and illnesses of the invented letters are masked, and how many words wrongly."""

from __future__ import annotations

from typing import Any

from tests.text.test_personal import HAND_WRITTEN, MARKS, recall, wrongly_masked


def names() -> dict[str, Any]:
    """Return found and all per part and kind; ``held`` and ``fresh`` were looked at after the rules were set."""
    found: dict[str, Any] = {}
    for kind in MARKS.values():
        parts = [*HAND_WRITTEN, "made" if kind == "name" else f"made_{kind}"]
        counts = {part: recall(part, kind) for part in parts}
        masked, told = (sum(count[at] for count in counts.values()) for at in (0, 1))
        found[kind] = {part: f"{some} of {all_}" for part, (some, all_) in counts.items()}
        found[kind]["recall"] = round(masked / told, 4)
    wrong = [wrongly_masked(part) for part in [*HAND_WRITTEN, "made"]]
    found["words_wrongly_masked"] = f"{sum(bad for bad, _ in wrong)} of {sum(words for _, words in wrong)}"
    return found
