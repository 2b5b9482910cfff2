"""No encoder: a token's state is its embedding, and attention takes a weighted mean of these.

    h_t = e_t,  H = D

A token's state then holds nothing of its neighbours, so that attention on it is attention on the
word. The encoder "average" of Jain & Wallace (NAACL 2019) projects the embedding first; here the
projection is left to the attention and the output, which both begin with one.
"""

from __future__ import annotations

from torch import Tensor, nn

from pipeline.models.encoder import inside


class Mean(nn.Module):
    """Without weights of its own; `hidden_dim` is not used."""

    def __init__(self, input_dim: int, hidden_dim: int) -> None:
        super().__init__()
        self.width = input_dim

    def forward(self, inputs: Tensor, lengths: Tensor, exact: bool) -> Tensor:
        """The inputs, (B, T, D), zero beyond a row's length."""
        return inputs if exact else inputs * inside(inputs, lengths)

    def summary(self, states: Tensor, lengths: Tensor) -> Tensor:
        """(B, D): the mean of the text's embeddings."""
        return states.sum(dim=1) / lengths.clamp(min=1)[:, None]
