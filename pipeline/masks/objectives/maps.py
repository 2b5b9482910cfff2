"""Regression on maps (depth, …): log error, log error of gradients, and surface normals.

Hu, Zhang & Okatani (ICCV 2019) take the three terms of Hu, Ozay, Zhang & Okatani (WACV 2019), with
λ = 5 for the share kept. Ours takes gradients as differences of neighbours, theirs by Sobel
filters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from db.errors import DataError
from pipeline.masks.objectives.vectors import log_error


@dataclass(frozen=True)
class Maps:
    """Outputs are maps, shape (N, 1, H, W) or (N, H, W), H and W at least 2. `alpha` is in the
    unit of the map; the normals take its values and the distance of two pixels for the same unit."""

    alpha: float = 0.5
    name: ClassVar[str] = "maps"
    share: ClassVar[float] = 5.0

    def between(self, whole: Tensor, masked: Tensor) -> Tensor:
        """The sum of the three terms, at least 3 ln α."""
        was, now = _as_maps(whole), _as_maps(masked)
        across, down = _gradients(now - was)
        slopes = log_error(across, self.alpha) + log_error(down, self.alpha)
        turned = 1 - functional.cosine_similarity(_normals(was), _normals(now), dim=1)
        return log_error(now - was, self.alpha) + slopes + turned.flatten(1).mean(dim=1)


def _as_maps(output: Tensor) -> Tensor:
    """(N, H, W); DataError for other shapes."""
    maps = output[:, 0] if output.ndim == 4 and output.shape[1] == 1 else output
    if maps.ndim != 3 or min(maps.shape[1:]) < 2:
        raise DataError(
            f"maps are outputs of shape (N, 1, H, W), 2 pixels or more, not {tuple(output.shape)}"
        )
    return maps


def _gradients(maps: Tensor) -> tuple[Tensor, Tensor]:
    """Differences to the next pixel across and down, both (N, H − 1, W − 1)."""
    return maps[:, :-1, 1:] - maps[:, :-1, :-1], maps[:, 1:, :-1] - maps[:, :-1, :-1]


def _normals(maps: Tensor) -> Tensor:
    """(−∂x, −∂y, 1) at each pixel, not of length 1, shape (N, 3, H − 1, W − 1)."""
    across, down = _gradients(maps)
    return torch.stack([-across, -down, torch.ones_like(across)], dim=1)
