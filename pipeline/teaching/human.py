"""What an arm of a teaching experiment learns from people: all they marked, a fraction of it, or a control.

Nothing outside the training part enters: reliabilities are learned on it alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping

import numpy as np

from analysis.aggregation import MASK_AGGREGATORS
from analysis.aggregation.base import SoftMasks
from db.errors import DataError
from db.records import Marks
from pipeline.align import only
from pipeline.models.batches import HumanTarget
from pipeline.models.seeding import instance_generator
from pipeline.objectives.controls import random_rationales, shuffled_rationales

Human = Mapping[str, HumanTarget]
Control = Callable[[Human, int], dict[str, HumanTarget]]
CONTROLS: Mapping[str, Control] = {"shuffled": shuffled_rationales, "random": random_rationales}


def soft_rationales(marks: Marks, training: Collection[str], method: str) -> dict[str, HumanTarget]:
    """Instance → the share who marked each unit, of training instances alone.

    `method`: a name of `MASK_AGGREGATORS`; "mean" counts every worker the same, "reliability"
    by how far they agree with the others.
    """
    kept = only(marks, training)
    if not kept.instance_ids:
        return {}
    masks: SoftMasks = MASK_AGGREGATORS.load(method)(kept)
    return {
        identity: HumanTarget(
            np.asarray(masks.scores[row], dtype=np.float32),
            np.asarray(masks.certainty[row], dtype=np.float32),
        )
        for row, identity in enumerate(masks.instance_ids)
    }


def fraction_of(annotated: Collection[str], fraction: float, seed: int) -> set[str]:
    """A fraction of the instances, drawn by the seed; a smaller one is part of a larger one."""
    n = math.floor(fraction * len(annotated) + 0.5)
    if n == 0:
        raise DataError(
            f"{fraction:g} of {len(annotated)} training instances with human rationales is none; "
            "ask for a larger fraction"
        )
    order = {
        name: instance_generator(seed, "fraction of rationales", name).random()
        for name in annotated
    }
    return set(sorted(annotated, key=lambda name: (order[name], name))[:n])
