"""RISE (Petsiuk, Das & Saenko, BMVC 2018): what pictures that show a patch have in common.

    score_u = Σ_i f(x ⊙ M_i) M_iu / Σ_i M_iu − mean_i f(x ⊙ M_i)

Masks M are the authors': cells stay with a probability, and are drawn out bilinearly to a picture
larger by one cell, out of which a piece is cut at random. Three differences. The authors divide by
N · E[M], which lets chance in how often a patch was shown into its score; we by how much it was
shown. The mean is taken off, which changes no order: above 0 the patch speaks for the class. Masks
are of patches rather than pixels, and what they hide is the mean colour rather than black.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from db.errors import UsageError
from pipeline.explainers.base import Attribution, Cost, Shared
from pipeline.explainers.baselines import ZERO, baseline_of
from pipeline.explainers.coalitions import outputs
from pipeline.models.base import GRID
from pipeline.models.seeding import instance_generator


@dataclass(frozen=True)
class Rise:
    """Signed, in units of y. `masks` N a picture; `cells` a side of a mask before it is drawn out,
    so that a cell covers rows / cells patches, rounded up; `probability` that a cell stays.
    Details: `masks`, `cells`, `probability`. A patch that no mask shows (of very few) gets 0.
    """

    masks: int = 500
    cells: int = 7
    probability: float = 0.5

    name: ClassVar[str] = "rise"
    baseline: ClassVar[str] = ZERO
    reduction: ClassVar[str] = "one score a patch"
    uses_gradient: ClassVar[bool] = False
    needs: ClassVar[frozenset[str]] = frozenset({GRID})

    def __post_init__(self) -> None:
        if self.masks < 2 or self.cells < 1:
            raise UsageError("rise: masks must be 2 or more, cells 1 or more")
        if not 0 < self.probability < 1:
            raise UsageError("rise: probability must be above 0 and below 1")

    @property
    def cost(self) -> Cost:
        """The prediction, and a forward pass a mask."""
        return Cost(forward=(1 + self.masks, 1 + self.masks), backward=(0, 0))

    def attribute(self, shared: Shared) -> Attribution:
        """Draw, ask the model, take means."""
        drawn = [self.draw(shared.seed, i, shared.shape) for i in shared.batch.instance_ids]
        masks = torch.stack(drawn)
        found = outputs(shared, masks.numpy(), baseline_of(shared, ZERO))
        shown = masks.to(found)
        total = shown.sum(1)
        means = torch.einsum("bn,bnu->bu", found, shown) / total.masked_fill(total == 0, torch.inf)
        scores = torch.where(total > 0, means - found.mean(1, keepdim=True), 0.0)
        about = {"masks": self.masks, "cells": self.cells, "probability": self.probability}
        return Attribution(scores, (about,) * len(scores))

    def draw(self, seed: int, instance_id: str, shape: tuple[int, ...]) -> Tensor:
        """float32, shape (N, U), in [0, 1]: an instance's own masks, 1 where a patch is shown."""
        generator = instance_generator(seed, self.name, instance_id)
        cells, n = self.cells, self.masks
        stays = generator.random((n, 1, cells, cells), dtype=np.float32) < self.probability
        sizes = [-(-side // cells) for side in shape]  # patches of a cell, rounded up
        whole = torch.nn.functional.interpolate(
            torch.from_numpy(stays.astype(np.float32)),
            size=[(cells + 1) * size for size in sizes],
            mode="bilinear",
            align_corners=False,
        )[:, 0]
        down, right = (
            torch.from_numpy(generator.integers(0, size, n))[:, None] + torch.arange(side)
            for size, side in zip(sizes, shape, strict=True)
        )
        cut = whole[torch.arange(n)[:, None, None], down[:, :, None], right[:, None, :]]
        return cut.flatten(1)
