"""Two masks that a learned one must beat: a random one of its size, and another input's."""

from __future__ import annotations

import torch
from torch import Tensor

from db.errors import DataError


def random_masks(masks: Tensor, real: Tensor | None = None, seed: int = 0) -> Tensor:
    """Each input's own values in a random order over its units: the same size to the last digit.

    `masks`: (N, …); `real`: bool in the same shape, units that are none stay 0.
    """
    generator = torch.Generator().manual_seed(seed)
    flat = masks.flatten(1)
    there = torch.ones_like(flat, dtype=torch.bool) if real is None else real.flatten(1).bool()
    keys = torch.rand(flat.shape, generator=generator).to(flat.device)
    # Real units first in either order, so that they exchange values among themselves alone.
    places = (~there).to(torch.int8).argsort(dim=1, stable=True)
    drawn = keys.masked_fill(~there, 2.0).argsort(dim=1)
    made = torch.zeros_like(flat).scatter(1, places, flat.gather(1, drawn))
    return (made * there).view_as(masks)


def other_masks(masks: Tensor, real: Tensor | None = None, seed: int = 0) -> Tensor:
    """The mask of another input, by position, nobody's own; each is lent once.

    Where inputs differ in length, positions beyond the lender's end are 0 and those beyond the
    borrower's are cut off, so the share kept differs: read it beside. DataError for one input.
    """
    if len(masks) < 2:
        raise DataError("another input's mask needs at least two inputs")
    order = torch.randperm(len(masks), generator=torch.Generator().manual_seed(seed))
    lender = torch.empty_like(order)
    lender[order] = order.roll(1)
    made = masks[lender.to(masks.device)]
    return made if real is None else made * real
