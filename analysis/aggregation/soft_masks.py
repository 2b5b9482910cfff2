"""Soft masks: the share of workers who marked each token, plain or weighted by reliability."""

from __future__ import annotations

import numpy as np

from analysis.aggregation.base import SoftMasks
from analysis.arrays import Floats, divide, row_sums
from analysis.marked import MaskPairs, check_marks, mask_pairs, token_votes
from db.errors import DataError, UsageError
from db.ragged import Ragged
from db.records import Marks
from db.words import counted


def mean_mask(marks: Marks) -> SoftMasks:
    """Every worker counts the same: the score of a token is the share who marked it."""
    check_marks(marks)
    return _soft(marks, np.ones(len(marks.masks)), "mean", {})


def reliability_mask(marks: Marks, shrink: float = 5.0, floor: float = 0.05) -> SoftMasks:
    """Workers count by how far their marks agree with the others', beyond chance.

    A worker's reliability is the kappa of their marks against everybody they shared an instance
    with, 1 − (tokens differing) / (tokens differing by chance), shrunk towards the crowd's as if
    `shrink` more instances had shown that, and at least `floor`, so that nobody is silenced. With
    a worker who marks everything, or at random, it is about 0. Needs known persons.
    """
    check_marks(marks)
    if not marks.persons_known:
        raise DataError("reliability needs known workers; use the method 'mean' for these marks")
    if shrink < 0 or not 0 < floor <= 1:
        raise UsageError("shrink must be 0 or more, and floor above 0 and at most 1")
    weights = np.maximum(_shrunk_kappa(marks, mask_pairs(marks), shrink), floor)
    named = dict(zip(marks.worker_ids, weights.tolist(), strict=True))
    return _soft(marks, weights[marks.worker], "reliability", named)


def _shrunk_kappa(marks: Marks, pairs: MaskPairs, shrink: float) -> Floats:
    """Chance-corrected agreement of each worker with the rest: shape (W,)."""
    n = len(marks.worker_ids)
    worker = marks.worker[pairs.first]
    length = pairs.length[pairs.first]
    mine, theirs = pairs.count[pairs.first], pairs.count[pairs.second]
    by_chance = divide(mine * (length - theirs) + theirs * (length - mine), length)
    by_chance = np.nan_to_num(by_chance)
    # A pair weighs one over the worker's partners in that instance, so that instances count alike.
    partners = np.bincount(marks.instance)[pairs.instance] - 1
    differing = row_sums(pairs.differing / partners, worker, n)
    expected = row_sums(by_chance / partners, worker, n)
    shared = row_sums(1 / partners, worker, n)
    everybody = 1 - divide(differing.sum(), expected.sum())
    own = 1 - divide(differing, expected)
    known = np.isfinite(own)
    prior = float(np.nan_to_num(everybody))
    return np.where(
        known, (shared * np.where(known, own, 0.0) + shrink * prior) / (shared + shrink), prior
    )


def _soft(marks: Marks, weights: Floats, method: str, named: dict[str, float]) -> SoftMasks:
    """Weighted shares and certainty; `weights`: shape (R,), one per mask."""
    votes = token_votes(marks, weights)
    asked = np.bincount(marks.instance, minlength=len(marks.instance_ids))
    kept = np.flatnonzero(asked)
    squares = row_sums(weights**2, marks.instance, len(asked))
    total = row_sums(weights, marks.instance, len(asked))
    effective = np.nan_to_num(divide(total**2, squares))[votes.instance]
    share = np.clip(divide(votes.marked, votes.asked), 0.0, 1.0)
    certainty = effective * np.abs(2 * share - 1) / (effective + 2)
    ends = np.append(votes.starts, len(votes.instance))
    offsets = np.append(ends[kept], len(votes.instance)).astype(np.int64)
    return SoftMasks(
        method=method,
        instance_ids=tuple(marks.instance_ids[i] for i in kept.tolist()),
        scores=Ragged(share.astype(np.float32), offsets),
        certainty=Ragged(certainty.astype(np.float32), offsets),
        n_workers=asked[kept].astype(np.int64),
        reliability=named,
        notes=(
            f"{counted(len(asked) - len(kept), 'instance was', 'instances were')} asked of nobody",
        )
        if len(asked) > len(kept)
        else (),
    )
