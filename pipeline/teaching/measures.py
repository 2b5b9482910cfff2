"""What a teaching experiment measures of a run on its test instances.

`measure` computes what is missing, with the model, and stores it; `measured` reads everything back
without one. What follows from predictions alone (macro F1, calibration) is in neither: trials make
it (`analysis.trial_statistics`). The rationale is attention, or input × gradient ("gradient") of a
model without attention; every measure is stored under the explainer that it is about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from analysis.arrays import Floats
from db import frames
from db.errors import NotFound
from db.records import Instance, Marks, Measure, ModelRun
from db.store import measures, rationales
from pipeline.explain import explain_predicted
from pipeline.explaining import Explaining
from pipeline.models.base import ATTENTION
from pipeline.models.trained import TrainedModel, encoding_of
from pipeline.project import Project
from pipeline.teaching.alignment import alignment
from pipeline.teaching.faithful import faithful, names_of
from pipeline.teaching.looking import ENTROPY, KENDALL, looking

LOOKING = "attention"
GRADIENT = "gradient"
"""Explainers that a run's rationale may be by: the first where the model has attention."""
TOGETHER = 500
"""Instances that are measured and stored together: what an interruption may cost."""


def measure(project: Project, run: ModelRun, data: Sequence[Instance], marks: Marks) -> None:
    """Compute and store what is missing of a run on `data`, its test instances.

    Rationales, faithfulness, and of models with attention its agreement with gradients and its
    entropy. The model is loaded once, and not at all where nothing is missing. `NotFound` where
    people marked none of `data`.
    """
    check_covers(marks, [one.id for one in data])
    if is_measured(project, run, [one.id for one in data]):
        return
    work = Explaining(project, run, data)
    explainer = LOOKING if ATTENTION in work.model.module.offers else GRADIENT
    explain_predicted(work, (explainer,))
    there = measures.done(project.engine, run.id, explainer, _names(run, explainer))
    missing = [one for one in data if one.id not in there]
    for start in range(0, len(missing), TOGETHER):
        piece = missing[start : start + TOGETHER]
        found = _measure(project, run, work.model, explainer, piece)
        measures.add(project.engine, _records(run, explainer, piece, found))


def check_covers(marks: Marks, test: Collection[str]) -> None:
    """NotFound where people marked none of the test instances."""
    if not set(test).intersection(marks.instance_ids):
        raise NotFound(
            "people marked no instance of the test part, so nothing can be measured before and "
            "after; plan a campaign that covers it"
        )


def is_measured(project: Project, run: ModelRun, test: Collection[str]) -> bool:
    """Whether all of these instances are explained and measured, so that no model is needed."""
    return any(_complete(project, run, test, explainer) for explainer in (LOOKING, GRADIENT))


def measured(
    project: Project, run: ModelRun, data: Sequence[Instance], marks: Marks
) -> Mapping[str, Floats]:
    """Measure → shape (n,), in the order of `data`, NaN where undefined; reads no model.

    `marks`: over the units that the run looks at (tokens, patches, features). Alignment is always
    there, with `_chance` and `_people` beside (`pipeline.teaching.alignment`); a stored measure
    only where all of `data` was measured, so that means are never over some of it.
    """
    explainer = rationale_of(project, run)
    found = dict(alignment(project, run, explainer, data, marks))
    place = {one.id: number for number, one in enumerate(data)}
    values: dict[str, Floats] = {}
    seen: dict[str, int] = {}
    for one in measures.read(project.engine, run.id, explainer):
        if one.instance_id in place:
            row = values.setdefault(one.name, np.full(len(data), np.nan))
            seen[one.name] = seen.get(one.name, 0) + 1
            if one.value is not None:
                row[place[one.instance_id]] = one.value
    return found | {name: row for name, row in values.items() if seen[name] == len(place)}


def rationale_of(project: Project, run: ModelRun) -> str:
    """The explainer whose rationale of this run is measured: attention where there is any."""
    there = rationales.explainers(project.engine, run.id)
    return LOOKING if LOOKING in there or GRADIENT not in there else GRADIENT


def _complete(project: Project, run: ModelRun, test: Collection[str], explainer: str) -> bool:
    """Whether all of `test` is explained and measured already."""
    there = measures.done(project.engine, run.id, explainer, _names(run, explainer))
    explained = rationales.done(project.engine, run.id, explainer)
    return set(test) <= there & explained


def _names(run: ModelRun, explainer: str) -> tuple[str, ...]:
    """What is measured of a run's rationale by an explainer."""
    by_removal = names_of(_removal(run))
    return (*by_removal, KENDALL, ENTROPY) if explainer == LOOKING else by_removal


def _removal(run: ModelRun) -> str:
    """The removal operator: the first that means something to this kind of model."""
    return encoding_of(run.kind).removals[0]


def _measure(
    project: Project,
    run: ModelRun,
    model: TrainedModel,
    explainer: str,
    data: Sequence[Instance],
) -> Mapping[str, Floats]:
    _, scores = frames.scores(project.engine, run.id, explainer, [one.id for one in data])
    seed = project.settings.project.seed
    found = faithful(model, model.encode(data), scores, _removal(run), seed)
    return found | (looking(model, data) if explainer == LOOKING else {})


def _records(
    run: ModelRun, explainer: str, data: Sequence[Instance], found: Mapping[str, Floats]
) -> list[Measure]:
    return [
        Measure(run.id, one.id, explainer, name, float(value) if np.isfinite(value) else None)
        for name, values in found.items()
        for one, value in zip(data, values, strict=True)
    ]
