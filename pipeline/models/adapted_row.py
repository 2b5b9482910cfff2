"""A torch module of the user's own that reads rows of features: `reads = "row"`.

The factory is called with `(settings, features, n_classes)`, `features` being a `Features`, and
returns a module with

    classify(values)     (B, F, K) → logits (B, C)

where it takes all features at once and has no attention, or else with

    encode(values)       (B, F, K) → states (B, F, H), one a feature
    score(states)        (B, F, H) → (B, F), may be left out
    classify(summary)    (B, H) → logits (B, C)

F = `len(features.read)`, in that order whatever the order of a row, K = `features.width`. A feature
is its own embedding, 0 the mean of training or no word, so that there is no `embed`.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from pipeline.models.adapted import Adapted
from pipeline.models.base import ATTENTION, FEATURES, SUMMARY, Output, States
from pipeline.models.batches import Batch
from pipeline.models.even import even_output
from pipeline.models.places import by_model, by_row


class AdaptedRow(Adapted):
    """The user's module behind the three steps; attention goes to features."""

    offers: ClassVar[frozenset[str]] = frozenset({ATTENTION, FEATURES, SUMMARY})

    def embed(self, batch: Batch) -> Tensor:
        """(B, F, K): the numbers of each feature, standardised, in the order of the row."""
        return batch.read.to(next(self.parameters()).dtype)

    def read(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """(B, F, H) in the order of the model, if the module is as it should be."""
        found: Tensor = self.module.encode(by_model(embeddings, batch))
        return found

    def encode(self, embeddings: Tensor, batch: Batch) -> States:
        """A state for every feature, in the order of the row."""
        return States(by_row(self.read(embeddings, batch), batch), None)


class AdaptedWholeRow(AdaptedRow):
    """The user's module takes all features at once: there is no state of one, and no attention."""

    offers: ClassVar[frozenset[str]] = frozenset({FEATURES})

    def read(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """The embeddings in the order of the model."""
        return by_model(embeddings, batch)

    def attend(
        self,
        states: States,
        embeddings: Tensor,
        batch: Batch,
        score_offset: Tensor | None = None,
    ) -> Output:
        """Logits; every feature has the same attention, whatever `score_offset` says."""
        logits = self.module.classify(by_model(states.hidden, batch))
        return even_output(logits, None, states, embeddings, batch)

    def scores_of(self, states: States) -> Tensor:
        """0 everywhere."""
        return states.hidden.new_zeros(states.hidden.shape[:2])
