"""Tokens are replaced by the token that the model reads for words it does not know."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from torch import Tensor

from pipeline.models.base import Model
from pipeline.models.batches import Batch, Row
from pipeline.models.trained import TrainedModel
from pipeline.models.vocabulary import UNKNOWN
from pipeline.removal.base import Removed


class MaskToken:
    """Length and positions stay. A vocabulary of words has no token made for masking; the one for
    unknown words is the nearest. With `min_count = 1` training never meets it, and its embedding
    stays as it was drawn."""

    name: ClassVar[str] = "mask_token"

    def __init__(self, model: TrainedModel) -> None:
        """Every vocabulary has a token for unknown words."""

    def remove(self, row: Row, removed: Removed) -> Row:
        return replace(row, ids=np.where(removed, np.int64(UNKNOWN), row.ids), marks=None)

    def embed(self, module: Model, batch: Batch) -> Tensor:
        return module.embed(batch)
