"""Mask networks before the embeddings of units: tokens, patches or features.

Shapes: B instances, T units, D embedding dimensions; each gives logits (B, T, 1), one a unit.
"""

from __future__ import annotations

from torch import Tensor, nn

from pipeline.masks.networks import ImageMask, RowMask, TokenMask
from pipeline.models.base import FEATURES
from pipeline.models.trained import TrainedModel
from pipeline.removal.mean_embedding import mean_embedding


class MaskOfTokens(nn.Module):
    """`TokenMask` along the text; of pairs, the second text follows the first.

    `size`: numbers of a part. A token may be several parts side by side, as many as the longest of
    its batch has; they are summed, so that the parts which are none add nothing.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size, self.network = size, TokenMask(size)

    def forward(self, embeddings: Tensor) -> Tensor:
        parts = embeddings.reshape(*embeddings.shape[:2], -1, self.size)
        found: Tensor = self.network(parts.sum(2))
        return found


class MaskOfPatches(nn.Module):
    """`ImageMask` over the grid of patches, `shape` (rows, columns); the colours are channels."""

    def __init__(self, size: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape, self.network = shape, ImageMask(size)

    def forward(self, embeddings: Tensor) -> Tensor:
        colours = embeddings.transpose(1, 2).reshape(len(embeddings), -1, *self.shape)
        logits: Tensor = self.network(colours)
        return logits.flatten(2).transpose(1, 2)


class MaskOfFeatures(nn.Module):
    """`RowMask` over all numbers of a row; `units` features of `size` numbers each."""

    def __init__(self, units: int, size: int) -> None:
        super().__init__()
        self.network = RowMask(units * size, features=units)

    def forward(self, embeddings: Tensor) -> Tensor:
        logits: Tensor = self.network(embeddings.flatten(1))
        return logits[..., None]


def fitting(model: TrainedModel, embeddings: Tensor) -> nn.Module:
    """A fresh network for what a model looks at, drawn from torch's random state.

    `embeddings`: (B, T, D) of some instance, whose device and precision it takes.
    """
    _, units, size = embeddings.shape
    network: nn.Module
    if model.encoding.shape:
        network = MaskOfPatches(size, model.encoding.shape)
    elif FEATURES in model.module.offers:
        network = MaskOfFeatures(units, size)
    else:
        network = MaskOfTokens(len(mean_embedding(model)))
    return network.to(embeddings)
