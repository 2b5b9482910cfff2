"""From scores to an attended text: the masked softmax, and what it leaves at padding."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Attention(NamedTuple):
    """`scores` ã, `attention` α and `log_attention`, (B, T), each exactly 0 where not attended."""

    scores: Tensor
    attention: Tensor
    log_attention: Tensor


def log_shares(looked: Tensor, attended: Tensor) -> Tensor:
    """log of each share of what `looked`, at least 0, (B, T), is where attention may go; 0 elsewhere."""
    tiny = torch.finfo(looked.dtype).tiny  # what is 0 in this precision has a logarithm
    logs = looked.clamp(min=tiny).log().masked_fill(~attended, -torch.inf)
    return logs.log_softmax(-1).masked_fill(~attended, 0.0)


def attention_of(scores: Tensor, attended: Tensor, score_offset: Tensor | None) -> Attention:
    """α over the tokens of `attended`, bool (B, T), from ã, with the offset added to it.

    Softmax is taken of single precision at least. A row needs one token to attend to.
    """
    scores = scores.float() if scores.dtype == torch.bfloat16 else scores
    if score_offset is not None:
        scores = scores + score_offset
    log_attention = scores.masked_fill(~attended, -torch.inf).log_softmax(-1)
    return Attention(
        scores.masked_fill(~attended, 0.0),
        log_attention.exp(),
        log_attention.masked_fill(~attended, 0.0),
    )


def weighted_sum(attention: Tensor, hidden: Tensor) -> Tensor:
    """Σ_t α_t h_t, (B, H)."""
    return torch.einsum("bt,bth->bh", attention, hidden)
