"""A pretrained transformer as a function of units with embeddings.

A unit's embedding is that of its pieces side by side, (P · d), zeros where it has fewer. A pass
lays the pieces in lines with special tokens (`lines`) and starts the model from them, so that its
own embeddings of positions and types come on top. A row that takes several windows has the mean of
their logits; what a piece gets in several windows is averaged too.

α of a token is what the last layer's attention gives to its pieces, from the first special token,
as the mean over heads, divided by the sum over the first text; from all positions alike where the
tokenizer sets no special token first. ã is log α, and `score_offset` is added to the scores of the
last layer's keys: with one head and one window, that moves log α by the offset and a constant.
Shapes: B rows, T units, P pieces of a unit at most, N pieces in all, d dimensions of a piece,
W windows, L positions, H dimensions of a state, C classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from db.errors import ConfigError
from pipeline.models.attending import log_shares
from pipeline.models.base import ATTENTION, HEADS, SUMMARY, Output, States
from pipeline.models.batches import Batch
from pipeline.models.dropout_attention import watched_dropouts
from pipeline.models.encoding import Encoding
from pipeline.models.last_layer import heard, last_layer_of
from pipeline.models.lines import Lines, at_units, laid_out, placed, present, special_ids
from pipeline.models.pieces import Pieces
from pipeline.models.pretrained_folder import folder_of, read_model
from pipeline.models.settings import Settings
from pipeline.models.transformer_start import fresh_model, label_order, positions, tried
from pipeline.models.vocabulary import UNKNOWN
from pipeline.models.watched_attention import (
    NAME,
    Read,
    Watch,
    each_head,
    last_layer,
    watching,
)

POSITIONS = 16_384  # of windows that are passed at once; more are passed one part after the other


@dataclass(frozen=True, eq=False)
class Passed(States):
    """States with what else the pass found: `logits` (B, C); `looked` (B, T): see `Output`; `looks`
    (B, T, heads of all layers): what each gave, None where that was not kept; `summary`: (B, S),
    S = 0 where the logits are not those of one last linear layer."""

    logits: Tensor
    looked: Tensor
    looks: Tensor | None
    summary: Tensor


class Transformer(nn.Module):
    """`model`: of the library, for sequence classification; `order`: int64 (C,), which of its
    classes each of ours is."""

    encoding_class: ClassVar[type[Encoding]] = Pieces
    defaults: ClassVar[Mapping[str, Any]] = {
        "learning_rate": 5e-5,
        "weight_decay": 0.01,
        "batch_size": 16,
        "epochs": 4,
        "patience": 2,
    }
    order: Tensor

    def __init__(self, settings: Settings, encoding: Pieces, n_classes: int) -> None:
        super().__init__()
        self.settings, self.encoding = settings, encoding
        self.model = fresh_model(encoding.config, n_classes)
        self.limit = min(encoding.limit, positions(self.model))
        trial = tried(self.model, encoding)
        self.heads, self.typed, self.dropouts = trial.heads, trial.typed, trial.dropouts
        self.last = last_layer_of(self.model)
        self.register_buffer("order", torch.arange(n_classes))

    @classmethod
    def fresh(cls, settings: Settings, encoding: Pieces, n_classes: int, pair: bool) -> Self:
        """See `Kind`; random weights of the shape that the folder's config says."""
        if settings.attention != Settings.attention or settings.vectors is not None:
            raise ConfigError(
                "kind 'transformer' brings its own attention and embeddings; leave [model] "
                "attention, attributes and vectors out"
            )
        return cls(settings, encoding, n_classes)

    def start(self, labels: Sequence[str]) -> str:
        """The folder's weights; its own head too, where it is of as many labels."""
        folder = folder_of(self.settings.path)
        model, fresh = read_model(folder, len(labels), NAME)
        if fresh and self.settings.epochs == 0:
            raise ConfigError(
                f"[model] epochs is 0, but {folder} holds no head for {len(labels)} labels "
                f"({fresh[0]} is missing or of another shape); train it with epochs = 4"
            )
        self.model.load_state_dict(model.state_dict())
        if fresh:
            return f"weights of {folder.name}, with a new head ({', '.join(fresh)})"
        order, said = label_order(self.encoding.config, labels)
        self.order.copy_(torch.tensor(order))
        return f"weights of {folder.name}, {said}"

    @property
    def offers(self) -> frozenset[str]:
        """Attention and a summary as far as the architecture lets them be read."""
        attention = frozenset({ATTENTION, HEADS} if self.heads else ())
        return attention | ({SUMMARY} if self.last else set())

    def forward(
        self, batch: Batch, *, embeddings: Tensor | None = None, score_offset: Tensor | None = None
    ) -> Output:
        """One pass; see `Model`."""
        start = self.embed(batch) if embeddings is None else embeddings
        if score_offset is not None:
            return self._output(self._passed(start, batch, score_offset), start, batch)
        return self._output(self._passed(start, batch), start, batch)

    def embed(self, batch: Batch) -> Tensor:
        """(B, T, P · d): the embeddings of each unit's pieces; zero where there is no piece."""
        codes = self._codes(batch)
        found: Tensor = self.model.get_input_embeddings()(codes.clamp(min=0))
        return (found * (codes >= 0)[..., None]).flatten(2)

    def encode(self, embeddings: Tensor, batch: Batch) -> States:
        """The whole pass: a transformer's states and its attention come out together."""
        return self._passed(embeddings, batch)

    def attend(
        self,
        states: States,
        embeddings: Tensor,
        batch: Batch,
        score_offset: Tensor | None = None,
    ) -> Output:
        """What the pass found; another pass where scores are offset."""
        if score_offset is not None or not isinstance(states, Passed):
            states = self._passed(embeddings, batch, score_offset)
        return self._output(states, embeddings, batch)

    def read_heads(self, embeddings: Tensor, batch: Batch, read: Read) -> Tensor:
        """(B, T): what `read` makes of the weights of all layers, pieces summed; see `Headed`."""
        return self._passed(embeddings, batch, read=read).looked

    def each_head(self, output: Output, batch: Batch) -> Sequence[Tensor]:
        """See `Headed`; of the pass itself in training with gradients, else of another one."""
        states = output.states
        found = states.looks if isinstance(states, Passed) else None
        if found is None:
            found = self.read_heads(output.embeddings, batch, each_head)
        return torch.split(found, list(self.heads), -1)

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Weight decay on matrices, not on biases and norms."""
        weights = list(self.parameters())
        return [
            {"params": [w for w in weights if w.dim() > 1], "weight_decay": weight_decay},
            {"params": [w for w in weights if w.dim() < 2], "weight_decay": 0.0},
        ]

    def _codes(self, batch: Batch) -> Tensor:
        """int64 (B, T, P): pieces, −1 where there is none; a masked unit is one mask."""
        masked = (batch.ids == UNKNOWN)[..., None]
        codes = batch.read.masked_fill(masked, -1)
        codes[..., :1].masked_fill_(masked, self.encoding.mask)
        return codes

    def _passed(
        self,
        embeddings: Tensor,
        batch: Batch,
        score_offset: Tensor | None = None,
        read: Read | None = None,
    ) -> Passed:
        """Lay out, pass, and bring back to units."""
        if score_offset is not None and ATTENTION not in self.offers:
            raise ConfigError(
                f"the attention of a model of the type {self.model.config.model_type} cannot be "
                "moved; choose an objective that leaves it as it is"
            )
        codes = self._codes(batch)
        there = present(codes, batch)
        single, pair = self.encoding.single, self.encoding.pair
        lines = laid_out(there, batch.first, batch.second, single, pair, self.limit)
        pieces = embeddings.reshape(*there.shape, -1)[there]
        offset = None
        if score_offset is not None:
            moved = score_offset.masked_fill(~batch.attended, 0.0)
            offset = placed(moved[..., None].expand(there.shape)[there], lines)
        logits, hidden, looked, looks = self._windows(
            self._line(pieces, lines), lines, offset, read
        )
        by_row = logits.new_zeros(len(batch), logits.shape[1]).index_add(0, lines.row, logits)
        by_row = by_row / lines.windows[:, None]
        states = at_units(hidden, lines, there) / there.sum(2).clamp(min=1)[..., None]
        return Passed(
            hidden=states.masked_fill(~batch.attended[..., None], 0.0),
            query=None,
            logits=by_row[:, self.order],
            summary=by_row[:, len(self.order) :],
            looked=at_units(looked, lines, there),
            looks=at_units(looks, lines, there) if looks.shape[-1] else None,
        )

    def _line(self, pieces: Tensor, lines: Lines) -> Tensor:
        """(W, L, d): the embeddings of every line; zero at padding."""
        special = torch.tensor(
            special_ids(self.encoding.single, self.encoding.pair),
            dtype=torch.int64,
            device=pieces.device,
        )
        known = self.model.get_input_embeddings()(special).to(pieces)
        return torch.cat([pieces, known, pieces.new_zeros(1, pieces.shape[-1])])[lines.source]

    def _windows(
        self, line: Tensor, lines: Lines, offset: Tensor | None, read: Read | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits beside summaries (W, C + S), states (W, L, H), what was read (W, L) and what each
        head gave, (W, L, K), K = 0 where that is not kept; part after part of windows.

        Hooks that others set (Captum's DeepLIFT) hold one pass of a module: then all go at once.
        What gradients need of several parts is computed again on the way back, not kept.
        """
        hooked = any(one._forward_hooks for one in self.model.modules())
        size = len(line) if hooked else max(1, POSITIONS // line.shape[1])
        parts = [slice(at, at + size) for at in range(0, len(line), size)]
        given = [
            (line[p], lines.source[p] >= 0, lines.types[p], None if offset is None else offset[p])
            for p in parts
        ]
        if len(parts) > 1 and torch.is_grad_enabled():
            found = [checkpoint(self._pass, *one, read, use_reentrant=False) for one in given]
        else:
            found = [self._pass(*one, read) for one in given]
        logits, hidden, looked, looks = (torch.cat(one) for one in zip(*found, strict=True))
        return logits, hidden, looked, looks

    def _pass(
        self,
        line: Tensor,
        real: Tensor,
        types: Tensor,
        offset: Tensor | None,
        read: Read | None,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One call of the model. In training with gradients, weights of all layers are there anyway."""
        learning = self.training and torch.is_grad_enabled() and read is None
        watch = Watch(len(self.heads), every=learning or read is not None, offset=offset)
        given = {"token_type_ids": types} if self.typed else {}
        hooks = watched_dropouts(self.model, self.dropouts)
        last = heard(self.model, self.last)
        with watching(watch), hooks, last as z, _last_states(self.model.base_model) as states:
            logits = self.model(
                inputs_embeds=line, attention_mask=real.to(torch.int64), **given
            ).logits
        logits = torch.cat([logits, *z], dim=-1)
        start = self._start_of(real).to(line)
        looked = real.to(line) / real.sum(-1, keepdim=True)  # even, where attention is not read
        if watch.seen:
            looked = (read or last_layer)(watch.seen, start)
        none = looked.new_zeros(*real.shape, 0)
        looks = each_head(watch.seen, start) if watch.seen and learning else none
        return logits.to(looked), states[-1].to(looked), looked, looks

    def _start_of(self, real: Tensor) -> Tensor:
        """(W, L): where attention is read from: the first special token, or everywhere alike."""
        if not (self.encoding.single.before and self.encoding.pair.before):
            return real / real.sum(-1, keepdim=True)
        return nn.functional.one_hot(torch.zeros_like(real[:, 0], dtype=torch.int64), real.shape[1])

    def _output(self, passed: Passed, embeddings: Tensor, batch: Batch) -> Output:
        """Attention over the first text, from what its tokens were given."""
        attended = batch.attended
        log_attention = log_shares(passed.looked, attended)
        return Output(
            logits=passed.logits,
            attention=log_attention.exp() * attended,
            log_attention=log_attention,
            scores=log_attention,
            attended=attended,
            embeddings=embeddings,
            states=passed,
            summary=passed.summary if self.last else None,
        )


@contextmanager
def _last_states(base: nn.Module) -> Iterator[list[Tensor]]:
    """The base model's last hidden states, (W, L, H), of every pass in this context."""
    found: list[Tensor] = []
    hook = base.register_forward_hook(lambda _module, _given, output: found.append(output[0]))
    try:
        yield found
    finally:
        hook.remove()
