"""Explainers of attention heads: one pass more, in which the weights of all layers are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from pipeline.explainers.base import Attribution, Shared
from pipeline.models.base import headed


def of_heads(shared: Shared, read: Callable[[Sequence[Tensor], Tensor], Tensor]) -> Attribution:
    """Scores (B, T) of what `read` makes of the layers: see `Headed.read_heads`."""
    with torch.no_grad():
        embeddings = shared.output.embeddings.detach()
        return Attribution(headed(shared.model).read_heads(embeddings, shared.batch, read))


def looked_at(start: Tensor, weights: Tensor) -> Tensor:
    """(W, L): where the positions `start`, (W, L), look to by `weights`, (W, L, L)."""
    return torch.einsum("wq,wqk->wk", start.to(weights), weights)
