"""What an encoder offers: it turns the embeddings of a text into one state a token."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor


class Encoder(Protocol):
    """A torch module made of `(input_dim, hidden_dim)`; `width` H is that of a token's state."""

    width: int

    def __init__(self, input_dim: int, hidden_dim: int) -> None: ...

    def __call__(self, inputs: Tensor, lengths: Tensor, exact: bool) -> Tensor:
        """States (B, T, H) of `inputs` (B, T, D), zero beyond a row's length, int64 (B,).

        `exact` says that every row is full. Nothing beyond a row's length may change a state.
        """
        ...

    def summary(self, states: Tensor, lengths: Tensor) -> Tensor:
        """(B, H): a whole text in one vector; zero for an empty text."""
        ...


def inside(values: Tensor, lengths: Tensor) -> Tensor:
    """bool (B, T, 1): which positions of `values`, (B, T, D), are tokens of their row."""
    positions = torch.arange(values.shape[1], device=values.device)
    return (positions < lengths[:, None])[..., None]
