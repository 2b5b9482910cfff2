"""A convolutional encoder: windows of 1, 3, 5 and 7 tokens.

    h_t = ReLU([C_1; C_3; C_5; C_7] * e)_t,  H = 2 · hidden_dim, a quarter of it for each window

Kim, "Convolutional Neural Networks for Sentence Classification", EMNLP 2014; the windows are those
of Jain & Wallace's code (NAACL 2019). Kim takes the maximum over the text; here attention weighs
the states, and the maximum is left for the second text of a pair.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from db.errors import ConfigError
from pipeline.models.encoder import inside

WINDOWS = (1, 3, 5, 7)


class CNN(nn.Module):
    """Beyond either end of a text stand zeros, as many as the window needs."""

    def __init__(self, input_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.width = 2 * hidden_dim
        share, rest = divmod(self.width, len(WINDOWS))
        if rest:
            raise ConfigError(f"hidden_dim must be even for a CNN, not {hidden_dim}")
        self.windows = nn.ModuleList(
            nn.Conv1d(input_dim, share, size, padding=size // 2) for size in WINDOWS
        )

    def forward(self, inputs: Tensor, lengths: Tensor, exact: bool) -> Tensor:
        """States (B, T, H) of `inputs` (B, T, D), zero beyond a row's length."""
        kept = inside(inputs, lengths)
        columns = (inputs if exact else inputs * kept).transpose(1, 2)
        states = torch.cat([window(columns) for window in self.windows], dim=1)
        states = states.relu().transpose(1, 2)
        return states if exact else states * kept

    def summary(self, states: Tensor, lengths: Tensor) -> Tensor:
        """(B, H): the maximum over the text. States are 0 or more, so that padding adds nothing."""
        return states.amax(dim=1)
