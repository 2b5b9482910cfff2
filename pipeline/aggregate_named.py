"""Which kind of aggregation a method's name asks for: labels, numbers, comparisons, or all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.aggregation import MEAN_AGGREGATORS, PAIR_AGGREGATORS
from analysis.judgements import Duplicates
from db.errors import UsageError
from db.records import HumanRationale
from pipeline.aggregate import Consensus, aggregate_campaign, aggregate_file, seeded
from pipeline.aggregate_all import ALL, SideBySide, all_of_campaign, all_of_file
from pipeline.aggregate_means import Averaged, means_of_campaign, means_of_file
from pipeline.aggregate_pairs import Ranked, ranked_campaign, ranked_file
from pipeline.config import AnalysisSettings
from pipeline.project import Project

Aggregated = Consensus | SideBySide | Averaged | Ranked


@dataclass(frozen=True)
class Columns:
    """The columns of a file, as the user names them; `tie` is a word in the column `value`."""

    unit: str = "unit"
    value: str = "value"
    worker: str | None = None
    gold: str | None = None
    first: str | None = None
    second: str | None = None
    tie: str = "tie"


def of_pairs(method: str) -> bool:
    """Whether a method takes comparisons of two."""
    return method in PAIR_AGGREGATORS


def has_labels(method: str) -> bool:
    """Whether a method, or every one of `all`, chooses one of the labels that were given."""
    return method not in MEAN_AGGREGATORS and not of_pairs(method)


def draws_by_chance(method: str) -> bool:
    """Whether a method, or one of `all`, begins at random; unknown ones do not."""
    return method == ALL or bool(seeded(method, 0))


def named_of_file(
    path: Path,
    method: str,
    columns: Columns,
    settings: AnalysisSettings,
    seed: int = 1,
    duplicates: Duplicates = "error",
) -> Aggregated:
    """Aggregate a file by the method called `method`."""
    unit, value, worker = columns.unit, columns.value, columns.worker
    if method in PAIR_AGGREGATORS:
        if duplicates != "error":
            raise UsageError(f"{method} counts every comparison; leave out --duplicates")
        return _pairs(path, method, columns, settings)
    if columns.first or columns.second:
        raise UsageError(f"{method} compares no two things; leave out --first and --second")
    once: dict[str, Any] = {"worker": worker, "duplicates": duplicates}
    if method in MEAN_AGGREGATORS:
        if columns.gold:
            raise UsageError(f"{method} is not scored against known answers; leave out --gold")
        return means_of_file(path, method, unit=unit, value=value, **once)
    gold = columns.gold
    if method == ALL:
        return all_of_file(path, settings, unit=unit, value=value, gold=gold, seed=seed, **once)
    return aggregate_file(
        path, method, settings, unit=unit, value=value, gold=gold, seed=seed, **once
    )


def named_of_campaign(
    project: Project,
    name: str | None,
    method: str,
    seed: int | None = None,
    *,
    need_rationales: bool = False,
) -> Aggregated:
    """Aggregate a campaign by the method called `method`.

    `need_rationales`: refuse what makes no soft rationales, before anything is stored.
    """
    if need_rationales and (method in MEAN_AGGREGATORS or method in PAIR_AGGREGATORS):
        raise UsageError(f"{method} makes no soft rationales; leave out --rationales-out")
    if method == ALL:
        return all_of_campaign(project, name, seed, need_rationales=need_rationales)
    if method in MEAN_AGGREGATORS:
        return means_of_campaign(project, name, method)
    if method in PAIR_AGGREGATORS:
        return ranked_campaign(project, name, method)
    return aggregate_campaign(project, name, method, seed, need_rationales=need_rationales)


def soft_rationales(done: Aggregated) -> list[HumanRationale]:
    """The soft rationales of a campaign's consensus, method after method."""
    if isinstance(done, Consensus):
        return list(done.rationales)
    if isinstance(done, SideBySide):
        return [rationale for one in done.each for rationale in one.rationales]
    return []


def _pairs(path: Path, method: str, columns: Columns, settings: AnalysisSettings) -> Ranked:
    if columns.first is None or columns.second is None:
        raise UsageError(f"{method} needs --first and --second: the columns of what was compared")
    if columns.gold:
        raise UsageError(f"{method} is not scored against known answers; leave out --gold")
    return ranked_file(
        path,
        method,
        settings,
        unit=columns.unit,
        first=columns.first,
        second=columns.second,
        winner=columns.value,
        worker=columns.worker,
        tie=columns.tie,
    )
