"""What is long, or too large, to be explained: said before hours pass, and instead of a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from db.errors import KonkyoError
from db.records import Instance
from db.words import counted
from pipeline.explainers.base import Explainer, Learning
from pipeline.models.batches import Batch
from pipeline.models.memory import ON_CPU
from pipeline.models.trained import TrainedModel

MUCH = 2_000_000_000
"""Tokens to be read for one text, from which on there is a warning: minutes on two cores at best."""


def laborious(explainers: Sequence[Explainer], instances: Sequence[Instance]) -> list[str]:
    """A sentence for every explainer that reads more than `MUCH` tokens for the longest text."""
    longest = max(instances, key=lambda one: one.n_tokens, default=None)
    if longest is None:
        return []
    n = longest.n_tokens
    passes = {e.name: e.cost.forward[1] + e.cost.per_token * n for e in explainers}
    return [
        f"explainer {name} reads instance {longest.id} {times:,} times, {counted(n, 'token')} each: "
        "this may take hours; interrupted, what is done is kept, and the same command goes on. "
        "Gradients take a few passes of any text"
        for name, times in passes.items()
        if times * n > MUCH
    ]


@contextmanager
def enough_memory(doing: str, batch: Batch, otherwise: str) -> Iterator[None]:
    """Where memory is refused `doing` it ("for explainer lime"), names the batch and what to do."""
    with _refused(
        lambda: (
            f"there is not enough memory {doing} on {counted(len(batch), 'instance')} of "
            f"{counted(batch.ids.shape[1], 'unit')} each, {batch.instance_ids[0]} among them; lower "
            f"[explain] token_budget, or {otherwise}"
        )
    ):
        yield


def learned_by(
    explainer: Learning, model: TrainedModel, instances: Sequence[Instance], seed: int
) -> Any:
    """What the explainer learns.

    Where memory is refused, the longest text is named; `token_budget` is of explaining alone.
    """
    with _refused(lambda: _too_much_to_learn(explainer.name, instances)):
        return explainer.learn(model, instances, seed)


def _too_much_to_learn(explainer: str, instances: Sequence[Instance]) -> str:
    longest = max(instances, key=lambda one: one.n_tokens)
    said = f", the longest of which, {longest.id}, has {counted(longest.n_tokens, 'token')}"
    return (
        f"there is not enough memory for explainer {explainer} to learn from "
        f"{counted(len(instances), 'instance')}{said if longest.n_tokens else ''}; leave the "
        "explainer out, or what is longest"
    )


@contextmanager
def _refused(said: Callable[[], str]) -> Iterator[None]:
    """Translates torch's or numpy's report that an array did not fit into a KonkyoError.

    What the system kills is not seen. Any other error passes as it is.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as problem:
        known = isinstance(problem, MemoryError | torch.OutOfMemoryError) or ON_CPU in str(problem)
        if not known:
            raise
        raise KonkyoError(said()) from problem
