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
from pipeline.models.vocabulary import PADDING
from pipeline.removal.base import Removed

REMOVED = -1
"""Stands for a removed token among the ids of a row, until it is embedded."""


class MeanEmbedding:
    """Length and positions stay. The mean is over the words of the vocabulary, each counted once
    (not by frequency; padding and the unknown token left aside); the zero vector without words.
    Of pictures and rows it is the mean over training of what stands at that place: zero, as they
    are read standardised."""

    name: ClassVar[str] = "mean_embedding"

    def __init__(self, model: TrainedModel) -> None:
        self.mean = mean_embedding(model)

    def remove(self, row: Row, removed: Removed) -> Row:
        return replace(row, ids=np.where(removed, np.int64(REMOVED), row.ids), marks=None)

    def embed(self, module: Model, batch: Batch) -> Tensor:
        gone = batch.ids == REMOVED
        known = replace(batch, ids=batch.ids.clamp(min=PADDING))
        embeddings = module.embed(known)
        return torch.where(gone[..., None], filled(self.mean, embeddings), embeddings)


def mean_embedding(model: TrainedModel) -> Tensor:
    """What stands for no unit in particular: (D,), or a part of it that repeats, see `filled`."""
    units = model.encoding.typical()
    if units is None:
        return torch.zeros(1, device=model.device)
    every = collate([Row("", units.ids, units.first, units.second, values=units.values)])
    with torch.no_grad():
        return model.module.embed(every.to(model.device))[0].mean(0)


def filled(mean: Tensor, like: Tensor) -> Tensor:
    """(D,): the mean as wide as the embeddings `like`, whose units may be several parts each."""
    return mean.repeat(like.shape[-1] // len(mean)).to(like)
