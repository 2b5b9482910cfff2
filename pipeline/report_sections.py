"""Sections of the report: from what the stages return to what the page is made of."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from analysis.alignment.images.base import CENTRE
from analysis.health.base import Health
from analysis.report.content import (
    Agreement,
    Alignment,
    Contrast,
    Contrasts,
    Difference,
    Objective,
    Pay,
    Ratings,
    SeedScore,
    Taught,
    Teaching,
    TeachingMetric,
    TrainingHealth,
    Tried,
    WorkerRow,
    Workers,
)
from analysis.trial_metrics import metrics_of
from db import frames
from db.columns import INSTANCE, VALUE
from db.records import Assignment, Campaign, Estimate, ModelRun, TeachingArm
from db.store import assignments, instances, maps, runs
from db.words import counted
from pipeline.agreement import agreement_of_campaign, ratings_of_campaign
from pipeline.align import Aligned
from pipeline.judged import choice_question, marks_of, question_of, questions, regular
from pipeline.picture_marks import cell_shares, small
from pipeline.plots import agreement_of_workers, plots_of_campaign
from pipeline.project import Project
from pipeline.status import campaign_status
from pipeline.teaching.arms import TAUGHT
from pipeline.teaching.curve import CurvePoint
from pipeline.teaching.experiment import Candidate, Experiment

NORMALISED = "_normalised"
HEADLINE = "auroc"
SHOWN = 8
IN_REPORT = ("agreement-by-label", "agreement-over-time")
"""The plots that the section on agreement shows; `konkyo agreement --plots` draws more."""


def workers(project: Project, campaign: Campaign) -> Workers | None:
    """Who answered, how long it took, what it cost; nothing where the data names nobody."""
    if not campaign.settings["persons_known"]:
        return None
    found = assignments.read(project.engine, campaign.id)
    status = campaign_status(project, campaign.name)
    if status is None:
        return None
    by_worker: dict[str, list[Assignment]] = {}
    for assignment in found:
        by_worker.setdefault(assignment.worker_id, []).append(assignment)
    agreeing = agreement_of_workers(project, campaign)
    return Workers(
        n_workers=status.workers,
        n_simulated=status.simulated_workers,
        assignments=len(found),
        unreadable=len(status.unreadable),
        median_seconds=status.pay.seconds_in_use,
        pay=Pay(
            campaign.currency,
            campaign.reward,
            status.money["reserved"],
            status.money["spent"],
            status.money["returned"],
            status.pay.hourly_in_use,
            "by the time the page was in use",
        )
        if campaign.environment != "imported"
        else None,
        gold_accuracy=_gold(status.checks.share, status.checks.answered, status.workers),
        rows=tuple(
            replace(
                _worker_row(worker, mine, status.checks.by_worker.get(worker, (0, 0))),
                agreement=agreeing.get(worker),
            )
            for worker, mine in sorted(by_worker.items())
        ),
    )


def _gold(share: float | None, answered: int, n_workers: int) -> Estimate | None:
    if share is None:
        return None
    return Estimate(
        "gold_accuracy",
        share,
        scale="0 to 1, higher is better",
        method="share of check items answered as known",
        n_workers=n_workers,
        n_judgements=answered,
    )


def _worker_row(worker: str, mine: Sequence[Assignment], checks: tuple[int, int]) -> WorkerRow:
    seconds = [a.facts["active_ms"] / 1000 for a in mine if a.facts.get("active_ms")]
    return WorkerRow(
        pseudonym=worker,
        assignments=len(mine),
        median_seconds=statistics.median(seconds) if seconds else None,
        gold_right=checks[0],
        gold_asked=checks[1],
        simulated=any(a.simulated for a in mine),
    )


def agreement(project: Project, campaign: Campaign) -> Agreement:
    """Coefficients with their intervals; how often each label was chosen."""
    found = agreement_of_campaign(project, campaign.name)
    asked = questions(project, campaign)
    question = choice_question(project, campaign)
    counts = regular(project, campaign, question)[VALUE].value_counts()
    kept = [e for e in found.estimates if e.name != "prevalence"]
    drawn = plots_of_campaign(project, campaign.name, question=question)
    return Agreement(
        estimates=tuple(kept),
        headline="token_alpha" if "marks" in asked else "alpha",
        prevalence={str(label): int(n) for label, n in counts.items()},
        excluded=found.excluded,
        notes=tuple(found.notes),
        plots=tuple(chart for chart in drawn.charts if chart.name in IN_REPORT),
    )


def alignment(found: Aligned) -> Alignment:
    """Explainers beside floors, oracle and people; normalised scores apart."""
    plain = [e for e in found.result.estimates if not e.name.endswith(NORMALISED)]
    normalised = [e for e in found.result.estimates if e.name.endswith(NORMALISED)]
    return Alignment(
        estimates=tuple(plain),
        normalised=tuple(_renamed(e) for e in normalised),
        headline=HEADLINE,
        gold_policy="each: every worker's own marks are a gold",
        k_rule=f"as many {found.result.noun}s as the gold has",
        contracts=found.result.contracts,
        excluded=found.result.excluded,
        notes=tuple(found.result.notes),
    )


def _renamed(estimate: Estimate) -> Estimate:
    return replace(estimate, name=estimate.name.removesuffix(NORMALISED))


def ratings(project: Project, found: Sequence[Campaign]) -> Ratings:
    """What people said of the rationales they were shown, explainer by explainer."""
    newest = found[-1]
    asked = question_of(newest, "convincing")
    return Ratings(
        estimates=tuple(ratings_of_campaign(project, newest, "convincing")),
        question=asked.text,
        points=len(asked.options),
        labels=tuple(option.text for option in asked.options),
        notes=(f"Campaign {newest.name}; people did not see which explainer they rated.",),
    )


def teaching(found: Experiment) -> Teaching:
    """The before-and-after tables, with the verdicts of the rule."""
    table = found.table
    return Teaching(
        objectives=tuple(_objective(arm) for arm in found.arms if arm.role != "part"),
        metrics=tuple(_metrics(mean.name for mean in table.means)),
        scores=tuple(SeedScore(v.objective, v.metric, v.seed, v.value) for v in table.values),
        means=tuple(table.means),
        differences=(
            *(
                Difference(g.estimate, g.against, g.p, g.smallest_p, g.detectable)
                for g in table.gains
            ),
            *(
                Difference(g.estimate, g.against, detectable=g.detectable, tested=False)
                for g in table.described
            ),
        ),
        headline=next((arm.name for arm in found.arms if arm.name == TAUGHT), ""),
        encoder=f"{found.runs[0].kind}, the same for every row",
        data=f"rationales of campaign {found.campaign.name}, {counted(len(found.seeds), 'seed')}",
        excluded=found.excluded,
        notes=tuple(table.notes),
        tried=tuple(_tried(one) for one in found.candidates),
        curve=tuple(_taught(point) for point in found.curve),
    )


def _tried(one: Candidate) -> Tried:
    auc, macro_f1 = one.validation or (None, None)
    return Tried(one.arm.name, auc, macro_f1, one.chosen)


def _metrics(names: Iterable[str]) -> list[TeachingMetric]:
    """The metrics of an experiment as the report takes them; those of its domains are the task's."""
    given = list(dict.fromkeys(names))
    found = [TeachingMetric(m.name, m.kind, m.direction) for m in metrics_of(given)]
    known = {metric.name for metric in found}
    return [*found, *(TeachingMetric(name, "task") for name in given if name not in known)]


def _objective(arm: TeachingArm) -> Objective:
    if arm.role == "baseline":
        return Objective(arm.name, "baseline", "cross-entropy alone")
    if arm.role == "taught":
        loss = arm.loss.replace("cross_entropy", "cross-entropy").replace("_", " ")
        return Objective(arm.name, "taught", loss)
    return Objective(arm.name, "control", "human marks at places that say nothing")


def _taught(point: CurvePoint) -> Taught:
    money = (point.cost, point.each, "" if point.cost is None else point.currency)
    return Taught(point.fraction, point.annotated, point.estimates, *money)


def health(run: ModelRun, found: Health) -> TrainingHealth:
    """What was measured of the run that the report is about."""
    return TrainingHealth(
        estimates=found.estimates,
        model=f"run {run.id} ({run.kind})",
        drawn=found.drawn,
        of=found.of,
        excluded=found.excluded,
        notes=found.notes,
    )


def contrasts(project: Project, campaign: Campaign, aligned: Aligned) -> Contrasts:
    """The instances where the best explainer and people differ most."""
    table = aligned.result.per_instance
    table = table[table["metric"] == HEADLINE]
    means = table[~table["subject"].isin(("people", "oracle", "random", "constant", CENTRE))]
    explainer = str(means.groupby("subject")[VALUE].mean().idxmax())
    scores = means[means["subject"] == explainer].sort_values([VALUE, INSTANCE])
    chosen = {str(i): float(v) for i, v in zip(scores[INSTANCE], scores[VALUE], strict=True)}
    worst = list(chosen)[:SHOWN]
    return Contrasts(
        pairs=tuple(_pairs(project, campaign, aligned, explainer, worst, chosen)),
        measure="1 − AUROC of the model's scores against people's marks",
        selection=f"The {counted(len(worst), 'instance')} where {explainer} meets people's marks least.",
        considered=len(chosen),
    )


def _pairs(
    project: Project,
    campaign: Campaign,
    aligned: Aligned,
    explainer: str,
    ids: Sequence[str],
    scores: dict[str, float],
) -> list[Contrast]:
    run = runs.find(project.engine, aligned.run)
    found, ragged = frames.scores(project.engine, run.id, explainer, ids)
    pictured = aligned.result.noun == "pixel"
    predicted = runs.probabilities(project.engine, run.id)
    marks = marks_of(project, campaign)
    places = {identity: n for n, identity in enumerate(marks.instance_ids)}
    made = []
    for row, instance in enumerate(instances.read(project.engine, ids=dict.fromkeys(found))):
        rows = np.flatnonzero(marks.instance == places[instance.id]).tolist()
        people = np.mean([np.asarray(marks.masks[r], np.float32) for r in rows], axis=0)
        shape: tuple[int, ...] = ()
        if pictured and instance.size is not None:
            grid = maps.of_picture(project.engine, run.id, [explainer], instance.id)[explainer]
            shape = grid.shape
            people = cell_shares(people, instance.size, (grid.shape[0], grid.shape[1]))
        probabilities = predicted[instance.id]
        best = int(probabilities.argmax())
        made.append(
            Contrast(
                instance=small(instance),
                explainer=explainer,
                model_scores=np.asarray(ragged[row], dtype=np.float32),
                people_scores=people.astype(np.float32),
                n_workers=len(rows),
                prediction=run.labels[best],
                probability=float(probabilities[best]),
                difference=1 - scores[instance.id],
                label=instance.label,
                shape=shape,
            )
        )
    return made
