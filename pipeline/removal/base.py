"""What a removal operator does: it says what a text is like to the model without some tokens."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from pipeline.models.base import Model
from pipeline.models.batches import Batch, Row

Removed = NDArray[np.bool_]


class Removal(Protocol):
    """Made for one trained model (`kind(model)`).

    `remove`: the row without the tokens that `removed` marks, bool, shape (T,); a row of which all
    is removed still has a token, since a model must read something. `embed`: (B, T, D), what the
    model starts from for a batch of such rows.
    """

    name: str

    def remove(self, row: Row, removed: Removed) -> Row: ...

    def embed(self, module: Model, batch: Batch) -> Tensor: ...
