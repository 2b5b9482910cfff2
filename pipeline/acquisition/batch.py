"""A batch for people: a random stratum always, the rest by score, and not all of them alike.

Instances chosen by what a model finds hard say little of others. The random stratum is drawn from
the whole pool, whatever the scores are, so that what is measured on it holds for the pool.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.errors import UsageError
from pipeline.acquisition.base import Acquisition, Floats, Pool
from pipeline.acquisition.random import drawn

RANDOM = "random stratum"
WIDER = 4
"""Among how many times as many as are wanted, the highest scores, unlike ones are sought."""


@dataclass(frozen=True)
class Proposed:
    """An instance to be seen, why (`RANDOM`, or the way of selecting), and its score."""

    instance_id: str
    stratum: str
    score: float | None


@dataclass(frozen=True, eq=False)
class Proposal:
    """`chosen` in the order of choice; `unknown`: of how many instances there is no score."""

    chosen: tuple[Proposed, ...]
    unknown: int


def propose(
    pool: Pool,
    way: Acquisition,
    n: int,
    *,
    random_share: float = 0.2,
    diverse: bool = True,
    seed: int = 0,
) -> Proposal:
    """`n` instances of the pool, at least one at random, without repeats.

    `random_share`, in (0, 1]: of them, rounded up. `diverse`: among the highest scores, those that
    lie farthest from what is chosen already are taken first, where the pool has features.
    """
    if not 1 <= n <= len(pool):
        raise UsageError(f"--n {n}: there are {len(pool)} instances to select from")
    if not 0 < random_share <= 1:
        raise UsageError(f"the random share lies above 0 and at 1 at most, not at {random_share:g}")
    scores = way.scores(pool, seed)
    order = np.argsort(drawn(pool, seed, RANDOM), kind="stable")
    stratum = order[: int(np.ceil(n * random_share))]
    rest, wanted = np.setdiff1d(np.arange(len(pool)), stratum), n - len(stratum)
    ranked = _ranked(scores, rest)[: wanted * WIDER]
    taken = ranked[:wanted]
    if diverse and pool.features is not None and wanted:
        taken = ranked[_spread_out(pool.features[ranked], wanted, pool.features[stratum])]
    chosen = [(at, RANDOM) for at in stratum.tolist()] + [(at, way.name) for at in taken.tolist()]
    return Proposal(
        tuple(Proposed(pool.ids[at], why, _number(scores[at])) for at, why in chosen),
        int(np.isnan(scores).sum()),
    )


def _ranked(scores: Floats, rest: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of `rest`, those with a score, highest first; ties in the order of the pool."""
    known = rest[np.isfinite(scores[rest])]
    return known[np.argsort(-scores[known], kind="stable")]


def _spread_out(features: Floats, n: int, stratum: Floats) -> NDArray[np.int64]:
    """Places of at most `n` rows: the first, then each time the one farthest from all taken.

    Gonzalez's greedy k-centre (1985; Sener & Savarese, ICLR 2018), on the candidates alone; rows of
    the random `stratum` are taken already, those that people saw earlier are not looked at.
    """
    if not len(features):
        return np.zeros(0, np.int64)
    taken = [0]
    apart = ((features - features[0]) ** 2).sum(axis=1)
    for one in stratum:
        apart = np.minimum(apart, ((features - one) ** 2).sum(axis=1))
    while len(taken) < min(n, len(features)):
        apart[taken] = -1.0
        taken.append(int(apart.argmax()))
        apart = np.minimum(apart, ((features - features[taken[-1]]) ** 2).sum(axis=1))
    return np.array(taken, dtype=np.int64)


def _number(score: np.floating) -> float | None:
    return float(score) if np.isfinite(score) else None
