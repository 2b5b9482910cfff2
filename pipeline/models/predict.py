"""Class probabilities of many instances, and whatever else a pass gives of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from db.records import Instance, Prediction
from pipeline.models.base import Model
from pipeline.models.batches import TOKEN_BUDGET, Batch, Row, exact_batches
from pipeline.models.portions import portions
from pipeline.models.trained import TrainedModel, frozen


def predict(model: TrainedModel, instances: Sequence[Instance], run_id: str) -> list[Prediction]:
    """One prediction per instance, in the order given."""
    return [
        Prediction(run_id, instance.id, row)
        for portion in portions(model, instances)
        for instance, row in zip(portion, probabilities(model, model.encode(portion)), strict=True)
    ]


def probabilities(
    model: TrainedModel, rows: Sequence[Row], token_budget: int = TOKEN_BUDGET
) -> NDArray[np.float32]:
    """float32, shape (n, C), in the order of the rows."""
    found = torch.from_numpy(logits_of(model, rows, token_budget))
    return found.softmax(-1).numpy()


def logits_of(
    model: TrainedModel, rows: Sequence[Row], token_budget: int = TOKEN_BUDGET
) -> NDArray[np.float32]:
    """float32, shape (n, C), in the order of the rows, before the softmax."""
    found = passed(model, rows, lambda module, batch: module(batch).logits, token_budget)
    empty = np.empty((0, len(model.labels)), dtype=np.float32)
    return torch.stack(found).numpy() if found else empty


def passed(
    model: TrainedModel,
    rows: Sequence[Row],
    read: Callable[[Model, Batch], Tensor],
    token_budget: int = TOKEN_BUDGET,
) -> list[Tensor]:
    """Of each row, in their order and on the CPU, what `read`, (B, …), gives of batches of them.

    Rows of equal length share a batch. The model is as it is used: without dropout and gradients.
    """
    found: dict[int, Tensor] = {}
    with torch.no_grad(), frozen(model) as module:
        for places, batch in exact_batches(rows, token_budget):
            found.update(zip(places, read(module, batch.to(model.device)).cpu(), strict=True))
    return [found[place] for place in range(len(rows))]
