"""Attention beside gradients, text by text: the maps of Jain & Wallace (NAACL 2019).

g_t = Σ_c |e_t · ∂p_c/∂e_t|, p the class probabilities, normalised to the sum 1, on the tokens that
attention may go to. The paper's ∂/∂x of a one-hot word is e_t · ∂/∂e_t. Attention is held as it is
while the derivative is taken (as there), or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from db.errors import DataError, UsageError
from db.ragged import Ragged
from db.records import Instance
from pipeline.models.base import ATTENTION, HEADS, Model
from pipeline.models.batches import TOKEN_BUDGET, Batch, exact_batches
from pipeline.models.trained import TrainedModel, frozen
from pipeline.models.watched_attention import held_fixed

SPECIALS = frozenset(
    {"[cls]", "[sep]", "<s>", "</s>", "<bos>", "<eos>", "<sos>", "<|startoftext|>", "<|endoftext|>"}
)
"""Words, in small letters, that mark the ends of a text and are none of its own."""


@dataclass(frozen=True, eq=False)
class AttentionGradient:
    """`attention`, `gradient`: ragged float64, one row an instance, both summing to 1 on its first
    text without special tokens at its ends, in the order of `instance_ids`. Where all derivatives
    are 0, `gradient` is 0 everywhere."""

    instance_ids: tuple[str, ...]
    attention: Ragged
    gradient: Ragged


def attention_and_gradient(
    model: TrainedModel,
    instances: Sequence[Instance],
    *,
    detached: bool = True,
    token_budget: int = TOKEN_BUDGET,
    on_progress: Callable[[int, int], None] | None = None,
) -> AttentionGradient:
    """Both maps of every instance; one forward pass, and a backward pass a class.

    `detached`: derivatives are taken with attention held fixed.
    """
    check_attention(model)
    rows = model.encode(instances)
    found: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    for places, batch in exact_batches(rows, token_budget):
        with frozen(model) as module:
            maps = _maps(module, batch.to(model.device), detached)
        for place, alpha, slope in zip(places, *maps, strict=True):
            kept = _own(instances[place])
            found[place] = _normalised(alpha[kept]), _normalised(slope[kept])
        if on_progress is not None:
            on_progress(len(found), len(rows))
    return _joined(instances, [found[place] for place in range(len(rows))])


def check_attention(model: TrainedModel) -> None:
    """UsageError where a model has no attention."""
    if ATTENTION not in model.module.offers:
        raise UsageError(
            f"a model of the kind {model.settings.kind} has no attention to set beside gradients; "
            "leave --agreement out, or name a run of another kind with --run"
        )


def _maps(
    module: Model, batch: Batch, detached: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(B, T) each: α, and Σ_c |e_t · ∂p_c/∂e_t|."""
    heads = HEADS in module.offers
    with torch.enable_grad(), held_fixed(detached and heads):
        embeddings = module.embed(batch).detach().requires_grad_()
        states = module.encode(embeddings, batch)
        output = module.attend(states, embeddings, batch)
        if detached and not heads:
            # ã + (ã held fixed − ã): the same value, without a derivative.
            held = output.scores.detach() - output.scores
            output = module.attend(states, embeddings, batch, held)
        probabilities = output.logits.softmax(-1)
        slopes = [_slope(probabilities[:, c], embeddings) for c in range(probabilities.shape[1])]
    total = torch.stack(slopes).abs().sum(0)
    maps = (output.attention.detach(), total)
    first, second = (each.to("cpu", torch.float64).numpy() for each in maps)
    return first, second


def _slope(values: Tensor, embeddings: Tensor) -> Tensor:
    """(B, T): e_t · ∂(value)/∂e_t; rows of a batch do not reach each other."""
    (found,) = torch.autograd.grad(values.sum(), embeddings, retain_graph=True)
    return (found * embeddings.detach()).sum(-1)


def _own(instance: Instance) -> slice:
    """The tokens of the first text that are its own; all patches of a picture."""
    if instance.kind not in ("text", "pair"):
        return slice(None)
    words = instance.tokens[: len(instance.offsets)]
    start = int(words[0].lower() in SPECIALS)
    stop = len(words) - int(len(words) > start and words[-1].lower() in SPECIALS)
    return slice(start, stop)


def _normalised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """To the sum 1; all 0 stay 0."""
    total = values.sum()
    return values / total if total > 0 else values


def _joined(
    instances: Sequence[Instance],
    maps: Iterable[tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> AttentionGradient:
    pairs = list(maps)
    for instance, both in zip(instances, pairs, strict=True):
        if not all(np.isfinite(each).all() for each in both):
            raise DataError(
                f"the gradients of instance {instance.id} are no finite numbers; check the run's "
                "training"
            )
    attention, gradient = (
        Ragged.from_rows([both[side] for both in pairs], "float64") for side in (0, 1)
    )
    return AttentionGradient(tuple(one.id for one in instances), attention, gradient)
