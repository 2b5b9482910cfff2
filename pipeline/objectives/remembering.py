"""Objectives that remember something from batch to batch, apart from the weights of the model.

An objective is what was asked for, the same in every training. One with a memory makes a fresh one
for each training; the loop lets it learn after every step, and keeps it with the training's progress.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from torch import Tensor

from pipeline.models.base import Output
from pipeline.models.batches import Batch
from pipeline.objectives.base import Objective


@runtime_checkable
class Remembering(Protocol):
    """The memory of one training, and the objective's term in it: it is an `Objective` too."""

    def renew(self, output: Output, batch: Batch) -> None:
        """Learn from a batch, once the step that it was part of is done."""
        ...

    def state(self) -> dict[str, Tensor]:
        """What is remembered; nothing before the first batch."""
        ...

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Remember what `state` gave, on whichever device it is."""
        ...


@runtime_checkable
class Stateful(Protocol):
    """An objective with a memory."""

    def fresh(self, n_classes: int) -> Objective:
        """Itself at the beginning of a training, which is `Remembering`."""
        ...


def begun(objective: Objective, n_classes: int) -> Objective:
    """The objective as one training uses it."""
    return objective.fresh(n_classes) if isinstance(objective, Stateful) else objective
