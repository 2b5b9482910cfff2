"""What a term of the training loss is.

The loss is cross-entropy plus λ times each further term. A term is a mean over the rows of a
batch, in which a row that people were not asked about counts 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from torch import Tensor

from db.errors import UsageError
from pipeline.models.base import Model, Output
from pipeline.models.batches import Batch
from pipeline.objectives import OBJECTIVES

ALWAYS = "cross_entropy"


class Term(NamedTuple):
    """`value`: a scalar that can be differentiated; `log`: further numbers worth watching.

    The value itself is logged in any case, under the objective's name.
    """

    value: Tensor
    log: Mapping[str, float] = {}


class Objective(Protocol):
    """A frozen dataclass, its fields being the objective's options.

    `needs_human`: whether it learns from human rationales; `second_order`: whether its gradient
    is itself made of gradients (`create_graph`), for which cuDNN's recurrent kernels won't do.
    """

    name: str
    needs_human: bool
    second_order: bool

    def term(self, output: Output, batch: Batch, model: Model) -> Term:
        """The term of this batch, given the pass that cross-entropy uses too."""
        ...


@dataclass(frozen=True)
class Weighted:
    """An objective by name, its weight λ > 0 in the loss, and its options."""

    name: str
    weight: float
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight > 0):
            raise UsageError(
                f"the weight of {self.name} must be above 0, not {self.weight}; "
                "leave the objective out instead"
            )
        if self.name == ALWAYS:
            raise UsageError(f"{ALWAYS} is always part of the loss; name further objectives only")

    def load(self) -> Objective:
        """The objective with its options; an unknown name or option is refused."""
        kind = OBJECTIVES.load(self.name)
        try:
            loaded: Objective = kind(**self.options)
        except TypeError as problem:
            raise UsageError(f"objective {self.name}: {problem}") from problem
        return loaded


def describe(objectives: Sequence[Weighted]) -> str:
    """One line for a run's record, such as "cross_entropy + 0.2 attention_supervision"."""
    return " + ".join([ALWAYS, *(f"{one.weight:g} {one.name}" for one in objectives)])
