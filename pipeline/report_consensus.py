"""The report's section on consensus: every method that is stored, and plots of one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from analysis.aggregation.base import Aggregation as Result
from analysis.report.content import Aggregation, Consensus
from analysis.report.nouns import worded
from analysis.report.plots.charts import Chart
from analysis.report.wording import number
from db.records import Campaign, ConsensusOrigin, HumanRationale, UnitConsensus
from db.store import consensus as store
from db.words import counted
from pipeline.aggregate import consensus_of
from pipeline.judged import unit_of
from pipeline.plots_of_consensus import consensus_plots_of_campaign
from pipeline.project import Project

IN_REPORT = ("certainty", "confusion")
"""The plots that a report shows; `konkyo aggregate --plots` draws more."""


def aggregation(project: Project, campaign: Campaign) -> Aggregation:
    """Majority, and Dawid–Skene where persons are known; what else is stored; the soft rationales."""
    known = bool(campaign.settings["persons_known"])
    methods = ("majority", "dawid_skene") if known else ("majority",)
    made = [consensus_of(project, campaign, method) for method in methods]
    masks = made[0].masks
    return Aggregation(
        methods=(
            *(_made(one.method, one.result) for one in made),
            *stored_methods(project, campaign, methods),
        ),
        rationales=None if masks is None else len(masks.instance_ids),
        rationale_method=worded(
            "share of the workers who marked a token", unit_of(project, campaign)
        ),
        marked_share=None
        if masks is None
        else float(masks.scores.values.astype(np.float64).mean()),
        excluded=made[0].result.excluded,
        notes=tuple(made[0].notes),
        plots=_plots(project, campaign, made[-1].result),
    )


def _made(method: str, result: Result) -> Consensus:
    labels = [label for label in result.consensus if label is not None]
    return Consensus(
        method=method,
        counts={str(label): labels.count(label) for label in result.labels if label in labels},
        ties=int(result.tied.sum()),
        certainty=None if method == "majority" else float(result.posterior.max(axis=1).mean()),
    )


def stored_methods(
    project: Project, campaign: Campaign, shown: Sequence[str] = ()
) -> tuple[Consensus, ...]:
    """What each stored method says, but for those shown already: one for each question it answered.

    A consensus from before units were stored stands in the soft rationales alone.
    """
    origins = store.read_origins(project.engine, campaign.id)
    made = [
        _stored(origin, store.read_units(project.engine, origin.id))
        for origin in origins
        if origin.method not in shown
    ]
    known = {*shown, *(origin.method for origin in origins)}
    older: dict[str, list[HumanRationale]] = {}
    for one in store.read(project.engine, campaign.id):
        if one.label_probability is not None and one.method not in known:
            older.setdefault(one.method, []).append(one)
    return (*made, *(_older(method, older[method]) for method in sorted(older)))


def _stored(origin: ConsensusOrigin, units: Sequence[UnitConsensus]) -> Consensus:
    """Labels with their ties, or numbers: their nearest points of a scale, if there is one."""
    counts = Counter(str(unit.label) for unit in units if unit.label is not None)
    sure = [float(unit.posterior.max()) for unit in units if unit.posterior is not None]
    numbers = [unit.value for unit in units if unit.value is not None]
    note = f"stored for the question {origin.question}"
    if numbers:
        ends = f"{number(min(numbers), 2)} to {number(max(numbers), 2)}"
        note += f"; {counted(len(numbers), 'number')} from {ends}" + (
            ", counted at their nearest points" if counts else ""
        )
    return Consensus(
        method=origin.method,
        counts=dict(sorted(counts.items())),
        ties=0 if numbers else len(units) - counts.total(),
        certainty=float(np.mean(sure)) if sure and origin.method != "majority" else None,
        note=note,
    )


def _older(method: str, found: Sequence[HumanRationale]) -> Consensus:
    counts = Counter(str(one.label) for one in found if one.label is not None)
    sure = [one.label_probability for one in found if one.label_probability is not None]
    return Consensus(
        method=method,
        counts=dict(sorted(counts.items())),
        ties=len(found) - counts.total(),
        certainty=None if method == "majority" else float(np.mean(sure)),
        note="as it is stored with the soft rationales",
    )


def _plots(project: Project, campaign: Campaign, result: Result) -> tuple[Chart, ...]:
    """How sure the consensus is, and what workers say where it says what."""
    drawn = consensus_plots_of_campaign(project, campaign.name, [result])
    return tuple(chart for chart in drawn.charts if chart.name in IN_REPORT)
