"""Learning a Boltzmann machine: its 1-SMCI moments are brought to those of the data.

Yasuda (2018), *Algorithms* 11(4), 42: the data themselves are the sample points, so that nothing is
drawn by chance: at the fixed point each pair, summed over given the rest, is on average as in the
data (pseudo-likelihood asks that of single units). Ours differs in an L2 penalty: without one,
units that never change in the data would be driven to infinity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError, UsageError
from pipeline.inverse.boltzmann.machine import Machine
from pipeline.inverse.boltzmann.moments import plain, spatial

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LearningSettings:
    """`rate`, `steps`: of Adam, the rate falling to 0 as a cosine; `penalty`: of ½ penalty ‖h, W‖²;
    `batch`: sample points a step, drawn anew (None: all)."""

    steps: int = 300
    rate: float = 0.05
    penalty: float = 1e-3
    batch: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 1 or not self.rate > 0 or self.penalty < 0 or (self.batch or 1) < 1:
            raise UsageError("steps and batch must be 1 or more, rate above 0, penalty 0 or more")


@dataclass(frozen=True, eq=False)
class LearnedMachine:
    """`mismatch`: the largest difference of a moment from the data's at each step, (steps,)."""

    machine: Machine
    mismatch: Floats


def learn(spins: Floats, settings: LearningSettings | None = None) -> LearnedMachine:
    """A machine from data of −1 and +1, shape (N, D), N ≥ 1; starts from independent units."""
    settings = settings or LearningSettings()
    if spins.ndim != 2 or not len(spins) or not np.isin(spins, (-1.0, 1.0)).all():
        raise DataError("a Boltzmann machine learns from rows of −1 and +1, shape (N, D), N ≥ 1")
    rng = np.random.default_rng(settings.seed)
    size, wanted = spins.shape[1], plain(spins)
    upper = np.triu_indices(size, 1)
    shrunk = wanted.means * len(spins) / (len(spins) + 2)
    values = np.concatenate([np.arctanh(shrunk), np.zeros(len(upper[0]))])
    target = np.concatenate([wanted.means, wanted.pairs[upper]])
    adam, mismatch = _Adam(len(values)), np.empty(settings.steps)
    for step in range(settings.steps):
        points = spins
        if settings.batch is not None and settings.batch < len(spins):
            points = spins[rng.choice(len(spins), settings.batch, replace=False)]
        means, pairs = spatial(_machine(values, size, upper), points)
        gap = target - np.concatenate([means, pairs[upper]])
        mismatch[step] = np.abs(gap).max()
        rate = settings.rate * 0.5 * (1 + np.cos(np.pi * step / settings.steps))
        values += rate * adam.direction(gap - settings.penalty * values)
    return LearnedMachine(_machine(values, size, upper), mismatch)


def _machine(values: Floats, size: int, upper: tuple[Any, ...]) -> Machine:
    """The first D values are fields, the rest couplings of pairs i < j, row by row."""
    coupling = np.zeros((size, size))
    coupling[upper] = values[size:]
    return Machine(values[:size].copy(), coupling + coupling.T)


class _Adam:
    """Adam (Kingma & Ba, 2015) with its usual decays, upwards."""

    def __init__(self, size: int) -> None:
        self.first, self.second, self.step = np.zeros(size), np.zeros(size), 0

    def direction(self, gradient: Floats) -> Floats:
        """The step to take at a rate of 1."""
        self.step += 1
        self.first += 0.1 * (gradient - self.first)
        self.second += 0.001 * (gradient**2 - self.second)
        first = self.first / (1 - 0.9**self.step)
        second = self.second / (1 - 0.999**self.step)
        return np.asarray(first / (np.sqrt(second) + 1e-8), np.float64)
