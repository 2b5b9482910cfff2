"""Models small enough to say by hand what an explanation of them is."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from db.records import Instance
from pipeline.explainers.base import Shared
from pipeline.models.base import ATTENTION, Output, States
from pipeline.models.batches import Batch, collate
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.vocabulary import Vocabulary
from tests.pipeline.models.support import SMALL


class Summed(nn.Module):
    """logits = O·a(Σ_t e_t) + b, in float64: linear where the activation is the identity."""

    offers = frozenset({ATTENTION})

    def __init__(self, n_words: int, activation: nn.Module) -> None:
        super().__init__()
        self.embedding = nn.Embedding(n_words, 4)
        self.activation = activation
        self.output = nn.Linear(4, 3)
        self.double()

    def embed(self, batch: Batch) -> Tensor:
        found: Tensor = self.embedding(batch.ids)
        return found

    def forward(self, batch: Batch, *, embeddings: Tensor | None = None) -> Output:
        start = self.embed(batch) if embeddings is None else embeddings
        even = torch.full(start.shape[:2], 1 / start.shape[1], dtype=start.dtype)
        logits = self.output(self.activation(start.sum(1)))
        states = States(start, None)
        return Output(logits, even, even.log(), 0 * even, batch.attended, start, states)


def summed(instances: list[Instance], activation: nn.Module | None = None) -> TrainedModel:
    vocabulary = Vocabulary.build([one.tokens for one in instances])
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        module = Summed(len(vocabulary), activation or nn.Identity())
    return TrainedModel(module, vocabulary, ("a", "b", "c"), SMALL, False)  # type: ignore[arg-type]


def shared(model: TrainedModel, instances: list[Instance], **given) -> Shared:
    with frozen(model) as module:
        return Shared.run(module, collate(model.encode(instances)), **given)
