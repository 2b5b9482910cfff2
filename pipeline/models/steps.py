"""One pass in three steps, as most models take it: embed, encode, attend."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

from pipeline.models.attending import Attention
from pipeline.models.base import Output, States
from pipeline.models.batches import Batch


class ThreeSteps(nn.Module, ABC):
    """A module whose pass is its three steps; see `Model`."""

    @abstractmethod
    def embed(self, batch: Batch) -> Tensor:
        """(B, T, D)."""

    @abstractmethod
    def encode(self, embeddings: Tensor, batch: Batch) -> States:
        """Embeddings → states."""

    @abstractmethod
    def attend(
        self,
        states: States,
        embeddings: Tensor,
        batch: Batch,
        score_offset: Tensor | None = None,
    ) -> Output:
        """States → scores, attention and logits."""

    def forward(
        self, batch: Batch, *, embeddings: Tensor | None = None, score_offset: Tensor | None = None
    ) -> Output:
        """One pass; see `Model`."""
        start = self.embed(batch) if embeddings is None else embeddings
        return self.attend(self.encode(start, batch), start, batch, score_offset)


def output_of(
    logits: Tensor,
    summary: Tensor,
    found: Attention,
    states: States,
    embeddings: Tensor,
    batch: Batch,
) -> Output:
    """What a pass found, attention being over the first text of `batch`."""
    return Output(
        logits=logits,
        attention=found.attention,
        log_attention=found.log_attention,
        scores=found.scores,
        attended=batch.attended,
        embeddings=embeddings,
        states=states,
        summary=summary,
    )
