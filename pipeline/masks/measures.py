"""What a mask keeps: of the input, and of the prediction, beside the two controls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from analysis.intervals import estimate
from analysis.resampling import Plan, Units
from db.errors import DataError
from db.records import Estimate
from pipeline.masks.controls import other_masks, random_masks
from pipeline.masks.learning import Predict, resting, shares

LEARNED, RANDOM, OTHER = "learned", "random of the same size", "another input's"
SHARE, PREDICTION = "share kept", "prediction kept"
KEPT = "0 to 1, higher is better"
BATCH = 256
"""How many inputs the model reads at once."""


def measure_masks(
    predict: Predict,
    inputs: Tensor,
    masks: Tensor,
    real: Tensor | None = None,
    regression: bool = False,
    cut: float | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
) -> list[Estimate]:
    """Two Estimates for each of three masks (`subject`): share kept and prediction kept.

    Share kept: mean of the mask, 0 to 1. Prediction kept: share of inputs whose most probable class
    stays, 0 to 1, higher is better; with `regression`, the mean absolute change of the outputs
    instead, lower is better. `cut`: masks are 1 above it and else 0; None leaves them soft, through
    which a model may still see what is dimmed. Intervals: bootstrap over inputs, all on the same
    draws; the masks stay as they are. Measure on inputs that the mask was not learned from.
    """
    if not len(inputs) or len(inputs) != len(masks):
        raise DataError(
            f"{len(inputs)} inputs and {len(masks)} masks: as many are needed, 1 or more"
        )
    masks = (masks if cut is None else masks > cut).to(inputs)
    kinds = {LEARNED: masks, RANDOM: random_masks(masks, real, seed)}
    if len(masks) > 1:
        kinds[OTHER] = other_masks(masks, real, seed)
    plan = Plan(Units.single(len(masks), "inputs"), 0, False, ("units",), bootstrap, seed)
    method = ("soft masks" if cut is None else f"masks cut at {cut:g}") + f"; seed {seed}"
    name = "prediction change" if regression else PREDICTION
    found = []
    for subject, mask in kinds.items():
        kept = _prediction(predict, inputs, mask, regression)
        found.append(_mean(SHARE, shares(mask, real), plan, subject, method, "0 to 1"))
        scale = "0 or more, lower is better" if regression else KEPT
        found.append(_mean(name, kept, plan, subject, method, scale))
    if len(masks) < 2:
        why = "another input's mask needs at least two inputs"
        lost: dict[str, Any] = {"subject": OTHER, "method": method, "note": why, "n_units": 1}
        found += [Estimate(SHARE, None, **lost), Estimate(name, None, **lost)]
    return found


def _prediction(predict: Predict, inputs: Tensor, mask: Tensor, regression: bool) -> Tensor:
    """Of each input, shape (N,): 1 where the class stays; or how far the outputs moved."""
    found = []
    with torch.no_grad(), resting(predict):
        for x, kept in _batches(inputs, mask):
            whole, hidden = predict(x), predict(x * kept)
            if regression:
                found.append((hidden - whole).abs().flatten(1).mean(dim=1))
            else:
                found.append((whole.argmax(dim=1) == hidden.argmax(dim=1)).double())
    return torch.cat(found)


def _batches(inputs: Tensor, masks: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    for start in range(0, len(inputs), BATCH):
        yield inputs[start : start + BATCH], masks[start : start + BATCH]


def _mean(name: str, values: Tensor, plan: Plan, subject: str, method: str, scale: str) -> Estimate:
    terms = values.detach().cpu().double().numpy()
    n = len(terms)
    spread = plan.interval("units", lambda drawn: (terms @ drawn.units) / n, n)
    how = f"{method}; {plan.method('units')}"
    return estimate(
        name, terms.mean(), spread, over="units", method=how, scale=scale, n_units=n,
        subject=subject,
    )  # fmt: skip
