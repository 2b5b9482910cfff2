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
        ids = row.ids[kept]
        if first == 0:
            ids, first = np.concatenate([np.full(1, PADDING, np.int64), ids]), 1
        return replace(row, ids=ids, first=first, second=second, marks=None)

    def embed(self, module: Model, batch: Batch) -> Tensor:
        return module.embed(batch)
