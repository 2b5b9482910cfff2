"""Small networks that say what to keep: logits of a mask, in a shape that multiplies the input."""

from __future__ import annotations

from torch import Tensor, nn


class ImageMask(nn.Module):
    """Three convolutions of 3 × 3: (N, C, H, W) → logits (N, 1, H, W), one for all channels."""

    def __init__(self, channels: int, width: int = 16) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 1, 3, padding=1),
        )

    def forward(self, inputs: Tensor) -> Tensor:
        made: Tensor = self.layers(inputs)
        return made


class TokenMask(nn.Module):
    """Two convolutions over 3 tokens: embeddings (N, T, E) → logits (N, T, 1), one a token.

    Padding must be zeros of the embeddings, or it reaches the tokens beside it.
    """

    def __init__(self, size: int, width: int = 32) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(size, width, 3, padding=1), nn.ReLU(), nn.Conv1d(width, 1, 3, padding=1)
        )

    def forward(self, embeddings: Tensor) -> Tensor:
        made: Tensor = self.layers(embeddings.transpose(1, 2)).transpose(1, 2)
        return made


class RowMask(nn.Module):
    """One hidden layer: numbers (N, D) → logits (N, F), one a feature.

    `features` F, where a feature is read as several numbers; by default it is one, and F is D.
    """

    def __init__(self, size: int, width: int = 32, features: int | None = None) -> None:
        super().__init__()
        into, out = nn.Linear(size, width), nn.Linear(width, features or size)
        self.layers = nn.Sequential(into, nn.ReLU(), out)

    def forward(self, rows: Tensor) -> Tensor:
        made: Tensor = self.layers(rows)
        return made
