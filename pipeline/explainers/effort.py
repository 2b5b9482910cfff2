"""What is long, or too large, to be explained: said before hours pass, and instead of a trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from db.errors import KonkyoError
from db.records import Instance
from db.words import counted
from pipeline.explainers.base import Explainer
from pipeline.models.batches import Batch
from pipeline.models.memory import ON_CPU

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
def enough_memory(explainer: str, batch: Batch) -> Iterator[None]:
    """Translates torch's report that a tensor did not fit. What the system kills is not seen."""
    try:
        yield
    except (torch.OutOfMemoryError, RuntimeError) as problem:
        if not isinstance(problem, torch.OutOfMemoryError) and ON_CPU not in str(problem):
            raise
        raise KonkyoError(
            f"there is not enough memory for explainer {explainer} on "
            f"{counted(len(batch), 'instance')} of {counted(batch.ids.shape[1], 'unit')} each, "
            f"{batch.instance_ids[0]} among them; lower [explain] token_budget, or leave the "
            "explainer out"
        ) from problem
