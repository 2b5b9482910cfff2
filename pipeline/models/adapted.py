"""A torch module of the user's own as a model: it encodes and classifies, konkyo attends.

The factory is called with `(settings, n_words, n_classes)` and returns a module with

    embed(ids)                   int64 (B, T) → (B, T, D); an `nn.Embedding` will do
    encode(embeddings, parts)    (B, T, D), int64 (B, T) → states (B, T, H)
    score(states)                (B, T, H) → (B, T), may be left out
    classify(summary)            (B, H) → logits (B, C); an `nn.Linear` will do

`parts` is 1 at tokens of the first text, 2 of the second, 0 at padding, which must change nothing.
Attention is the softmax of the scores over the first text, and `summary` is Σ α_t h_t. Without
`score` every token of a text has the same attention: the mean of the states, about which an
explainer of attention has nothing to say. Modules that read pictures or rows: `adapted_image` and
`adapted_row`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from db.errors import ConfigError
from pipeline.models.attending import attention_of, weighted_sum
from pipeline.models.base import ATTENTION, SUMMARY, Output, States
from pipeline.models.batches import Batch
from pipeline.models.decay import decay_groups
from pipeline.models.steps import ThreeSteps, output_of


class Adapted(ThreeSteps):
    """The user's module behind the three steps of `Model`. Weights under `attention…` decay not."""

    offers: ClassVar[frozenset[str]] = frozenset({ATTENTION, SUMMARY})

    def __init__(self, kind: str, module: Any) -> None:
        super().__init__()
        self.module = module
        self.kind = kind

    def embed(self, batch: Batch) -> Tensor:
        """(B, T, D); padding is the zero vector, whatever the module makes of it."""
        embedded: Tensor = self.module.embed(batch.ids)
        return embedded * (parts_of(batch) > 0)[..., None]

    def encode(self, embeddings: Tensor, batch: Batch) -> States:
        """States of the tokens that attention may go to; a second text is read along with them."""
        states = self.read(embeddings, batch)
        return States(states * batch.attended[..., None], None)

    def read(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """What the module's `encode` makes of a batch: (B, T, H), if it is as it should be."""
        parts = parts_of(batch)
        found: Tensor = self.module.encode(embeddings * (parts > 0)[..., None], parts)
        return found

    def shape(self, batch: Batch) -> tuple[int | None, ...]:
        """Of what `read` has to return; None is any size."""
        return (*batch.ids.shape, None)

    def attend(
        self,
        states: States,
        embeddings: Tensor,
        batch: Batch,
        score_offset: Tensor | None = None,
    ) -> Output:
        """Scores, attention and logits from the states; `score_offset` is added to the scores."""
        found = attention_of(self.scores_of(states), batch.attended, score_offset)
        summary = weighted_sum(found.attention, states.hidden)
        logits = self.module.classify(summary)
        return output_of(logits, summary, found, states, embeddings, batch)

    def scores_of(self, states: States) -> Tensor:
        """ã, (B, T), 0 everywhere from a module that scores nothing."""
        if not hasattr(self.module, "score"):
            return states.hidden.new_zeros(states.hidden.shape[:2])
        scores: Tensor = self.module.score(states.hidden)
        return scores

    def set_embeddings(self, ids: Tensor, values: Tensor) -> None:
        """Use `values`, (F, D), as the embeddings of the words `ids`, where `embed` has a table."""
        weight = getattr(self.module.embed, "weight", None)
        if not isinstance(weight, Tensor):
            raise ConfigError(
                f"[model] vectors cannot be used with kind {self.kind!r}: its embed is no "
                "nn.Embedding"
            )
        with torch.no_grad():
            weight[ids.to(weight.device)] = values.to(weight)

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Weight decay everywhere but on what is called attention…."""
        return decay_groups(self.module.named_parameters(), weight_decay, "attention")


def parts_of(batch: Batch) -> Tensor:
    """int64 (B, T): 1 at tokens of the first text, 2 of the second, 0 at padding."""
    positions = torch.arange(batch.ids.shape[1], device=batch.ids.device)
    texts = (positions < (batch.first + batch.second)[:, None]).long()
    return texts * torch.where(batch.attended, 1, 2)
