"""Means and pair means of a Boltzmann machine by spatial Monte Carlo integration (1-SMCI).

Each unit, or pair, is summed over exactly given the rest of each sample (Yasuda, 2015; 2018), so
by Rao and Blackwell the variance is never above that of the plain mean of samples.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from pipeline.inverse.boltzmann.machine import Machine

Floats = NDArray[np.float64]
CHUNK = 2_000_000
"""How many numbers a temporary array may hold."""


class Moments(NamedTuple):
    """`means`: ⟨x_i⟩, shape (D,); `pairs`: ⟨x_i x_j⟩, shape (D, D), diagonal 1; both −1 to 1."""

    means: Floats
    pairs: Floats


def spatial(machine: Machine, spins: Floats) -> Moments:
    """1-SMCI: ⟨x_i⟩ = mean tanh(a_i), and ⟨x_i x_j⟩ = mean (t + q)/(1 + qt) over the samples.

    t = tanh w_ij, q = tanh a′_i · tanh a′_j, a′_i = a_i − w_ij x_j. Computed as the equal
    tanh(w_ij + ½ log cosh(a′_i + a′_j) − ½ log cosh(a′_i − a′_j)): where t and q round to ±1 the
    fraction is 0/0, and neither atanh nor cosh of a large number is finite. `spins`: (S, D).
    """
    size = len(machine.field)
    if spins.ndim != 2 or not len(spins) or spins.shape[1] != size:
        raise DataError(f"moments of {size} units need samples (S, {size}), not {spins.shape}")
    means, pairs = np.zeros(size), np.zeros((size, size))
    step = max(1, CHUNK // max(1, size * size))
    for start in range(0, len(spins), step):
        part = spins[start : start + step]
        local = machine.local_fields(part)
        means += np.tanh(local).sum(axis=0)
        pairs += _pairs(machine.coupling, part, local).sum(axis=0)
    np.fill_diagonal(pairs, len(spins))
    return Moments(means / len(spins), pairs / len(spins))


def _pairs(coupling: Floats, spins: Floats, local: Floats) -> Floats:
    """E[x_i x_j | the other units] of each sample, shape (S, D, D); its diagonal means nothing."""
    without = local[:, :, None] - coupling * spins[:, None, :]
    other = without.transpose(0, 2, 1)
    swing = _log_cosh(without + other) - _log_cosh(without - other)
    return np.asarray(np.tanh(coupling + 0.5 * swing), np.float64)


def _log_cosh(z: Floats) -> Floats:
    """log cosh z + log 2, finite for every finite z."""
    size = np.abs(z)
    return np.asarray(size + np.log1p(np.exp(-2 * size)), np.float64)


def plain(spins: Floats) -> Moments:
    """The plain means of samples, shape (S, D)."""
    return Moments(spins.mean(axis=0), spins.T @ spins / len(spins))
