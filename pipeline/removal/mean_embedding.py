"""Tokens are replaced by the mean of all embeddings: a word that is no word in particular."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from pipeline.models.base import Model
from pipeline.models.batches import Batch, Row, collate
from pipeline.models.trained import TrainedModel
from pipeline.models.vocabulary import PADDING, SPECIAL
from pipeline.removal.base import Removed

REMOVED = -1
"""Stands for a removed token among the ids of a row, until it is embedded."""


class MeanEmbedding:
    """Length and positions stay. The mean is over the words of the vocabulary, each counted once
    (not by frequency; padding and the unknown token left aside); the zero vector without words."""

    name: ClassVar[str] = "mean_embedding"

    def __init__(self, model: TrainedModel) -> None:
        words = np.arange(SPECIAL, len(model.vocabulary), dtype=np.int64)
        ids = words if len(words) else np.array([PADDING])
        every = collate([Row("", ids, len(ids), 0)]).to(model.device)
        with torch.no_grad():
            self.mean = model.module.embed(every)[0].mean(0)

    def remove(self, row: Row, removed: Removed) -> Row:
        return replace(row, ids=np.where(removed, np.int64(REMOVED), row.ids), marks=None)

    def embed(self, module: Model, batch: Batch) -> Tensor:
        gone = batch.ids == REMOVED
        known = replace(batch, ids=batch.ids.clamp(min=PADDING))
        return torch.where(gone[..., None], self.mean, module.embed(known))
