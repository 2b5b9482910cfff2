"""Pairs of workers on the units they share: how often they agree, and how often they should.

What should be: two workers who do not know of each other agree as their own habits make them.
Given that the *others* (all but these two) say c, worker i says k with the share π_i(k | c) that i
shows against the others' majority, and so the two agree with probability Σ_k π_i(k|c) π_j(k|c).
Units differ in more than c (some are hard), which makes all pairs agree somewhat more or less than
that; the mean of this over the whole crowd is added for everyone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats, Ints, blocks, divide, row_sums, spread
from analysis.workers.base import Work
from analysis.workers.company import consensus_of_others, votes

MOST_VALUES = 50
"""With more values than this habits are not known well enough to say what is improbable."""


class WorkerPairs(NamedTuple):
    """P pairs of workers who share units that a third one judged: shape (P,) each.

    `first` < `second`: int64, workers; `shared`: units, `agreeing`: units with equal answers,
    `expected`: the mean number of those, `variance` of that number; float64.
    """

    first: Ints
    second: Ints
    shared: Floats
    agreeing: Floats
    expected: Floats
    variance: Floats


def worker_pairs(work: Work) -> WorkerPairs:
    """Every pair of workers with at least one unit that someone else judged too."""
    habits = _habits(work)
    parts = [_of_block(work, habits, rows) for rows in _unit_blocks(work)]
    key = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, np.int64)
    agree = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0)
    chance = np.concatenate([part[2] for part in parts]) if parts else np.zeros(0)
    shift = float((agree - chance).mean()) if len(agree) else 0.0
    chance = np.clip(chance + shift, 0.0, 1.0)
    pairs, inverse = np.unique(key, return_inverse=True)
    inverse = inverse.astype(np.int64)
    workers = max(1, work.n_workers)
    return WorkerPairs(
        first=pairs // workers,
        second=pairs % workers,
        shared=row_sums(np.ones(len(key)), inverse, len(pairs)),
        agreeing=row_sums(agree, inverse, len(pairs)),
        expected=row_sums(chance, inverse, len(pairs)),
        variance=row_sums(chance * (1 - chance), inverse, len(pairs)),
    )


def _habits(work: Work) -> Floats:
    """π(k | c) of every worker, shape (W, V, V) as [worker, c, k], and even where c never came.

    Half a judgement is added to each cell, spread like the crowd's answers given c.
    """
    found, n_values = votes(work), max(1, len(work.judged.values))
    weight = consensus_of_others(work, found)
    row = work.judged.worker[found.judgement] * n_values + found.code
    cell = row * n_values + work.judged.code[found.judgement]
    counts = row_sums(weight, cell, work.n_workers * n_values**2)
    counts = counts.reshape(work.n_workers, n_values, n_values)
    crowd = counts.sum(axis=0) + 1 / n_values
    counts = counts + 0.5 * crowd / crowd.sum(axis=1, keepdims=True)
    return np.asarray(counts / counts.sum(axis=2, keepdims=True))


def _unit_blocks(work: Work) -> list[Ints]:
    """Judgements in order of unit, cut into runs of whole units with a bounded number of pairs."""
    judged = work.judged
    sizes = np.bincount(judged.unit, minlength=len(judged.units)).astype(np.int64)
    order = np.argsort(judged.unit, kind="stable").astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    n_values = max(1, len(judged.values))
    return [
        order[offsets[part.start] : offsets[part.stop]]
        for part in blocks(sizes * (sizes - 1) // 2 * n_values)
    ]


def _of_block(work: Work, habits: Floats, rows: Ints) -> tuple[Ints, Floats, Floats]:
    """Pair of workers, whether they agree, and how likely that is, for each unit they share."""
    judged = work.judged
    unit, worker, code = judged.unit[rows], judged.worker[rows], judged.code[rows]
    first, second = _pairs_of_runs(unit)
    third = np.bincount(unit - unit.min())[unit[first] - unit.min()] > 2
    first, second = first[third], second[third]
    others = _others(unit, code, first, second, habits.shape[1])
    top = (others == others.max(axis=1, keepdims=True)).astype(np.float64)
    top /= top.sum(axis=1, keepdims=True)
    low = np.minimum(worker[first], worker[second])
    high = np.maximum(worker[first], worker[second])
    chance = np.zeros(len(first))
    for value in range(habits.shape[1]):
        both = (habits[low, value] * habits[high, value]).sum(axis=1)
        chance += top[:, value] * both
    return low * work.n_workers + high, (code[first] == code[second]).astype(np.float64), chance


def _others(unit: Ints, code: Ints, first: Ints, second: Ints, n_values: int) -> Floats:
    """Votes of a unit without two of its judgements: shape (P, V)."""
    place = np.unique(unit, return_inverse=True)[1]
    counts = np.bincount(place * n_values + code, minlength=(place.max() + 1) * n_values)
    others = counts.reshape(-1, n_values).astype(np.float64)[place[first]]
    rows = np.arange(len(first))
    others[rows, code[first]] -= 1
    others[rows, code[second]] -= 1
    return np.asarray(others)


def _pairs_of_runs(unit: Ints) -> tuple[Ints, Ints]:
    """Unordered pairs of places with the same unit, where equal units stand together."""
    ends = np.searchsorted(unit, unit, side="right")
    later = (ends - np.arange(len(unit)) - 1).astype(np.int64)
    first = np.repeat(np.arange(len(unit), dtype=np.int64), later)
    return first, spread(np.arange(len(unit), dtype=np.int64) + 1, later)


def excess(pairs: WorkerPairs) -> Floats:
    """Standardised surplus of agreement, shape (P,); 0 where nothing could vary."""
    gap = pairs.agreeing - pairs.expected
    return np.nan_to_num(divide(gap, np.sqrt(pairs.variance)))
