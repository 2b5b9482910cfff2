"""`konkyo explain`: rationales of a run for every instance, written as they come.

What is stored already is not computed again, so an interrupted command continues.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from db.errors import UsageError
from db.records import Instance, ModelRun
from db.store import rationales, runs
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.batching import explain as explain_batches
from pipeline.models.checkpoint import load
from pipeline.models.trained import TrainedModel
from pipeline.project import Project
from pipeline.texts import texts


@dataclass(frozen=True)
class Explained:
    """What was written: rationales new and known, by explainer."""

    run: ModelRun
    new: dict[str, int]
    known: dict[str, int]


TARGETS = ("predicted", "each")


def of_every_class(targets: str) -> bool:
    """Whether `--targets` asks for every class; an error where it is no such thing."""
    if targets not in TARGETS:
        raise UsageError(f"--targets takes {' or '.join(TARGETS)}, not {targets!r}")
    return targets == "each"


def explain(
    project: Project,
    *,
    run: str | None = None,
    explainers: Sequence[str] = (),
    every_class: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Explained:
    """Explain every text by the named explainers, or the settings': the class predicted, or each.

    Rationales of other classes than the predicted one are stored as contrasts; only studies that
    put several predictions beside each other read them.
    """
    chosen = runs.find(project.engine, run)
    names = tuple(dict.fromkeys(explainers)) or project.settings.explain.explainers
    for name in names:
        EXPLAINERS.load(name)
    data = texts(project)
    done = explain_run(project, chosen, data, names, on_progress=on_progress)
    if every_class:
        _contrast(project, chosen, data, names, done, on_progress)
    return done


def explain_run(
    project: Project,
    run: ModelRun,
    data: Sequence[Instance],
    names: Sequence[str],
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Explained:
    """Explain the given instances, leaving out what is stored already."""
    done = {name: rationales.done(project.engine, run.id, name) for name in names}
    waiting = _grouped(data, names, done)
    total = sum(len(group) * len(missing) for missing, group in waiting.items())
    written = 0
    new = dict.fromkeys(names, 0)
    model: TrainedModel | None = None
    for missing, group in waiting.items():
        model = model or load(project.folder / run.weights)
        seed = project.settings.project.seed
        for batch in explain_batches(model, group, missing, seed=seed, run_id=run.id):
            for rationale in rationales.add(project.engine, batch):
                new[rationale.explainer] += 1
            written += len(batch)
            if on_progress is not None:
                on_progress(written, total)
    return Explained(run, new, {name: len(data) - new[name] for name in names})


def _contrast(
    project: Project,
    run: ModelRun,
    data: Sequence[Instance],
    names: Sequence[str],
    done: Explained,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    """Explain every class that was not predicted; `done` counts what is new."""
    model = load(project.folder / run.weights)
    waiting = [
        (name, target, [i for i in data if (i.id, target) not in there])
        for name in names
        for there in [rationales.explained(project.engine, run.id, name)]
        for target in range(len(run.labels))
    ]
    total, written = sum(len(group) for _, _, group in waiting), 0
    for name, target, group in waiting:
        targets = {i.id: target for i in group}
        seed = project.settings.project.seed
        for batch in explain_batches(
            model, group, [name], seed=seed, run_id=run.id, targets=targets
        ):
            contrasts = [replace(one, contrast=True) for one in batch]
            done.new[name] += len(rationales.add(project.engine, contrasts))
            written += len(batch)
            if on_progress is not None:
                on_progress(written, total)


def _grouped(
    data: Sequence[Instance], names: Sequence[str], done: dict[str, set[str]]
) -> dict[tuple[str, ...], list[Instance]]:
    """Instances by the explainers that they still need: those share forward passes."""
    groups: dict[tuple[str, ...], list[Instance]] = {}
    for instance in data:
        missing = tuple(name for name in names if instance.id not in done[name])
        if missing:
            groups.setdefault(missing, []).append(instance)
    return groups
