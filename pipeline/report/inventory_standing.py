"""Where an office's work on its matters stands: open, overdue, done, sent back."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipeline.report.inventory_form import TASK_COLUMNS, Choices


@dataclass(frozen=True)
class Standing:
    """Tasks by where they stand; ``open``, ``done`` and ``sent_back`` together are all of them.

    Attributes
    ----------
    open, done, sent_back : DataFrame
        Tasks; the status of an overdue one reads 已到期.
    due : DataFrame
        Those of ``open`` and ``sent_back`` that are overdue (过期未办结), the longest overdue first.
    """

    open: pd.DataFrame
    due: pd.DataFrame
    done: pd.DataFrame
    sent_back: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Number of tasks in each list."""
        return {name: len(getattr(self, name)) for name in ("open", "due", "done", "sent_back")}

    def in_words(self) -> str:
        """Return the counts in a sentence.

        Examples
        --------
        >>> standing(pd.DataFrame(columns=["matter_id", "due", "status"]), "2026-11-09").in_words()
        '在办 0 件，已办结 0 件，退回 0 件；其中过期未办结 0 件'
        """
        n = self.counts
        return f"在办 {n['open']} 件，已办结 {n['done']} 件，退回 {n['sent_back']} 件；其中过期未办结 {n['due']} 件"


def standing(tasks: pd.DataFrame, today: str) -> Standing:
    """Return where the tasks stand on a day.

    Parameters
    ----------
    tasks : DataFrame
        The frame ``tasks``.
    today : str
        ISO date. A task is overdue the day after the one it was due on (办结时限), until it is done.

    Examples
    --------
    >>> frame = pd.DataFrame({"matter_id": ["M-1", "M-2", "M-3"], "due": ["2026-11-08", "2026-11-09", "2026-01-01"],
    ...     "status": ["办理中", "办理中", "已办结"]})
    >>> now = standing(frame, "2026-11-09")
    >>> now.counts, now.due["status"].tolist()
    ({'open': 2, 'due': 1, 'done': 1, 'sent_back': 0}, ['已到期'])
    """
    rule = Choices.of("status").rule
    frame = tasks.reindex(columns=list(TASK_COLUMNS), fill_value="")
    done, back = frame["status"] == rule["done"], frame["status"] == rule["sent_back"]
    late = (frame["due"] != "") & (frame["due"] < today) & ~done
    shown = frame.assign(status=frame["status"].where(~late, rule["overdue"]))
    due = shown[late].sort_values(["due", "matter_id"], kind="stable")
    return Standing(shown[~done & ~back], due, shown[done], shown[back])
