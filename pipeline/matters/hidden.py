"""Which letters must show nothing but their number: sealed ones, and those that would show a sealed one's text."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline import letter


def hidden_letters(letters: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which letters are sealed, or copies of a sealed one, or the first that a sealed one copies.

    Examples
    --------
    >>> letters = pd.DataFrame({"letter_id": ["1", "2", "3"], "duplicate_of": ["", "1", ""]})
    >>> hidden_letters(letters.assign(sealed=[True, False, False])).tolist()
    [True, True, False]
    """
    hidden = letters["sealed"].to_numpy(dtype=bool).copy()
    row_of = {name: at for at, name in enumerate(letters[letter.LETTER_ID].tolist())}
    links = [(at, row_of[first]) for at, first in enumerate(letters["duplicate_of"].tolist()) if first in row_of]
    while True:
        reached = [at for one, other in links for at in (one, other) if hidden[one] != hidden[other]]
        if not reached:
            return hidden
        hidden[reached] = True
