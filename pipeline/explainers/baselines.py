"""What stands where a token is absent: the baselines that explainers can be told to use.

Shapes: B instances, T tokens, D embedding dimensions, C classes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from db.errors import UsageError
from db.words import near_miss
from pipeline.explainers.base import Shared
from pipeline.removal.mean_embedding import filled

ZERO = "zero embedding"
MEAN = "mean embedding"
BASELINES = (ZERO, MEAN)


def check_baseline(explainer: str, baseline: str) -> None:
    """UsageError where there is no such baseline."""
    if baseline in BASELINES:
        return
    hint, known = near_miss(str(baseline), BASELINES), ", ".join(BASELINES)
    raise UsageError(
        f"explainer {explainer}: no baseline is called {baseline!r}{hint} (there are: {known})"
    )


def baseline_of(shared: Shared, baseline: str) -> Tensor:
    """(1, T, D): the same vector at every position, 0 or the mean of the model's words."""
    like = shared.output.embeddings.detach()[:1]
    if baseline == ZERO:
        return torch.zeros_like(like)
    if shared.mean_embedding is None:
        raise UsageError("the mean embedding is not known here; use the zero embedding")
    return filled(shared.mean_embedding, like).expand_as(like).contiguous()


def explained_output(shared: Shared, logits: Tensor, rows: Tensor) -> Tensor:
    """(R,): the number explained of the target class; `logits` (R, C) are of instances `rows`."""
    return shared.measure(logits).gather(1, shared.targets[rows, None]).squeeze(1)


def ends(shared: Shared, baseline: Tensor) -> tuple[Tensor, Tensor]:
    """f(x) and f(baseline), (B,) each.

    Texts of equal length do not share the second: their tokens may have other numbers of pieces.
    """
    rows = torch.arange(len(shared.batch), device=shared.targets.device)
    with torch.no_grad():
        base = shared.model(
            shared.batch, embeddings=baseline.expand_as(shared.output.embeddings)
        ).logits
        reached = explained_output(shared, shared.output.logits, rows)
    return reached, explained_output(shared, base, rows)
