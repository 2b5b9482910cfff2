"""The runs of a teaching experiment: trained wherever an engine brings them, kept here in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from db.errors import KonkyoError
from db.records import Instance
from pipeline.engines.base import Engine
from pipeline.models.trained import choose_device
from pipeline.project import Project
from pipeline.train import Made, Recipe, Trained, keep, make, trained_already, unfinished


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


def train_all(
    project: Project, data: Sequence[Instance], recipes: Sequence[Recipe], engine: Engine
) -> Iterator[Trained]:
    """The runs of the recipes in their order; those that are there are not trained again."""
    there = [trained_already(project, data, recipe) for recipe in recipes]
    missing = [
        Training(
            recipe,
            choose_device(recipe.settings.device).type,
            unfinished(project, data, recipe).resolve() if engine.here else None,
        )
        for recipe, found in zip(recipes, there, strict=True)
        if not found
    ]
    made = engine.map(Trainer(data), missing)
    for recipe, found in zip(recipes, there, strict=True):
        yield found or keep(project, data, recipe, next(made))
