"""Means of numbers, workers' biases taken off, and workers weighted by their precision.

The model, its priors and its source stand in `analysis.aggregation.additive`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.aggregation.additive import Layout, bias_error, fit, layout, variance_of
from analysis.aggregation.base import Means
from analysis.arrays import Floats, row_sums
from analysis.judgements import Judgements
from analysis.limits import check_size
from db.errors import DataError, UsageError
from db.words import counted


def interval_mean(
    judged: Judgements,
    prior: float = 1.0,
    max_iterations: int = 2000,
    tolerance: float = 1e-9,
) -> Means:
    """The posterior mean of each unit, in the units of the values, shrunk towards all units' mean.

    `prior`: how many judgements the priors of a worker are worth, above 0. Values must be numbers.
    Where no unit has two judgements, or nobody ever differs, plain means come back: in the first
    case noise cannot be told from units and every sd is undefined, in the second it is 0.
    """
    if any(isinstance(v, bool) or not isinstance(v, (int, float)) for v in judged.values):
        raise DataError("interval_mean needs numbers; for labels use majority or another method")
    values = np.array(judged.values, dtype=np.float64)
    if not np.isfinite(values).all():
        raise DataError("interval_mean needs finite numbers")
    check_size(values)
    return means(judged, values, "interval_mean", "that of the values", prior, max_iterations,
                 tolerance)  # fmt: skip


def means(
    judged: Judgements,
    values: Floats,
    method: str,
    scale: str,
    prior: float,
    max_iterations: int,
    tolerance: float,
) -> Means:
    """Fit the additive model to the numbers that stand for the values, shape (K,)."""
    if not prior > 0 or max_iterations < 1:
        raise UsageError("prior must be above 0, and max_iterations at least 1")
    given = layout(judged, values[judged.code], prior)
    if not given.within > 0:
        return _plain(given, method, scale)
    found = fit(given, max_iterations, tolerance)
    now = found.parameters
    return Means(
        method=method,
        scale=scale,
        units=_units(judged, found.units.mean, np.sqrt(variance_of(given, found))),
        workers=_workers(
            judged, now.bias, bias_error(given, found), now.noise, now.tau2 / (now.tau2 + now.noise)
        ),
        history=tuple(found.history),
        converged=found.converged,
        excluded=judged.excluded,
        notes=()
        if found.converged
        else (f"not converged after {counted(max_iterations, 'iteration')}",),
    )


def _plain(given: Layout, method: str, scale: str) -> Means:
    """Means where there is nothing to learn about workers."""
    judged, unknown = given.judged, np.full(len(given.judged.workers), np.nan)
    n = len(judged.units)
    mean = row_sums(given.y, judged.unit, n) / np.bincount(judged.unit, minlength=n)
    agreed = given.within == 0
    note = "judgements of a unit never differ" if agreed else "no unit has two judgements"
    return Means(
        method=method,
        scale=scale,
        units=_units(judged, mean, np.full(n, 0.0 if agreed else np.nan)),
        workers=_workers(judged, unknown, unknown, unknown, unknown),
        history=(),
        converged=True,
        excluded=judged.excluded,
        notes=(f"{note}: plain means, and nothing is known about workers",),
    )


def _units(judged: Judgements, mean: Floats, sd: Floats) -> pd.DataFrame:
    count = np.bincount(judged.unit, minlength=len(judged.units)).astype(np.int64)
    index = pd.Index(list(judged.units), name="unit")
    return pd.DataFrame({"mean": mean, "sd": known(sd), "judgements": count}, index=index)


def _workers(
    judged: Judgements, bias: Floats, error: Floats, noise: Floats, reliability: Floats
) -> pd.DataFrame:
    count = np.bincount(judged.worker, minlength=len(judged.workers)).astype(np.int64)
    columns = {"bias": bias, "bias_se": error, "noise_sd": np.sqrt(noise)}
    return pd.DataFrame(
        {"judgements": count}
        | {name: known(column) for name, column in columns.items()}
        | {"reliability": known(reliability)},
        index=pd.Index(list(judged.workers), name="worker"),
    )


def known(numbers: Floats) -> pd.api.extensions.ExtensionArray:
    """A Float64 column in which what is undefined is <NA>."""
    return pd.array([None if np.isnan(x) else x for x in numbers.tolist()], dtype="Float64")
