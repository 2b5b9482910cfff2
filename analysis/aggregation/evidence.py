"""Judgements that speak for their own label only: from evidence to posteriors, and fixed orders.

In the one-coin model, MACE and GLAD a worker who is wrong is wrong alike about every other label.
A judgement then adds one number to the log-odds of the label it names, and a posterior is a sum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats, Ints
from analysis.judgements import Judgements


class Expected(NamedTuple):
    """Posterior of the units, float64, shape (U, K), and the log-likelihood it was made with."""

    posterior: Floats
    log_likelihood: float


def expect(judged: Judgements, gain: Floats, base: Floats, log_shares: Floats) -> Expected:
    """Posterior from what each judgement adds to the log-odds of its label.

    `gain`: shape (J,), log p(answer | it is true) − log p(answer | it is not); `base`: shape (J,),
    log p(answer | it is not true); `log_shares`: shape (K,), log of the class shares.
    """
    shape = len(judged.units), len(judged.values)
    cells = np.bincount(
        judged.unit * shape[1] + judged.code, weights=gain, minlength=shape[0] * shape[1]
    )
    found = normalise(cells.reshape(shape) + log_shares)
    return found._replace(log_likelihood=found.log_likelihood + float(base.sum()))


def normalise(joint: Floats) -> Expected:
    """Posteriors out of log joint probabilities, shape (U, K), and the log of all they sum to.

    Worked out label by label: units are many and labels few, and sums along a short axis are slow.
    """
    odds = np.ascontiguousarray(joint.T)
    top = odds.max(axis=0)
    odds -= top
    np.exp(odds, out=odds)
    total = odds.sum(axis=0)
    odds /= total
    return Expected(np.ascontiguousarray(odds.T), float((top + np.log(total)).sum()))


def softplus(x: Floats) -> Floats:
    """log(1 + exp(x)) without overflow, in half the time of np.logaddexp."""
    return np.asarray(np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0.0))


def by_name(judged: Judgements) -> Judgements:
    """The same judgements with units, workers and rows in the order of their names.

    Random starts and line searches then do the same whatever the order of the rows was.
    """
    units, unit_place = _sorted(judged.units)
    workers, worker_place = _sorted(judged.workers)
    unit, worker = unit_place[judged.unit], worker_place[judged.worker]
    order = np.lexsort((worker, unit))
    return Judgements(
        units=units,
        workers=workers,
        values=judged.values,
        unit=unit[order],
        worker=worker[order],
        code=judged.code[order],
        excluded=judged.excluded,
        ordered=judged.ordered,
    )


def _sorted(names: tuple[object, ...]) -> tuple[tuple[object, ...], Ints]:
    """Names in order, and the new place of each old one, int64."""
    order = sorted(range(len(names)), key=lambda i: str(names[i]))
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    return tuple(names[i] for i in order), place
