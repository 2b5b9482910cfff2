"""A judgement beside those of the unit's other workers: their votes, and how near they are.

Everything comes from counts by unit and value, or from sums over a unit in rising order, so that
no pair of judgements is ever listed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats, Ints, divide, rank_rows, spread
from analysis.workers.base import Work
from analysis.workers.read import points


class Votes(NamedTuple):
    """Each judgement beside each value that its unit received from anyone, E rows.

    `judgement`, `code`: int64, shape (E,), in order of judgement and code; `others`: float64,
    shape (E,), how many of the unit's other workers gave that value; `own`: bool, shape (E,),
    whether it is the judgement's own value.
    """

    judgement: Ints
    code: Ints
    others: Floats
    own: np.ndarray


def votes(work: Work) -> Votes:
    """What the others said about the unit of every judgement."""
    judged = work.judged
    n_values = max(1, len(judged.values))
    cells, count = np.unique(judged.unit * n_values + judged.code, return_counts=True)
    sizes = np.bincount(cells // n_values, minlength=len(judged.units)).astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    repeats = sizes[judged.unit]
    judgement = np.repeat(np.arange(len(judged.unit), dtype=np.int64), repeats)
    cell = spread(starts[judged.unit], repeats)
    code = cells[cell] % n_values
    own = code == judged.code[judgement]
    return Votes(judgement, code, count[cell] - own.astype(np.float64), own)


def consensus_of_others(work: Work, found: Votes) -> Floats:
    """How far each value is the others' majority: shape (E,), tied values share 1 equally.

    0 throughout for a judgement without company.
    """
    n = len(work.judged.unit)
    first = np.flatnonzero(np.diff(found.judgement, prepend=-1))
    most = np.zeros(n)
    if len(first):
        most[found.judgement[first]] = np.maximum.reduceat(found.others, first)
    top = (found.others == most[found.judgement]) & (found.others > 0)
    ties = np.bincount(found.judgement, weights=top.astype(np.float64), minlength=n)
    return np.nan_to_num(
        divide(top.astype(np.float64), np.asarray(ties[found.judgement], np.float64))
    )


def agreements(work: Work) -> Floats:
    """How far each judgement agrees with the unit's others: shape (J,), NaN without company.

    Range [0, 1], higher is better. Nominal: the share of the others who said the same. Else: 1 −
    the mean distance to them over the range of the scale in use (1 where the range is 0).
    """
    if work.agreeing is not None:
        return work.agreeing
    company = (work.asked - 1).astype(np.float64)
    if work.level == "nominal":
        found = votes(work)
        return divide(found.others[found.own], company)
    x = points(work)
    reach = float(np.ptp(x)) if len(x) else 0.0
    if reach == 0:
        return np.where(company > 0, 1.0, np.nan)
    return np.asarray(1 - divide(_distances(work, x), company) / reach)


def gaps(work: Work) -> Floats:
    """Each judgement less the mean of the unit's others, in points: shape (J,), NaN alone."""
    x, judged = points(work), work.judged
    total = np.bincount(judged.unit, weights=x, minlength=len(judged.units))[judged.unit]
    return np.asarray(x - divide(total - x, (work.asked - 1).astype(np.float64)))


def _distances(work: Work, x: Floats) -> Floats:
    """Σ |x − y| over the unit's others y: shape (J,), from sums below and above in rising order."""
    judged = work.judged
    by_unit = np.argsort(judged.unit, kind="stable")
    sizes = np.bincount(judged.unit, minlength=len(judged.units))
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    # Centred in each unit, so that running sums over the whole table lose no digits.
    means = np.bincount(judged.unit, weights=x, minlength=len(sizes)) / np.maximum(sizes, 1)
    y = (x - means[judged.unit])[by_unit]
    order = rank_rows(y, offsets).order
    ordered, unit = y[order], judged.unit[by_unit][order]
    running = np.concatenate([[0.0], np.cumsum(ordered)])
    place = np.arange(len(y)) - offsets[unit]
    below = running[:-1] - running[offsets[unit]]
    above = running[offsets[unit + 1]] - running[1:]
    sums = ordered * place - below + above - ordered * (sizes[unit] - 1 - place)
    distances = np.empty(len(y))
    distances[by_unit[order]] = np.maximum(sums, 0.0)
    return distances
