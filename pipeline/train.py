"""`konkyo train`: fit a classifier, record how it was made and how well it does.

A run's id is a hash of everything that decides it: data, settings, seed, objectives and the human
rationales and labels it learns from. The same command again finds the run that is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.health.base import Health
from db.errors import NotFound, UsageError
from db.records import Instance, ModelRun, Prediction
from db.store import runs
from pipeline.crowd_labels import GIVEN, CrowdLabels, LabelChoice, crowd_labels
from pipeline.health.kept import health_of
from pipeline.judged import judged_campaign
from pipeline.models import MODELS
from pipeline.models.batches import HumanTarget
from pipeline.models.checkpoint import save
from pipeline.models.judgement import evaluation
from pipeline.models.own import code_hash, is_own, make_findable
from pipeline.models.predict import predict
from pipeline.models.pretrained_folder import content_hash, folder_of
from pipeline.models.settings import Settings
from pipeline.models.training import Epoch, Fitted, fit
from pipeline.objectives.base import Weighted, describe
from pipeline.project import Project
from pipeline.readable import others, readable
from pipeline.unlabelled import take_unlabelled


@dataclass(frozen=True)
class Recipe:
    """What is trained: settings, seed, the further terms of the loss and what they learn from.

    `crowd`: what people said of the labels, to be learned instead of those given. `extra` stands in
    the run's settings beside the model's own (what an experiment calls it). `unlabelled` instances
    teach the terms that read no label, see `pipeline.unlabelled`.
    """

    settings: Settings
    seed: int
    objectives: tuple[Weighted, ...] = ()
    human: Mapping[str, HumanTarget] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    crowd: CrowdLabels | None = None
    unlabelled: tuple[Instance, ...] = ()

    @property
    def others(self) -> tuple[Instance, ...]:
        """The unlabelled instances that are learned from: none where no term takes any."""
        return self.unlabelled if take_unlabelled(self.objectives) else ()


@dataclass(frozen=True)
class Trained:
    """A run, whether this call trained it, and what there is to know besides.

    `left_out`: reason → training instances or answers that were not learned from. `health`: what
    was measured of the model, now or before, where that was wanted.
    """

    run: ModelRun
    is_new: bool
    notes: tuple[str, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    health: Health | None = None


@dataclass(frozen=True, eq=False)
class Made:
    """What training by a recipe gives, before anything of it is kept.

    `predictions`: of all the data, under the id of the run.
    """

    fitted: Fitted
    predictions: tuple[Prediction, ...]


def train(
    project: Project,
    *,
    seed: int | None = None,
    labels: str | None = None,
    method: str | None = None,
    campaign: str | None = None,
    health: bool | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> Trained:
    """Train on all labelled instances with plain cross-entropy.

    `labels`, `method`, `campaign`: whose labels are learned, see `pipeline.crowd_labels`;
    `health`: whether the model's health is measured, once the run is kept. What is not given is as
    [train] has it.
    """
    wanted, settings = project.settings.train, model_settings(project)
    data = labelled(project, settings.kind)
    drawn = project.settings.project.seed if seed is None else seed
    choice = LabelChoice(labels or wanted.labels, method or wanted.method)
    crowd = None
    if choice.kind != GIVEN:
        source = judged_campaign(project, campaign or wanted.campaign or None)
        crowd = crowd_labels(project, source, choice, data, settings, drawn)
    elif campaign or method:
        raise UsageError("--campaign and --method belong to --labels consensus or --labels soft")
    trained = train_run(project, data, Recipe(settings, drawn, crowd=crowd), on_epoch=on_epoch)
    if wanted.health if health is None else health:
        trained = replace(trained, health=health_of(project, trained.run, data))
    rest = others(project, settings.kind)
    return replace(trained, notes=(*trained.notes, f"left out: {rest}")) if rest else trained


def model_settings(project: Project) -> Settings:
    """The settings of [model], the kind's own where nothing is said.

    A file of word vectors and the folder of a pretrained model are looked for in the project's.
    """
    given = dict(project.settings.model)
    kind = given.get("kind", Settings.kind)
    if isinstance(kind, str) and not is_own(kind):
        given = {**MODELS.load(kind).defaults, **given}
    for name in ("vectors", "path"):
        if given.get(name):
            given[name] = str(project.folder / given[name])
    settings = Settings.from_mapping(given)
    make_findable(settings.kind, project.folder)
    return settings


def labelled(project: Project, kind: str) -> list[Instance]:
    """Every instance with a label that a model of this kind reads."""
    found = [i for i in readable(project, kind) if i.label is not None]
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
    there = trained_already(project, data, recipe)
    if there is not None:
        return there
    progress = unfinished(project, data, recipe)
    return keep(project, data, recipe, make(data, recipe, on_epoch, progress))


def unfinished(project: Project, data: Sequence[Instance], recipe: Recipe) -> Path:
    """The file in which the training of the recipe's run stands until it is kept, see `make`."""
    return _progress(project, run_id(data, recipe))


def trained_already(project: Project, data: Sequence[Instance], recipe: Recipe) -> Trained | None:
    """The recipe's run, where it is there with its weights."""
    known = runs.known(project.engine, run_id(data, recipe))
    if known is None or not (project.folder / known.weights).is_dir():
        return None
    crowd = recipe.crowd
    return Trained(known, False, crowd.notes if crowd else (), crowd.left_out if crowd else {})


def make(
    data: Sequence[Instance],
    recipe: Recipe,
    on_epoch: Callable[[Epoch], None] | None = None,
    progress: Path | None = None,
) -> Made:
    """Train and predict; reads and writes no project, so that it can be done anywhere.

    `progress`: a file to go on from where it was interrupted, see `fit`; `keep` removes it.
    """
    crowd = recipe.crowd
    fitted = fit(
        data,
        settings=recipe.settings,
        objectives=recipe.objectives,
        human=recipe.human,
        goals=crowd.goals if crowd else None,
        unlabelled=recipe.others,
        seed=recipe.seed,
        on_epoch=on_epoch,
        progress=progress,
    )
    return Made(fitted, tuple(predict(fitted.model, data, run_id(data, recipe))))


def keep(project: Project, data: Sequence[Instance], recipe: Recipe, made: Made) -> Trained:
    """Write the weights, then the run with its predictions."""
    identity, fitted, crowd = run_id(data, recipe), made.fitted, recipe.crowd
    notes, left_out = (crowd.notes, crowd.left_out) if crowd else ((), {})
    known = runs.known(project.engine, identity)
    folder = project.models / identity
    if known is not None and folder.is_dir():  # another process was faster
        _progress(project, identity).unlink(missing_ok=True)
        return Trained(known, False, (*notes, *fitted.notes), left_out)
    save(fitted.model, folder, evaluation(fitted.judged, fitted.model.labels))
    if known is not None:
        _progress(project, identity).unlink(missing_ok=True)
        again = "the run's weights were missing: made again"
        return Trained(known, True, (*notes, *fitted.notes, again), left_out)
    run = ModelRun(
        id=identity,
        kind=recipe.settings.kind,
        labels=fitted.model.labels,
        settings={
            **recipe.settings.as_mapping(),
            **recipe.extra,
            **_recorded(recipe),
            "test": list(fitted.split.test),
            "best_epoch": fitted.best_epoch,
            **({"stopped": fitted.stopped} if fitted.stopped else {}),
        },
        seed=recipe.seed,
        data_hash=data_hash(data),
        metrics={name: round(value, 6) for name, value in fitted.metrics.items()},
        weights=str(folder.relative_to(project.folder)),
        objective=describe(recipe.objectives),
    )
    is_new = runs.add(project.engine, run, made.predictions)
    _progress(project, identity).unlink(missing_ok=True)
    return Trained(run, is_new, (*notes, *fitted.notes), left_out)


def _progress(project: Project, identity: str) -> Path:
    """Where a run that is being trained stands, until it is kept."""
    return project.models / f".{identity}.training"


def _recorded(recipe: Recipe) -> dict[str, Any]:
    """What was learned from beside labelled instances, for the run's settings: whose labels, how
    many human rationales, how many instances without a label. Nothing where there was no such thing.
    """
    found: dict[str, Any] = {"annotated": len(recipe.human)} if recipe.human else {}
    if recipe.others:
        found["unlabelled"] = len(recipe.others)
    if recipe.crowd is not None:
        found |= {**recipe.crowd.recorded, "labels_left_out": dict(recipe.crowd.left_out)}
    return found


def run_id(data: Sequence[Instance], recipe: Recipe) -> str:
    """The id of the run that this recipe makes of these data, trained or not."""
    digest = hashlib.sha256(data_hash(data).encode())
    decided: dict[str, Any] = {
        "settings": recipe.settings.as_mapping(),
        "seed": recipe.seed,
        "objectives": [one.decided() for one in recipe.objectives],
        "extra": dict(recipe.extra),
    }
    if is_own(recipe.settings.kind):
        decided["code"] = code_hash(recipe.settings.kind)
    if recipe.settings.path is not None:  # what is in the folder, wherever it lies
        decided["settings"].pop("path")
        decided["folder"] = content_hash(folder_of(recipe.settings.path))
    if recipe.settings.attributes:
        decided["attributes"] = sorted([i.id, dict(i.attributes)] for i in data)
    digest.update(json.dumps(decided, sort_keys=True).encode())
    sure = any(one.options.get("certainty") for one in recipe.objectives)
    for name in sorted(recipe.human):
        target = recipe.human[name]
        digest.update(name.encode() + target.marks.tobytes())
        if sure and target.certainty is not None:
            digest.update(target.certainty.tobytes())
    if recipe.others:
        digest.update(json.dumps(["unlabelled", *(one.id for one in recipe.others)]).encode())
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
