"""`konkyo explain`: rationales of a run for every instance, written as they come.

What is stored already is not computed again, so an interrupted command continues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.explained.agreement import MapAgreement
from analysis.explained.agreement import agreement as maps_agreement
from db.errors import Conflict, UsageError
from db.records import Instance, ModelRun
from db.store import rationales, runs
from pipeline.attention_gradient import attention_and_gradient, check_attention
from pipeline.engines.base import Engine
from pipeline.engines.inprocess import HERE
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.base import Explainer
from pipeline.explainers.batching import ExplainSettings
from pipeline.explainers.batching import explain as explain_batches
from pipeline.explainers.keeping import kept, lacking, learned_of
from pipeline.explainers.learned_mask import NAME as LEARNED_MASK
from pipeline.explainers.options import in_words, stated
from pipeline.mask_control import MaskControl, mask_control
from pipeline.models.checkpoint import load
from pipeline.models.trained import TrainedModel
from pipeline.project import Project
from pipeline.readable import readable


@dataclass(frozen=True)
class Explained:
    """What was written: rationales new and known, by explainer; `agreement` where asked for.

    `masks`: what learned masks keep, where the explainer `learned_mask` was among those.
    """

    run: ModelRun
    new: dict[str, int]
    known: dict[str, int]
    agreement: MapAgreement | None = None
    masks: MaskControl | None = None


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
    agreement: bool = False,
    again: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
    where: Engine = HERE,
) -> Explained:
    """Explain every instance that the run reads by the named explainers, or the settings': the class predicted, or each.

    Rationales of other classes than the predicted one are stored as contrasts; only studies that
    put several predictions beside each other read them. `agreement`: measure too how far attention
    agrees with gradients, on all texts; that is not stored. `again`: rationales of these explainers
    that were made with other options are replaced, which is refused else. `where`: the engine that
    rationales are computed on.
    """
    chosen = runs.find(project.engine, run)
    names = tuple(dict.fromkeys(explainers)) or project.settings.explain.explainers
    for name in names:
        EXPLAINERS.load(name)
    data = readable(project, chosen.kind)
    if agreement:
        check_attention(load(project.folder / chosen.weights))
    done = explain_run(
        project, chosen, data, names, again=again, on_progress=on_progress, where=where
    )
    if every_class:
        _contrast(project, chosen, data, names, done, on_progress, where)
    return replace(
        done,
        agreement=_agreement(project, chosen, data) if agreement else None,
        masks=mask_control(project, chosen, data) if LEARNED_MASK in names else None,
    )


def explain_run(
    project: Project,
    run: ModelRun,
    data: Sequence[Instance],
    names: Sequence[str],
    *,
    again: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
    where: Engine = HERE,
) -> Explained:
    """Explain the given instances, leaving out what is stored already."""
    settings = settings_of(project)
    _one_way(project, run, settings.load(names), again)
    done = {name: rationales.done(project.engine, run.id, name) for name in names}
    waiting = _grouped(data, names, done)
    if not waiting and lacking(project.folder / run.weights, settings.load(names)):
        waiting[tuple(names)] = []  # all is explained, but what was found out has to be found again
    total = sum(len(group) * len(missing) for missing, group in waiting.items())
    written = 0
    new = dict.fromkeys(names, 0)
    model: TrainedModel | None = None
    for missing, group in waiting.items():
        model = model or load(project.folder / run.weights)
        seed = project.settings.project.seed
        known = learned_from(run, data)
        chunks = explain_batches(
            model,
            group,
            missing,
            seed=seed,
            settings=settings,
            run_id=run.id,
            learn_from=known,
            learned=kept(project.folder / run.weights, model, settings.load(missing), known, seed),
            where=where,
        )
        for batch in chunks:
            for rationale in rationales.add(project.engine, batch):
                new[rationale.explainer] += 1
            written += len(batch)
            if on_progress is not None:
                on_progress(written, total)
    return Explained(run, new, {name: len(data) - new[name] for name in names})


def _one_way(project: Project, run: ModelRun, explainers: Sequence[Explainer], again: bool) -> None:
    """All rationales of a run by an explainer are made with the same options.

    Those that were made with others make way where they may, all at once; else this is a `Conflict`.
    """
    other = {
        one.name: there
        for one in explainers
        if (there := rationales.options(project.engine, run.id, one.name))
        not in ([], [stated(one)])
    }
    if other and not again:
        name, there = next(iter(other.items()))
        asked = next(stated(one) for one in explainers if one.name == name)
        raise Conflict(
            f"run {run.id} has rationales by {name} with {' and '.join(map(in_words, there))}, and "
            f"[explain.options.{name}] now asks for {in_words(asked)}; put the options back, or "
            f'replace those rationales with "konkyo explain --explainer {name} --again"'
        )
    if other:
        load(project.folder / run.weights)  # nothing is given up for a model that cannot explain
        rationales.forget(project.engine, run.id, list(other))


def _contrast(
    project: Project,
    run: ModelRun,
    data: Sequence[Instance],
    names: Sequence[str],
    done: Explained,
    on_progress: Callable[[int, int], None] | None,
    where: Engine,
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
    seed, settings = project.settings.project.seed, settings_of(project)
    learned: dict[str, Mapping[str, Any]] = {}  # by explainer, once for all classes
    for name, target, group in waiting:
        targets = {i.id: target for i in group}
        if group and name not in learned:
            learned[name] = learned_of(
                project.folder / run.weights,
                model,
                settings.load([name]),
                learned_from(run, data),
                seed,
            )
        if not group:
            continue
        for batch in explain_batches(
            model,
            group,
            [name],
            seed=seed,
            settings=settings,
            run_id=run.id,
            targets=targets,
            learned=learned[name],
            where=where,
        ):
            contrasts = [replace(one, contrast=True) for one in batch]
            done.new[name] += len(rationales.add(project.engine, contrasts))
            written += len(batch)
            if on_progress is not None:
                on_progress(written, total)


def learned_from(run: ModelRun, data: Sequence[Instance]) -> list[Instance]:
    """Instances that the run was not judged by: explainers that learn may learn from them."""
    held = set(run.settings.get("test", ()))
    return [i for i in data if i.id not in held]


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


def settings_of(project: Project) -> ExplainSettings:
    """The options of explainers that the settings state."""
    stated = project.settings.explain
    return ExplainSettings(options=stated.options, token_budget=stated.token_budget)


def _agreement(project: Project, run: ModelRun, data: Sequence[Instance]) -> MapAgreement:
    """Attention and gradients of every text, with intervals as the settings make them."""
    maps = attention_and_gradient(load(project.folder / run.weights), data)
    settings = project.settings.analysis
    return maps_agreement(
        maps.attention,
        maps.gradient,
        bootstrap=settings.bootstrap,
        seed=project.settings.project.seed,
        confidence=settings.confidence,
    )
