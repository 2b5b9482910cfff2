"""`konkyo align --by`: where do people and model part, by length, label, correctness or worker?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from analysis.alignment.images.base import Picture
from analysis.comparison.conditions import Conditions, Settings
from analysis.comparison.marked import (
    FLOOR,
    PEOPLE,
    families_of,
    marked_conditions,
    people_table,
)
from analysis.comparison.pictures import needs_each, picture_conditions
from analysis.comparison.strata import StrataResult, by_stratum, corrected, length_bins
from analysis.comparison.worker_strata import by_worker
from analysis.score_table import ScoreTable
from db.errors import DataError, UsageError
from db.records import Campaign, Instance, Marks, ModelRun
from db.store import instances, rationales, runs
from pipeline import align_images
from pipeline.align import FLOORS, scores_on
from pipeline.judged import judged_campaign, marks_of
from pipeline.project import Project

METRICS = ("auroc", "token_f1")
ON_PICTURES = ("auroc", "rank_accuracy")
"""Without others: on single workers' masks rank accuracy is the F1 of the highest pixels."""
RIGHT, WRONG = "model right", "model wrong"
WORKER = "worker"
Part = Callable[[Project, ModelRun, Sequence[Instance], Mapping[str, float]], Sequence[str | None]]


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
    metrics: Sequence[str] = (),
    bootstrap: int | None = None,
    seed: int | None = None,
) -> Parted:
    """Every explainer of a run, people and the floor, in each part of the marked instances.

    `by`: length (quarters by words, of pictures by the share of the pixels that people marked),
    label, correct (of the model) or worker. `metrics`: default `METRICS`, on pictures
    `ON_PICTURES`. Golds are single workers' marks (the policy `each`).
    """
    if by not in PARTS and by != WORKER:
        raise UsageError(f"cannot part by {by!r} (there are: {', '.join((*PARTS, WORKER))})")
    campaign = judged_campaign(project, name)
    chosen = runs.find(project.engine, run)
    analysis = project.settings.analysis
    settings = Settings(
        bootstrap=analysis.bootstrap if bootstrap is None else bootstrap,
        seed=project.settings.project.seed if seed is None else seed,
        confidence=analysis.confidence,
    )
    pictures = align_images.of_pictures(project, campaign)
    scored = (_pictures if pictures else _tokens)(project, campaign, chosen, metrics, settings.seed)
    results = _results(project, chosen, scored, by, settings)
    return Parted(campaign.name, chosen.id, by, _jointly_corrected(results))


class _Scored(NamedTuple):
    """`given`: metric → scores of every explainer and the floor; `people`: metric → people's among
    themselves; `marks`: who was asked about what; `shares`: picture → the mean share of its pixels
    that a worker marked, {} without pictures."""

    given: Mapping[str, Conditions]
    people: Mapping[str, ScoreTable]
    marks: Marks
    shares: Mapping[str, float]


def _tokens(
    project: Project, campaign: Campaign, run: ModelRun, metrics: Sequence[str], seed: int
) -> _Scored:
    metrics = metrics or METRICS
    _need_each(metrics)
    scores, marks = scores_on(project, run, marks_of(project, campaign))
    given = marked_conditions(scores, marks, metrics=metrics, floor=True, seed=seed)
    people = {metric: people_table(marks, metric, seed) for metric in given}
    return _Scored(given, people, marks, {})


def _pictures(
    project: Project, campaign: Campaign, run: ModelRun, metrics: Sequence[str], seed: int
) -> _Scored:
    metrics = metrics or ON_PICTURES
    needs_each(metrics)
    names = [n for n in rationales.explainers(project.engine, run.id) if n not in FLOORS]
    marked, _ = align_images.marked_pictures(project, campaign, {n: (run.id, n) for n in names})
    shares: dict[str, float] = {}

    def measured() -> Iterator[Picture]:
        for picture in marked.pictures():
            shares[picture.id] = sum(float(m.mean()) for m in picture.masks) / len(picture.masks)
            yield picture

    found = picture_conditions(
        measured(),
        marked.workers,
        persons_known=marked.persons_known,
        metrics=metrics,
        floors=(FLOOR,),
        seed=seed,
    )
    return _Scored(found.conditions, found.people, found.marks, shares)


def _results(
    project: Project, run: ModelRun, scored: _Scored, by: str, settings: Settings
) -> dict[str, StrataResult]:
    marks = scored.marks
    if by == WORKER:
        return {
            metric: by_worker(
                dict(zip(c.names, c.tables, strict=True)),
                scored.people[metric],
                marks,
                settings,
                score=metric,
                scale=c.scale,
            )
            for metric, c in scored.given.items()
        }
    ids = dict.fromkeys(marks.instance_ids)
    found = {i.id: i for i in instances.read(project.engine, ids=ids, pictures=False)}
    part = PARTS[by](project, run, [found[i] for i in marks.instance_ids], scored.shares)
    return {
        metric: by_stratum(_with_people(c, scored.people[metric]), part, _order(part, by), settings)
        for metric, c in scored.given.items()
    }


def _with_people(given: Conditions, people: ScoreTable) -> Conditions:
    """The same with people beside the maps."""
    return replace(given, names=(*given.names, PEOPLE), tables=(*given.tables, people))


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
        return sorted(names, key=lambda name: float(name.split()[0]))
    return sorted(names)


def _lengths(
    project: Project, run: ModelRun, found: Sequence[Instance], shares: Mapping[str, float]
) -> Sequence[str | None]:
    if shares:
        marked = [round(100 * shares[i.id], 1) for i in found]
        return list(length_bins(marked, noun="% of the pixels marked"))
    if any(i.kind not in ("text", "pair") for i in found):
        raise DataError("only texts and pairs have a length in words; part by label or correct")
    return list(length_bins([i.n_tokens for i in found]))


def _labels(
    project: Project, run: ModelRun, found: Sequence[Instance], shares: Mapping[str, float]
) -> Sequence[str | None]:
    return [i.label for i in found]


def _correct(
    project: Project, run: ModelRun, found: Sequence[Instance], shares: Mapping[str, float]
) -> Sequence[str | None]:
    predicted = runs.probabilities(project.engine, run.id)
    return [
        None
        if i.label is None or i.id not in predicted
        else (RIGHT if run.labels[int(predicted[i.id].argmax())] == i.label else WRONG)
        for i in found
    ]


PARTS: Mapping[str, Part] = {"length": _lengths, "label": _labels, "correct": _correct}
"""What instances are parted by → the part of each, None where it has none."""
