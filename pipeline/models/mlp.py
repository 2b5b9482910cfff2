"""Rows of features: two hidden layers, and no attention.

    h = ReLU(W2 ReLU(W1 x)),  logits = O h

The activations are modules, so that DeepLIFT finds them and its rules hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from torch import Tensor, nn

from db.errors import ConfigError
from pipeline.models.base import FEATURES, SUMMARY, Output, States
from pipeline.models.batches import Batch
from pipeline.models.decay import decay_groups
from pipeline.models.encoding import Encoding
from pipeline.models.even import even_output
from pipeline.models.features import Features
from pipeline.models.places import by_model
from pipeline.models.settings import Settings
from pipeline.models.steps import ThreeSteps


class MLP(ThreeSteps):
    """`n_features` features of `width` numbers in, `n_classes` logits out."""

    encoding_class: ClassVar[type[Encoding]] = Features
    defaults: ClassVar[Mapping[str, Any]] = {
        "hidden_dim": 64,
        "learning_rate": 3e-3,
        "epochs": 100,
        "patience": 20,
    }
    offers: ClassVar[frozenset[str]] = frozenset({FEATURES, SUMMARY})

    def __init__(self, settings: Settings, n_features: int, width: int, n_classes: int) -> None:
        super().__init__()
        hidden = settings.hidden_dim
        self.hidden = nn.Sequential(
            nn.Linear(n_features * width, hidden),
            nn.ReLU(),
            nn.Dropout(settings.dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
        )
        self.dropout = nn.Dropout(settings.dropout)
        self.output = nn.Linear(hidden, n_classes)

    @classmethod
    def fresh(cls, settings: Settings, encoding: Features, n_classes: int, pair: bool) -> Self:
        """See `Kind`."""
        if settings.attention != Settings.attention or settings.vectors is not None:
            raise ConfigError(
                f"kind {settings.kind!r} reads rows, and has neither attention nor word vectors; "
                "leave [model] attention, attributes and vectors out"
            )
        return cls(settings, len(encoding.read), encoding.width, n_classes)

    def embed(self, batch: Batch) -> Tensor:
        """(B, F, K): the numbers of each feature, standardised, in the order of the row."""
        return batch.read.to(next(self.parameters()).dtype)

    def encode(self, embeddings: Tensor, batch: Batch) -> States:
        """A feature's state is what it is read as: the layers mix features at once."""
        return States(embeddings, None)

    def attend(
        self,
        states: States,
        embeddings: Tensor,
        batch: Batch,
        score_offset: Tensor | None = None,
    ) -> Output:
        """Logits; every feature has the same attention, whatever `score_offset` says."""
        read = by_model(states.hidden, batch).flatten(1)
        summary = self.dropout(self.hidden(read))
        return even_output(self.output(summary), summary, states, embeddings, batch)

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Weight decay everywhere."""
        return decay_groups(self.named_parameters(), weight_decay)
