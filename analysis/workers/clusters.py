"""Workers who err alike: groups who agree among themselves more than their habits explain.

Source for the number: Hong, Sheng & Dobriban (2020), "Selecting the number of components in PCA
via random signflips"; the grouping is spectral (Ng, Jordan & Weiss 2001) on the signed surplus of
agreement. Ours keeps only groups that do agree more, since one who differs from everybody is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from scipy.sparse.linalg import eigsh  # type: ignore[import-untyped]
from sklearn.cluster import KMeans  # type: ignore[import-untyped]

from analysis.arrays import Bools, Floats, Ints
from analysis.workers.base import Work
from analysis.workers.pairs import MOST_VALUES, WorkerPairs, excess, worker_pairs
from db.words import counted

LEAST_WORKERS = 8
MOST_CLUSTERS = 8
FLIPS = 99
LEAST_MEMBERS = 3
CLEAR = 3.0
"""Standard errors above 0 that a group's surplus of agreement must be."""
LEAST_SURPLUS = 0.05
"""Agreements per shared unit: in large crowds less than this can come of habits that do not fit."""
INDEPENDENT = "none found: workers agree as independent workers would"


@dataclass(frozen=True)
class Cluster:
    """Workers (by name) who err alike; `surplus`: agreements beyond the expected, per shared unit.

    `surplus` is above 0 and at most 1; `z`: how many of its standard errors it is above 0.
    """

    workers: tuple[str, ...]
    surplus: float
    z: float


@dataclass(frozen=True)
class Clusters:
    """The groups found, the clearest first; none found is an answer, and `note` says which."""

    clusters: tuple[Cluster, ...]
    note: str = ""


def clusters(work: Work, *, seed: int = 0) -> Clusters:
    """Groups of at least three workers who err alike.

    The rule: there are as many directions as eigenvalues of the matrix of standardised surpluses
    lie above the largest that 99 random choices of its signs give (about the 1% level), at most
    7; the workers fall into one group more than directions (k-means, seeded); kept are the groups
    whose own surplus is at least 3 standard errors above 0 and .05 per shared unit. A group of
    more than half of the workers is the crowd itself, and is not listed. Undefined, with the
    reason, for fewer than 8 workers, where no unit has three judgements, and with more than 50
    values.
    """
    if why := _problem(work):
        return Clusters((), why)
    pairs = worker_pairs(work)
    z = excess(pairs)
    if not z.any():
        return Clusters((), INDEPENDENT)
    vectors = _directions(pairs, z, work.n_workers, seed)
    if vectors.shape[1] == 0:
        return Clusters((), INDEPENDENT)
    group = _grouped(vectors, seed)
    made = [_cluster(work, pairs, group == number) for number in range(int(group.max()) + 1)]
    kept = sorted((c for c in made if c is not None), key=lambda c: -c.z)
    note = "" if kept else "none found: no group agrees clearly more than its habits explain"
    return Clusters(tuple(kept), note)


def _problem(work: Work) -> str:
    if work.n_workers < LEAST_WORKERS:
        few = counted(work.n_workers, "worker is", "workers are")
        return f"{few} too few for groups (at least {LEAST_WORKERS})"
    if len(work.judged.values) > MOST_VALUES:
        return f"more than {MOST_VALUES} different answers: habits are not known well enough"
    if not (work.asked > 2).any():
        return "no unit has three judgements, so habits are not known"
    return ""


def _directions(pairs: WorkerPairs, z: Floats, workers: int, seed: int) -> Floats:
    """Eigenvectors above chance, each times the root of its eigenvalue: shape (W, q), q ≥ 0."""
    rng = np.random.default_rng(seed)
    most = min(MOST_CLUSTERS - 1, workers - 2)
    start = rng.random(workers)
    values, vectors = eigsh(_symmetric(pairs, z, workers), k=most, which="LA", v0=start)
    chance = max(
        float(
            eigsh(
                _symmetric(pairs, z * rng.choice([-1.0, 1.0], len(z)), workers),
                k=1, which="LA", v0=start, tol=1e-3, return_eigenvectors=False,
            )[0]
        )
        for _ in range(FLIPS)
    )  # fmt: skip
    above = values > chance
    return np.asarray(vectors[:, above] * np.sqrt(values[above]))


def _symmetric(pairs: WorkerPairs, z: Floats, workers: int) -> Any:
    rows = np.concatenate([pairs.first, pairs.second])
    columns = np.concatenate([pairs.second, pairs.first])
    return sparse.csr_matrix((np.concatenate([z, z]), (rows, columns)), shape=(workers, workers))


def _grouped(vectors: Floats, seed: int) -> Ints:
    """Group of each worker, int64, shape (W,)."""
    means = KMeans(vectors.shape[1] + 1, n_init=10, random_state=seed).fit(vectors)
    return np.asarray(means.labels_, dtype=np.int64)


def _cluster(work: Work, pairs: WorkerPairs, inside: Bools) -> Cluster | None:
    """The group as it is reported; None where it is small, the crowd, or agrees as expected."""
    within = inside[pairs.first] & inside[pairs.second]
    variance = float(pairs.variance[within].sum())
    if not LEAST_MEMBERS <= int(inside.sum()) <= work.n_workers / 2 or variance == 0:
        return None
    surplus = float((pairs.agreeing - pairs.expected)[within].sum())
    z = surplus / variance**0.5
    share = surplus / float(pairs.shared[within].sum())
    if z < CLEAR or share < LEAST_SURPLUS:
        return None
    names = tuple(str(work.judged.workers[w]) for w in np.flatnonzero(inside).tolist())
    return Cluster(names, share, z)
