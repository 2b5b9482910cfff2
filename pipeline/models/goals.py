"""What people said of labels, as something to learn: one label, or class probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.records import Instance
from pipeline.models.batches import UNLABELLED, Row


@dataclass(frozen=True, eq=False)
class LabelGoals:
    """What people said of the labels of training instances, to be learned instead of those given.

    `goals`: instance id → float32, shape (C,), summing to 1, in the order of the model's labels;
    a goal that is all on one class is that label. A training instance without is left out.
    """

    goals: Mapping[str, NDArray[np.float32]]
    soft: bool


def check_goals(goals: LabelGoals | None, learning: Sequence[Instance]) -> None:
    """Refuse what nothing can be learned from: no training instance, or one class for all."""
    if goals is None:
        return
    classes = {int(c) for one in learning for c in np.flatnonzero(goals.goals[one.id])}
    if len(classes) < 2:
        raise DataError(
            f"people's answers on {len(learning)} training instances name {len(classes)} of the "
            "labels; learning from them takes at least two"
        )


def toward(goals: LabelGoals | None, rows: Sequence[Row], n_classes: int) -> list[Row]:
    """The rows with what they are to learn: goals, or the labels that these stand for."""
    if goals is None:
        return list(rows)
    made = []
    for row in rows:
        goal = goals.goals[row.instance_id]
        if goal.shape != (n_classes,):
            raise DataError(
                f"the class probabilities of instance {row.instance_id} have shape {goal.shape}, "
                f"but the model has {n_classes} classes"
            )
        soft = {"label": UNLABELLED, "goal": goal}
        made.append(replace(row, **(soft if goals.soft else {"label": int(goal.argmax())})))
    return made
