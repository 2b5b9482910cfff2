"""`konkyo explain`: rationales of a run for every instance, written as they come.

What is stored already is not computed again, so an interrupted command continues.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from analysis.explained.agreement import MapAgreement
from analysis.explained.agreement import agreement as maps_agreement
from db.errors import Conflict, UsageError
from db.records import Instance, ModelRun
from db.store import rationales, runs
from pipeline.attention_gradient import attention_and_gradient, check_attention
from pipeline.engines.base import Engine
from pipeline.engines.inprocess import HERE
from pipeline.explainers import EXPLAINERS
from pipeline.explainers.keeping import lacking
from pipeline.explainers.learned_mask import NAME as LEARNED_MASK
from pipeline.explainers.options import in_words, stated
from pipeline.explaining import Explaining, Part
from pipeline.mask_control import MaskControl, mask_control
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
    on_note: Callable[[str], None] | None = None,
    where: Engine = HERE,
) -> Explained:
    """Explain every instance that the run reads, by the explainers named or the settings': the
    class predicted, or each.

    Rationales of other classes than the predicted one are stored as contrasts; only studies that
    put several predictions beside each other read them. `agreement`: measure too how far attention
    agrees with gradients, on all texts; that is not stored. `again`: rationales of these explainers
    that were made with other options are replaced, which is refused else; they stay until the first
    of the new are computed. `where`: the engine that rationales are computed on. `on_note` gets what
    will take long, before it is begun.
    """
    chosen = runs.find(project.engine, run)
    names = tuple(dict.fromkeys(explainers)) or project.settings.explain.explainers
    for name in names:
        EXPLAINERS.load(name)
    data = readable(project, chosen.kind)
    work = Explaining(project, chosen, data, on_progress, where, on_note)
    if agreement:
        check_attention(work.model)
    new = explain_predicted(work, names, again)
    known = {name: len(work.data) - new[name] for name in names}
    if every_class:
        new += _contrasts(work, names)
    return Explained(
        chosen,
        {name: new[name] for name in names},
        known,
        agreement=_agreement(work) if agreement else None,
        masks=mask_control(project, chosen, work.data) if LEARNED_MASK in names else None,
    )


def explain_run(
    project: Project, run: ModelRun, data: Sequence[Instance], names: Sequence[str]
) -> None:
    """Explain the given instances, leaving out what is stored already."""
    explain_predicted(Explaining(project, run, data), names)


def explain_predicted(work: Explaining, names: Sequence[str], again: bool = False) -> Counter[str]:
    """Explain the class predicted wherever that is not stored; explainer → how many are new.

    What explainers found out and kept is found again where it is gone, though all be explained.
    With `again` old rationales make way together with the first batch of new ones: whatever fails
    before leaves them as they were, an interruption later a part of the new alone, never nothing.
    """
    project, run = work.project, work.run
    other = _made_otherwise(work, names, again)
    done = {
        name: set() if name in other else rationales.done(project.engine, run.id, name)
        for name in names
    }
    parts = [Part(missing, group) for missing, group in _grouped(work.data, names, done).items()]
    work.learn(lacking(project.folder / run.weights, work.settings.load(names)))
    return Counter(one.explainer for one in work.write(parts, instead=other))


def _made_otherwise(work: Explaining, names: Sequence[str], again: bool) -> list[str]:
    """Those among `names` whose stored rationales were made with other options than they now have.

    All rationales of a run by an explainer are made with the same: such ones make way, all at once,
    where `again` says so and no campaign shows them; else it is a `Conflict` or a `SafetyError`.
    Nothing is deleted here.
    """
    engine, run = work.project.engine, work.run
    asked = {one.name: stated(one) for one in work.settings.load(names)}
    there = {name: rationales.options(engine, run.id, name) for name in asked}
    other = [name for name, options in asked.items() if there[name] not in ([], [options])]
    if other and not again:
        name = other[0]
        raise Conflict(
            f"run {run.id} has rationales by {name} with "
            f"{' and '.join(map(in_words, there[name]))}, and [explain.options.{name}] now asks for "
            f"{in_words(asked[name])}; put the options back, or replace those rationales with "
            f'"konkyo explain --explainer {name} --again"'
        )
    if other:
        rationales.check_unshown(engine, run.id, other)
    return other


def _contrasts(work: Explaining, names: Sequence[str]) -> Counter[str]:
    """Explain every class that was not predicted; explainer → how many are new."""
    parts = [
        Part((name,), group, target)
        for name in names
        for there in [rationales.explained(work.project.engine, work.run.id, name)]
        for target in range(len(work.run.labels))
        if (group := [i for i in work.data if (i.id, target) not in there])
    ]
    return Counter(one.explainer for one in work.write(parts))


def _grouped(
    data: Sequence[Instance], names: Sequence[str], done: Mapping[str, set[str]]
) -> dict[tuple[str, ...], list[Instance]]:
    """Instances by the explainers that they still need: those share forward passes."""
    groups: dict[tuple[str, ...], list[Instance]] = {}
    for instance in data:
        missing = tuple(name for name in names if instance.id not in done[name])
        if missing:
            groups.setdefault(missing, []).append(instance)
    return groups


def _agreement(work: Explaining) -> MapAgreement:
    """Attention and gradients of every text, with intervals as the settings make them."""
    maps = attention_and_gradient(work.model, work.data)
    settings = work.project.settings
    return maps_agreement(
        maps.attention,
        maps.gradient,
        bootstrap=settings.analysis.bootstrap,
        seed=settings.project.seed,
        confidence=settings.analysis.confidence,
    )
