"""Texts too long for the memory there is: said, rather than a library's trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from db.errors import KonkyoError
from db.words import counted
from pipeline.models.batches import Row

ON_CPU = "DefaultCPUAllocator"


@contextmanager
def enough_memory(rows: Sequence[Row], batch_size: int) -> Iterator[None]:
    """Translates torch's report that a tensor did not fit. What the system kills is not seen."""
    try:
        yield
    except (torch.OutOfMemoryError, RuntimeError) as problem:
        if not isinstance(problem, torch.OutOfMemoryError) and ON_CPU not in str(problem):
            raise
        longest = max(rows, key=lambda row: len(row.ids))
        raise KonkyoError(
            f"there is not enough memory to train on {counted(batch_size, 'text')} at once, of which the "
            f"longest, instance {longest.instance_id}, has {counted(len(longest.ids), 'token')}; lower "
            "[model] batch_size, embedding_dim or hidden_dim, or leave out the longest texts"
        ) from problem
