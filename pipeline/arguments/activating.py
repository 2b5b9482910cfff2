"""How far each unit of an instance raises each penultimate feature.

Where the features are a sum over units by attention, a = Σ_t α_t h_t, a unit's part is α_t h_t. In
every other model it is what the feature is with this unit alone (all others at the zero embedding)
less what it is with none: a pass for each unit. Shapes: U units, J features, D dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from db.errors import DataError
from db.records import Instance
from pipeline.arguments.penultimate import Penultimate, penultimate
from pipeline.arguments.units import unit_names
from pipeline.models.base import Model
from pipeline.models.batches import TOKEN_BUDGET, Batch, exact_batches
from pipeline.models.trained import TrainedModel, frozen


@dataclass(frozen=True, eq=False)
class Activating:
    """All units end to end, of short instances first: `names`, U of them, and `changes`, float32
    (U, J), any sign."""

    names: tuple[str, ...]
    changes: NDArray[np.float32]


def activating(
    model: TrainedModel, instances: Sequence[Instance], token_budget: int = TOKEN_BUDGET
) -> Activating:
    """Of every unit of `instances`, 1 or more; a UsageError where there are no features."""
    names: list[str] = []
    changes: list[NDArray[np.float32]] = []
    summed: bool | None = None
    with torch.no_grad(), frozen(model) as module:
        for places, batch in exact_batches(model.encode(instances), token_budget):
            batch = batch.to(model.device)
            found = penultimate(module, batch)
            summed = is_sum(found) if summed is None else summed
            one = _parts(found) if summed else _alone(module, batch, found, token_budget)
            _check_finite(one, [instances[place] for place in places])
            embeddings = found.output.embeddings.cpu().numpy()
            for row, place in enumerate(places):
                shape = model.encoding.shape
                names += unit_names(instances[place], embeddings[row], shape)
            changes.append(one.flatten(0, 1).float().cpu().numpy())
    return Activating(tuple(names), np.concatenate(changes))


def _check_finite(changes: Tensor, instances: Sequence[Instance]) -> None:
    bad = torch.nonzero(~changes.flatten(1).isfinite().all(dim=1)).flatten().tolist()
    if bad:
        raise DataError(
            "explainer inference_arguments cannot learn: what the model makes of instance "
            f"{instances[bad[0]].id} is no finite number; check the run's training"
        )


def is_sum(found: Penultimate) -> bool:
    """Whether the features are the states, weighted by attention and summed."""
    hidden = found.output.states.hidden
    if hidden.ndim != 3 or hidden.shape[2] != found.features.shape[1]:
        return False
    return bool(torch.allclose(_parts(found).sum(dim=1), found.features, rtol=1e-3, atol=1e-4))


def _parts(found: Penultimate) -> Tensor:
    """(B, T, J): α_t h_t."""
    return found.output.attention[..., None] * found.output.states.hidden


def _alone(module: Model, batch: Batch, found: Penultimate, token_budget: int) -> Tensor:
    """(B, T, J): features with one unit alone, less those with none; few units at a time."""
    start = found.output.embeddings
    n, n_units, _ = start.shape
    nothing = penultimate(module, batch, torch.zeros_like(start)).features
    step = max(1, token_budget // (n * n_units))
    parts = []
    for first in range(0, n_units, step):
        units = torch.arange(first, min(first + step, n_units), device=start.device)
        alone = start.new_zeros(len(units), *start.shape)
        alone[torch.arange(len(units)), :, units] = start[:, units].transpose(0, 1)
        rows = torch.arange(n, device=start.device).repeat(len(units))
        made = penultimate(module, batch.take(rows), alone.flatten(0, 1)).features
        parts.append(made.reshape(len(units), n, -1).transpose(0, 1))
    return torch.cat(parts, dim=1) - nothing[:, None]
