"""The hidden layer: combinations of topics and cues that no sum of single words shows, shared by all heads.

Layer one adds up words; that a letter *asks* about a *wage* and not *demands* it lies in neither word. So the letters'
leading latent directions (of words and title words) and the cues go through one layer of rectified units, trained for
all heads at once, each letter for the heads whose labels it has. Its log-probabilities are inputs of layer two, beside
layer one's scores and the cues, and so is what two heads' labels together imply for a third's: noise from a building
site and noise from a neighbour go to two departments, and an accusation to neither.

Trained by stochastic gradients from a fixed seed: the same letters give the same weights.

Source: Caruana, *Multitask learning* (1997); Srivastava et al., *Dropout* (2014); Loshchilov and Hutter, *Decoupled
weight decay regularization* (2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipeline.learn.quantise import quantise

Floats = NDArray[np.float32]
_FIRST_DECAY, _SECOND_DECAY, _TINY = 0.9, 0.999, 1e-8
_RARE = 1e-6


@dataclass(frozen=True)
class HiddenRecipe:
    """The numbers that training depends on (set on the folds).

    Attributes
    ----------
    directions, dimensions : int
        Latent directions and leading dimensions of the words' vectors that go in.
    units, epochs, batch : int
        Rectified units, passes over the letters, letters a step.
    rate, decay : float
        First step length, which falls to 0 in a line; shrinkage of the weights at each step, as a share of it.
    drop_inputs, drop_units : float
        Shares that are left out at each step, so that nothing relies on one input or unit.
    prior : float
        Letters that speak for what is usual before two labels together imply another.
    """

    directions: int = 200
    dimensions: int = 100
    units: int = 512
    epochs: int = 10
    batch: int = 64
    rate: float = 2e-3
    decay: float = 1.0
    drop_inputs: float = 0.1
    drop_units: float = 0.5
    prior: float = 3.0


@dataclass(frozen=True)
class Hidden:
    """A trained hidden layer.

    Attributes
    ----------
    directions : ndarray of int8, shape (words and title words, directions)
    entry, entry_bias : ndarray, shapes (directions + cues, units) and (units,)
        The scales of the directions and of the cues are in them.
    exit, exit_bias : ndarray, shapes (units, outputs) and (outputs,)
    starts : ndarray of int
        First output of each head.
    implied : ndarray, shape (pairs of labels, labels)
        Share of each label of the implied head among letters with a label of each of two others; (0, 0) without them.
    implied_by : ndarray of int, shape (2, 2)
        First output of each of the two, and the one past its last.
    """

    directions: NDArray[np.int8]
    entry: Floats
    entry_bias: Floats
    exit: Floats
    exit_bias: Floats
    starts: NDArray[np.int64]
    implied: Floats
    implied_by: NDArray[np.int64]

    def read(self, words: sp.csr_matrix, cues: Floats) -> Floats:
        """Return log-probabilities of each head's labels and of the implied ones, shape (letters, outputs + implied).

        Parameters
        ----------
        words : csr_matrix, shape (letters, words and title words)
        cues : ndarray, shape (letters, cues)
        """
        inputs = np.hstack([words @ self._dense_directions, cues])
        units = np.maximum(inputs @ self.entry + self.entry_bias, np.float32(0))
        said = log_shares(units @ self.exit + self.exit_bias, self.starts)
        one, other = (np.exp(said[:, begin:end]) for begin, end in self.implied_by)
        return np.hstack([said, np.log(_pairs(one, other) @ self.implied + np.float32(_RARE))])

    @cached_property
    def _dense_directions(self) -> Floats:
        return self.directions.astype(np.float32)


def log_shares(logits: Floats, starts: NDArray[np.int64]) -> Floats:
    """Return log-softmax within each head's outputs.

    Examples
    --------
    >>> np.exp(log_shares(np.zeros((1, 6), np.float32), np.array([0, 4]))).round(2).tolist()
    [[0.25, 0.25, 0.25, 0.25, 0.5, 0.5]]
    """
    sizes = np.diff(starts, append=logits.shape[1])
    shifted = logits - np.repeat(np.maximum.reduceat(logits, starts, axis=1), sizes, axis=1)
    totals = np.add.reduceat(np.exp(shifted), starts, axis=1)
    return np.asarray(shifted - np.repeat(np.log(totals), sizes, axis=1), dtype=np.float32)


def fit(
    words: sp.csr_matrix,
    directions: Floats,
    cues: Floats,
    targets: Sequence[Floats],
    rows: NDArray[np.int64],
    recipe: HiddenRecipe,
    implies: tuple[int, int, int] | None = None,
) -> Hidden:
    """Train on the letters ``rows``.

    Parameters
    ----------
    words : csr_matrix, shape (letters, words and title words)
        Of all letters, whose means and spreads set the scales of what goes in.
    directions : ndarray, shape (words and title words, directions)
    cues : ndarray, shape (letters, cues)
    targets : sequence of ndarray, shapes (letters, labels)
        Per head 1 in the column of a letter's label; a row of zeros where it has none.
    rows : ndarray of int
    recipe : HiddenRecipe
    implies : tuple of int, optional
        Positions in ``targets`` of two heads and of the one that they imply.

    Examples
    --------
    >>> words, cues = sp.csr_matrix(np.eye(2, dtype=np.float32)), np.zeros((2, 1), np.float32)
    >>> labels = np.eye(2, dtype=np.float32)
    >>> layer = fit(words, labels, cues, [labels], np.arange(2), HiddenRecipe(epochs=50, decay=0.1))
    >>> layer.read(words, cues).argmax(axis=1).tolist()
    [0, 1]
    """
    values, scales = quantise(directions)
    n = len(scales)
    inputs = np.hstack([words @ values.astype(np.float32), cues])
    means, spreads = inputs.mean(axis=0), inputs.std(axis=0)
    # Directions keep their sizes beside each other, as the leading ones say more.
    means[:n] = 0
    spreads[:n] = np.linalg.norm(inputs[:, :n] * scales) / np.sqrt(max(inputs[:, :n].size, 1)) / scales
    spreads[spreads == 0] = 1
    truth = np.hstack(targets)
    starts = np.cumsum([0, *(part.shape[1] for part in targets[:-1])])
    scaled = ((inputs[rows] - means) / spreads).astype(np.float32)
    entry, entry_bias, exit_, exit_bias = _descend(scaled, truth[rows], starts, recipe)
    entry /= spreads[:, None]
    implied, implied_by = np.zeros((0, 0), np.float32), np.zeros((2, 2), np.int64)
    if implies is not None:
        one, other, third = (targets[at][rows] for at in implies)
        implied = _implied(one, other, third, recipe.prior)
        implied_by = np.array([[starts[at], starts[at] + targets[at].shape[1]] for at in implies[:2]])
    return Hidden(values, entry, entry_bias - means @ entry, exit_, exit_bias, starts, implied, implied_by)


def _pairs(one: Floats, other: Floats) -> Floats:
    """Return the products of each column of one with each of the other, shape (letters, columns × columns)."""
    return np.asarray((one[:, :, None] * other[:, None, :]).reshape(len(one), one.shape[1] * other.shape[1]))


def _implied(one: Floats, other: Floats, third: Floats, prior: float) -> Floats:
    """Return the share of each label of the third among letters with a label of each of the others.

    Few letters say little: a pair leans on the other's label alone, and that on what is usual.
    """
    counts = (_pairs(one, other).T @ third).reshape(one.shape[1], other.shape[1], third.shape[1])
    usual = third.mean(axis=0) / max(third.mean(axis=0).sum(), _TINY)
    alone = counts.sum(axis=0)
    alone = (alone + prior * usual) / (alone.sum(axis=1, keepdims=True) + prior)
    shares = (counts + prior * alone) / (counts.sum(axis=2, keepdims=True) + prior)
    return np.asarray(shares.reshape(-1, third.shape[1]), dtype=np.float32)


def _descend(x: Floats, truth: Floats, starts: NDArray[np.int64], recipe: HiddenRecipe) -> list[Floats]:
    """Return the weights and biases after AdamW (Loshchilov and Hutter 2019) on the heads' summed mean log-losses."""
    random = np.random.Generator(np.random.PCG64(0))
    weights = [
        values
        for inside, outside in ((x.shape[1], recipe.units), (recipe.units, truth.shape[1]))
        for values in (_drawn(random, inside, (inside, outside)), _drawn(random, inside, (outside,)))
    ]
    first, second = [np.zeros_like(part) for part in weights], [np.zeros_like(part) for part in weights]
    batches = range(0, len(x), recipe.batch)
    step, steps = 0, recipe.epochs * len(batches)
    for _ in range(recipe.epochs):
        order = random.permutation(len(x))
        for begin in batches:
            taken = order[begin : begin + recipe.batch]
            slopes = _slopes(x[taken], truth[taken], starts, weights, random, recipe)
            rate = recipe.rate * (1 - step / steps)
            step += 1
            long, spread = rate / (1 - _FIRST_DECAY**step), np.float32(1 - _SECOND_DECAY**step)
            for part, slope, one, two in zip(weights, slopes, first, second, strict=True):
                one += (1 - _FIRST_DECAY) * (slope - one)
                two += (1 - _SECOND_DECAY) * (slope * slope - two)
                part *= np.float32(1 - rate * recipe.decay)
                part -= np.float32(long) * one / (np.sqrt(two / spread) + _TINY)
    return weights


def _slopes(
    x: Floats,
    truth: Floats,
    starts: NDArray[np.int64],
    weights: list[Floats],
    random: np.random.Generator,
    recipe: HiddenRecipe,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the slopes of the loss of one batch."""
    entry, entry_bias, exit_, exit_bias = weights
    x = x * _kept(random, x.shape, recipe.drop_inputs)
    raw = x @ entry + entry_bias
    passed = (raw > 0).astype(np.float32) * _kept(random, raw.shape, recipe.drop_units)
    units = np.asarray(raw * passed, dtype=np.float32)
    shares = np.exp(log_shares(units @ exit_ + exit_bias, starts))
    has = np.add.reduceat(truth, starts, axis=1)  # 1 where a letter has the head's label
    each = has / np.maximum(has.sum(axis=0), np.float32(1))
    miss = (shares - truth) * np.repeat(each, np.diff(starts, append=truth.shape[1]), axis=1)
    back = (miss @ exit_.T) * passed
    return x.T @ back, back.sum(axis=0), units.T @ miss, miss.sum(axis=0)


def _drawn(random: np.random.Generator, inputs: int, shape: tuple[int, ...]) -> Floats:
    edge = 1 / np.sqrt(max(inputs, 1))
    return random.uniform(-edge, edge, shape).astype(np.float32)


def _kept(random: np.random.Generator, shape: tuple[int, ...], dropped: float) -> Floats:
    kept = random.random(shape, dtype=np.float32) >= dropped
    return kept.astype(np.float32) / np.float32(1 - dropped)
