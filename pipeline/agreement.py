"""`konkyo agreement`: do people agree with each other? On a campaign or on a plain file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.agreement import COEFFICIENTS, SET_COEFFICIENTS, TOKEN_COEFFICIENTS
from analysis.agreement.base import AgreementResult, Level
from analysis.agreement.graded import WeightName
from analysis.agreement.set_values import set_distance
from analysis.ratings import CONDITION, mean_ratings
from db.errors import UsageError
from db.records import Campaign, Estimate, Over
from db.store import campaigns
from hits.studies.base import Question
from pipeline.coefficients import Choice, of_marks, of_sets, of_values
from pipeline.config import AnalysisSettings
from pipeline.judged import (
    by_instance,
    judged_campaign,
    marks_of,
    question_of,
    questions,
    regular,
)
from pipeline.project import Project
from pipeline.selection import selection_of
from pipeline.set_cells import set_judgements_of
from pipeline.tables import check_numbers, judgements_of

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
SET = "set"
"""The level of answers that are sets: they have a distance, and no order."""
WEIGHTS: tuple[WeightName, ...] = ("identity", "ordinal", "linear", "quadratic")
OVERS: tuple[Over, ...] = ("units", "workers", "both")
USUAL = Choice()
"""What is measured where nothing is named."""


@dataclass(frozen=True)
class Measured:
    """Numbers about a campaign or a file, with what was left out and what must be known."""

    of: str
    estimates: list[Estimate]
    excluded: dict[str, int]
    notes: list[str]


def level_named(name: str, *further: str) -> Level:
    """The level of measurement called `name`; `further`: levels known to the caller alone."""
    for level in LEVELS:
        if level == name:
            return level
    raise UsageError(f"no level called {name!r} (there are: {', '.join((*LEVELS, *further))})")


def choice_named(names: Sequence[str], weights: str | None, distance: str) -> Choice:
    """The coefficients, weights and distance called so."""
    for known in (*WEIGHTS, None):
        if weights == known:
            return Choice(tuple(dict.fromkeys(names)), known, set_distance(distance))
    raise UsageError(f"no weights called {weights!r} (there are: {', '.join(WEIGHTS)})")


def overs_named(names: Sequence[str]) -> tuple[Over, ...]:
    """What is to be resampled: units, workers, both; all of them without names."""
    for name in names:
        if name not in OVERS:
            raise UsageError(f"cannot resample over {name!r} (there are: {', '.join(OVERS)})")
    return tuple(over for over in OVERS if over in names or not names)


def agreement_of_file(
    path: Path,
    level: str,
    settings: AnalysisSettings,
    *,
    unit: str,
    value: str,
    worker: str | None = None,
    over: tuple[Over, ...] = OVERS,
    duplicates: str = "error",
    seed: int = 1,
    choice: Choice = USUAL,
    empty_set: bool = False,
) -> Measured:
    """Coefficients of a long table in a file; `level`: one of `LEVELS`, or `SET`."""
    if empty_set and level != SET:
        raise UsageError("--empty-set is about answers that are sets; it needs --level set")
    choice.check_some(SET_COEFFICIENTS if level == SET else COEFFICIENTS)
    columns = {"unit": unit, "value": value, "worker": worker}
    shared: dict[str, Any] = {
        "bootstrap": settings.bootstrap,
        "over": over,
        "seed": seed,
        "confidence": settings.confidence,
        "duplicates": duplicates,
        "persons_known": worker is not None,
    }
    if level == SET:
        sets = set_judgements_of(path, **columns, empty_set=empty_set)  # type: ignore[arg-type]
        found = of_sets(sets, choice, shared)
    else:
        known = level_named(level, SET)
        table = judgements_of(path, **columns)  # type: ignore[arg-type]
        check_numbers(path, table, known)
        found = of_values(table, known, choice, shared)
    return Measured(str(path), found.estimates, found.excluded, found.notes)


def agreement_of_campaign(
    project: Project,
    name: str | None,
    *,
    over: tuple[Over, ...] = OVERS,
    bootstrap: int | None = None,
    seed: int | None = None,
    choice: Choice = USUAL,
) -> Measured:
    """Agreement on every question of a campaign; check items are left out.

    Marks are measured by coefficients of tokens, other answers by those of values; of the names
    in `choice` each question takes those that fit it.
    """
    settings = project.settings.analysis
    shared: dict[str, Any] = {
        "bootstrap": settings.bootstrap if bootstrap is None else bootstrap,
        "over": over,
        "seed": project.settings.project.seed if seed is None else seed,
        "confidence": settings.confidence,
    }
    campaign = judged_campaign(project, name)
    asked = questions(project, campaign)
    kinds = [TOKEN_COEFFICIENTS if level == SET else COEFFICIENTS for level in asked.values()]
    choice.check_some(*kinds)
    estimates: list[Estimate] = []
    excluded: dict[str, int] = {}
    notes: list[str] = []
    for question, level in asked.items():
        found = _question(project, campaign, question, level, choice, shared)
        estimates += [_about(e, question) for e in found.estimates]
        excluded |= {f"{question}: {reason}": n for reason, n in found.excluded.items()}
        notes += [f"{question}: {note}" for note in found.notes]
    chosen = selection_of(project, campaign, list(asked))
    notes += chosen.notes
    if campaign.settings["persons_known"] is False:
        notes.append("the data does not say who the workers were")
    return Measured(campaign.name, estimates, {**chosen.excluded, **excluded}, notes)


def _scale(question: Question) -> str:
    """The ends of a scale in words."""
    first, last = question.options[0], question.options[-1]
    return f"{first.value} ({first.text}) to {last.value} ({last.text}), higher is better"


def ratings_of_campaign(project: Project, campaign: Campaign, question: str) -> list[Estimate]:
    """Mean rating of each condition (explainer) of a rating campaign."""
    table = by_instance(regular(project, campaign, question))
    conditions = {i.id: i.condition for i in campaigns.read_items(project.engine, campaign.id)}
    settings = project.settings.analysis
    return mean_ratings(
        table.assign(**{CONDITION: [conditions[item] for item in table["item"]]}),
        scale=_scale(question_of(campaign, question)),
        bootstrap=settings.bootstrap,
        confidence=settings.confidence,
        seed=project.settings.project.seed,
        persons_known=bool(campaign.settings["persons_known"]),
    )


def _question(
    project: Project,
    campaign: Campaign,
    question: str,
    level: str,
    choice: Choice,
    shared: Mapping[str, Any],
) -> AgreementResult:
    if level == SET:
        return of_marks(marks_of(project, campaign, question), choice, shared)
    known = {**shared, "persons_known": bool(campaign.settings["persons_known"])}
    return of_values(regular(project, campaign, question), level_named(level), choice, known)


def _about(found: Estimate, question: str) -> Estimate:
    subject = f"{question}: {found.subject}" if found.subject else question
    return replace(found, subject=subject)
