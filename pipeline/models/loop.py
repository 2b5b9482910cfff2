"""The loop of training: epochs until validation stops improving, from wherever it was left.

AdamW with amsgrad, no weight decay on attention, the best epoch by validation AUC (Jain & Wallace
2019; Kitada & Iyatomi 2021, and their code). What happens within an epoch is in `one_epoch`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from db.errors import KonkyoError
from pipeline.models.base import Model
from pipeline.models.batches import Row
from pipeline.models.course import Course, Epoch
from pipeline.models.judgement import Judged, judge
from pipeline.models.one_epoch import one_epoch
from pipeline.models.predict import probabilities
from pipeline.models.trained import TrainedModel


class Diverged(KonkyoError):
    """A training that went wrong in its first epoch, so that there is nothing of it to keep."""


def run(
    course: Course,
    rows: Mapping[str, Sequence[Row]],
    after: Callable[[Epoch, Course], None],
) -> str:
    """Epoch after epoch until the course is done; leaves the weights of the best in the model.

    `rows`: of the parts "train" and "validation", and of "unlabelled" where there are any. Where the
    loss is no number any more, the best epoch before is kept, and what is returned says so ("" else);
    in the first epoch it is a `Diverged`.
    """
    stopped = ""
    while not course.done:
        number = len(course.history) + 1
        means = one_epoch(course, rows)
        loss = means.pop("loss")
        found = probabilities(course.model, rows["validation"])
        wrong = _wrong(loss, course.model.module, found)
        if wrong is not None:
            stopped = _diverged(course.best, wrong, number)
            break
        validation = judge(found, _labels(rows["validation"])).metrics
        epoch = Epoch(number, loss, means, validation)
        course.add(epoch)
        after(epoch, course)
    if course.best is not None:
        course.model.module.load_state_dict(course.weights)
    return stopped


def judged(model: TrainedModel, rows: Sequence[Row]) -> Judged:
    """The model on rows with labels, one at least."""
    return judge(probabilities(model, rows), _labels(rows))


def _labels(rows: Sequence[Row]) -> NDArray[np.int64]:
    return np.array([row.label for row in rows], dtype=np.int64)


def _wrong(loss: float, module: Model, validation: NDArray[np.float32]) -> str | None:
    """What is no finite number after an epoch: its last step can be the one that went too far."""
    if not math.isfinite(loss):
        return f"the loss is {loss}"
    if not all(bool(weight.isfinite().all()) for weight in module.parameters()):
        return "weights are not finite any more"
    return None if np.isfinite(validation).all() else "predictions are not finite any more"


def _diverged(best: Epoch | None, wrong: str, number: int) -> str:
    """That an epoch went wrong, and what to do; an error where there is none before to keep."""
    said = f"training diverged in epoch {number} ({wrong})"
    mend = "lower learning_rate or the weights of the objectives"
    if best is None:
        raise Diverged(f"{said}; {mend}")
    return f"{said} and was stopped; epoch {best.number} is kept. To train on, {mend}"
