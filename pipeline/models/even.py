"""A pass without attention: logits of all units at once, to which every unit belongs alike."""

from __future__ import annotations

import torch
from torch import Tensor

from pipeline.models.base import Output, States
from pipeline.models.batches import Batch


def even_output(
    logits: Tensor,
    summary: Tensor | None,
    states: States,
    embeddings: Tensor,
    batch: Batch,
) -> Output:
    """What a pass found; every unit of rows of equal length has the same attention, 1 / T."""
    scores = embeddings.new_zeros(embeddings.shape[:2])
    even = torch.full_like(scores, 1 / embeddings.shape[1])
    return Output(
        logits=logits,
        attention=even,
        log_attention=even.log(),
        scores=scores,
        attended=batch.attended,
        embeddings=embeddings,
        states=states,
        summary=summary,
    )
