"""The runs of a teaching experiment: trained wherever an engine brings them, kept here in order.

A run that diverges in its first epoch comes back as a value and not as an error, from every engine
alike: of weights that are only tried it is a result, of an arm of the table it ends the experiment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from db.errors import KonkyoError
from db.records import Instance
from pipeline.engines.base import Engine
from pipeline.models.loop import Diverged
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
        """What errors call it: its seed, then its arm, such as "seed 2, both, shuffled"."""
        said = self.recipe.extra
        row = f"{said['row']}, " if "row" in said else ""
        part = f", {said['fraction']:.15g} of the rationales" if "fraction" in said else ""
        return f"seed {self.recipe.seed}, {row}{said['teach']}{part}"


@dataclass(frozen=True, eq=False)
class Trainer:
    """Trains on the same instances by one recipe or another, wherever it is brought."""

    data: Sequence[Instance]

    def __call__(self, training: Training) -> Made | Diverged:
        """The trained run, or that it diverged; refused where there is not the device that the
        caller has."""
        settings = training.recipe.settings
        here = choose_device(settings.device).type
        if here != training.device:
            raise KonkyoError(
                f"a worker would train on {here}, but this command on {training.device}, so that "
                'results would differ; set device = "cpu" in [model], or use the engine inprocess'
            )
        try:
            return make(self.data, training.recipe, progress=training.progress)
        except Diverged as error:
            return error


def train_all(
    project: Project, data: Sequence[Instance], recipes: Sequence[Recipe], engine: Engine
) -> Iterator[Trained]:
    """The runs of the recipes in their order; those that are there are not trained again.

    `Diverged` where a run did so in its first epoch, by its name; those before it are kept.
    """
    for one in try_all(project, data, recipes, engine):
        if isinstance(one, Diverged):
            raise Diverged(f"{one}. The runs before it are kept") from one
        yield one


def try_all(
    project: Project, data: Sequence[Instance], recipes: Sequence[Recipe], engine: Engine
) -> Iterator[Trained | Diverged]:
    """As `train_all`, but goes on where a run diverges: then the error stands in its place.

    Nothing is kept of such a run, so that it is tried again when it is asked for again.
    """
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
    made = zip(missing, engine.map(Trainer(data), missing), strict=True)
    for found in there:
        yield found or _kept(project, data, *next(made))


def _kept(
    project: Project, data: Sequence[Instance], training: Training, made: Made | Diverged
) -> Trained | Diverged:
    """What was made, in the project; what diverged, under its name."""
    if isinstance(made, Diverged):
        return Diverged(f"{training.name}: {made}")
    return keep(project, data, training.recipe, made)
