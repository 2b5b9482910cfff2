"""Which units people marked, as yes or no, for objectives that take it so."""

from __future__ import annotations

from torch import Tensor

from pipeline.models.batches import Batch


def marked(batch: Batch, threshold: float) -> Tensor:
    """bool (B, T): marked by a share of people of at least `threshold`, in rows that were annotated."""
    return (batch.marks >= threshold) & batch.annotated[:, None]
