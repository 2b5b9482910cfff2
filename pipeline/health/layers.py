"""What the layers of a model make of instances: embeddings, states, and what the logits are of.

Units of a text stand where its words stand, so a text's embeddings and states are averaged over its
tokens. Patches of a picture and features of a row are the same place or thing in every instance,
and stay side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from db.errors import UsageError
from pipeline.arguments.penultimate import penultimate
from pipeline.health.jacobian import parts
from pipeline.models.base import FEATURES, GRID, Model, Output
from pipeline.models.batches import TOKEN_BUDGET, Batch, Row, collate
from pipeline.models.trained import TrainedModel, frozen

Table = NDArray[np.float32]
EMBEDDINGS, STATES, SUMMARY = "embeddings", "states", "summary"


@dataclass(frozen=True, eq=False)
class Layers:
    """`tables`: layer → (N, D), in the order of the pass; `notes`: which layer is missing, and why.

    A layer that is the one before (states of a model that averages embeddings) is left out.
    """

    tables: dict[str, Table]
    notes: tuple[str, ...]


def layers(model: TrainedModel, rows: Sequence[Row], token_budget: int = TOKEN_BUDGET) -> Layers:
    """Of the rows, in their order."""
    found: dict[str, list[Tensor]] = {}
    order: list[int] = []
    with torch.no_grad(), frozen(model) as module:
        for places in parts(rows, token_budget):
            order += places
            batch = collate([rows[place] for place in places]).to(model.device)
            for name, values in _read(module, batch).items():
                found.setdefault(name, []).append(values.float().cpu())
    back = np.argsort(order)
    tables = {name: torch.cat(values).numpy()[back] for name, values in found.items()}
    if STATES in tables and np.array_equal(tables[STATES], tables[EMBEDDINGS]):
        del tables[STATES]
    missing = "no summary: the logits of this model are not the output of one linear layer"
    return Layers(tables, () if SUMMARY in tables else (missing,))


def _read(module: Model, batch: Batch) -> dict[str, Tensor]:
    """(B, D) of each layer."""
    summary: dict[str, Tensor] = {}
    try:
        made = penultimate(module, batch)
        output, summary = made.output, {SUMMARY: made.features}
    except UsageError:
        output = module(batch)
    laid = bool(module.offers & {GRID, FEATURES})
    return {
        EMBEDDINGS: _one_row(output.embeddings, output, laid),
        STATES: _one_row(output.states.hidden, output, laid),
        **summary,
    }


def _one_row(units: Tensor, output: Output, laid: bool) -> Tensor:
    """(B, D) of (B, T, D): side by side, or the mean of the units that attention may go to."""
    if laid:
        return units.flatten(1)
    there = output.attended[..., None].to(units.dtype)
    mean: Tensor = (units * there).sum(1) / there.sum(1)
    return mean
