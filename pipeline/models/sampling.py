"""Which training rows an epoch goes through: each once, or the far ones of a class more often.

    w_i = ‖z_i − c_y‖

By distance, n of n rows are drawn with replacement by w, which is measured anew before each epoch:
what few rows of a class share, and most do not, is seen more often without anybody naming it. z is
what the last layer reads, with the model as it is used (no dropout); c_y is the centre of the row's
class as the objective `center` has it, and the mean of the class's z where that is not there.
Ours; the problem is that of learning from imbalanced domains that nobody has marked.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from pipeline.models.base import summary_of
from pipeline.models.batches import Row, class_of
from pipeline.models.predict import passed
from pipeline.models.trained import TrainedModel


def drawn_by_distance(
    model: TrainedModel,
    rows: Sequence[Row],
    centres: Tensor | None,
    generator: torch.Generator,
) -> list[Row]:
    """As many rows as there are, drawn by their distance; `centres`: (C, S), None for the means.

    Where no row is away from its centre, all are as likely. A row without a class is at distance 0.
    """
    weights = distances(model, rows, centres)
    if not bool(weights.sum() > 0):
        weights = torch.ones_like(weights)
    chosen = torch.multinomial(weights, len(rows), replacement=True, generator=generator)
    return [rows[place] for place in chosen.tolist()]


def distances(model: TrainedModel, rows: Sequence[Row], centres: Tensor | None) -> Tensor:
    """‖z − c_y‖, float64 (n,) on the CPU; a distance that is not finite counts 0."""
    z = summaries(model, rows)
    of = torch.tensor([class_of(row) for row in rows])
    if centres is None:
        centres = class_means(z, of, len(model.labels))
    apart = (z - centres.to(z)[of.clamp(min=0)]).norm(dim=-1) * (of >= 0)
    return torch.nan_to_num(apart, nan=0.0, posinf=0.0)


def class_means(z: Tensor, of: Tensor, n_classes: int) -> Tensor:
    """(C, S): the mean of the rows of each class, 0 for a class without rows."""
    known = of >= 0
    summed = z.new_zeros(n_classes, z.shape[1]).index_add(0, of[known], z[known])
    count = torch.bincount(of[known], minlength=n_classes)
    return summed / count.clamp(min=1)[:, None]


def summaries(model: TrainedModel, rows: Sequence[Row]) -> Tensor:
    """z of each row, float64 (n, S), on the CPU."""
    return torch.stack(
        passed(model, rows, lambda module, batch: summary_of(module(batch)))
    ).double()
