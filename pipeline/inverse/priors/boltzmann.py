"""Units go together as a Boltzmann machine says: E_q[log p] = h·μ + ½ μᵀWμ, μ = 2m − 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pipeline.inverse.boltzmann.learning import LearningSettings, learn
from pipeline.inverse.boltzmann.machine import Machine
from pipeline.inverse.checks import binary


@dataclass(frozen=True, eq=False)
class Boltzmann:
    """`field`: h, shape (D,); `coupling`: W, shape (D, D), symmetric with a diagonal of 0."""

    field: Tensor
    coupling: Tensor
    name: ClassVar[str] = "boltzmann"

    @classmethod
    def of(cls, machine: Machine) -> Boltzmann:
        """The prior of a machine that is learned already."""
        return cls(torch.from_numpy(machine.field), torch.from_numpy(machine.coupling))

    @classmethod
    def learned(cls, inputs: Tensor, settings: LearningSettings | None = None) -> Boltzmann:
        """Learned from inputs of 0 and 1 by spatial Monte Carlo integration."""
        binary(inputs)
        spins = 2.0 * inputs.detach().cpu().double().numpy() - 1.0
        return cls.of(learn(spins, settings).machine)

    def expected(self, m: Tensor) -> Tensor:
        """Units are independent under q, so ⟨x_i x_j⟩ = μ_i μ_j; without the constant −log Z."""
        mu = 2 * m - 1
        return self.field.to(m) @ mu + 0.5 * mu @ self.coupling.to(m) @ mu
