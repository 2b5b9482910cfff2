"""What objectives that learn from people share: which units were marked, and how sure that is."""

from __future__ import annotations

from torch import Tensor

from pipeline.models.batches import Batch


def marked(batch: Batch, threshold: float) -> Tensor:
    """bool (B, T): marked by a share of people of at least `threshold`, in rows that were annotated."""
    return (batch.marks >= threshold) & batch.annotated[:, None]


def weighed(rows: Tensor, batch: Batch, certainty: bool) -> Tensor:
    """(B,): the terms of the rows, each times the certainty of its marks where that is wanted."""
    return rows * batch.certainty.to(rows.dtype) if certainty else rows
