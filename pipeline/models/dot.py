"""Scaled dot-product attention.

    ã_t = w·h_t / √H               (one text)
    ã_t = (w + W₂ q)·h_t / √H      (two texts, q the encoding of the second)

Vaswani et al., NeurIPS 2017, with one learned query; Jain & Wallace, NAACL 2019, for one text. For
two texts their code takes q·h_t alone; with w beside it, an empty second text leaves the form for
one text, and q need not be as wide as h.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from pipeline.models.base import States
from pipeline.models.batches import Batch


class Dot(nn.Module):
    """w as `score`, W₂ as `query`; `attention_dim` is not used."""

    def __init__(self, width: int, attention_dim: int, n_attributes: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, 1, bias=False)

    def read_pairs(self, width: int) -> None:
        """Add W₂."""
        self.query = nn.Linear(width, self.score.in_features, bias=False)

    def forward(self, states: States, batch: Batch) -> Tensor:
        """ã, (B, T)."""
        scores: Tensor = self.score(states.hidden).squeeze(-1)
        if states.query is not None:
            asked = self.query(states.query)
            scores = scores + torch.einsum("bth,bh->bt", states.hidden, asked)
        return scores / math.sqrt(self.score.in_features)
