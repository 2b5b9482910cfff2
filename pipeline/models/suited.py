"""Whether a model can learn what is asked of it: what it offers, and what objectives need."""

from __future__ import annotations

from collections.abc import Sequence

from db.errors import ConfigError, DataError, UsageError
from pipeline.models.base import SUMMARY, Choosing, check_needs
from pipeline.models.batches import Row
from pipeline.models.course import Terms
from pipeline.models.trained import TrainedModel
from pipeline.objectives.base import Weighted
from pipeline.objectives.remembering import begun


def check_sampling(model: TrainedModel) -> None:
    """ConfigError where rows are to be drawn by distances of what the last layer reads, and the
    model does not say what that is."""
    kind = model.settings.kind
    if model.settings.sampling == "distance" and SUMMARY not in model.module.offers:
        raise ConfigError(
            f'sampling = "distance" needs {SUMMARY}, which a model of the kind {kind} does not '
            'have; set [model] sampling = "uniform"'
        )


def loaded(objectives: Sequence[Weighted], model: TrainedModel) -> Terms:
    """The terms as one training begins with them; UsageError where the model lacks what one needs,
    or one is named twice."""
    names = [one.name for one in objectives]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"objective {twice} is named more than once; give it one weight")
    found = [(one.load(), one.weight_in) for one in objectives]
    for one, _ in found:
        check_needs(f"objective {one.name}", one, model.settings.kind, model.module.offers)
        if isinstance(one, Choosing):
            one.check(model.module)
    return [(begun(one, len(model.labels)), weight) for one, weight in found]


def check_marked(objectives: Sequence[Weighted], learning: Sequence[Row]) -> None:
    """DataError where a term learns from people, and these marked none of the training rows."""
    learns = next((one.name for one in objectives if one.load().needs_human), None)
    if learns is not None and all(row.marks is None for row in learning):
        raise DataError(
            f"{learns} learns from human rationales, and none of the {len(learning)} training "
            "instances has one; collect and aggregate some first"
        )
