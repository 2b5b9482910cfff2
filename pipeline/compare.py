"""`konkyo compare`: explainers, runs and objectives, conditions of a study, and said with marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.alignment import GOLD_POLICIES
from analysis.comparison.beside import said_beside_marked
from analysis.comparison.compare_marked import compare_conditions
from analysis.comparison.conditions import CONDITION, Settings
from analysis.comparison.marked import marked_conditions
from analysis.comparison.result import ComparisonResult
from analysis.comparison.said import compare_said
from analysis.comparison.wins import compare_wins
from db.errors import UsageError
from pipeline import align_images
from pipeline.comparing.beside import alias, said_table, shown_maps
from pipeline.comparing.explained import BY, of_files, scored
from pipeline.comparing.judged import compares_two, wins_of
from pipeline.comparing.maps import Maps
from pipeline.comparing.studies import said_of
from pipeline.comparing.verified import compare_verified, verifies
from pipeline.config import AnalysisSettings
from pipeline.judged import judged_campaign, marks_of, questions
from pipeline.project import Project

CONDITIONS = CONDITION
WAYS = (*BY, CONDITIONS)
HEADLINE = ("auroc", "token_f1")
"""Alignment scores that stand beside what was said, where none is named."""


@dataclass(frozen=True)
class Compared:
    """A result, what it is of, and by what it was compared."""

    of: str
    by: str
    result: ComparisonResult


@dataclass(frozen=True)
class Wanted:
    """What is asked for: scores (alignment, default all), the baseline (default: all pairs), the
    runs by the beginnings of their ids, the gold policy, and how intervals are made."""

    metrics: Sequence[str] = ()
    baseline: str | None = None
    runs: Sequence[str] = ()
    gold_policy: str = "each"
    bootstrap: int | None = None
    seed: int | None = None

    def settings(self, analysis: AnalysisSettings, seed: int) -> Settings:
        """How intervals and tests are made: as asked for, else as the settings say."""
        return Settings(
            bootstrap=analysis.bootstrap if self.bootstrap is None else self.bootstrap,
            seed=seed if self.seed is None else self.seed,
            confidence=analysis.confidence,
        )


def compare_campaign(
    project: Project, name: str | None, by: str | None, wanted: Wanted
) -> Compared:
    """Compare what a campaign has: by condition where people judged, by explainer where they
    marked, unless `by` says otherwise."""
    if by is not None and by not in WAYS:
        raise UsageError(f"cannot compare by {by!r} (there are: {', '.join(WAYS)})")
    GOLD_POLICIES.load(wanted.gold_policy)
    campaign = judged_campaign(project, name)
    settings = wanted.settings(project.settings.analysis, project.settings.project.seed)
    marks = "set" in questions(project, campaign).values()
    by = by or ("explainer" if marks else CONDITIONS)
    if by in BY:
        return Compared(
            campaign.name, by, _maps(BY[by](project, campaign, wanted.runs), wanted, settings)
        )
    _only_for_marks(wanted)
    if compares_two(campaign):
        table, known = wins_of(project, campaign)
        result = compare_wins(table, settings, persons_known=known, baseline=wanted.baseline)
    else:
        result = compare_said(said_of(project, campaign), settings, wanted.baseline)
    return Compared(campaign.name, by, result)


def compare_files(
    human: Path,
    models: Sequence[Path],
    format_name: str,
    analysis: AnalysisSettings,
    wanted: Wanted,
) -> Compared:
    """Compare the scores of files against one file of people's marks."""
    GOLD_POLICIES.load(wanted.gold_policy)
    if wanted.runs:
        raise UsageError("--run is about a campaign; compare files by --human and --model alone")
    maps = of_files(human, models, format_name)
    result = _maps(maps, wanted, wanted.settings(analysis, 1))
    names = ", ".join(path.name for path in models)
    return Compared(f"{names} against {human.name}", "file", result)


def beside(project: Project, said: str | None, marked: str, wanted: Wanted) -> Compared:
    """What people said in one campaign beside what they marked in another, or the two questions of
    `verify` joined."""
    if said is not None and all(
        verifies(judged_campaign(project, name)) for name in (said, marked)
    ):
        return _verified(project, said, marked, wanted)
    if said is None:
        raise UsageError("--with takes two campaigns: konkyo compare RATED --with MARKED")
    if wanted.baseline is not None:
        raise UsageError("--baseline is for differences; --with correlates")
    if len(wanted.runs) > 1:
        raise UsageError("--with takes one --run: the run whose explanations were judged")
    judged, highlight = judged_campaign(project, said), judged_campaign(project, marked)
    if align_images.of_pictures(project, highlight):
        raise UsageError(
            f"campaign {highlight.name!r} marks pictures; --with goes with marked texts and rows"
        )
    table = said_table(project, judged)
    names = list(dict.fromkeys(table[CONDITION]))
    run = wanted.runs[0] if wanted.runs else None
    scores, marks, chosen = shown_maps(project, judged, marks_of(project, highlight), names, run)
    metrics = wanted.metrics or HEADLINE
    given = marked_conditions(scores, marks, gold_policy=wanted.gold_policy, metrics=metrics)
    settings = wanted.settings(project.settings.analysis, project.settings.project.seed)
    estimates, excluded = [], dict[str, int]()
    for conditions in given.values():
        found, excluded = said_beside_marked(
            table.assign(**{CONDITION: [alias(c) for c in table[CONDITION]]}),
            conditions,
            marks,
            settings,
            persons_known=bool(judged.settings["persons_known"]),
        )
        estimates += found
    notes = [f"rationales of run {chosen}", "correlation of two things that people did, not cause"]
    of = f"{judged.name} with {highlight.name}"
    return Compared(of, "said", ComparisonResult(estimates, [], excluded, notes))


def _verified(project: Project, said: str, other: str, wanted: Wanted) -> Compared:
    """The two campaigns of `verify` joined."""
    _only_for_marks(wanted)
    one, two = judged_campaign(project, said), judged_campaign(project, other)
    settings = wanted.settings(project.settings.analysis, project.settings.project.seed)
    result = compare_verified(project, one, two, settings, wanted.baseline)
    return Compared(f"{one.name} with {two.name}", CONDITIONS, result)


def _maps(maps: Maps, wanted: Wanted, settings: Settings) -> ComparisonResult:
    given = scored(maps, wanted.gold_policy, wanted.metrics, wanted.baseline, settings.seed)
    result = compare_conditions(given, settings, pairs=maps.pairs, baseline=wanted.baseline)
    return replace(
        result,
        excluded={**maps.excluded, **result.excluded},
        notes=[f"gold policy {wanted.gold_policy!r}", *maps.notes, *result.notes],
    )


def _only_for_marks(wanted: Wanted) -> None:
    """Refuse options that say nothing of judgements."""
    if wanted.metrics or wanted.runs or wanted.gold_policy != "each":
        raise UsageError(
            "--metric, --run and --gold-policy are about marks; a campaign that judges is compared "
            "by its conditions"
        )
