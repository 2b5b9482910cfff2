"""Tokens are dropped, and those that are left close up: what ERASER does to a text."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from torch import Tensor

from pipeline.models.base import Model
from pipeline.models.batches import Batch, Row
from pipeline.models.trained import TrainedModel
from pipeline.models.vocabulary import PADDING
from pipeline.removal.base import Removed


class Drop:
    """The text gets shorter. Of an emptied first text one token of padding stays, the zero vector;
    an emptied second text is one of no tokens."""

    name: ClassVar[str] = "drop"

    def __init__(self, model: TrainedModel) -> None:
        """Every model can read a shorter text."""

    def remove(self, row: Row, removed: Removed) -> Row:
        kept = ~removed
        first, second = int(kept[: row.first].sum()), int(kept[row.first :].sum())
        ids, values = row.ids[kept], None if row.values is None else row.values[kept]
        if first == 0:
            ids, first = np.concatenate([np.full(1, PADDING, np.int64), ids]), 1
            if values is not None:
                nothing = np.full((1, values.shape[1]), -1, values.dtype)
                values = np.concatenate([nothing, values])
        return replace(row, ids=ids, first=first, second=second, marks=None, values=values)

    def embed(self, module: Model, batch: Batch) -> Tensor:
        return module.embed(batch)
