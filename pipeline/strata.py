"""`konkyo align --by`: where do people and model part, by length, label, correctness or worker?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.comparison.conditions import Conditions, Settings
from analysis.comparison.marked import (
    PEOPLE,
    families_of,
    marked_conditions,
    people_table,
)
from analysis.comparison.strata import StrataResult, by_stratum, corrected, length_bins
from analysis.comparison.worker_strata import by_worker
from db.errors import DataError, UsageError
from db.ragged import Ragged
from db.records import Instance, Marks, ModelRun
from db.store import instances, runs
from pipeline.align import scores_on
from pipeline.judged import judged_campaign, marks_of
from pipeline.project import Project

METRICS = ("auroc", "token_f1")
RIGHT, WRONG = "model right", "model wrong"
WORKER = "worker"
Part = Callable[[Project, ModelRun, Sequence[Instance]], Sequence[str | None]]


@dataclass(frozen=True)
class Parted:
    """Strata of a run's alignment with a campaign's people, one result a score."""

    of: str
    run: str
    by: str
    results: Mapping[str, StrataResult]


def strata_of_campaign(
    project: Project,
    name: str | None,
    by: str,
    *,
    run: str | None = None,
    metrics: Sequence[str] = METRICS,
    bootstrap: int | None = None,
    seed: int | None = None,
) -> Parted:
    """Every explainer of a run, people and the floor, in each part of the marked instances.

    `by`: length (quarters by words), label, correct (of the model) or worker. Golds are single
    workers' marks (the policy `each`).
    """
    if by not in PARTS and by != WORKER:
        raise UsageError(f"cannot part by {by!r} (there are: {', '.join((*PARTS, WORKER))})")
    _need_each(metrics)
    campaign = judged_campaign(project, name)
    chosen = runs.find(project.engine, run)
    scores, marks = scores_on(project, chosen, marks_of(project, campaign))
    analysis = project.settings.analysis
    settings = Settings(
        bootstrap=analysis.bootstrap if bootstrap is None else bootstrap,
        seed=project.settings.project.seed if seed is None else seed,
        confidence=analysis.confidence,
    )
    given = marked_conditions(scores, marks, metrics=metrics, floor=True, seed=settings.seed)
    results = _results(project, chosen, scores, marks, given, by, settings)
    return Parted(campaign.name, chosen.id, by, _jointly_corrected(results))


def _results(
    project: Project,
    run: ModelRun,
    scores: Mapping[str, Ragged],
    marks: Marks,
    given: Mapping[str, Conditions],
    by: str,
    settings: Settings,
) -> dict[str, StrataResult]:
    people = {metric: people_table(marks, metric, settings.seed) for metric in given}
    if by == WORKER:
        return {
            metric: by_worker(
                dict(zip(c.names, c.tables, strict=True)),
                people[metric],
                marks,
                settings,
                score=metric,
                scale=c.scale,
            )
            for metric, c in given.items()
        }
    found = {i.id: i for i in instances.read(project.engine, ids=dict.fromkeys(marks.instance_ids))}
    part = PARTS[by](project, run, [found[identity] for identity in marks.instance_ids])
    return {
        metric: by_stratum(
            replace(c, names=(*c.names, PEOPLE), tables=(*c.tables, people[metric])),
            part,
            _order(part, by),
            settings,
        )
        for metric, c in given.items()
    }


def _jointly_corrected(results: Mapping[str, StrataResult]) -> dict[str, StrataResult]:
    """Holm's correction over scores × explainers."""
    tests = corrected([test for result in results.values() for test in result.tests])
    return {
        metric: replace(result, tests=[test for test in tests if test.score == metric])
        for metric, result in results.items()
    }


def _need_each(metrics: Sequence[str]) -> None:
    """Scores against the soft mask have no people pair by pair."""
    soft = [
        metric
        for family in families_of(metrics).values()
        for metric in family.metrics
        if metric in metrics and family.soft_gold
    ]
    if soft:
        raise UsageError(
            f"{soft[0]} is against the share of all workers, and people cannot be compared with "
            "each other by it; take a score against single workers' marks"
        )


def _order(part: Sequence[str | None], by: str) -> list[str]:
    names = {name for name in part if name is not None}
    if by == "length":
        return sorted(names, key=lambda name: int(name.split()[0]))
    return sorted(names)


def _lengths(project: Project, run: ModelRun, found: Sequence[Instance]) -> Sequence[str | None]:
    if any(i.kind not in ("text", "pair") for i in found):
        raise DataError("only texts and pairs have a length in words; part by label or correct")
    return list(length_bins([i.n_tokens for i in found]))


def _labels(project: Project, run: ModelRun, found: Sequence[Instance]) -> Sequence[str | None]:
    return [i.label for i in found]


def _correct(project: Project, run: ModelRun, found: Sequence[Instance]) -> Sequence[str | None]:
    predicted = runs.probabilities(project.engine, run.id)
    return [
        None
        if i.label is None or i.id not in predicted
        else (RIGHT if run.labels[int(predicted[i.id].argmax())] == i.label else WRONG)
        for i in found
    ]


PARTS: Mapping[str, Part] = {"length": _lengths, "label": _labels, "correct": _correct}
"""What instances are parted by → the part of each, None where it has none."""
