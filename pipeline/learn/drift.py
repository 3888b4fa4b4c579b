"""Whether a batch of letters is still like those a model learned from.

Every check needs two things before it speaks: a change beyond chance (all checks of a batch together cry wolf once in
a hundred batches: Bonferroni) and one that is large enough to matter; the limits are in ``data/drift.toml``. It looks
at letters as a whole, never at who wrote them.

Source: two-sample chi-square and z tests; for phrases the conditional binomial test of two Poisson rates
(Przyborowski and Wilenski 1940).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, chi2_contingency, norm

from pipeline.learn.profile import Profile

_MIN_EXPECTED = 5.0
_CHECKS_BESIDE_HEADS = 3


@dataclass(frozen=True)
class Change:
    """One difference between a batch and the letters a model learned from.

    Attributes
    ----------
    kind : str
        class_mix, unsure, unknown or length: a key of ``advice`` in ``data/drift.toml``.
    head : str
        Of class_mix; else "".
    before, now : float
        Shares, or for length the typical number of characters.
    classes : tuple of (label, share before, share now)
        Of class_mix: the classes that changed most.
    """

    kind: str
    head: str
    before: float
    now: float
    classes: tuple[tuple[str, float, float], ...] = ()


def changes(known: Profile, batch: Profile, limits: dict[str, Any]) -> list[Change]:
    """Return what changed beyond chance and beyond ``limits``; of too small a batch nothing is said.

    Parameters
    ----------
    known : Profile
        Of the letters the model learned from.
    batch : Profile
    limits : dict
        ``data/drift.toml``.
    """
    if batch.letters < limits["sample"]["letters"]:
        return []
    heads = [head for head in known.counts if head in batch.counts]
    level = limits["chance"]["level"] / (len(heads) + _CHECKS_BESIDE_HEADS)
    enough = limits["enough"]
    found = [_mix(known, batch, head, level, enough["share_points"]) for head in heads]
    found.append(_unsure(known, batch, level, enough["share_points"]))
    found += [_mean(known, batch, name, level, enough["spread"]) for name in ("unknown", "length")]
    return [change for change in found if change is not None]


def _mix(known: Profile, batch: Profile, head: str, level: float, points: float) -> Change | None:
    labels = sorted({*known.labels[head], *batch.labels[head]})
    table = np.array([_counts(one, head, labels) for one in (known, batch)], dtype=float)
    shares = table / table.sum(axis=1, keepdims=True)
    expected = table.sum(axis=0) * table[1].sum() / table.sum()
    few = expected < _MIN_EXPECTED
    merged = np.column_stack([table[:, ~few], table[:, few].sum(axis=1)])
    merged = merged[:, merged.sum(axis=0) > 0]
    if merged.shape[1] < 2 or chi2_contingency(merged, correction=False).pvalue >= level:
        return None
    moved = [
        (label, float(before), float(now))
        for label, before, now, large in zip(labels, *shares, _apart(table, level), strict=True)
        if large and abs(now - before) >= points
    ]
    if not moved:
        return None
    moved.sort(key=lambda row: -abs(row[2] - row[1]))
    return Change("class_mix", head, moved[0][1], moved[0][2], tuple(moved))


def _counts(one: Profile, head: str, labels: list[str]) -> list[int]:
    given = dict(zip(one.labels[head], one.counts[head].tolist(), strict=True))
    return [given.get(label, 0) for label in labels]


def _apart(table: NDArray[np.float64], level: float) -> NDArray[np.bool_]:
    """Return which columns' shares differ beyond chance (z test of two shares, all columns together)."""
    totals = table.sum(axis=1, keepdims=True)
    shares, pooled = table / totals, table.sum(axis=0) / totals.sum()
    error = np.sqrt(pooled * (1 - pooled) * (1 / totals[0, 0] + 1 / totals[1, 0]))
    z = np.abs(shares[1] - shares[0]) / np.maximum(error, 1e-12)
    return np.asarray(2 * norm.sf(z) < level / table.shape[1])


def _unsure(known: Profile, batch: Profile, level: float, points: float) -> Change | None:
    table = np.array([[one.unsure, one.letters - one.unsure] for one in (known, batch)], dtype=float)
    before, now = (table[:, 0] / table.sum(axis=1)).tolist()
    if abs(now - before) < points or not _apart(table, level * 2)[0]:
        return None
    return Change("unsure", "", before, now)


def _mean(known: Profile, batch: Profile, name: str, level: float, spread: float) -> Change | None:
    before, now = known.means[name], batch.means[name]
    pooled = np.sqrt((known.spreads[name] ** 2 + batch.spreads[name] ** 2) / 2)
    error = np.sqrt(known.spreads[name] ** 2 / known.letters + batch.spreads[name] ** 2 / batch.letters)
    if abs(now - before) < spread * pooled or 2 * norm.sf(abs(now - before) / max(float(error), 1e-12)) >= level:
        return None
    return Change(name, "", 2**before, 2**now) if name == "length" else Change(name, "", before, now)


def rising(known: Profile, batch: Profile, limits: dict[str, Any]) -> list[tuple[int, int, float]]:
    """Return phrases that the batch has much oftener: (checksum, letters of the batch, times as often), surest first.

    Times are infinite where the profile doesn't name the phrase. Parameters are those of :func:`changes`.
    """
    if batch.letters < limits["sample"]["letters"]:
        return []
    looked = batch.phrase_letters >= limits["sample"]["phrase_letters"]
    hashes, now = batch.phrases[looked], batch.phrase_letters[looked]
    if not len(hashes):
        return []
    # A phrase that the profile doesn't name was in up to two letters.
    named = known.letters_with(hashes)
    before = np.maximum(named, 2)
    share = batch.letters / (batch.letters + known.letters)
    chance = binom.sf(now - 1, now + before, share)
    times = (now / batch.letters) / (before / known.letters)
    found = np.flatnonzero((chance < limits["chance"]["level"] / len(hashes)) & (times >= limits["enough"]["ratio"]))
    order = found[np.lexsort((hashes[found], chance[found]))]
    return [(int(hashes[at]), int(now[at]), float(times[at]) if named[at] else float("inf")) for at in order]
