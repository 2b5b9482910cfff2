"""`konkyo train`: fit a classifier, record how it was made and how well it does.

A run's id is a hash of everything that decides it: data, settings, seed, objectives and the human
rationales it learns from. The same command again finds the run that is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from db.errors import NotFound
from db.records import Instance, ModelRun
from db.store import runs
from pipeline.models.batches import HumanTarget
from pipeline.models.checkpoint import save
from pipeline.models.predict import predict
from pipeline.models.settings import Settings
from pipeline.models.training import Epoch, fit
from pipeline.objectives.base import Weighted, describe
from pipeline.project import Project
from pipeline.texts import others, texts


@dataclass(frozen=True)
class Recipe:
    """What is trained: settings, seed, the further terms of the loss and what they learn from.

    `extra` stands in the run's settings beside the model's own (what an experiment calls it).
    """

    settings: Settings
    seed: int
    objectives: tuple[Weighted, ...] = ()
    human: Mapping[str, HumanTarget] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trained:
    """A run, whether this call trained it, and what there is to know besides."""

    run: ModelRun
    is_new: bool
    notes: tuple[str, ...]


def train(
    project: Project,
    *,
    seed: int | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Trained:
    """Train on all labelled instances with plain cross-entropy."""
    recipe = Recipe(
        settings=model_settings(project),
        seed=project.settings.project.seed if seed is None else seed,
    )
    trained = train_run(project, labelled(project), recipe, on_epoch=on_epoch)
    rest = others(project)
    return replace(trained, notes=(*trained.notes, f"left out: {rest}")) if rest else trained


def model_settings(project: Project) -> Settings:
    """The settings of [model]; a file of word vectors is looked for in the project's folder."""
    given = dict(project.settings.model)
    if given.get("vectors"):
        given["vectors"] = str(project.folder / given["vectors"])
    return Settings.from_mapping(given)


def labelled(project: Project) -> list[Instance]:
    """Every text and pair that has a label."""
    found = [i for i in texts(project) if i.label is not None]
    if not found:
        raise NotFound('there are no labelled instances; run "konkyo import" first')
    return found


def train_run(
    project: Project,
    data: Sequence[Instance],
    recipe: Recipe,
    *,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Trained:
    """Train as the recipe says, unless that run is there already."""
    run_id = _run_id(data, recipe)
    known = next((run for run in runs.read(project.engine) if run.id == run_id), None)
    if known is not None and (project.folder / known.weights).is_dir():
        return Trained(known, False, ())
    fitted = fit(
        data,
        settings=recipe.settings,
        objectives=recipe.objectives,
        human=recipe.human,
        seed=recipe.seed,
        on_epoch=on_epoch,
    )
    folder = project.models / run_id
    save(fitted.model, folder)
    if known is not None:
        return Trained(known, True, (*fitted.notes, "the run's weights were missing: made again"))
    run = ModelRun(
        id=run_id,
        kind=recipe.settings.kind,
        labels=fitted.model.labels,
        settings={
            **recipe.settings.as_mapping(),
            **recipe.extra,
            "test": list(fitted.split.test),
            "best_epoch": fitted.best_epoch,
        },
        seed=recipe.seed,
        data_hash=data_hash(data),
        metrics={name: round(value, 6) for name, value in fitted.metrics.items()},
        weights=str(folder.relative_to(project.folder)),
        objective=describe(recipe.objectives),
    )
    is_new = runs.add(project.engine, run, predict(fitted.model, data, run_id))
    return Trained(run, is_new, fitted.notes)


def _run_id(data: Sequence[Instance], recipe: Recipe) -> str:
    digest = hashlib.sha256(data_hash(data).encode())
    decided = {
        "settings": recipe.settings.as_mapping(),
        "seed": recipe.seed,
        "objectives": [[o.name, o.weight, dict(o.options)] for o in recipe.objectives],
        "extra": dict(recipe.extra),
    }
    digest.update(json.dumps(decided, sort_keys=True).encode())
    for name in sorted(recipe.human):
        digest.update(name.encode() + recipe.human[name].marks.tobytes())
    return digest.hexdigest()[:12]


def data_hash(data: Sequence[Instance]) -> str:
    """What a run was trained on: a hash of ids, labels and splits, in any order."""
    digest = hashlib.sha256()
    for line in sorted(json.dumps([i.id, i.label, i.split]) for i in data):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
