"""A teaching experiment read back: trials, table, verdicts, how much was needed.

Everything stands in the database: which runs belong together, what they predict, what was measured
of them. Nothing is trained here, and no model is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from analysis.trials import Gain, Trial, TrialTable, compare_trials
from db.errors import NotFound
from db.records import Campaign, Instance, Marks, ModelRun, TeachingArm, TeachingPlan
from db.store import runs, teachings
from pipeline.align import only
from pipeline.judged import marks_of
from pipeline.models.trained import encoding_of
from pipeline.patch_marks import in_units_of_model
from pipeline.project import Project
from pipeline.teaching.curve import CurvePoint, curve
from pipeline.teaching.domains import by_domain
from pipeline.teaching.measures import is_measured, measured
from pipeline.teaching.remarks import remarks
from pipeline.train import data_hash, labelled, model_settings

ALIGNMENT = "auroc"
TESTED = ("macro F1", ALIGNMENT)


class Validated(NamedTuple):
    """What an arm came to on validation, the means over seeds; None where a run has no AUC."""

    auc: float | None
    macro_f1: float


@dataclass(frozen=True)
class Candidate:
    """Weights that were tried: what they came to on validation alone, None where a run of them
    diverged in its first epoch; and whether they stand in the table."""

    arm: TeachingArm
    validation: Validated | None
    chosen: bool

    @property
    def diverged(self) -> bool:
        """Whether they could not be chosen."""
        return self.validation is None


@dataclass(frozen=True)
class Experiment:
    """The experiment's table, its sentences, and the runs behind it, by seed and arm.

    `plan`: its arms, of which those that were not chosen stand in `candidates` alone; `seeds`:
    those of which every run is there. `excluded` counts test instances whose alignment is
    undefined, and of the first seed what was left out of the labels that were learned. `curve`: one
    point for every fraction of the rationales, none where no fractions were asked for.
    """

    campaign: Campaign
    plan: TeachingPlan
    seeds: tuple[int, ...]
    table: TrialTable
    sentences: tuple[str, ...]
    excluded: dict[str, int]
    runs: tuple[ModelRun, ...]
    candidates: tuple[Candidate, ...] = ()
    curve: tuple[CurvePoint, ...] = ()

    @cached_property
    def arms(self) -> tuple[TeachingArm, ...]:
        """The rows of the table."""
        return tuple(arm for arm in self.plan.arms if arm.role != "candidate")

    @property
    def labels(self) -> str:
        """Whose labels every arm learned, in words."""
        said = self.plan.settings
        return (
            f"{said['labels']}, by {said['labels_method']}" if "labels_method" in said else "given"
        )

    @property
    def unit(self) -> str:
        """What a unit is called that its models look at: "token", "patch" or "feature"."""
        return encoding_of(self.runs[0].kind).unit

    @property
    def certainty(self) -> bool:
        """Whether texts counted by how sure their marks are."""
        return bool(self.plan.settings["certainty"])


def read_experiment(project: Project, campaign: Campaign) -> Experiment | None:
    """The experiment on a campaign that was asked for last, of those of two whole seeds; None
    without one. One that has only begun so hides no other.

    A seed is whole where every run of it is there and was measured.
    """
    plans = teachings.read(project.engine, campaign.id)
    if not plans:
        return None
    data = labelled(project, model_settings(project).kind)
    wanted = data_hash(data)
    known = {run.id: run for run in runs.read(project.engine) if run.data_hash == wanted}
    found = ((plan, _whole(project, plan, known)) for plan in plans)
    plan, whole = next(((plan, whole) for plan, whole in found if len(whole) > 1), (None, []))
    return None if plan is None else _read(project, campaign, data, plan, whole, known)


def _whole(project: Project, plan: TeachingPlan, known: Mapping[str, ModelRun]) -> list[int]:
    """The places of the seeds of which every run of the table is there and measured."""
    arms = [arm for arm in plan.arms if arm.role != "candidate"]
    seeds = range(len(plan.seeds))
    trained = [n for n in seeds if all(arm.runs[n] in known for arm in arms)]
    return [n for n in trained if all(_is_measured(project, known[arm.runs[n]]) for arm in arms)]


def _is_measured(project: Project, run: ModelRun) -> bool:
    return is_measured(project, run, run.settings["test"])


def _read(
    project: Project,
    campaign: Campaign,
    data: Sequence[Instance],
    plan: TeachingPlan,
    whole: Sequence[int],
    known: Mapping[str, ModelRun],
) -> Experiment:
    arms = [arm for arm in plan.arms if arm.role != "candidate"]
    marks = marks_of_labelled(project, campaign, data)
    number = {instance.id: n for n, instance in enumerate(data)}
    trials = [
        _trial(project, arm, known[arm.runs[n]], data, number, marks) for n in whole for arm in arms
    ]
    settings = project.settings.analysis
    table = compare_trials(
        trials,
        list(_pairs(arms)),
        tested=TESTED,
        bootstrap=settings.bootstrap,
        seed=project.settings.project.seed,
        confidence=settings.confidence,
    )
    first = known[arms[0].runs[whole[0]]]
    notes = [*table.notes, *remarks(arms, known, whole)]
    return Experiment(
        campaign=campaign,
        plan=plan,
        seeds=tuple(plan.seeds[n] for n in whole),
        table=replace(table, notes=notes),
        sentences=tuple(sentence(gain) for gain in table.gains),
        excluded=_excluded(trials[0], first),
        runs=tuple(known[arm.runs[n]] for n in whole for arm in arms),
        candidates=tuple(_candidates(plan, known)),
        curve=curve(project, campaign, arms, known, table, whole),
    )


def marks_of_labelled(project: Project, campaign: Campaign, data: Sequence[Instance]) -> Marks:
    """The marks of the labelled instances, over patches if these are pictures; an error where there
    are none."""
    kept = only(marks_of(project, campaign), {instance.id for instance in data})
    if not kept.instance_ids:
        raise NotFound(f"no labelled instance was marked in campaign {campaign.name!r}")
    return in_units_of_model(kept, data, model_settings(project))


def sentence(gain: Gain) -> str:
    """One sentence a comparison, by rule: helps, hurts, not shown, or no verdict possible."""
    e = gain.estimate
    value = "undefined" if e.value is None else f"{e.value:+.3f}"
    interval = "" if e.low is None else f" [{e.low:+.3f}, {e.high:+.3f}]"
    p = "" if gain.p is None else f", p = {gain.p:.3g} after Holm"
    return f"{e.subject} against {gain.against}, {_words(e.name)}: {gain.verdict} ({value}{interval}{p})"


def _words(metric: str) -> str:
    return "AUROC" if metric == ALIGNMENT else metric


def _pairs(arms: Sequence[TeachingArm]) -> list[tuple[str, str]]:
    """Every taught arm against plain training, and against its own controls."""
    plain = [arm.name for arm in arms if arm.role == "baseline"]
    taught = [arm for arm in arms if arm.role == "taught"]
    return [
        (arm.name, other)
        for arm in taught
        for other in (*plain, *(c.name for c in arms if c.role == "control" and c.of == arm.name))
    ]


def _candidates(plan: TeachingPlan, known: Mapping[str, ModelRun]) -> list[Candidate]:
    """A plan is written once all weights were tried, so that a run which is not there diverged."""
    chosen = {arm.runs for arm in plan.arms if arm.role == "taught"}
    tried = [arm for arm in plan.arms if arm.role == "candidate"]
    return [
        Candidate(arm, on_validation([known.get(r) for r in arm.runs]), arm.runs in chosen)
        for arm in tried
    ]


def on_validation(found: Sequence[ModelRun | None]) -> Validated | None:
    """The means of runs, one at least; None where one diverged at once, which is None here: the
    seeds that are left would be others than those of the weights beside it."""
    made = [run for run in found if run is not None]
    if len(made) < len(found):
        return None
    aucs = [run.metrics["validation_auc"] for run in made if "validation_auc" in run.metrics]
    f1 = float(np.mean([run.metrics["validation_macro_f1"] for run in made]))
    return Validated(float(np.mean(aucs)) if len(aucs) == len(made) else None, f1)


def _excluded(trial: Trial, run: ModelRun) -> dict[str, int]:
    of = f"of seed {trial.seed}"
    undefined = int(np.isnan(trial.per_instance[ALIGNMENT]).sum())
    found = {f"test instances {of} whose {_words(ALIGNMENT)} is undefined": undefined}
    for reason, n in run.settings.get("labels_left_out", {}).items():
        found[f"{reason} ({of})"] = n
    return {reason: n for reason, n in found.items() if n}


def _trial(
    project: Project,
    arm: TeachingArm,
    run: ModelRun,
    data: Sequence[Instance],
    number: Mapping[str, int],
    marks: Marks,
) -> Trial:
    """Of one run; `number`: where each of the data stands, by its id."""
    test = [identity for identity in run.settings["test"] if identity in number]
    found = runs.probabilities(project.engine, run.id)
    tested = [data[number[i]] for i in test]
    classes = np.array([run.labels.index(str(one.label)) for one in tested], dtype=np.int64)
    probabilities = np.stack([found[i] for i in test]).astype(np.float64)
    domain = project.settings.teach.domain
    return Trial(
        objective=arm.name,
        seed=run.seed,
        instance=np.array([number[i] for i in test], dtype=np.int64),
        truth=classes,
        probabilities=probabilities,
        per_instance={
            **measured(project, run, tested, only(marks, test)),
            **by_domain(tested, domain, probabilities.argmax(axis=1) == classes),
        },
    )
