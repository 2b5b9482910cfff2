"""`konkyo teach`: train again with what people marked, and measure before and after.

Every seed trains the same encoder several ways on the same split: plainly (vanilla), with the
crowd's soft rationales as attention supervision, and with controls whose rationales say nothing.
All runs are recorded, so an interrupted experiment continues with the runs that are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from analysis.aggregation import MASK_AGGREGATORS
from analysis.aggregation.base import SoftMasks
from db.errors import KonkyoError, NotFound, UsageError
from db.records import Campaign, Instance, Marks, ModelRun
from pipeline.experiment import (
    EXPLAINER,
    TAUGHT,
    VANILLA,
    Experiment,
    marks_of_labelled,
    read_experiment,
)
from pipeline.explain import explain_run
from pipeline.judged import judged_campaign
from pipeline.models.batches import HumanTarget
from pipeline.objectives.base import Weighted
from pipeline.objectives.controls import random_rationales, shuffled_rationales
from pipeline.project import Project
from pipeline.train import Recipe, labelled, model_settings, train_run

Control = Callable[[Mapping[str, HumanTarget], int], dict[str, HumanTarget]]
CONTROLS: Mapping[str, Control] = {"shuffled": shuffled_rationales, "random": random_rationales}


def teach(
    project: Project,
    name: str | None,
    *,
    seeds: int | None = None,
    weight: float | None = None,
    on_run: Callable[[int, int], None] | None = None,
) -> Experiment:
    """Run the experiment on a campaign's rationales, or continue it."""
    campaign = judged_campaign(project, name)
    settings = project.settings.teach
    n_seeds = settings.seeds if seeds is None else seeds
    strength = settings.weight if weight is None else weight
    data = labelled(project)
    marks = marks_of_labelled(project, campaign, data)
    human = _soft_rationales(marks)
    first = project.settings.project.seed
    recipes = [
        _recipe(project, campaign, human, condition, seed, strength)
        for seed in range(first, first + n_seeds)
        for condition in (VANILLA, TAUGHT, *settings.controls)
    ]
    for number, recipe in enumerate(recipes, start=1):
        _explain_test(project, train_run(project, data, recipe).run, data, marks)
        if on_run is not None:
            on_run(number, len(recipes))
    found = read_experiment(project, campaign)
    if found is None:
        raise KonkyoError("the experiment's runs cannot be read back; train them again")
    return found


def _soft_rationales(marks: Marks) -> dict[str, HumanTarget]:
    masks: SoftMasks = MASK_AGGREGATORS.load("mean")(marks)
    return {
        identity: HumanTarget(np.asarray(masks.scores[row], dtype=np.float32))
        for row, identity in enumerate(masks.instance_ids)
    }


def _recipe(
    project: Project,
    campaign: Campaign,
    human: Mapping[str, HumanTarget],
    condition: str,
    seed: int,
    weight: float,
) -> Recipe:
    settings = model_settings(project)
    if condition == VANILLA:
        return Recipe(settings, seed, extra={"teach": VANILLA})
    if condition != TAUGHT and condition not in CONTROLS:
        raise UsageError(f"no control called {condition!r} (there are: {', '.join(CONTROLS)})")
    given = human if condition == TAUGHT else CONTROLS[condition](human, seed)
    return Recipe(
        settings,
        seed,
        objectives=(Weighted(TAUGHT, weight),),
        human=given,
        extra={"teach": condition, "campaign": campaign.id, "weight": weight},
    )


def _explain_test(project: Project, run: ModelRun, data: Sequence[Instance], marks: Marks) -> None:
    """Attention on the run's test instances that people marked."""
    judged = set(run.settings["test"]).intersection(marks.instance_ids)
    if not judged:
        raise NotFound(
            "people marked no instance of the test part, so nothing can be measured before and "
            "after; plan a campaign that covers it"
        )
    explain_run(project, run, [i for i in data if i.id in judged], (EXPLAINER,))
