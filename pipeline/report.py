"""`konkyo report`: what a study found, gathered from the database into one page.

Sections that cannot be filled say why, and which command would fill them.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from analysis.report.content import (
    DataSource,
    Methods,
    Missing,
    ReportContent,
    Study,
    TrainingHealth,
)
from analysis.report.html import render
from analysis.report.nouns import worded
from db.errors import KonkyoError
from db.records import Campaign, ModelRun
from db.store import assignments, campaigns, runs
from hits.studies import load_study
from pipeline import report_sections as sections
from pipeline.align import align_campaign
from pipeline.files import write_whole
from pipeline.health.kept import kept_health
from pipeline.judged import judged_campaign, unit_of
from pipeline.models import MODELS
from pipeline.models.base import ATTENTION
from pipeline.project import Project
from pipeline.report_consensus import aggregation
from pipeline.selection import how_chosen
from pipeline.teaching.experiment import read_experiment

T = TypeVar("T")
TRAIN = "konkyo train --health"
SOFTWARE = ("konkyo", "torch", "captum", "krippendorff")


def write_report(project: Project, name: str | None, out: Path, *, run: str | None = None) -> Path:
    """Write the report on a campaign to `out`; returns the path."""
    write_whole(out, render(report_content(project, name, run=run)))
    return out


def report_content(project: Project, name: str | None, *, run: str | None = None) -> ReportContent:
    """Everything the report says about a campaign."""
    campaign = judged_campaign(project, name)
    rating = _rating_campaigns(project, campaign)
    aligned = _or_missing(lambda: align_campaign(project, campaign.name, run=run), "konkyo explain")
    experiment = _or_missing(lambda: read_experiment(project, campaign), "konkyo teach")
    chosen = None if isinstance(aligned, Missing) else runs.find(project.engine, aligned.run)
    return ReportContent(
        title=f"{campaign.name}: what people say of the model's reasons",
        study=_study(project, campaign, chosen),
        workers=sections.workers(project, campaign),
        agreement=_or_missing(lambda: sections.agreement(project, campaign), "konkyo collect"),
        aggregation=_or_missing(lambda: aggregation(project, campaign), "konkyo collect"),
        alignment=aligned if isinstance(aligned, Missing) else sections.alignment(aligned),
        ratings=sections.ratings(project, rating) if rating else None,
        teaching=(
            _untaught(chosen)
            if experiment is None
            else experiment
            if isinstance(experiment, Missing)
            else sections.teaching(experiment)
        ),
        contrasts=(
            aligned
            if isinstance(aligned, Missing)
            else sections.contrasts(project, campaign, aligned)
        ),
        health=None if chosen is None else _or_missing(lambda: _health(project, chosen), TRAIN),
        methods=_methods(project, campaign),
    )


def _untaught(run: ModelRun | None) -> Missing:
    """Why there is no experiment, and the command that makes one where the model can be taught."""
    kind = "" if run is None else run.kind
    offers = MODELS.load(kind).offers if kind in MODELS else None
    if isinstance(offers, frozenset) and ATTENTION not in offers:  # else it depends on the model
        return Missing(
            f"A model of the kind {kind} has no attention that people's marks could supervise."
        )
    return Missing("No model was trained on these rationales yet.", "konkyo teach")


def _health(project: Project, run: ModelRun) -> TrainingHealth | Missing:
    """What was measured of the run when it was trained; no model is loaded."""
    found = kept_health(project, run)
    if found is not None:
        return sections.health(run, found)
    if run.settings.get("teach"):
        return Missing(f"Run {run.id} was made to teach, and such runs are not measured.")
    return Missing(f"The health of run {run.id} was not measured.", TRAIN)


def _or_missing(make: Callable[[], T], command: str) -> T | Missing:
    try:
        return make()
    except KonkyoError as error:
        return Missing(f"{str(error)[0].upper()}{str(error)[1:]}.", command)


def _rating_campaigns(project: Project, campaign: Campaign) -> list[Campaign]:
    """Rating campaigns with answers, which stand beside what was marked."""
    found = campaigns.judged(project.engine)
    return [c for c in found if c.study == "rate" and c.id != campaign.id]


def _study(project: Project, campaign: Campaign, run: ModelRun | None) -> Study:
    found = assignments.read(project.engine, campaign.id)
    simulated = sum(a.simulated for a in found)
    people = "simulated" if simulated == len(found) else "mixed" if simulated else "real"
    return Study(
        campaign=campaign.name,
        study=campaign.study,
        date=datetime.now(UTC).date(),
        market=campaign.market + (f" at {campaign.endpoint_url}" if campaign.endpoint_url else ""),
        source="simulated workers" if people == "simulated" else campaign.source,
        environment=campaign.environment,
        seed=campaign.seed,
        people=people,  # type: ignore[arg-type]  # one of three words, see above
        asked=_asked(campaign),
        data=_data(project, campaign),
        models=() if run is None else (_model_line(run),),
        noun=unit_of(project, campaign),
        versions=tuple((name, importlib.metadata.version(name)) for name in SOFTWARE),
    )


def _asked(campaign: Campaign) -> str:
    if campaign.environment == "imported":
        return str(campaign.settings.get("annotators", ""))
    questions = load_study(campaign.study).questions(campaign.settings["options"])
    return " ".join(question.text for question in questions)


def _data(project: Project, campaign: Campaign) -> tuple[DataSource, ...]:
    imported = [c for c in campaigns.read(project.engine) if c.environment == "imported"]
    return tuple(
        DataSource(
            name=c.name,
            note=str(c.settings.get("annotators", "")),
            written_for_project=bool(c.settings.get("written_for_project", False)),
        )
        for c in imported
    )


def _model_line(run: ModelRun) -> str:
    shown = [
        f"{words} {run.metrics[name]:.3f}"
        for name, words in (("test_accuracy", "test accuracy"), ("test_macro_f1", "macro F1"))
        if name in run.metrics
    ]
    return f"{run.kind}, run {run.id}, seed {run.seed} ({', '.join(shown) or 'no test part'})"


def _methods(project: Project, campaign: Campaign) -> Methods:
    others = worded("with other texts", unit_of(project, campaign))
    return Methods(
        selection=(
            how_chosen(project, campaign)
            if campaign.environment != "imported"
            else "All instances of the imported data that could be read."
        ),
        caveats=(
            f"An interval over units answers: would it be so {others}?",
            "An interval over workers answers: with other people? Over both: with others of either.",
            "Agreement of a rationale with people says nothing of its faithfulness to the model.",
        ),
        commands=(f"konkyo report {campaign.name}",),
    )
