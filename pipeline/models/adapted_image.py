"""A torch module of the user's own that reads pictures: `reads = "image"`.

The factory is called with `(settings, pixels, n_classes)`, `pixels` being a `Pixels`, and returns a
module with

    encode(pictures)     (B, C, S, S), colours standardised → states (B, H, G, G), one a patch
    score(states)        (B, G², H) → (B, G²), may be left out
    classify(summary)    (B, H) → logits (B, classes); an `nn.Linear` will do

C = `pixels.channels`, S = `pixels.image_size`, G = `pixels.grid`. The embedding of a patch is its
colours, 0 the mean colour of training, so that there is no `embed`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from pipeline.models.adapted import Adapted
from pipeline.models.base import ATTENTION, GRID, STATES, SUMMARY, States
from pipeline.models.batches import Batch
from pipeline.models.patches import laid_out, standardised
from pipeline.models.pixels import Pixels


class AdaptedImage(Adapted):
    """The user's module behind the three steps; attention goes to patches."""

    offers: ClassVar[frozenset[str]] = frozenset({ATTENTION, STATES, GRID, SUMMARY})

    mean: Tensor
    spread: Tensor

    def __init__(self, kind: str, module: Any, pixels: Pixels) -> None:
        super().__init__(kind, module)
        self.pixels = pixels
        like = next(module.parameters())
        for name in ("mean", "spread"):
            values = torch.tensor(getattr(pixels, name)).to(like)
            self.register_buffer(name, values, persistent=False)

    def embed(self, batch: Batch) -> Tensor:
        """(B, U, K): the colours of each patch, standardised per channel."""
        return standardised(batch, self.mean, self.spread)

    def read(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """(B, H, G, G), if the module is as it should be."""
        found: Tensor = self.module.encode(laid_out(embeddings, self.pixels))
        return found

    def shape(self, batch: Batch) -> tuple[int | None, ...]:
        """Of what `read` has to return."""
        return (len(batch), None, self.pixels.grid, self.pixels.grid)

    def encode(self, embeddings: Tensor, batch: Batch) -> States:
        """A state for every patch: (B, U, H)."""
        return States(self.read(embeddings, batch).flatten(2).transpose(1, 2), None)
