"""What explainers that learn find out about a run, and which instances they may learn it from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.records import Instance, ModelRun
from pipeline.explainers.base import Explainer, Learning
from pipeline.explainers.keeping import learned_of
from pipeline.models.trained import TrainedModel
from pipeline.project import Project
from pipeline.readable import readable


def learned_from(run: ModelRun, data: Sequence[Instance]) -> list[Instance]:
    """Instances that the run was not judged by: explainers that learn may learn from them."""
    held = set(run.settings.get("test", ()))
    return [i for i in data if i.id not in held]


def known_to(project: Project, run: ModelRun, explainers: Sequence[Explainer]) -> list[Instance]:
    """What these explainers may learn from; nothing is read where none of them learns."""
    if not any(isinstance(one, Learning) for one in explainers):
        return []
    return learned_from(run, readable(project, run.kind))


def learned(
    project: Project,
    run: ModelRun,
    model: TrainedModel,
    explainers: Sequence[Explainer],
    known: Sequence[Instance],
) -> Mapping[str, Any]:
    """Explainer → what it learned of the run's model, by the project's seed: see `learned_of`."""
    return learned_of(
        project.folder / run.weights, model, explainers, known, project.settings.project.seed
    )
