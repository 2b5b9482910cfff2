"""Does length explain a difference? Slopes on length, and the difference at equal length.

How long a text is changes what marked words look like to people (Schuff, Jacovi, Adel, Goldberg &
Vu, 2022). `…_length`: how much a condition's unit means change for every 10 words more (least
squares). `…_at_equal_length`: the difference by analysis of covariance, with one slope within both
conditions; where units are paired their lengths are equal, and it is the plain difference.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.arrays import Bools, Floats, divide
from analysis.comparison.conditions import Conditions, Settings
from analysis.comparison.differences import subject_of
from analysis.intervals import estimate
from analysis.resampling import Weights
from db.records import Estimate

WORDS = 10
SLOPE = f"change for every {WORDS} words more; 0: length does not matter"


def length_slopes(given: Conditions, settings: Settings) -> list[Estimate]:
    """The slope of every condition, over units; [] where no length is known."""
    if given.length is None:
        return []
    found = []
    for m, name in enumerate(given.names):
        values, length = _known(given, m)

        def slope(drawn: Weights, m: int = m) -> Floats:
            _, _, products, squares, _ = _sums(*_known(given, m), drawn.units[_there(given, m)])
            found: Floats = divide(products, squares) * WORDS
            return found

        words = {"scale": SLOPE, "subject": name, "method": "least squares of unit means on words"}
        found.append(_estimate(given, f"{given.score}_length", slope, settings, len(values), words))
    return found


def at_equal_length(
    given: Conditions, first: str, second: str, settings: Settings
) -> list[Estimate]:
    """The difference at equal length, over units; [] where no length is known."""
    if given.length is None:
        return []
    places = [given.place(first), given.place(second)]

    def adjusted(drawn: Weights) -> Floats:
        a, b = (_sums(*_known(given, m), drawn.units[_there(given, m)]) for m in places)
        slope = divide(a[2] + b[2], a[3] + b[3])
        return np.asarray(a[0] - b[0] - slope * (a[1] - b[1]))

    n = sum(int(_there(given, m).sum()) for m in places)
    words = {
        "scale": f"difference, above 0: the first is higher ({given.scale})",
        "subject": subject_of(first, second),
        "method": "analysis of covariance of unit means, one slope on words",
    }
    return [_estimate(given, f"{given.score}_at_equal_length", adjusted, settings, n, words)]


def _there(given: Conditions, m: int) -> Bools:
    length = given.length if given.length is not None else np.full(given.n_units, np.nan)
    return np.asarray(np.isfinite(given.means[m]) & np.isfinite(length))


def _known(given: Conditions, m: int) -> tuple[Floats, Floats]:
    there = _there(given, m)
    length = given.length if given.length is not None else np.full(given.n_units, np.nan)
    return given.means[m][there], length[there]


def _sums(
    values: Floats, length: Floats, weights: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Means of values and of lengths, centred products and squares of lengths, weight: (b,)."""
    total = weights.sum(axis=0)
    mean, words = divide(values @ weights, total), divide(length @ weights, total)
    products = (values * length) @ weights - total * mean * words
    squares = np.square(length) @ weights - total * np.square(words)
    # Lengths that are all the same have squares of rounding alone.
    level = 1e-9 * max(1.0, float(np.square(length).sum()))
    return mean, words, products, np.where(squares > level, squares, np.nan), total


def _estimate(
    given: Conditions,
    name: str,
    statistic: Callable[[Weights], Floats],
    settings: Settings,
    n: int,
    words: dict[str, str],
) -> Estimate:
    plan = given.plan(settings)
    value = float(statistic(plan.once)[0]) if n else float("nan")
    defined = np.isfinite(value)
    return estimate(
        name,
        value,
        plan.interval("units", statistic, given.n_units) if defined else None,
        over="units",
        confidence=plan.confidence,
        n_units=n,
        note="" if defined else "all texts are of one length, or there are too few",
        **(words | {"method": f"{words['method']}; {plan.method('units')}"}),
    )
