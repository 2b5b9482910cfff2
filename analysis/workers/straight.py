"""Straight-lining: the same answer again and again, against what the others' answers would give.

The chance of an answer is its share among the others on the units that this worker judged. Where
units of one kind were put before workers in a row, long runs are right; only a person can tell.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from analysis.arrays import Floats, Ints, divide, row_sums
from analysis.workers.base import Fact, Work
from analysis.workers.company import votes
from db.words import shown

ALONE = "never judged a unit that anyone else judged, so chance is not known"


class Runs(NamedTuple):
    """The longest run of each worker, and how likely one as long is by chance: shape (W,) each.

    `length`: int64; `p_value`: [0, 1], NaN without company.
    """

    length: Ints
    p_value: Floats


def longest_run(work: Work, *, confidence: float = 0.95) -> Fact:
    """The longest run of equal answers in order: from 1; the note gives its chance.

    A count has no interval here; `runs` has the p-value.
    """
    found, n = runs(work), _judged(work)
    empty = np.full(work.n_workers, np.nan)
    notes = tuple(
        ALONE if np.isnan(p) else f"a run as long has a chance of {p:.2g}"
        for p in found.p_value.tolist()
    )
    length = found.length.astype(np.float64)
    scale = "answers in a row; neither end is better"
    method = "longest run of equal answers; chance by a Poisson approximation"
    return Fact(
        "longest_run", scale, method, length, empty, empty, empty, n, notes, None, confidence
    )


def same_answer(work: Work, *, confidence: float = 0.95) -> Fact:
    """The share of a worker's commonest answer among their answers: [0, 1], Wilson's interval.

    The note says what share the others give that answer on the same units.
    """
    most, count = _commonest(work)
    n = _judged(work)
    share = divide(count, n.astype(np.float64))
    low, high = wilson(count, n, confidence)
    expected = _others_share(work)[np.arange(work.n_workers), most]
    labels = [work.judged.values[code] if len(work.judged.values) else None for code in most]
    notes = tuple(
        ALONE if np.isnan(e) else f"{shown(label)}; the others say so in {e:.0%} on the same units"
        for label, e in zip(labels, expected.tolist(), strict=True)
    )
    return Fact(
        name="same_answer",
        scale="0 to 1, the share of the commonest answer; neither end is better",
        method="share of the commonest answer, Wilson's interval",
        value=share,
        se=np.sqrt(divide(share * (1 - share), n.astype(np.float64))),
        low=low,
        high=high,
        n=n,
        notes=notes,
        confidence=confidence,
    )


def runs(work: Work) -> Runs:
    """Longest runs, and P(a run as long) ≈ 1 − exp(−Σ_k p_k^L ((n − L)(1 − p_k) + 1)).

    p_k is the others' share of value k on the same units, n the worker's judgements. Source:
    Arratia, Goldstein & Gordon (1990), "Poisson approximation and the Chen–Stein method", for
    runs of one value; ours adds the values up.
    """
    judged = work.judged
    order = np.lexsort((work.order, judged.worker))
    worker, code = judged.worker[order], judged.code[order]
    new = (np.diff(worker, prepend=-1) != 0) | (np.diff(code, prepend=-1) != 0)
    first = np.flatnonzero(new)
    sizes = np.diff(np.append(first, len(worker)))
    length = np.zeros(work.n_workers, dtype=np.int64)
    np.maximum.at(length, worker[first], sizes)
    p = _others_share(work)
    longest, n = length[:, None], _judged(work)[:, None]
    expected = (p**longest * ((n - longest) * (1 - p) + 1)).sum(axis=1)
    return Runs(length, np.asarray(-np.expm1(-expected)))


def wilson(right: Floats, n: Ints, confidence: float) -> tuple[Floats, Floats]:
    """Wilson's (1927) score interval of a share: shape (W,) each, NaN where n is 0."""
    z = float(special.ndtri((1 + confidence) / 2))
    total = n.astype(np.float64)
    share = divide(right, total)
    centre = (share + z**2 / (2 * np.maximum(total, 1))) / (1 + z**2 / np.maximum(total, 1))
    half = z * np.sqrt(
        share * (1 - share) / np.maximum(total, 1) + (z / (2 * np.maximum(total, 1))) ** 2
    )
    half = half / (1 + z**2 / np.maximum(total, 1))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def _judged(work: Work) -> Ints:
    return np.bincount(work.judged.worker, minlength=work.n_workers).astype(np.int64)


def _commonest(work: Work) -> tuple[Ints, Floats]:
    """The commonest value of each worker (the first of equals), and how often they gave it."""
    n_values = max(1, len(work.judged.values))
    key, count = np.unique(work.judged.worker * n_values + work.judged.code, return_counts=True)
    order = np.lexsort((key, -count, key // n_values))
    first = order[np.diff(key[order] // n_values, prepend=-1) != 0]
    return (key[first] % n_values).astype(np.int64), count[first].astype(np.float64)


def _others_share(work: Work) -> Floats:
    """The others' share of each value on a worker's units: shape (W, V), NaN without company."""
    found, n_values = votes(work), max(1, len(work.judged.values))
    share = divide(found.others, (work.asked[found.judgement] - 1).astype(np.float64))
    key = work.judged.worker[found.judgement] * n_values + found.code
    sums = row_sums(np.nan_to_num(share), key, work.n_workers * n_values)
    company = row_sums(work.asked > 1, work.judged.worker, work.n_workers)
    return divide(sums.reshape(work.n_workers, n_values), company[:, None])
