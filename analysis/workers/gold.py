"""How often a worker is right where the answer is known."""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats, divide, row_sums
from analysis.workers.base import NO_GOLD, Fact, Work, noted, nowhere
from analysis.workers.straight import wilson

SCALE = "0 to 1, the share answered as known; higher is better"


def gold_record(work: Work, *, confidence: float = 0.95) -> Fact:
    """The share of judgements with a known answer that give it: [0, 1], Wilson's interval.

    A known answer that nobody gave counts as wrong for whoever was asked. Undefined for workers
    who met no known answer.
    """
    if work.gold is None:
        return nowhere(work, "gold", SCALE, "no answers are known beforehand", confidence)
    known = work.gold != NO_GOLD
    right = known & (work.gold == work.judged.code)
    asked = row_sums(known, work.judged.worker, work.n_workers)
    return record(row_sums(right, work.judged.worker, work.n_workers), asked, confidence)


def record(right: Floats, asked: Floats, confidence: float = 0.95) -> Fact:
    """The same from counts: how many known answers each worker gave, of how many; shape (W,)."""
    n = asked.astype(np.int64)
    low, high = wilson(right, n, confidence)
    share = divide(right, asked)
    return Fact(
        name="gold",
        scale=SCALE,
        method="share of known answers given, Wilson's interval",
        value=share,
        se=np.sqrt(divide(share * (1 - share), asked)),
        low=low,
        high=high,
        n=n,
        notes=noted(n == 0, "met no unit whose answer is known"),
        confidence=confidence,
    )
