"""`konkyo agreement`: do people agree with each other? On a campaign or on a plain file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.agreement import COEFFICIENTS, TOKEN_COEFFICIENTS
from analysis.agreement.base import AgreementResult, Coefficient, Level, TokenCoefficient
from analysis.ratings import CONDITION, mean_ratings
from db.errors import UsageError
from db.records import Campaign, Estimate, Over
from db.store import campaigns
from pipeline.config import AnalysisSettings
from pipeline.judged import by_instance, judged_campaign, marks_of, questions, regular
from pipeline.project import Project
from pipeline.tables import judgements_of

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
OVERS: tuple[Over, ...] = ("units", "workers", "both")


@dataclass(frozen=True)
class Measured:
    """Numbers about a campaign or a file, with what was left out and what must be known."""

    of: str
    estimates: list[Estimate]
    excluded: dict[str, int]
    notes: list[str]


def level_named(name: str) -> Level:
    """The level of measurement called `name`."""
    for level in LEVELS:
        if level == name:
            return level
    raise UsageError(f"no level called {name!r} (there are: {', '.join(LEVELS)})")


def overs_named(names: Sequence[str]) -> tuple[Over, ...]:
    """What is to be resampled: units, workers, both; all of them without names."""
    for name in names:
        if name not in OVERS:
            raise UsageError(f"cannot resample over {name!r} (there are: {', '.join(OVERS)})")
    return tuple(over for over in OVERS if over in names or not names)


def agreement_of_file(
    path: Path,
    level: Level,
    settings: AnalysisSettings,
    *,
    unit: str,
    value: str,
    worker: str | None = None,
    over: tuple[Over, ...] = OVERS,
    duplicates: str = "error",
    seed: int = 1,
) -> Measured:
    """Krippendorff's alpha of a long table in a file."""
    table = judgements_of(path, unit=unit, value=value, worker=worker)
    coefficient: Coefficient = COEFFICIENTS.load("krippendorff")
    found = coefficient(
        table,
        level,
        bootstrap=settings.bootstrap,
        over=over,
        seed=seed,
        confidence=settings.confidence,
        duplicates=duplicates,  # type: ignore[arg-type]  # checked where it is used
        persons_known=worker is not None,
    )
    return Measured(str(path), found.estimates, found.excluded, found.notes)


def agreement_of_campaign(
    project: Project,
    name: str | None,
    *,
    over: tuple[Over, ...] = OVERS,
    bootstrap: int | None = None,
    seed: int | None = None,
) -> Measured:
    """Agreement on every question of a campaign; check items are left out."""
    settings = project.settings.analysis
    shared: dict[str, Any] = {
        "bootstrap": settings.bootstrap if bootstrap is None else bootstrap,
        "over": over,
        "seed": project.settings.project.seed if seed is None else seed,
        "confidence": settings.confidence,
    }
    campaign = judged_campaign(project, name)
    estimates: list[Estimate] = []
    excluded: dict[str, int] = {}
    notes: list[str] = []
    for question, level in questions(project, campaign).items():
        found = _question(project, campaign, question, level, shared)
        estimates += [_about(e, question) for e in found.estimates]
        excluded |= {f"{question}: {reason}": n for reason, n in found.excluded.items()}
        notes += [f"{question}: {note}" for note in found.notes]
    if campaign.settings["persons_known"] is False:
        notes.append("the data does not say who the workers were")
    return Measured(campaign.name, estimates, excluded, notes)


def ratings_of_campaign(project: Project, campaign: Campaign, question: str) -> list[Estimate]:
    """Mean rating of each condition (explainer) of a rating campaign."""
    table = by_instance(regular(project, campaign, question))
    conditions = {i.id: i.condition for i in campaigns.read_items(project.engine, campaign.id)}
    settings = project.settings.analysis
    return mean_ratings(
        table.assign(**{CONDITION: [conditions[item] for item in table["item"]]}),
        scale="1 (not at all) to 5 (completely), higher is better",
        bootstrap=settings.bootstrap,
        confidence=settings.confidence,
        seed=project.settings.project.seed,
        persons_known=bool(campaign.settings["persons_known"]),
    )


def _question(
    project: Project, campaign: Campaign, question: str, level: str, shared: Mapping[str, Any]
) -> AgreementResult:
    if level == "set":
        tokens: TokenCoefficient = TOKEN_COEFFICIENTS.load("tokens")
        return tokens(marks_of(project, campaign, question), **shared)
    alpha: Coefficient = COEFFICIENTS.load("krippendorff")
    return alpha(
        regular(project, campaign, question),
        level_named(level),
        persons_known=bool(campaign.settings["persons_known"]),
        **shared,
    )


def _about(found: Estimate, question: str) -> Estimate:
    subject = f"{question}: {found.subject}" if found.subject else question
    return replace(found, subject=subject)
