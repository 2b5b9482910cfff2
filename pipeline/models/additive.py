"""Additive attention.

    ã_t = v·tanh(W h_t)             (one text)
    ã_t = v·tanh(W h_t + W₂ q)      (two texts, q the encoding of the second)

Bahdanau, Cho & Bengio, ICLR 2015; Jain & Wallace, NAACL 2019, and their code. W has a bias.
"""

from __future__ import annotations

from torch import Tensor, nn

from pipeline.models.base import States
from pipeline.models.batches import Batch


class Additive(nn.Module):
    """W and v as `key` and `score`, W₂ as `query`."""

    def __init__(self, width: int, attention_dim: int, n_attributes: int) -> None:
        super().__init__()
        self.key = nn.Linear(width, attention_dim)
        self.score = nn.Linear(attention_dim, 1, bias=False)

    def read_pairs(self, width: int) -> None:
        """Add W₂."""
        self.query = nn.Linear(width, self.key.out_features, bias=False)

    def forward(self, states: States, batch: Batch) -> Tensor:
        """ã, (B, T)."""
        keys = self.key(states.hidden)
        if states.query is not None:
            keys = keys + self.query(states.query)[:, None]
        scores: Tensor = self.score(keys.tanh()).squeeze(-1)
        return scores
