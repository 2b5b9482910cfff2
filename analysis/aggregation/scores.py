"""Methods side by side where the truth is known: scores of each, and differences from majority.

Accuracy looks at the consensus; the log score and Brier's (1950) at how sure the posterior was. Both
are proper: nothing scores better in the long run than the probabilities that one believes.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from analysis.aggregation.accuracy import NO_GOLD, accuracy, right_share, truth_of
from analysis.aggregation.base import Aggregation
from analysis.arrays import Floats, Ints
from analysis.intervals import estimate
from analysis.resampling import Plan, Units, Weights
from analysis.significance import Comparison, compare, holm
from db.errors import DataError
from db.records import Estimate
from db.words import counted

LOG_SCALE = "0 or less, in nats, higher is better"
BRIER_SCALE = "0 to 2, lower is better"


class Drawing(NamedTuple):
    """How intervals are drawn."""

    bootstrap: int = 1000
    seed: int = 0
    confidence: float = 0.95


@dataclass(frozen=True)
class Difference:
    """How far one method's score is from another's on the same units.

    `adjusted_p`: Holm's, over all differences of one call; None where p is undefined.
    """

    score: str
    method: str
    against: str
    comparison: Comparison
    adjusted_p: float | None


def scores(
    result: Aggregation, gold: Mapping[Any, Hashable], drawing: Drawing | None = None
) -> list[Estimate]:
    """Accuracy, log score and Brier score of a consensus, each with an interval over units.

    The log score is the mean log probability of the truth: undefined, with the reason, where a
    truth had the probability 0 (a vote is often that sure). The Brier score is the mean of
    Σ_k (p_k − [k is true])²; a gold label that nobody gave had the probability 0.
    """
    drawing = drawing or Drawing()
    truth = truth_of(result, gold)
    rows = np.flatnonzero(truth != NO_GOLD)
    given = probability(result, truth[rows], rows)
    never = int((given == 0).sum())
    with np.errstate(divide="ignore"):
        logs = np.log(given)
    units = counted(len(rows), "unit")
    problem = f"{never} of {units} gave the truth the probability 0" if never else ""
    return [
        accuracy(result, gold, **drawing._asdict()),
        _mean("log_score", logs, LOG_SCALE, result, drawing, problem),
        _mean("brier_score", brier(result, truth[rows], rows), BRIER_SCALE, result, drawing),
    ]


def differences(
    results: Sequence[Aggregation],
    gold: Mapping[Any, Hashable],
    *,
    against: str = "majority",
    drawing: Drawing | None = None,
) -> list[Difference]:
    """Every other method's accuracy and Brier score less those of `against`, unit by unit.

    The results must be of the same units. p-values flip the signs of units' differences, and are
    corrected by Holm over all methods and both scores. They speak of these workers only.
    """
    drawing = drawing or Drawing()
    by_unit = {result.method: _by_unit(result, gold) for result in results}
    if against not in by_unit:
        raise DataError(f"there is no result of {against!r} to compare with")
    base = by_unit.pop(against)
    found = [
        (score, method, _compare(score, own, base, drawing))
        for method, own in by_unit.items()
        for score in ("accuracy", "brier_score")
    ]
    known = [c.p_value for *_, c in found if c.p_value is not None]
    adjusted = iter(holm(known))
    return [
        Difference(score, method, against, c, None if c.p_value is None else next(adjusted))
        for score, method, c in found
    ]


def probability(result: Aggregation, truth: Ints, rows: Ints) -> Floats:
    """What the posterior gave to the truth, shape (n,); 0 for a label that nobody gave."""
    given = result.posterior[rows, np.maximum(truth, 0)]
    return np.where(truth >= 0, given, 0.0)


def brier(result: Aggregation, truth: Ints, rows: Ints) -> Floats:
    """Σ_k (p_k − [k is true])² of each unit: Σ p² − 2 p_true + 1, shape (n,)."""
    squares = (result.posterior[rows] ** 2).sum(axis=1)
    return np.asarray(squares - 2 * probability(result, truth, rows) + 1)


def _by_unit(result: Aggregation, gold: Mapping[Any, Hashable]) -> dict[str, dict[Any, float]]:
    """Score → unit → value, over the units with gold."""
    truth = truth_of(result, gold)
    rows = np.flatnonzero(truth != NO_GOLD)
    units = [result.units[i] for i in rows.tolist()]
    values = {
        "accuracy": right_share(result, truth[rows], rows),
        "brier_score": brier(result, truth[rows], rows),
    }
    return {name: dict(zip(units, v.tolist(), strict=True)) for name, v in values.items()}


def _compare(
    score: str,
    own: Mapping[str, Mapping[Any, float]],
    base: Mapping[str, Mapping[Any, float]],
    drawing: Drawing,
) -> Comparison:
    """Paired by unit, in the order of `base`."""
    if own[score].keys() != base[score].keys():
        raise DataError("methods can be compared on the same units only")
    first = np.array([own[score][unit] for unit in base[score]])
    second = np.array(list(base[score].values()))
    return compare(first, second, name=f"{score}_difference", **drawing._asdict())


def _mean(
    name: str,
    values: Floats,
    scale: str,
    result: Aggregation,
    drawing: Drawing,
    problem: str = "",
) -> Estimate:
    """The mean over units with gold; undefined without such units, and where there is a problem."""
    n = len(values)
    plan = Plan(Units.single(n), 0, False, ("units",), *drawing)
    defined = n > 0 and not problem

    def mean(drawn: Weights) -> Floats:
        return np.asarray(values @ drawn.units / drawn.units.sum(axis=0))

    return estimate(
        name,
        float(values.mean()) if defined else float("nan"),
        plan.interval("units", mean, n) if defined else None,
        subject=result.method,
        confidence=drawing.confidence,
        over="units",
        scale=scale,
        method=plan.method("units"),
        n_units=n,
        n_workers=len(result.workers),
        n_judgements=int(result.workers["judgements"].sum()),
        note=problem or ("" if n else "no unit has a gold answer"),
    )
