"""Batches of patches as standardised colours, and put together to pictures again.

See `Pixels` for the order of patches and of the numbers of a patch. Shapes: B pictures, U patches, K
numbers of a patch, C channels, S pixels a side.
"""

from __future__ import annotations

from torch import Tensor

from pipeline.models.batches import Batch
from pipeline.models.pixels import Pixels


def standardised(batch: Batch, mean: Tensor, spread: Tensor) -> Tensor:
    """(B, U, K), of the precision of `mean`, (C,): 0 at the mean colour, 1 a `spread`, (C,), off."""
    levels = batch.read.to(mean).reshape(*batch.ids.shape, -1, len(mean))
    embedded: Tensor = ((levels / 255 - mean) / spread).flatten(-2)
    return embedded


def laid_out(embeddings: Tensor, pixels: Pixels) -> Tensor:
    """(B, U, K) → (B, C, S, S)."""
    n, grid, patch, channels = len(embeddings), pixels.grid, pixels.patch, pixels.channels
    parts = embeddings.reshape(n, grid, grid, patch, patch, channels).permute(0, 5, 1, 3, 2, 4)
    return parts.reshape(n, channels, grid * patch, grid * patch)
