"""`konkyo teach`: train again with what people marked, and measure before and after.

Every seed trains the same encoder several ways on the same split: plainly (vanilla), with the
crowd's soft rationales as attention supervision, and with controls whose rationales say nothing.
All runs are recorded, so an interrupted experiment continues with the runs that are missing, and on
this machine within the run that it was at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analysis.aggregation import MASK_AGGREGATORS
from analysis.aggregation.base import SoftMasks
from db.errors import KonkyoError, NotFound, UsageError
from db.records import Campaign, Instance, Marks, ModelRun
from pipeline.crowd_labels import GIVEN, LabelChoice, crowd_labels
from pipeline.engines.base import Engine
from pipeline.engines.opening import open_engine
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
from pipeline.models.settings import Settings
from pipeline.models.trained import choose_device
from pipeline.objectives.base import Weighted
from pipeline.objectives.controls import random_rationales, shuffled_rationales
from pipeline.project import Project
from pipeline.train import (
    Made,
    Recipe,
    Trained,
    keep,
    labelled,
    make,
    model_settings,
    trained_already,
    unfinished,
)

Control = Callable[[Mapping[str, HumanTarget], int], dict[str, HumanTarget]]
CONTROLS: Mapping[str, Control] = {"shuffled": shuffled_rationales, "random": random_rationales}


@dataclass(frozen=True)
class Lesson:
    """What an experiment teaches, whatever the seed: λ, whose labels, and whether marks weigh.

    `certainty`: a text counts in the human term by how sure its marks are.
    """

    weight: float
    labels: LabelChoice = LabelChoice()
    certainty: bool = False


@dataclass(frozen=True, eq=False)
class Training:
    """One run to be trained, as an engine takes it; `device`: the kind of device of the caller.

    `progress`: where it stands after each epoch, to be continued; None where workers may be on
    other machines.
    """

    recipe: Recipe
    device: str
    progress: Path | None = None

    @property
    def name(self) -> str:
        """What errors call it."""
        return f"seed {self.recipe.seed}, {self.recipe.extra['teach']}"


@dataclass(frozen=True, eq=False)
class Trainer:
    """Trains on the same instances by one recipe or another, wherever it is brought."""

    data: Sequence[Instance]

    def __call__(self, training: Training) -> Made:
        """The trained run; refused where there is not the device that the caller has."""
        settings = training.recipe.settings
        here = choose_device(settings.device).type
        if here != training.device:
            raise KonkyoError(
                f"a worker would train on {here}, but this command on {training.device}, so that "
                'results would differ; set device = "cpu" in [model], or use the engine inprocess'
            )
        return make(self.data, training.recipe, progress=training.progress)


def teach(
    project: Project,
    name: str | None,
    *,
    seeds: int | None = None,
    weight: float | None = None,
    labels: str | None = None,
    method: str | None = None,
    certainty: bool | None = None,
    engine: str | None = None,
    on_run: Callable[[int, int], None] | None = None,
) -> Experiment:
    """Run the experiment on a campaign's rationales, or continue it.

    What is not given is as [teach] has it. With `labels` "consensus" or "soft" every run of the
    experiment learns them, vanilla and controls too, so that rows differ in rationales alone.
    The runs are trained where `engine` says; they are kept here, in their order, as they come.
    """
    campaign = judged_campaign(project, name)
    settings = project.settings.teach
    lesson = Lesson(
        settings.weight if weight is None else weight,
        LabelChoice(labels or settings.labels, method or settings.method),
        settings.certainty if certainty is None else certainty,
    )
    if method and lesson.labels.kind == GIVEN:
        raise UsageError("--method belongs to --labels consensus or --labels soft")
    data = labelled(project, model_settings(project).kind)
    marks = marks_of_labelled(project, campaign, data)
    human = _soft_rationales(marks)
    first = project.settings.project.seed
    recipes = [
        recipe
        for seed in range(first, first + (settings.seeds if seeds is None else seeds))
        for recipe in _recipes(project, campaign, human, seed, lesson, data)
    ]
    like: ModelRun | None = None
    with open_engine(project.settings.engine, engine) as where:
        trained = _train_all(project, data, recipes, where)
        for number, (recipe, done) in enumerate(zip(recipes, trained, strict=True), start=1):
            like = done.run if recipe.extra["teach"] == TAUGHT else like
            _explain_test(project, done.run, data, marks)
            if on_run is not None:
                on_run(number, len(recipes))
    found = read_experiment(project, campaign, like)
    if found is None:
        raise KonkyoError("the experiment's runs cannot be read back; train them again")
    return found


def _train_all(
    project: Project, data: Sequence[Instance], recipes: Sequence[Recipe], engine: Engine
) -> Iterator[Trained]:
    """The runs of the recipes in their order; those that are there are not trained again."""
    there = [trained_already(project, data, recipe) for recipe in recipes]
    device = choose_device(recipes[0].settings.device).type
    missing = [
        Training(r, device, unfinished(project, data, r).resolve() if engine.here else None)
        for r, found in zip(recipes, there, strict=True)
        if not found
    ]
    made = engine.map(Trainer(data), missing)
    for recipe, found in zip(recipes, there, strict=True):
        yield found or keep(project, data, recipe, next(made))


def _soft_rationales(marks: Marks) -> dict[str, HumanTarget]:
    """Plain shares: nothing is learned about workers, so nothing from outside training enters."""
    masks: SoftMasks = MASK_AGGREGATORS.load("mean")(marks)
    return {
        identity: HumanTarget(
            np.asarray(masks.scores[row], dtype=np.float32),
            np.asarray(masks.certainty[row], dtype=np.float32),
        )
        for row, identity in enumerate(masks.instance_ids)
    }


def _recipes(
    project: Project,
    campaign: Campaign,
    human: Mapping[str, HumanTarget],
    seed: int,
    lesson: Lesson,
    data: Sequence[Instance],
) -> list[Recipe]:
    """What one seed trains: every condition on the same labels."""
    settings = model_settings(project)
    crowd = crowd_labels(project, campaign, lesson.labels, data, settings, seed)
    conditions = (VANILLA, TAUGHT, *project.settings.teach.controls)
    return [
        replace(_recipe(settings, campaign, human, name, seed, lesson), crowd=crowd)
        for name in conditions
    ]


def _recipe(
    settings: Settings,
    campaign: Campaign,
    human: Mapping[str, HumanTarget],
    condition: str,
    seed: int,
    lesson: Lesson,
) -> Recipe:
    if condition == VANILLA:
        return Recipe(settings, seed, extra={"teach": VANILLA})
    if condition != TAUGHT and condition not in CONTROLS:
        raise UsageError(f"no control called {condition!r} (there are: {', '.join(CONTROLS)})")
    given = human if condition == TAUGHT else CONTROLS[condition](human, seed)
    sure = {"certainty": True} if lesson.certainty else {}
    return Recipe(
        settings,
        seed,
        objectives=(Weighted(TAUGHT, lesson.weight, sure),),
        human=given,
        extra={"teach": condition, "campaign": campaign.id, "weight": lesson.weight, **sure},
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
