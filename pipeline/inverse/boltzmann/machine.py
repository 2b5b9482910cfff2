"""A Boltzmann machine whose units are all visible: p(x) ∝ exp(h·x + ½ xᵀWx), x in {−1, +1}."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Machine:
    """`field`: h, float64, shape (D,); `coupling`: W, (D, D), symmetric, with a diagonal of 0."""

    field: Floats
    coupling: Floats

    def __post_init__(self) -> None:
        size = len(self.field)
        if self.coupling.shape != (size, size):
            raise DataError(f"{size} units cannot have couplings {self.coupling.shape}")
        if not np.array_equal(self.coupling, self.coupling.T) or np.diagonal(self.coupling).any():
            raise DataError("couplings must be symmetric, and no unit is coupled to itself")

    def local_fields(self, spins: Floats) -> Floats:
        """a_i = h_i + Σ_j w_ij x_j; `spins`: (S, D) of −1 and +1; returns (S, D)."""
        return np.asarray(self.field + spins @ self.coupling, np.float64)

    def sample(self, chains: int, sweeps: int, seed: int = 0) -> Floats:
        """The ends of independent Gibbs chains, shape (chains, D), from uniform random states.

        Units are drawn one after the other, all chains at once; `sweeps` passes over the units.
        """
        rng = np.random.default_rng(seed)
        spins = rng.choice([-1.0, 1.0], size=(chains, len(self.field)))
        for _ in range(sweeps):
            for unit in range(len(self.field)):
                towards = np.tanh(self.field[unit] + spins @ self.coupling[unit])
                spins[:, unit] = np.where(2 * rng.random(chains) - 1 < towards, 1.0, -1.0)
        return spins
