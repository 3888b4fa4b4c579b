"""Layer one: ridge regression for all heads at once, with a prior learned from unlabelled letters.

The kernel is that of the letters' features plus that of their leading latent directions (a truncated
singular value decomposition of all letters, labelled or not), so letters that share topics, not just
words, inform each other. Both are linear in the features, so the solution folds into one weight matrix.

Source: Rifkin and Lippert, *Notes on regularized least squares* (2007); Deerwester et al. (1990).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils.extmath import randomized_svd

Floats = NDArray[np.float32]
Targets = NDArray[np.float64] | NDArray[np.float32]
_BLOCK = 1024


@dataclass(frozen=True)
class Latent:
    """Leading directions of the letters' features, shape (columns, directions), and how much they count."""

    directions: Floats
    strength: float

    @classmethod
    def fit(cls, matrix: sp.csr_matrix, *, directions: int = 300, strength: float = 3.0) -> Latent:
        """Learn the directions from letters; they need no labels."""
        wanted = min(directions, min(matrix.shape) - 1)
        if wanted < 1:
            return cls(np.zeros((matrix.shape[1], 0), np.float32), strength)
        _, _, rows = randomized_svd(matrix, wanted, n_iter=3, random_state=0)
        return cls(np.ascontiguousarray(rows.T, dtype=np.float32), strength)

    def beside(self, matrix: sp.csr_matrix, others: Floats, share: float) -> Latent:
        """Return these directions with others behind them, along which letters differ ``share`` times as much.

        Parameters
        ----------
        matrix : csr_matrix, shape (letters, columns)
            The letters that say how much they differ.
        others : ndarray, shape (columns, more directions)

        Examples
        --------
        >>> letters = sp.csr_matrix(np.eye(3, dtype=np.float32))
        >>> both = Latent(np.eye(3, 1, dtype=np.float32), 3.0).beside(letters, np.full((3, 2), [[1.0], [5], [9]]), 0.5)
        >>> [round(_spread(letters, part), 3) for part in np.split(both.directions, [1], axis=1)]
        [0.471, 0.236]
        """
        own, theirs = (_spread(matrix, directions) for directions in (self.directions, others))
        scaled = others * np.float32(share * own / theirs if theirs else 0)
        return Latent(np.hstack([self.directions, scaled]).astype(np.float32), self.strength)


def _spread(matrix: sp.csr_matrix, directions: Floats) -> float:
    """Return how far letters lie from their mean along some directions, root mean square."""
    projected = np.asarray(matrix @ directions)
    return float(np.sqrt(((projected - projected.mean(axis=0)) ** 2).sum(axis=1).mean()))


@dataclass(frozen=True)
class Ridge:
    """A kernel ridge problem over one set of labelled letters, solved for many columns at once.

    Parameters
    ----------
    matrix : csr_matrix, shape (letters, columns)
    latent : Latent
    penalty : float
        Added to the kernel's diagonal.
    """

    matrix: sp.csr_matrix
    latent: Latent
    kernel: NDArray[np.floating]
    penalty: float

    @classmethod
    def of(
        cls, matrix: sp.csr_matrix, latent: Latent, *, penalty: float = 1.0, dtype: type[np.floating] = np.float64
    ) -> Ridge:
        """Compute the kernel of the letters; in float32 it needs half the memory."""
        projected = np.asarray(matrix @ latent.directions)
        n, turned = matrix.shape[0], matrix.T.tocsr()
        kernel = np.empty((n, n), dtype=dtype)
        for start in range(0, n, _BLOCK):
            rows = slice(start, start + _BLOCK)
            kernel[rows] = (matrix[rows] @ turned).toarray()
            kernel[rows] += latent.strength * (projected[rows] @ projected.T)
        return cls(matrix, latent, kernel, penalty)

    def solve(self, rows: NDArray[np.int64], targets: Targets) -> tuple[Targets, Floats]:
        """Return (dual coefficients, means) of the letters ``rows`` with targets of shape (rows, columns)."""
        means = targets.mean(axis=0)
        system = self.kernel[np.ix_(rows, rows)]
        system[np.diag_indices_from(system)] += self.penalty
        factor = scipy.linalg.cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        return scipy.linalg.cho_solve(factor, targets - means, check_finite=False), means.astype(np.float32)

    def held_out(self, targets: Targets, folds: NDArray[np.int64]) -> Targets:
        """Return each letter's scores from the solution of the other folds."""
        scores = np.empty_like(targets)
        for fold in np.unique(folds):
            inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
            dual, means = self.solve(outside, targets[outside])
            scores[inside] = self.kernel[np.ix_(inside, outside)] @ dual + means
        return scores

    def weights(self, dual: Targets) -> Floats:
        """Fold dual coefficients of all letters into weights, shape (columns, targets)."""
        plain = np.asarray(self.matrix.T @ dual.astype(np.float32))
        directions = self.latent.directions
        latent = directions @ (directions.T @ plain)
        return np.asarray(plain + np.float32(self.latent.strength) * latent)
