"""What has to be said beside the table of a teaching experiment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from db.records import ModelRun, TeachingArm
from pipeline.objectives import OBJECTIVES
from pipeline.objectives.base import Remarked


def remarks(
    arms: Sequence[TeachingArm], known: Mapping[str, ModelRun], whole: Sequence[int]
) -> list[str]:
    """One sentence each; `arms`: of the table, `whole`: the places of the seeds that are in it."""
    return [
        *_without_control(arms, known, whole[0]),
        *_of_objectives(arms),
        *_stopped(arms, known, whole),
    ]


def _without_control(
    arms: Sequence[TeachingArm], known: Mapping[str, ModelRun], place: int
) -> Iterator[str]:
    """Of every arm that learns from people and was not held against a control."""
    controlled = {arm.of for arm in arms if arm.role == "control"}
    for arm in arms:
        learns = "campaign" in known[arm.runs[place]].settings
        if arm.role == "taught" and learns and arm.name not in controlled:
            yield (
                f"{arm.name} has no control: a gain over plain training need not be owed to what "
                "people said"
            )


def _of_objectives(arms: Sequence[TeachingArm]) -> Iterator[str]:
    """What objectives themselves want to be said wherever they stand."""
    named = {word for arm in arms for word in arm.loss.split()}
    for name in OBJECTIVES:
        objective = OBJECTIVES.load(name) if name in named else None
        if isinstance(objective, Remarked):
            yield objective.remark


def _stopped(
    arms: Sequence[TeachingArm], known: Mapping[str, ModelRun], whole: Sequence[int]
) -> Iterator[str]:
    """Of which runs the training diverged; they stand in the table as far as they came."""
    for place in whole:
        for arm in arms:
            run = known[arm.runs[place]]
            if run.settings.get("stopped"):
                yield f"{arm.name}, seed {run.seed}: {run.settings['stopped']}"
