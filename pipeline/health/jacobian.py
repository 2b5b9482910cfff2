"""Products of JJᵀ/N with vectors, J the gradients of all outputs with respect to all weights.

Jᵀv is a backward pass. Ju is the derivative of v ↦ Jᵀv in the direction u, a backward pass through
a backward pass: every layer that can be differentiated twice will do. Memory is that of the
weights and of the passes of `KEPT` units: where all instances are no more, their graphs are made
once; where they are, each product passes part after part anew. Shapes: N instances, C outputs, P
weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.models.base import Model
from pipeline.models.batches import TOKEN_BUDGET, Batch, Row, collate
from pipeline.models.recurrent import without_cudnn
from pipeline.models.trained import TrainedModel

KEPT = 2 * TOKEN_BUDGET
"""Units, padding counted, whose graphs are kept between products."""


class _Pass(NamedTuple):
    """`logits` (B, C); `dual` w (B, C), zeros; `backward`: Jᵀw, differentiable by w."""

    logits: Tensor
    dual: Tensor
    backward: tuple[Tensor | None, ...]


class Jacobian:
    """`size` is N · C; `__call__` gives JJᵀv / N, float64 (N · C,), rows in the order given.

    To be used inside `ready(model)`.
    """

    def __init__(
        self, model: TrainedModel, rows: Sequence[Row], token_budget: int = TOKEN_BUDGET
    ) -> None:
        self.model = model
        self.weights = [w for w in model.module.parameters() if w.requires_grad]
        self.places = parts(rows, token_budget)
        self.batches = [
            collate([rows[place] for place in places]).to(model.device) for places in self.places
        ]
        self.shape = len(rows), len(model.labels)
        units = sum(batch.ids.numel() for batch in self.batches)
        self.kept = [self._pass(one) for one in self.batches] if units <= KEPT else None

    @property
    def size(self) -> int:
        """Rows and columns of the Gram matrix."""
        return self.shape[0] * self.shape[1]

    def __call__(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """One product."""
        given = torch.from_numpy(vector.reshape(self.shape)).to(self.model.device)
        direction: list[Tensor] = [torch.zeros_like(w) for w in self.weights]
        for places, one in zip(self.places, self._passes(), strict=True):
            wanted = given[places].to(one.logits.dtype)
            found = torch.autograd.grad(
                one.logits, self.weights, wanted, retain_graph=True, allow_unused=True
            )
            for total, part in zip(direction, found, strict=True):
                if part is not None:
                    total += part
        made = torch.zeros_like(given)
        for places, one in zip(self.places, self._passes(), strict=True):
            made[places] = _along(one, direction).to(made.dtype)
        return (made / self.shape[0]).flatten().cpu().numpy()

    def _passes(self) -> Iterator[_Pass]:
        """The pass of each part: the one that was kept, or made now."""
        if self.kept is not None:
            yield from self.kept
        else:
            for batch in self.batches:
                yield self._pass(batch)

    def _pass(self, batch: Batch) -> _Pass:
        logits = self.model.module(batch).logits
        dual = torch.zeros_like(logits, requires_grad=True)
        backward = torch.autograd.grad(
            logits, self.weights, dual, create_graph=True, allow_unused=True
        )
        return _Pass(logits, dual, backward)


def _along(one: _Pass, direction: Sequence[Tensor]) -> Tensor:
    """Ju, (B, C); a weight that no output depends on brings nothing."""
    pairs = [
        (made, u)
        for made, u in zip(one.backward, direction, strict=True)
        if made is not None and made.requires_grad
    ]
    if not pairs:
        return torch.zeros_like(one.logits)
    outputs, along = zip(*pairs, strict=True)
    (found,) = torch.autograd.grad(outputs, one.dual, along, retain_graph=True)
    return found


def parts(rows: Sequence[Row], token_budget: int) -> list[list[int]]:
    """Places of rows, short ones first, in parts of at most so many units, padding counted."""
    found: list[list[int]] = []
    for place in sorted(range(len(rows)), key=lambda one: len(rows[one].ids)):
        if not found or (len(found[-1]) + 1) * len(rows[place].ids) > token_budget:
            found.append([])
        found[-1].append(place)
    return found


@contextmanager
def ready(model: TrainedModel) -> Iterator[Model]:
    """The module as it is used once trained, with gradients, twice; as before afterwards."""
    module, training = model.module, model.module.training
    try:
        module.train(False)
        with torch.enable_grad(), without_cudnn(model.device):
            yield module
    finally:
        module.train(training)
