"""Where do people and model part? Scores in parts of the data, and whether the parts differ.

Each part has the model's scores, people's among themselves (the ceiling) and the floor `constant`,
with their intervals. Whether the parts differ is tested on the gap: for each instance people's
score less the model's, against permutations of the parts over instances. Nobody assigned texts to
parts, so that what differs between them may be owed to something else: read them as exploration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.arrays import Floats, Ints
from analysis.comparison.conditions import Conditions, Settings
from analysis.comparison.permutation import several_groups
from analysis.intervals import estimate
from analysis.resampling import Weights
from analysis.score_table import means_over_instances
from analysis.significance import holm
from db.errors import DataError
from db.records import Estimate
from db.words import counted

FEWEST = 10
"""A part of fewer instances has no score."""
EXPLORATORY = (
    "differences between parts are exploratory: nobody assigned texts to them, and what differs "
    "between them may be owed to something else"
)
PEOPLE, FLOOR = "people", "constant"


@dataclass(frozen=True)
class Parting:
    """Whether the gap of people over `subject` differs between parts: `p` from permutations,
    None where fewer than two parts can be compared; `p_holm` corrected over subjects."""

    score: str
    subject: str
    p: float | None
    test: str
    p_holm: float | None = None


@dataclass(frozen=True)
class Stratum:
    """One part: `estimates` of every subject in it, n instances in all."""

    name: str
    n: int
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True)
class StrataResult:
    """Parts in their order; the tests; instances in no part, by reason; and notes."""

    strata: list[Stratum]
    tests: list[Parting]
    excluded: dict[str, int]
    notes: list[str]

    @property
    def estimates(self) -> list[Estimate]:
        """Every number, the part named in the subject."""
        return [e for stratum in self.strata for e in stratum.estimates]


def length_bins(lengths: Sequence[float], bins: int = 4, noun: str = "words") -> list[str]:
    """Which quarter (or `bins`-th) by length each is in, named by its ends: "12 to 30 words".

    Equal lengths share a bin, so that there may be fewer bins.
    """
    values = np.asarray(lengths, dtype=np.float64)
    if not len(values):
        return []
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]))
    at = np.searchsorted(edges, values, side="left")
    names = {
        b: (f"{values[at == b].min():.12g}", f"{values[at == b].max():.12g}") for b in np.unique(at)
    }
    return [f"{names[b][0]} to {names[b][1]} {noun}" for b in at]


def by_stratum(
    given: Conditions, part: Sequence[str | None], order: Sequence[str], settings: Settings
) -> StrataResult:
    """Scores of every condition in each part of the instances.

    `part`: the part of each of the I units, None for those in none (counted). `order`: the parts
    as they are to stand. DataError where no unit has a part.
    """
    names = [name for name in order if name in set(part)]
    if not names:
        raise DataError("no instance is in any part: what it is to be parted by is not known")
    codes = np.array([names.index(p) if p in names else -1 for p in part], dtype=np.int64)
    strata = _strata(given, codes, names, settings)
    out = int((codes < 0).sum())
    tests = _tests(given, codes, settings)
    return StrataResult(strata, tests, {"instance in no part": out} if out else {}, [EXPLORATORY])


def corrected(tests: Sequence[Parting]) -> list[Parting]:
    """The same with Holm's p over those that have one."""
    tested = [t for t in tests if t.p is not None]
    adjusted = holm([t.p for t in tested if t.p is not None])
    by_id = {id(t): p for t, p in zip(tested, adjusted, strict=True)}
    return [replace(t, p_holm=by_id.get(id(t))) for t in tests]


def _strata(
    given: Conditions, codes: Ints, names: Sequence[str], settings: Settings
) -> list[Stratum]:
    """All parts under the same draws."""
    plan = given.plan(settings)
    inside = (codes[:, None] == np.arange(len(names))).astype(np.float64)

    def statistic(drawn: Weights) -> Floats:
        means = given.board.instance_means(drawn)
        parts = [
            means_over_instances(means, drawn.units * inside[:, [s]]) for s in range(len(names))
        ]
        return np.concatenate(parts)

    m = len(given.names)
    values = statistic(plan.once)[:, 0]
    spreads = {o: plan.intervals(o, statistic, given.board.width, len(values)) for o in plan.over}
    counts = np.isfinite(given.means).astype(np.float64) @ inside
    made = []
    for s, stratum in enumerate(names):
        found = []
        for c, subject in enumerate(given.names):
            n, few = int(counts[c, s]), counts[c, s] < FEWEST
            for over in plan.over:
                found.append(
                    estimate(
                        given.score,
                        float("nan") if few else float(values[s * m + c]),
                        None if few else spreads[over][s * m + c],
                        over=over,
                        confidence=plan.confidence,
                        scale=given.scale,
                        method=f"mean over the instances of the part; {plan.method(over)}",
                        n_units=n,
                        subject=f"{stratum}: {subject}",
                        note=f"{counted(n, 'instance is', 'instances are')} too few (at least {FEWEST})"
                        if few
                        else "",
                    )
                )
        made.append(Stratum(stratum, int((codes == s).sum()), tuple(found)))
    return made


def _tests(given: Conditions, codes: Ints, settings: Settings) -> list[Parting]:
    """The gap between people and every other condition but the floor."""
    if PEOPLE not in given.names:
        return []
    people, found = given.means[given.place(PEOPLE)], []
    for subject in given.names:
        if subject in (PEOPLE, FLOOR):
            continue
        gap = people - given.means[given.place(subject)]
        there = np.isfinite(gap) & (codes >= 0)
        sizes = np.bincount(codes[there], minlength=1)
        large = np.flatnonzero(sizes >= FEWEST)
        there &= np.isin(codes, large)
        group = np.searchsorted(large, codes[there]).astype(np.int64)
        p = several_groups(gap[there], group, settings.flips, settings.seed)
        instances = counted(int(there.sum()), "instance")
        words = f"{counted(settings.flips, 'permutation')} of {instances} over parts"
        why = f"fewer than two parts have {FEWEST} instances with both people and model"
        found.append(Parting(given.score, subject, p, words if p is not None else why))
    return corrected(found)
