"""Agreement corrected for chance: 1 − D_o / D_e, whatever is taken for chance.

`Correction` is what coefficients differ in; everything else (reading, policies, intervals,
percent agreement and prevalence beside) is here once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.agreement.base import AgreementResult, Level
from analysis.agreement.graded import Grading, WeightName, grading, weights_for
from analysis.agreement.pairable import Pairable, pairable
from analysis.agreement.policies import clusters_note, policies
from analysis.agreement.simple import percent_and_prevalence
from analysis.agreement.spreads import Plans, Statistic, undefined_over, with_intervals
from analysis.agreement.tally import Taker, UnitTaker, WorkerTaker
from analysis.arrays import Floats, Ints, divide
from analysis.judgements import Clusters, Duplicates, Judgements, cluster_codes, read
from analysis.resampling import Weights
from db.errors import DataError
from db.records import Estimate, Over
from db.words import shown

SCALE = "at most 1, higher is better; 0 is what chance gives"
ALONE = "they count in what chance gives, not in what was observed"
PAIRS = "no unit has two judgements, so nothing can be compared"


@dataclass(frozen=True)
class Correction:
    """A coefficient: its name, who says so, and what chance gives.

    `expected`: the values' shares, shape (V, b), and the weights → the disagreement that chance
    gives, shape (b,), as a share of the largest.
    """

    name: str
    source: str
    expected: Callable[[Floats, Grading], Floats]


@dataclass(frozen=True)
class Asked:
    """How a coefficient was called, `level` and `table` aside (see `base.Coefficient`)."""

    bootstrap: int
    over: Sequence[Over]
    seed: int
    confidence: float
    duplicates: Duplicates
    persons_known: bool
    clusters: Clusters | None

    def plans(self, data: Pairable) -> Plans:
        """The plans that these settings make for some judgements."""
        settings = (self.over, self.bootstrap, self.seed, self.confidence)
        return Plans.of(data, self.persons_known, *settings)

    def clusters_of(self, table: pd.DataFrame, judged: Judgements) -> Ints | None:
        """The cluster of each unit, where units are drawn in clusters."""
        if self.clusters is None:
            return None
        return cluster_codes(self.clusters, table, judged.units)


def corrected(
    table: pd.DataFrame,
    level: Level,
    correction: Correction,
    weights: WeightName | None,
    asked: Asked,
) -> AgreementResult:
    """The coefficient with its intervals, percent agreement and the prevalence of each value.

    Undefined (None, with the reason): no unit with two judgements; every judgement the same.
    """
    chosen = weights_for(level, weights)
    judged = read(table, duplicates=asked.duplicates, persons_known=asked.persons_known)
    alone = f"{correction.name}: {ALONE} (Gwet 2014)"
    notes = [
        f"{correction.name}: {chosen} weights",
        *policies(judged, asked.duplicates, alone, persons_known=asked.persons_known),
    ]
    codes = asked.clusters_of(table, judged)
    graded = _grading(judged, chosen, level)
    data = pairable(judged, graded.level, codes, least=1)
    if data is None or not (data.cells.by_unit(data.cells.count) > 1).any():
        fields = {"scale": SCALE, "confidence": asked.confidence}
        lost = undefined_over(correction.name, asked.over, PAIRS, **fields)
        return AgreementResult(lost, dict(judged.excluded), notes)
    plans = asked.plans(data)
    counts = plans.counts(data)
    over_units, over_workers = (
        statistic_of(taker, graded, correction) for taker in (UnitTaker(data), WorkerTaker(data))
    )
    only = data.judged.values[data.judged.code[0]]
    estimates = with_intervals(
        correction.name,
        over_units,
        over_workers,
        plans,
        f"every judgement is {shown(only)}: nothing can differ",
        f"{correction.source}, {chosen} weights",
        scale=SCALE,
        **{**counts, "n_units": _usable(data)},
    )
    return AgreementResult(
        [*estimates, *beside(judged, codes, asked)],
        dict(judged.excluded),
        [*notes, *clusters_note(data)],
    )


def statistic_of(taker: Taker, graded: Grading, correction: Correction) -> Statistic:
    """The coefficient as a function of weights."""

    def value(drawn: Weights) -> Floats:
        tally = taker(drawn)
        shares = tally.shares()
        # Shares of one value leave nothing to differ, whatever a rounding error says.
        differs = (shares > 0).sum(axis=0) > 1
        expected = np.where(differs, correction.expected(shares, graded), 0.0)
        observed = tally.observed(graded.distance) / (graded.top or 1.0)
        return np.asarray(1 - divide(observed, expected))

    return Statistic(value, taker.width)


def _grading(judged: Judgements, chosen: WeightName, level: Level) -> Grading:
    if level in ("interval", "ratio") and judged.ordered:
        raise DataError(f"level {level!r} needs numbers; an ordered categorical has places alone")
    return grading(judged, chosen)


def _usable(data: Pairable) -> int:
    return int((data.cells.by_unit(data.cells.count) > 1).sum())


def beside(judged: Judgements, codes: Ints | None, asked: Asked) -> list[Estimate]:
    """Percent agreement and prevalence over the units with two judgements or more."""
    data = pairable(judged, "nominal", codes)
    if data is None:
        return []
    plan = asked.plans(data).of_patterns
    counts = asked.plans(data).counts(data)
    return percent_and_prevalence(data, plan, counts)
