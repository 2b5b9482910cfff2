"""`konkyo train`: fit a classifier, record how it was made and how well it does.

A run's id is a hash of everything that decides it: data, settings, seed, objectives and the human
rationales and labels it learns from. The same command again finds the run that is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from db.errors import NotFound, UsageError
from db.records import Instance, ModelRun
from db.store import runs
from pipeline.crowd_labels import GIVEN, CrowdLabels, LabelChoice, crowd_labels
from pipeline.judged import judged_campaign
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

    `crowd`: what people said of the labels, to be learned instead of those given. `extra` stands in
    the run's settings beside the model's own (what an experiment calls it).
    """

    settings: Settings
    seed: int
    objectives: tuple[Weighted, ...] = ()
    human: Mapping[str, HumanTarget] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    crowd: CrowdLabels | None = None


@dataclass(frozen=True)
class Trained:
    """A run, whether this call trained it, and what there is to know besides.

    `left_out`: reason → training instances or answers that were not learned from.
    """

    run: ModelRun
    is_new: bool
    notes: tuple[str, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)


def train(
    project: Project,
    *,
    seed: int | None = None,
    labels: str | None = None,
    method: str | None = None,
    campaign: str | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Trained:
    """Train on all labelled instances with plain cross-entropy.

    `labels`, `method`, `campaign`: whose labels are learned, see `pipeline.crowd_labels`; what is
    not given is as [train] has it.
    """
    wanted, data, settings = project.settings.train, labelled(project), model_settings(project)
    drawn = project.settings.project.seed if seed is None else seed
    choice = LabelChoice(labels or wanted.labels, method or wanted.method)
    crowd = None
    if choice.kind != GIVEN:
        source = judged_campaign(project, campaign or wanted.campaign or None)
        crowd = crowd_labels(project, source, choice, data, settings, drawn)
    elif campaign or method:
        raise UsageError("--campaign and --method belong to --labels consensus or --labels soft")
    trained = train_run(project, data, Recipe(settings, drawn, crowd=crowd), on_epoch=on_epoch)
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
    crowd = recipe.crowd
    notes, left_out = (crowd.notes, crowd.left_out) if crowd else ((), {})
    known = next((run for run in runs.read(project.engine) if run.id == run_id), None)
    if known is not None and (project.folder / known.weights).is_dir():
        return Trained(known, False, notes, left_out)
    fitted = fit(
        data,
        settings=recipe.settings,
        objectives=recipe.objectives,
        human=recipe.human,
        goals=crowd.goals if crowd else None,
        seed=recipe.seed,
        on_epoch=on_epoch,
    )
    folder = project.models / run_id
    save(fitted.model, folder)
    if known is not None:
        again = "the run's weights were missing: made again"
        return Trained(known, True, (*notes, *fitted.notes, again), left_out)
    run = ModelRun(
        id=run_id,
        kind=recipe.settings.kind,
        labels=fitted.model.labels,
        settings={
            **recipe.settings.as_mapping(),
            **recipe.extra,
            **_recorded(recipe),
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
    return Trained(run, is_new, (*notes, *fitted.notes), left_out)


def _recorded(recipe: Recipe) -> dict[str, Any]:
    """Whose labels were learned, for the run's settings; nothing where it was those given."""
    if recipe.crowd is None:
        return {}
    return {**recipe.crowd.recorded, "labels_left_out": dict(recipe.crowd.left_out)}


def _run_id(data: Sequence[Instance], recipe: Recipe) -> str:
    digest = hashlib.sha256(data_hash(data).encode())
    decided = {
        "settings": recipe.settings.as_mapping(),
        "seed": recipe.seed,
        "objectives": [[o.name, o.weight, dict(o.options)] for o in recipe.objectives],
        "extra": dict(recipe.extra),
    }
    digest.update(json.dumps(decided, sort_keys=True).encode())
    sure = any(one.options.get("certainty") for one in recipe.objectives)
    for name in sorted(recipe.human):
        target = recipe.human[name]
        digest.update(name.encode() + target.marks.tobytes())
        if sure and target.certainty is not None:
            digest.update(target.certainty.tobytes())
    if recipe.crowd is not None:
        digest.update(json.dumps(dict(recipe.crowd.recorded), sort_keys=True).encode())
        for name, goal in sorted(recipe.crowd.goals.goals.items()):
            digest.update(name.encode() + goal.tobytes())
    return digest.hexdigest()[:12]


def data_hash(data: Sequence[Instance]) -> str:
    """What a run was trained on: a hash of ids, labels and splits, in any order."""
    digest = hashlib.sha256()
    for line in sorted(json.dumps([i.id, i.label, i.split]) for i in data):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
