"""A teaching experiment read back from its runs: trials, table, verdicts.

Everything an experiment needs stands in the database: which runs were taught from which campaign,
what they predict, where their attention lies. Nothing is trained here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.alignment.align import align
from analysis.trials import Gain, Trial, TrialTable, compare_trials
from db.columns import INSTANCE, VALUE
from db.errors import NotFound
from db.records import Campaign, Instance, Marks, ModelRun
from db.store import runs
from pipeline.align import only, scores_on
from pipeline.judged import marks_of
from pipeline.patch_marks import in_units_of_model
from pipeline.project import Project
from pipeline.train import data_hash, labelled, model_settings

VANILLA = "vanilla"
TAUGHT = "attention_supervision"
EXPLAINER = "attention"
ALIGNMENT = "auroc"
TESTED = ("macro F1", ALIGNMENT)
TERM = ("weight", "certainty")
"""Settings of the human term: the plain run has none of them."""
LEARNED = ("labels", "labels_method", "labels_campaign")
"""Whose labels are learned: absent where it is those given."""


@dataclass(frozen=True)
class Experiment:
    """The experiment's table, its sentences, and the runs behind it, by seed and objective.

    `excluded` counts test instances whose alignment is undefined, and of the first seed what was
    left out of the labels that were learned; `labels` says whose these are, `certainty` whether
    texts counted by how sure their marks are.
    """

    campaign: Campaign
    table: TrialTable
    n_seeds: int
    weight: float
    objectives: tuple[str, ...]
    sentences: tuple[str, ...]
    excluded: dict[str, int]
    runs: tuple[ModelRun, ...]
    labels: str = "given"
    certainty: bool = False


def find_runs(
    project: Project,
    campaign: Campaign,
    data: Sequence[Instance],
    like: ModelRun | None = None,
) -> list[ModelRun]:
    """The runs of one experiment on this campaign: every seed that is complete.

    It is the experiment of the taught run `like`, or the latest. The plain runs are shared between experiments on the same data and settings.
    """
    wanted = data_hash(data)
    found = [r for r in runs.read(project.engine) if r.data_hash == wanted and _of(r, campaign)]
    taught = [r for r in found if r.settings["teach"] != VANILLA]
    if not taught:
        return []
    last = (like or taught[-1]).settings
    kept = [r for r in found if _same_way(r, last)]
    names = {r.settings["teach"] for r in kept}
    by_seed: dict[int, dict[str, ModelRun]] = {}
    for run in kept:  # the latest of each, where more answers have come in since
        by_seed.setdefault(run.seed, {})[run.settings["teach"]] = run
    complete = (by_seed[s] for s in sorted(by_seed) if len(by_seed[s]) == len(names))
    return [run for group in complete for run in group.values()]


def read_experiment(
    project: Project, campaign: Campaign, like: ModelRun | None = None
) -> Experiment | None:
    """The latest experiment on a campaign, or that of the taught run `like`.

    None where there is none of at least two seeds.
    """
    data = labelled(project, model_settings(project).kind)
    found = find_runs(project, campaign, data, like)
    seeds = sorted({run.seed for run in found})
    if len(seeds) < 2:
        return None
    marks = marks_of_labelled(project, campaign, data)
    trials = [_trial(project, run, data, marks) for run in found]
    objectives = tuple(dict.fromkeys(run.settings["teach"] for run in found))
    against = [name for name in objectives if name != TAUGHT]
    settings = project.settings.analysis
    table = compare_trials(
        trials,
        [(TAUGHT, other) for other in against],
        tested=TESTED,
        bootstrap=settings.bootstrap,
        seed=project.settings.project.seed,
        confidence=settings.confidence,
    )
    undefined = int(np.isnan(trials[0].per_instance[ALIGNMENT]).sum())
    of = f"of seed {trials[0].seed}"
    excluded = {f"test instances {of} whose {ALIGNMENT} is undefined": undefined}
    last = next(run.settings for run in found if run.settings["teach"] != VANILLA)
    for reason, n in found[0].settings.get("labels_left_out", {}).items():
        excluded[f"{reason} ({of})"] = n
    return Experiment(
        campaign=campaign,
        table=table,
        n_seeds=len(seeds),
        weight=float(last.get("weight", 0.0)),
        objectives=objectives,
        sentences=tuple(sentence(gain) for gain in table.gains),
        excluded={reason: n for reason, n in excluded.items() if n},
        runs=tuple(found),
        labels=_whose(last),
        certainty=any(run.settings.get("certainty", False) for run in found),
    )


def _whose(settings: Mapping[str, Any]) -> str:
    """Whose labels a run learned, in words."""
    if "labels" not in settings:
        return "given"
    return f"{settings['labels']}, by {settings['labels_method']}"


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
    return f"{e.subject} against {gain.against}, {e.name}: {gain.verdict} ({value}{interval}{p})"


def _of(run: ModelRun, campaign: Campaign) -> bool:
    teach = run.settings.get("teach")
    return teach is not None and run.settings.get("campaign", campaign.id) == campaign.id


def _same_way(run: ModelRun, last: Mapping[str, Any]) -> bool:
    """Whether a run belongs to the experiment of a run with the settings `last`."""
    mine = run.settings
    if any(mine.get(name) != last.get(name) for name in LEARNED):
        return False
    if mine["teach"] != VANILLA and any(mine.get(name) != last.get(name) for name in TERM):
        return False
    ignored = ("teach", "campaign", "test", "best_epoch", "labels_left_out", *TERM)
    return all(mine.get(name) == value for name, value in last.items() if name not in ignored)


def _trial(project: Project, run: ModelRun, data: Sequence[Instance], marks: Marks) -> Trial:
    number = {instance.id: n for n, instance in enumerate(data)}
    truth = {i.id: run.labels.index(str(i.label)) for i in data}
    test = [identity for identity in run.settings["test"] if identity in number]
    found = runs.probabilities(project.engine, run.id)
    alignment = _alignment(project, run, only(marks, test))
    return Trial(
        objective=run.settings["teach"],
        seed=run.seed,
        instance=np.array([number[i] for i in test], dtype=np.int64),
        truth=np.array([truth[i] for i in test], dtype=np.int64),
        probabilities=np.stack([found[i] for i in test]).astype(np.float64),
        per_instance={
            name: np.array([values.get(i, np.nan) for i in test])
            for name, values in alignment.items()
        },
    )


def _alignment(project: Project, run: ModelRun, marks: Marks) -> dict[str, dict[str, float]]:
    """Metric → instance → how well attention meets the marks of each worker, on average."""
    scores, marks = scores_on(project, run, marks, [EXPLAINER])
    result = align(scores, marks, bootstrap=0, families=("topk", "ranking"))
    table = result.per_instance
    mine = table[table["subject"] == EXPLAINER]
    return {
        str(metric): dict(zip(map(str, rows[INSTANCE]), rows[VALUE], strict=True))
        for metric, rows in mine[mine["metric"].isin((ALIGNMENT, "token_f1"))].groupby("metric")
    }
