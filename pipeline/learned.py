"""What explainers that learn find out about a run, and which instances they may learn it from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from db.records import Instance, ModelRun
from db.store import runs
from pipeline.explainers.base import Explainer, Learning
from pipeline.explainers.keeping import learned_of
from pipeline.models.trained import TrainedModel
from pipeline.project import Project
from pipeline.readable import readable


def learned_from(run: ModelRun, data: Sequence[Instance]) -> list[Instance]:
    """Instances that the run was not judged by, whether it knew them or not; see `known_of`."""
    held = set(run.settings.get("test", ()))
    return [i for i in data if i.id not in held]


def known_of(project: Project, run: ModelRun, data: Sequence[Instance]) -> list[Instance]:
    """Those of `data` that explainers may learn from, in their order: instances that the run was
    given when it was trained, and was not judged by.

    Known are those that it has a stored prediction of. What was imported later is none of them, so
    that an explainer learns the same thing before and after an import. None where the run has no
    predictions.
    """
    there = runs.predicted(project.engine, run.id)
    return [i for i in learned_from(run, data) if i.id in there]


def known_to(project: Project, run: ModelRun, explainers: Sequence[Explainer]) -> list[Instance]:
    """What these explainers may learn from; nothing is read where none of them learns."""
    if not any(isinstance(one, Learning) for one in explainers):
        return []
    return known_of(project, run, readable(project, run.kind))


def learned(
    project: Project,
    run: ModelRun,
    model: TrainedModel,
    explainers: Sequence[Explainer],
    known: Sequence[Instance],
    unkept: Collection[str] = (),
) -> Mapping[str, Any]:
    """Explainer → what it learned of the run's model, by the project's seed: see `learned_of`."""
    seed = project.settings.project.seed
    folder = project.folder / run.weights
    return learned_of(folder, model, explainers, known, seed, unkept)
