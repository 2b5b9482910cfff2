"""Majority vote: every judgement counts the same, and ties stay ties.

The posterior is what the vote decides, 1 for the label with most votes, split equally between tied
labels; the shares of the votes are there as `shares=True`.
"""

from __future__ import annotations

import numpy as np

from analysis.aggregation.base import TIE, Aggregation
from analysis.aggregation.workers import worker_table
from analysis.arrays import Floats
from analysis.judgements import Judgements
from db.words import counted


def vote_counts(judged: Judgements) -> Floats:
    """Judgements of each unit for each label: float64, shape (U, K)."""
    shape = len(judged.units), len(judged.values)
    flat = np.bincount(judged.unit * shape[1] + judged.code, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64)


def majority(judged: Judgements, shares: bool = False) -> Aggregation:
    """The label with most votes; tied labels share the posterior equally, and the notes count ties.

    `shares`: the posterior is the share of the votes instead. A worker's reliability is the mean
    share of a unit's *other* workers who gave the same answer, undefined for a worker who never
    had company.
    """
    votes = vote_counts(judged)
    top = votes >= votes.max(axis=1, keepdims=True) - TIE
    posterior = votes / votes.sum(axis=1, keepdims=True)
    if not shares:
        posterior = top / top.sum(axis=1, keepdims=True)
    same = votes[judged.unit, judged.code] - 1
    others = votes.sum(axis=1)[judged.unit] - 1
    ties = int((top.sum(axis=1) > 1).sum())
    return Aggregation(
        method="majority",
        units=judged.units,
        labels=judged.values,
        posterior=posterior,
        workers=worker_table(judged, same, others),
        history=(),
        converged=True,
        excluded=judged.excluded,
        notes=(f"{ties} of {counted(len(judged.units), 'unit')} tied",),
    )
