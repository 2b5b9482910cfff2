"""Whose map is nearer to people's marks? Every pair on every score, on the same instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.comparison.conditions import Conditions, Settings
from analysis.comparison.differences import corrected, differences, every_pair, means
from analysis.comparison.marked import FLOOR, SHRINKS, marked_conditions
from analysis.comparison.result import ComparisonResult, notes_on
from db.errors import DataError
from db.ragged import Ragged
from db.records import Marks

Pairs = Sequence[tuple[str, str]]


def compare_marked(
    scores: Mapping[str, Ragged],
    marks: Marks,
    settings: Settings,
    *,
    gold_policy: str = "each",
    metrics: Sequence[str] = (),
    pairs: Pairs | None = None,
    baseline: str | None = None,
) -> ComparisonResult:
    """Differences of every alignment score between maps of the same instances.

    `scores`: name → ragged, one row an instance in the order of `marks.instance_ids`. `pairs`:
    which to compare, default all; `baseline`: all others with this one, which may be `constant`,
    the score expected of marks at random. Holm's correction is over pairs × scores.
    """
    given = marked_conditions(
        scores,
        marks,
        gold_policy=gold_policy,
        metrics=metrics,
        floor=baseline == FLOOR,
        seed=settings.seed,
    )
    return compare_conditions(given, settings, pairs=pairs, baseline=baseline)


def compare_conditions(
    given: Mapping[str, Conditions],
    settings: Settings,
    *,
    pairs: Pairs | None = None,
    baseline: str | None = None,
) -> ComparisonResult:
    """The same from scores that are there already: metric → conditions.

    DataError where there is one map alone.
    """
    names = next(iter(given.values())).names
    if len(names) < 2:
        raise DataError(
            f"there is one map, {names[0]!r}, and nothing to compare it with; explain with another "
            f"method, or take the baseline {FLOOR!r}"
        )
    found, estimates = [], []
    excluded: dict[str, int] = {}
    for conditions in given.values():
        excluded |= conditions.excluded
        chosen = pairs
        if baseline is not None or chosen is None:
            chosen = every_pair(conditions.names, baseline)
        estimates += means(conditions, settings)
        found += differences(conditions, chosen, settings)
    found = corrected(found)
    soft = [metric for metric, conditions in given.items() if conditions.no_workers]
    notes = [f"{', '.join(soft)}: no interval over workers, since {SHRINKS}"] if soft else []
    return ComparisonResult(estimates, found, excluded, [*notes, *notes_on(found)])
