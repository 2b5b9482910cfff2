"""Rows whose features stand in another order than the model has learned them in.

What people mark and what explainers score is in the order of the row; a network that tells features
apart by where they stand has an order of its own. `Batch.places` says where each unit of a row
stands in it, None where it is the same order everywhere.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pipeline.models.batches import Batch


def by_model(values: Tensor, batch: Batch) -> Tensor:
    """(B, F, …) in the order of the rows → in the order of the model."""
    return values if batch.places is None else _picked(values, batch.places.argsort(dim=1))


def by_row(values: Tensor, batch: Batch) -> Tensor:
    """(B, F, …) in the order of the model → in the order of the rows."""
    return values if batch.places is None else _picked(values, batch.places)


def _picked(values: Tensor, at: Tensor) -> Tensor:
    wide = at.reshape(*at.shape, *[1] * (values.ndim - 2)).expand(*at.shape, *values.shape[2:])
    return torch.gather(values, 1, wide)
