"""Pairs of workers whose answers are nearly the same, more than their habits explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from analysis.significance import holm
from analysis.workers.base import Work
from analysis.workers.pairs import MOST_VALUES, worker_pairs

LEAST_SHARED = 5
"""Pairs that share fewer units than this are not tested."""


@dataclass(frozen=True)
class NearDuplicate:
    """Two workers (by name) who gave equal answers on `agreeing` of `shared` units.

    `expected`: how many that would be if neither knew of the other; `p_value`: of as many or more,
    corrected by Holm over all pairs tested, in [0, 1].
    """

    first: str
    second: str
    shared: int
    agreeing: int
    expected: float
    p_value: float


@dataclass(frozen=True)
class Duplicates:
    """The pairs that stand out, the most improbable first, out of how many tested; or why none."""

    pairs: tuple[NearDuplicate, ...]
    tested: int
    untested: int
    note: str = ""


def near_duplicates(work: Work, *, threshold: float = 0.05) -> Duplicates:
    """Pairs of workers who agree improbably often, at most `threshold` after Holm's correction.

    What is expected comes from the workers' own habits (`analysis.workers.pairs`). The tail is
    binomial with the mean probability, which is never too small for a sum of unlike ones
    (Hoeffding 1956, "On the distribution of the number of successes in independent trials").
    Nothing can be tested where no unit has three judgements, or with more than 50 values.
    """
    if len(work.judged.values) > MOST_VALUES:
        why = f"more than {MOST_VALUES} different answers: habits are not known well enough"
        return Duplicates((), 0, 0, why)
    if not (work.asked > 2).any():
        return Duplicates((), 0, 0, "no unit has three judgements, so habits are not known")
    pairs = worker_pairs(work)
    tested = np.flatnonzero(pairs.shared >= LEAST_SHARED)
    agreeing = pairs.agreeing[tested]
    shared = pairs.shared[tested].astype(np.int64)
    chance = np.clip(pairs.expected[tested] / shared, 0, 1)
    tail = np.where(agreeing > 0, special.bdtrc(np.maximum(agreeing - 1, 0), shared, chance), 1.0)
    p = np.array(holm(tail.tolist()))
    names = work.judged.workers
    found = tuple(
        NearDuplicate(
            str(names[pairs.first[pair]]),
            str(names[pairs.second[pair]]),
            int(pairs.shared[pair]),
            int(pairs.agreeing[pair]),
            float(pairs.expected[pair]),
            float(p[row]),
        )
        for row, pair in sorted(enumerate(tested.tolist()), key=lambda entry: tail[entry[0]])
        if p[row] <= threshold and pairs.agreeing[pair] > pairs.expected[pair]
    )
    return Duplicates(found, len(tested), len(pairs.shared) - len(tested))
