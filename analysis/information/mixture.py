"""The density of a pair of columns: a Gaussian mixture by EM, its size chosen by BIC.

EM is scikit-learn's (full covariances, k-means starts). The marginals are those of the same
mixture, so that joint and marginals never contradict each other.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from analysis.arrays import Floats
from db.errors import UsageError


@dataclass(frozen=True)
class MixtureSettings:
    """What the estimate depends on, and so stands in every result.

    `components`: the fewest and the most Gaussians tried; `reg_covar`: added to every variance of
    the standardised columns; `restarts`: EM runs for each number, of which the best is kept.
    """

    components: tuple[int, int] = (1, 6)
    reg_covar: float = 1e-3
    restarts: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        fewest, most = self.components
        if not 1 <= fewest <= most:
            raise UsageError(f"components go from 1 or more upwards, not from {fewest} to {most}")
        if self.restarts < 1 or not self.reg_covar > 0:
            raise UsageError("restarts must be 1 or more, and reg_covar above 0")

    @property
    def words(self) -> str:
        """The settings in words, for the result."""
        fewest, most = self.components
        return (
            f"{fewest} to {most} components by BIC, reg_covar {self.reg_covar:g}, "
            f"{self.restarts} restarts, seed {self.seed}"
        )


@dataclass(frozen=True, eq=False)
class PairMixture:
    """A fitted density of (x, y), both standardised.

    `weights`: shape (K,), sums to 1; `means`: (K, 2); `covariances`: (K, 2, 2), with reg_covar in
    them; `bic`: one number for each size tried, lower is better; `converged`: whether EM ended.
    """

    weights: Floats
    means: Floats
    covariances: Floats
    bic: Floats
    converged: bool

    @property
    def narrowest(self) -> float:
        """The least variance in any direction of any component, reg_covar included."""
        return float(np.linalg.eigvalsh(self.covariances).min())


def fit_pair(pairs: Floats, settings: MixtureSettings) -> PairMixture:
    """The mixture with the lowest BIC; `pairs`: float64, shape (N, 2), standardised, N ≥ 2.

    Sizes above the number of different points are left out: a component needs a point of its own.
    """
    from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
    from sklearn.mixture import GaussianMixture  # type: ignore[import-untyped]
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    fewest, most = settings.components
    most = min(most, len(np.unique(pairs, axis=0)))
    found = []
    for size in range(min(fewest, most), most + 1):
        # Two columns are too little for several threads, which would wait for each other.
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore", ConvergenceWarning)  # `converged` says it
            found.append(
                GaussianMixture(
                    size,
                    reg_covar=settings.reg_covar,
                    n_init=settings.restarts,
                    random_state=settings.seed,
                    max_iter=500,
                ).fit(pairs)
            )
    bic = np.array([mixture.bic(pairs) for mixture in found])
    best = found[int(bic.argmin())]
    parts = (best.weights_, best.means_, best.covariances_)
    return PairMixture(*parts, bic=bic, converged=bool(best.converged_))


def pointwise(mixture: PairMixture, pairs: Floats) -> Floats:
    """log p(x, y) − log p(x) − log p(y) of each instance, nats, shape (N,), any sign."""
    log_weights = np.log(mixture.weights)
    centred = pairs[:, None, :] - mixture.means
    joint = special.logsumexp(log_weights + _log_joint(centred, mixture.covariances), axis=1)
    variances = np.diagonal(mixture.covariances, axis1=1, axis2=2)
    each = -0.5 * (centred**2 / variances + np.log(2 * np.pi * variances))
    marginals = special.logsumexp(log_weights[:, None] + each, axis=1)
    return np.asarray(joint - marginals.sum(axis=1), np.float64)


def _log_joint(centred: Floats, covariances: Floats) -> Floats:
    """Log density of each component in two dimensions, shape (N, K)."""
    distances = np.einsum("nki,kij,nkj->nk", centred, np.linalg.inv(covariances), centred)
    logdet = np.linalg.slogdet(covariances)[1]
    return np.asarray(-0.5 * (distances + logdet) - np.log(2 * np.pi), np.float64)
