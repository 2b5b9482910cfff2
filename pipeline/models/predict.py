"""Class probabilities of many instances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from db.records import Instance, Prediction
from pipeline.models.batches import TOKEN_BUDGET, Row, exact_batches
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
    found = np.empty((len(rows), len(model.labels)), dtype=np.float32)
    with torch.no_grad(), frozen(model) as module:
        for places, batch in exact_batches(rows, token_budget):
            output = module(batch.to(model.device))
            found[places] = output.logits.cpu().numpy()
    return found
