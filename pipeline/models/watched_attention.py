"""Attention of a transformer that can be read and moved, whatever its architecture.

The library calls one function for the attention of every layer, and lets others register theirs.
Ours does what the library's "eager" does, and hands its weights to whoever watches the pass. Layers
that nobody watches, in a pass without gradients, go through torch's fused kernel, which is faster
and writes no weights. Shapes: W lines, L positions, A heads, E dimensions of a head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.models.pretrained_folder import transformers

NAME = "konkyo"

Read = Callable[[Sequence[Tensor], Tensor], Tensor]
"""Weights of the layers, (W, A, L, L) each, first layer first, and where they are read from, (W, L),
summing to 1: one first special token, or all positions alike → (W, L), or (W, L, …)."""


@dataclass
class Watch:
    """One pass: whose weights are kept, and what is added to the scores of the last layer.

    `n_layers`: how many there are, 0 where that is to be found out; `every`: keep all layers, not
    the last alone; `offset`: (W, L), added to the scores of each key.
    """

    n_layers: int = 0
    every: bool = False
    offset: Tensor | None = None
    seen: list[Tensor] = field(default_factory=list)
    calls: int = 0

    def enter(self) -> bool:
        """Another layer has its turn; whether it is the last."""
        self.calls += 1
        return self.calls == self.n_layers

    def show(self, weights: Tensor, last: bool) -> None:
        """Keep the weights of a layer if they are wanted."""
        if last or self.every:
            self.seen.append(weights)


_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)


_FIXED: ContextVar[bool] = ContextVar("fixed", default=False)


@contextmanager
def held_fixed(fixed: bool = True) -> Iterator[None]:
    """Where attention looks has no derivative in this context, in any layer."""
    token = _FIXED.set(fixed)
    try:
        yield
    finally:
        _FIXED.reset(token)


def is_fixed() -> bool:
    """Whether weights are held fixed here."""
    return _FIXED.get()


def current() -> Watch:
    """Who watches the pass; nobody else hears of a new one."""
    return _WATCH.get() or Watch()


@contextmanager
def watching(watch: Watch) -> Iterator[Watch]:
    """Passes in this context are watched."""
    register()
    token = _WATCH.set(watch)
    try:
        yield watch
    finally:
        _WATCH.reset(token)


def register() -> None:
    """Let the library know our attention; its masks are those that "eager" gets."""
    library = transformers()
    from transformers.masking_utils import AttentionMaskInterface, eager_mask

    library.AttentionInterface.register(NAME, attention)
    AttentionMaskInterface.register(NAME, eager_mask)


def attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Tensor, Tensor | None]:
    """(W, L, A, E) and the weights, from (W, A, L, E) each and a mask that is added."""
    watch = current()
    last = watch.enter()
    if key.shape[1] != query.shape[1]:  # heads that share keys and values
        shared = query.shape[1] // key.shape[1]
        key, value = (one.repeat_interleave(shared, dim=1) for one in (key, value))
    if not (last or watch.every or torch.is_grad_enabled()):
        fused = nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=attention_mask, dropout_p=dropout, scale=scaling
        )
        return fused.transpose(1, 2).contiguous(), None
    scores = (
        query @ key.transpose(-1, -2) * (query.shape[-1] ** -0.5 if scaling is None else scaling)
    )
    if attention_mask is not None:
        scores = scores + attention_mask
    if last and watch.offset is not None:
        scores = scores + watch.offset[:, None, None]
    weights = scores.softmax(-1, dtype=torch.promote_types(scores.dtype, torch.float32))
    weights = weights.detach() if is_fixed() else weights
    watch.show(weights, last)
    dropped = nn.functional.dropout(weights.to(value.dtype), dropout, module.training)
    return (dropped @ value).transpose(1, 2).contiguous(), weights


def last_layer(weights: Sequence[Tensor], start: Tensor) -> Tensor:
    """(W, L): where the last layer looks from `start`, the mean of its heads."""
    found = torch.einsum("wq,whqk->wk", start.to(weights[-1]), weights[-1])
    return found / weights[-1].shape[1]


def each_head(weights: Sequence[Tensor], start: Tensor) -> Tensor:
    """(W, L, ΣA): where every head looks from `start`, layer after layer."""
    found = [(start.to(one)[:, None, None] @ one).squeeze(2) for one in weights]
    return torch.cat(found, 1).transpose(1, 2)
