"""The output of a model on texts of which some tokens are put to the baseline.

A coalition is the set of tokens that stay: a row of a mask, true where the token stays. A mask of
numbers in [0, 1] lets a token stay in part, on the line from the baseline to its embedding. Shapes:
B instances, S coalitions each, T tokens.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.explainers.base import Shared
from pipeline.explainers.baselines import explained_output

Masks = NDArray[np.bool_]


def every_coalition(tokens: int) -> Masks:
    """bool, shape (2^T, T): every set of tokens once, from none to all."""
    return (np.arange(2**tokens)[:, None] >> np.arange(tokens) & 1).astype(bool)


def forward_from_stays(shared: Shared, baseline: Tensor) -> Callable[[Tensor], Tensor]:
    """The model as a function of which tokens stay, for what Captum takes away.

    The argument is (n·B, T, 1), n copies of the batch as Captum stacks them; `baseline`: (1, T, D).
    Captum copies and masks its input several times over, so that it gets one number a token to
    work on, and the D dimensions are put to the baseline once, here.
    """
    forward, embeddings = shared.forward_from(shared.batch), shared.output.embeddings.detach()

    def masked(stays: Tensor) -> Tensor:
        copies = stays.view(-1, *embeddings.shape[:2], 1)
        return forward(torch.lerp(baseline, embeddings, copies).flatten(0, 1))

    return masked


def outputs(shared: Shared, masks: Masks | NDArray[np.float32], baseline: Tensor) -> Tensor:
    """float64, shape (B, S): the number explained, of the target class, of every coalition.

    `masks`: shape (B, S, T); `baseline`: (1, T, D). Coalitions of all instances share passes, as
    many a pass as the budget of tokens allows.
    """
    embeddings = shared.output.embeddings.detach()
    kept = torch.from_numpy(masks).to(embeddings).flatten(0, 1)
    row = torch.arange(len(masks), device=embeddings.device).repeat_interleave(masks.shape[1])
    size = max(1, shared.token_budget // masks.shape[2])
    found = []
    with torch.no_grad():
        for stays, rows in zip(torch.split(kept, size), torch.split(row, size), strict=True):
            texts = torch.lerp(baseline, embeddings[rows], stays[..., None])
            logits = shared.model(shared.batch.take(rows), embeddings=texts).logits
            found.append(explained_output(shared, logits, rows))
    return torch.cat(found).double().view(masks.shape[:2])
