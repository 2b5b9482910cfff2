"""The attention classifier: embeddings, BiLSTM, additive attention, linear output.

    ã_t = v·tanh(W h_t),  α = softmax(ã),  logits = O Σ_t α_t h_t                  (one text)
    ã_t = v·tanh(W h_t + W₂ q),  logits = O tanh(P Σ_t α_t h_t + Q q)             (two texts)

Jain & Wallace, "Attention is not Explanation", NAACL 2019, and their code; the attention is that
of Bahdanau et al., ICLR 2015. `q` joins the last states of a BiLSTM of its own over the second
text. Of two texts, attention goes to the first and is 0 on the second, although gradients reach
the tokens of both: a rationale covers T = T1 + T2 tokens.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from pipeline.models.base import Output, States
from pipeline.models.batches import Batch
from pipeline.models.recurrent import BiLSTM, last_states
from pipeline.models.settings import Settings
from pipeline.models.vocabulary import PADDING


class AttentionClassifier(nn.Module):
    """`n_words` ids in, `n_classes` logits out; `pair` says whether a second text is read."""

    def __init__(self, settings: Settings, n_words: int, n_classes: int, pair: bool) -> None:
        super().__init__()
        width = 2 * settings.hidden_dim
        attention_dim = settings.attention_dim or settings.hidden_dim
        self.embedding = nn.Embedding(n_words, settings.embedding_dim, padding_idx=PADDING)
        with torch.no_grad():
            self.embedding.weight *= settings.embedding_scale
        self.encoder = BiLSTM(settings.embedding_dim, settings.hidden_dim)
        self.attention_key = nn.Linear(width, attention_dim)
        self.attention_score = nn.Linear(attention_dim, 1, bias=False)
        self.dropout = nn.Dropout(settings.dropout)
        self.pair = pair
        if pair:
            self.pair_encoder = BiLSTM(settings.embedding_dim, settings.hidden_dim)
            self.attention_query = nn.Linear(width, attention_dim, bias=False)
            self.join_first = nn.Linear(width, settings.hidden_dim)
            self.join_second = nn.Linear(width, settings.hidden_dim, bias=False)
        self.output = nn.Linear(settings.hidden_dim if pair else width, n_classes)

    def forward(
        self, batch: Batch, *, embeddings: Tensor | None = None, score_offset: Tensor | None = None
    ) -> Output:
        """One pass; see `Model`."""
        start = self.embed(batch) if embeddings is None else embeddings
        return self.attend(self.encode(start, batch), start, batch, score_offset)

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
            return inputs.new_zeros(len(inputs), 2 * self.pair_encoder.forwards.hidden_size)
        positions = torch.arange(width, device=inputs.device)
        source = (batch.first[:, None] + positions).clamp(max=inputs.shape[1] - 1)
        texts = inputs.gather(1, source[..., None].expand(-1, -1, inputs.shape[2]))
        return last_states(self.pair_encoder(texts, batch.second, batch.exact), batch.second)

    def attend(
        self,
        states: States,
        embeddings: Tensor,
        batch: Batch,
        score_offset: Tensor | None = None,
    ) -> Output:
        """Scores, attention and logits from the states; `score_offset` is added to the scores."""
        attended = batch.attended
        keys = self.attention_key(states.hidden)
        if states.query is not None:
            keys = keys + self.attention_query(states.query)[:, None]
        scores = self.attention_score(keys.tanh()).squeeze(-1)
        if score_offset is not None:
            scores = scores + score_offset
        log_attention = scores.masked_fill(~attended, -torch.inf).log_softmax(-1)
        attention = log_attention.exp()
        summary = self.dropout(torch.einsum("bt,bth->bh", attention, states.hidden))
        return Output(
            logits=self._logits(summary, states.query),
            attention=attention,
            log_attention=log_attention.masked_fill(~attended, 0.0),
            scores=scores.masked_fill(~attended, 0.0),
            attended=attended,
            embeddings=embeddings,
            states=states,
        )

    def _logits(self, summary: Tensor, query: Tensor | None) -> Tensor:
        if query is not None:
            summary = (self.join_first(summary) + self.join_second(query)).tanh()
        logits: Tensor = self.output(summary)
        return logits

    def set_embeddings(self, ids: Tensor, values: Tensor) -> None:
        """Use `values`, (F, D), as the embeddings of the words `ids`, int64 (F,)."""
        with torch.no_grad():
            weight = self.embedding.weight
            weight[ids.to(weight.device)] = values.to(weight)

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Weight decay everywhere but on attention."""
        named = list(self.named_parameters())
        return [
            {
                "params": [value for name, value in named if name.startswith("attention_") == free],
                "weight_decay": 0.0 if free else weight_decay,
            }
            for free in (False, True)
        ]
