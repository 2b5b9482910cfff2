"""Pairs of conditions: difference, intervals, p, Holm's correction, effect size, and what would
have been found.

Two conditions are *paired* where at least half of the units of the smaller one stand in both; then
only those units count, and the difference is of the same units. Else (each unit has one condition)
the difference is of the means of different units. Either way both conditions see the same draw of
units and of workers, so that what a unit or a worker adds to both cancels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from analysis.arrays import Floats
from analysis.comparison.conditions import Conditions, Settings
from analysis.comparison.design import Design, design_of
from analysis.comparison.permutation import two_groups
from analysis.intervals import Spread, estimate
from analysis.resampling import Plan, Weights
from analysis.score_table import means_over_instances
from analysis.significance import compare, holm
from analysis.trial_scores import DETECTABLE
from db.errors import UsageError
from db.records import Estimate, Over

WIDEST: tuple[Over, ...] = ("both", "workers", "units")
EFFECT = "standard deviations, above 0: the first is higher"


@dataclass(frozen=True)
class Difference:
    """`first` minus `second` on one score; `second` may be a level, such as chance.

    `estimates`: the difference over units, workers and both; `effect`: it in standard deviations;
    `more`: what else stands beside it. `p` is two-sided and answers only "with these workers";
    `p_holm` is corrected over all differences of a result; `smallest_p` is the least that the test
    could have said, uncorrected; None where nothing could be tested. `test` says how. `detectable`:
    the difference that a study like this one finds four times in five at the 5% level, from the
    standard error over `detectable_over`; None without an interval.
    """

    score: str
    first: str
    second: str
    estimates: tuple[Estimate, ...]
    effect: Estimate
    p: float | None
    smallest_p: float | None
    test: str
    detectable: float | None
    detectable_over: Over | None
    paired: bool
    p_holm: float | None = None
    more: tuple[Estimate, ...] = ()

    @property
    def subject(self) -> str:
        """What the difference is about, in words."""
        return subject_of(self.first, self.second)


class Tested(NamedTuple):
    """What a test said, and how it was made."""

    p: float | None
    smallest_p: float | None
    test: str


def subject_of(first: str, second: str) -> str:
    """What a difference is about, in words."""
    return f"{first} - {second}"


def every_pair(names: Sequence[str], baseline: str | None = None) -> list[tuple[str, str]]:
    """All pairs of names, or those of every other name with the baseline (which stands second)."""
    if baseline is None:
        return list(combinations(names, 2))
    if baseline not in names:
        there = ", ".join(names)
        raise UsageError(f"there is no {baseline!r} to serve as baseline (there are: {there})")
    return [(name, baseline) for name in names if name != baseline]


def means(given: Conditions, settings: Settings) -> list[Estimate]:
    """The mean over units of each condition, with its intervals."""
    plan = given.plan(settings)

    def statistic(drawn: Weights) -> Floats:
        return means_over_instances(given.board.instance_means(drawn), drawn.units)

    values = statistic(plan.once)[:, 0].tolist()
    spreads = {o: plan.intervals(o, statistic, given.board.width, len(values)) for o in plan.over}
    return [
        estimate(
            given.score,
            value,
            spreads[over][m],
            over=over,
            scale=given.scale,
            method=f"mean over {given.noun} of the mean of each; {plan.method(over)}",
            subject=name,
            **_counts(given, [m], np.isfinite(given.means[m]).sum(), plan),
        )
        for m, (name, value) in enumerate(zip(given.names, values, strict=True))
        for over in plan.over
    ]


def differences(
    given: Conditions, pairs: Sequence[tuple[str, str]], settings: Settings
) -> list[Difference]:
    """Every pair; DataError where a name is not among the conditions. p is not corrected yet."""
    return _described(given, [design_of(given, *pair) for pair in pairs], settings)


def against_level(
    given: Conditions, level: str, settings: Settings, words: str = ""
) -> list[Difference]:
    """Every condition against a level: `given` holds scores less that level.

    `level` is what the differences call it, `words` what the method says that was taken off.
    """
    there = np.isfinite(given.means).sum(axis=1).tolist()
    designs = [
        Design((name, level), m, None, True, there[m], words or level)
        for m, name in enumerate(given.names)
    ]
    return _described(given, designs, settings)


def corrected(found: Sequence[Difference]) -> list[Difference]:
    """The same with Holm's p over all that have one."""
    tested = [d for d in found if d.p is not None]
    adjusted = holm([d.p for d in tested if d.p is not None])
    by_id = {id(d): p for d, p in zip(tested, adjusted, strict=True)}
    return [replace(d, p_holm=by_id.get(id(d))) for d in found]


def _described(
    given: Conditions, designs: Sequence[Design], settings: Settings
) -> list[Difference]:
    """The differences of all designs under the same draws."""
    if not designs:
        return []
    plan = given.plan(settings)

    def gaps(drawn: Weights) -> Floats:
        of = given.board.instance_means(drawn)
        return np.stack([design.gap(of, drawn.units) for design in designs])

    values = gaps(plan.once)[:, 0].tolist()
    width = given.board.width + 2 * given.n_units
    spreads = {o: plan.intervals(o, gaps, width, len(designs)) for o in plan.over}
    return [
        _difference(given, design, value, {o: spreads[o][at] for o in plan.over}, settings)
        for at, (design, value) in enumerate(zip(designs, values, strict=True))
    ]


def _difference(
    given: Conditions,
    design: Design,
    value: float,
    spreads: Mapping[Over, Spread],
    settings: Settings,
) -> Difference:
    plan = given.plan(settings)
    places = [place for place in (design.first, design.second) if place is not None]
    counts = _counts(given, places, design.n, plan) | {"subject": subject_of(*design.names)}
    made = tuple(
        estimate(
            f"{given.score}_difference",
            value,
            spread,
            over=over,
            scale=f"difference, above 0: the first is higher ({given.scale})",
            method=f"{design.how(given.noun)}; {plan.method(over)}",
            note="" if design.n else f"no {given.noun} to compare",
            **counts,
        )
        for over, spread in spreads.items()
    )
    widest = next((e for over in WIDEST for e in made if e.over == over and e.se is not None), None)
    tested = _test(given, design, settings)
    return Difference(
        given.score,
        *design.names,
        made,
        _effect(given, design, plan, counts),
        tested.p,
        tested.smallest_p,
        tested.test,
        None if widest is None or widest.se is None else DETECTABLE * widest.se,
        None if widest is None else widest.over,
        design.paired,
    )


def _effect(given: Conditions, design: Design, plan: Plan, fields: Mapping[str, Any]) -> Estimate:
    def statistic(drawn: Weights) -> Floats:
        return design.effect(given.means, drawn.units)

    value = float(statistic(plan.once)[0])
    spread = plan.interval("units", statistic, given.n_units) if np.isfinite(value) else Spread()
    of = "their differences" if design.paired else "the units, pooled"
    return estimate(
        f"{given.score}_effect",
        value,
        spread,
        over="units",
        scale=EFFECT,
        method=f"mean difference over the standard deviation of {of}; {plan.method('units')}",
        note="" if np.isfinite(value) else "fewer than two units, or all of them differ alike",
        **fields,
    )


def _test(given: Conditions, design: Design, settings: Settings) -> Tested:
    one = given.means[design.first]
    if design.second is None:
        return _sign_flips(one, np.zeros(given.n_units), given.noun, settings)
    other = given.means[design.second]
    if design.paired:
        return _sign_flips(one, other, given.noun, settings)
    return _permutations(one, other, given.noun, settings)


def _sign_flips(first: Floats, second: Floats, noun: str, settings: Settings) -> Tested:
    found = compare(first, second, bootstrap=0, flips=settings.flips, seed=settings.seed)
    if found.p_value is None:
        return Tested(None, None, f"no {noun} to test")
    how = "all" if found.exact else f"{settings.flips:,} random"
    return Tested(
        found.p_value,
        found.smallest_p,
        f"{how} sign flips of the {found.n_clusters} {noun} that differ, with these workers",
    )


def _permutations(first: Floats, second: Floats, noun: str, settings: Settings) -> Tested:
    one, other, times = first[np.isfinite(first)], second[np.isfinite(second)], settings.flips
    p = two_groups(one, other, times, settings.seed)
    if p is None:
        return Tested(None, None, f"no {noun} to test")
    words = f"{times:,} permutations of conditions over {len(one) + len(other)} {noun}"
    return Tested(p, 1 / (1 + times), f"{words}, with these workers")


def _counts(given: Conditions, places: list[int], n: int, plan: Plan) -> dict[str, Any]:
    tables = [given.tables[place] for place in places]
    rows = [np.isfinite(t.scores) for t in tables]
    people = [t.workers[0][kept] for t, kept in zip(tables, rows, strict=True) if t.workers]
    known = given.persons_known and len(people) == len(tables)
    return {
        "confidence": plan.confidence,
        "n_units": int(n),
        "n_workers": len(np.unique(np.concatenate(people))) if known else None,
        "n_judgements": int(sum(kept.sum() for kept in rows)),
    }
