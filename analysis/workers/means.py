"""Means and slopes of judgements by worker, all workers at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from analysis.arrays import Floats, Ints, divide, row_sums


class Means(NamedTuple):
    """Float64, shape (G,) each, NaN where undefined; `n`: how many values; `squares`: Σ(x − m)²."""

    n: Floats
    mean: Floats
    squares: Floats


def means(values: Floats, group: Ints, n_groups: int) -> Means:
    """Mean of the values of each group; values that are NaN do not count."""
    there = np.isfinite(values)
    values, group = values[there], group[there]
    n = row_sums(np.ones(len(values)), group, n_groups)
    mean = divide(row_sums(values, group, n_groups), n)
    squares = row_sums((values - mean[group]) ** 2, group, n_groups)
    return Means(n, mean, squares)


def t_interval(value: Floats, se: Floats, df: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Ends of Student's interval, shape (G,) each; NaN where the error is 0 or undefined.

    An error of exactly 0 comes from a handful of equal values, and says nothing of how sure they
    are.
    """
    usable = (se > 0) & (df > 0)
    half = se * special.stdtrit(np.where(usable, df, 1.0), (1 + confidence) / 2)
    half = np.where(usable, half, np.nan)
    return np.asarray(value - half), np.asarray(value + half)


class Interval(NamedTuple):
    """Standard error and ends, float64, shape (G,) each, NaN where undefined."""

    se: Floats
    low: Floats
    high: Floats


def mean_interval(found: Means, confidence: float) -> Interval:
    """Student's interval of each mean, on n − 1 degrees of freedom."""
    df = found.n - 1
    se = np.sqrt(divide(divide(found.squares, df), found.n))
    return Interval(se, *t_interval(found.mean, se, df, confidence))


def p_values(value: Floats, se: Floats, df: Floats) -> Floats:
    """Two-sided p of Student's t against 0: shape (G,), NaN where the error is 0 or undefined."""
    usable = (se > 0) & (df > 0)
    t = np.abs(divide(value, np.where(usable, se, 0.0)))
    tail = special.stdtr(np.where(usable, df, 1.0), -np.nan_to_num(t))
    return np.asarray(np.where(usable, 2 * tail, np.nan))


class Slopes(NamedTuple):
    """Least squares by group: float64, shape (G,) each, NaN where undefined; `df`: of the error."""

    slope: Floats
    se: Floats
    df: Floats
    n: Floats


def slopes(x: Floats, y: Floats, group: Ints, n_groups: int, within: Ints | None = None) -> Slopes:
    """Slope of y over x in each group; rows where either is NaN do not count.

    `within`: int64, shape (J,), codes of parts of groups that each have a level of their own;
    a part must lie in one group. Undefined where x does not vary; the error where df is below 1.
    """
    there = np.isfinite(x) & np.isfinite(y)
    x, y, group = x[there], y[there], group[there]
    part = group if within is None else np.unique(within[there], return_inverse=True)[1]
    n_parts = int(part.max(initial=-1)) + 1
    x = x - means(x, part, n_parts).mean[part]
    y = y - means(y, part, n_parts).mean[part]
    xx, xy = row_sums(x * x, group, n_groups), row_sums(x * y, group, n_groups)
    n = row_sums(np.ones(len(x)), group, n_groups)
    slope = divide(xy, xx)
    _, first = np.unique(part, return_index=True)
    df = n - np.bincount(group[first], minlength=n_groups) - 1
    left = row_sums((y - np.nan_to_num(slope)[group] * x) ** 2, group, n_groups)
    se = np.sqrt(divide(divide(left, np.maximum(df, 0)), xx))
    return Slopes(slope, se, df, n)
