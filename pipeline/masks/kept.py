"""What a mask keeps of one instance, and what the masks of many instances keep on average.

An explainer writes the first with each rationale; the second is read from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from analysis.faithfulness.means import means, plan_of
from db.records import Estimate
from pipeline.masks.measures import KEPT, LEARNED, OTHER, PREDICTION, RANDOM, SHARE

SCALES = {SHARE: "0 to 1", PREDICTION: KEPT, "probability kept": KEPT}
MASKS = {LEARNED: "", RANDOM: ", random", OTHER: ", another's"}
"""Mask → what follows the name of a number of it among an instance's details."""


def kept(
    subject: str, mask: Tensor, whole: Tensor, hidden: Tensor, targets: Tensor
) -> list[dict[str, float]]:
    """Three numbers for each of B instances.

    `mask`: (B, T), 0 to 1; `whole`, `hidden`: (B, C), logits of the instance and of what the mask
    leaves; `targets`: int64 (B,). Share kept: the mean of the mask. Prediction kept: 1 where the
    most probable class stays, else 0. Probability kept: of the target class, of what is left.
    """
    after = hidden.softmax(-1).gather(1, targets[:, None])[:, 0]
    same = (whole.argmax(-1) == hidden.argmax(-1)).to(after)
    names = [name + MASKS[subject] for name in SCALES]
    columns = (mask.mean(1).tolist(), same.tolist(), after.tolist())
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def means_kept(
    details: Sequence[Mapping[str, float]],
    bootstrap: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> list[Estimate]:
    """Means over instances, 1 or more, of each number under each mask, on the same draws.

    An instance that was alone has no other's mask, and counts in no mean of it.
    """
    plan = plan_of(len(details), bootstrap, seed, confidence)
    found = []
    for subject, ending in MASKS.items():
        columns = {
            name: np.array([one.get(name + ending, np.nan) for one in details]) for name in SCALES
        }
        found += means(plan, columns, SCALES, subject)
    return found
