"""The attention classifier: embeddings, an encoder, attention, linear output.

    α = softmax(ã),  logits = O Σ_t α_t h_t                  (one text)
    α = softmax(ã),  logits = O tanh(P Σ_t α_t h_t + Q q)    (two texts)

Jain & Wallace, "Attention is not Explanation", NAACL 2019, and their code. The states h are the
encoder's (`recurrent`, `convolution`, `averaging`), the scores ã those of a form of attention
(`additive`, `dot`, `conditional`). `q` encodes the second text, by an encoder of its own. Of two
texts, attention goes to the first and is 0 on the second, although gradients reach the tokens of
both: a rationale covers T = T1 + T2 tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from pipeline.models import ATTENTIONS
from pipeline.models.attending import attention_of, weighted_sum
from pipeline.models.averaging import Mean
from pipeline.models.base import ATTENTION, SUMMARY, Output, States
from pipeline.models.batches import Batch
from pipeline.models.convolution import CNN
from pipeline.models.decay import decay_groups
from pipeline.models.encoding import Encoding
from pipeline.models.recurrent import BiGRU, BiLSTM
from pipeline.models.settings import Settings
from pipeline.models.steps import ThreeSteps, output_of
from pipeline.models.vocabulary import PADDING, Vocabulary


class AttentionClassifier(ThreeSteps):
    """`n_words` ids in, `n_classes` logits out; `pair` says whether a second text is read.

    `n_attributes`: how many values of attributes are told apart, for conditional attention.
    """

    encoder_class: ClassVar[type[BiLSTM | BiGRU | CNN | Mean]] = BiLSTM
    encoding_class: ClassVar[type[Encoding]] = Vocabulary
    defaults: ClassVar[Mapping[str, Any]] = {}
    offers: ClassVar[frozenset[str]] = frozenset({ATTENTION, SUMMARY})

    def __init__(
        self,
        settings: Settings,
        n_words: int,
        n_classes: int,
        pair: bool,
        n_attributes: int = 0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(n_words, settings.embedding_dim, padding_idx=PADDING)
        with torch.no_grad():
            self.embedding.weight *= settings.embedding_scale
        self.encoder = self.encoder_class(settings.embedding_dim, settings.hidden_dim)
        width = self.encoder.width
        attention_dim = settings.attention_dim or settings.hidden_dim
        scorer = ATTENTIONS.load(settings.attention)(width, attention_dim, n_attributes)
        self._register(scorer)
        self.dropout = nn.Dropout(settings.dropout)
        self.pair = pair
        if pair:
            self.pair_encoder = self.encoder_class(settings.embedding_dim, settings.hidden_dim)
            scorer.read_pairs(width)
            self._register(scorer)
            self.join_first = nn.Linear(width, settings.hidden_dim)
            self.join_second = nn.Linear(width, settings.hidden_dim, bias=False)
        self.output = nn.Linear(settings.hidden_dim if pair else width, n_classes)
        self.scorer = (scorer,)  # in a tuple: torch would register its parts a second time

    @classmethod
    def fresh(cls, settings: Settings, encoding: Vocabulary, n_classes: int, pair: bool) -> Self:
        """See `Kind`."""
        return cls(settings, len(encoding), n_classes, pair, len(encoding.attributes))

    def _register(self, scorer: nn.Module) -> None:
        """Weights of attention are stored as `attention_…`, whichever form it has."""
        for name, part in scorer.named_children():
            self.add_module(f"attention_{name}", part)

    def embed(self, batch: Batch) -> Tensor:
        """(B, T, D); padding is the zero vector."""
        embedded: Tensor = self.embedding(batch.ids)
        return embedded

    def encode(self, embeddings: Tensor, batch: Batch) -> States:
        """Token states of the first text, and the encoding of the second."""
        inputs = self.dropout(embeddings)
        if not self.pair:
            return States(self.encoder(inputs, batch.first, batch.exact), None)
        first = int(batch.first[0]) if batch.exact else inputs.shape[1]
        hidden = self.encoder(inputs[:, :first], batch.first, batch.exact)
        padded = nn.functional.pad(hidden, (0, 0, 0, inputs.shape[1] - first))
        return States(padded, self._query(inputs, batch))

    def _query(self, inputs: Tensor, batch: Batch) -> Tensor:
        width = int(batch.second.max())
        if width == 0:
            return inputs.new_zeros(len(inputs), self.pair_encoder.width)
        positions = torch.arange(width, device=inputs.device)
        source = (batch.first[:, None] + positions).clamp(max=inputs.shape[1] - 1)
        texts = inputs.gather(1, source[..., None].expand(-1, -1, inputs.shape[2]))
        states = self.pair_encoder(texts, batch.second, batch.exact)
        return self.pair_encoder.summary(states, batch.second)

    def attend(
        self,
        states: States,
        embeddings: Tensor,
        batch: Batch,
        score_offset: Tensor | None = None,
    ) -> Output:
        """Scores, attention and logits from the states; `score_offset` is added to the scores."""
        found = attention_of(self.scorer[0](states, batch), batch.attended, score_offset)
        summary = self.dropout(weighted_sum(found.attention, states.hidden))
        if states.query is not None:
            summary = (self.join_first(summary) + self.join_second(states.query)).tanh()
        return output_of(self.output(summary), summary, found, states, embeddings, batch)

    def set_embeddings(self, ids: Tensor, values: Tensor) -> None:
        """Use `values`, (F, D), as the embeddings of the words `ids`, int64 (F,)."""
        with torch.no_grad():
            weight = self.embedding.weight
            weight[ids.to(weight.device)] = values.to(weight)

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Weight decay everywhere but on attention."""
        return decay_groups(self.named_parameters(), weight_decay)


class GRUClassifier(AttentionClassifier):
    """Attention over gated recurrent units, which differentiate twice at a lower price."""

    encoder_class = BiGRU


class CNNClassifier(AttentionClassifier):
    """Attention over windows of tokens."""

    encoder_class = CNN


class MeanClassifier(AttentionClassifier):
    """Attention over the embeddings themselves."""

    encoder_class = Mean
