"""Cohen's kappa of every two workers, on the units that both judged, and its mean over pairs.

For a pair with n common units, D_o = Σ δ(x, y) / n and D_e = Σ_{c,k} a_c b_k δ(c, k) / n², with
the two workers' own counts a and b on those units; kappa = 1 − D_o / D_e. Sources: Cohen (1960),
*Educational and Psychological Measurement* 20; with weights Cohen (1968), *Psychological Bulletin*
70. Pairs share workers, and a worker drawn twice would be paired with themself: there are no
intervals over workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement.base import AgreementResult, Level
from analysis.agreement.corrected import SCALE, Asked, beside
from analysis.agreement.graded import Grading, WeightName, grading, weights_for
from analysis.agreement.policies import policies
from analysis.agreement.spreads import undefined_over
from analysis.arrays import Floats, Ints, divide, incidence, ordered_pairs
from analysis.intervals import Spread, estimate
from analysis.judgements import Clusters, Duplicates, Judgements, read
from analysis.limits import MOST_CELLS
from analysis.resampling import Plan, Units, Weights
from db.errors import DataError
from db.records import Estimate, Over
from db.words import counted

MIN_COMMON = 2
"""Two workers with fewer common units than this say nothing of each other."""

MOST_PAIRS = 20
"""At most so many pairs are listed one by one, those with most common units first."""

"""Answers × (pairs + answers) that are held at once: 400 MB."""

UNKNOWN = "a kappa of two workers needs to know who they were"
NO_PAIR = f"no two workers judged {MIN_COMMON} units together"
ONE_VALUE = "both gave one and the same answer throughout: nothing can differ"
NOT_WORKERS = "pairs share workers, and a worker drawn twice would be paired with themself"
ALONE = "cohen: they take no part"


@dataclass(frozen=True, eq=False)
class WorkerPairs:
    """P pairs of workers and the R units that they judged together.

    `first`, `second`: int64, shape (P,), workers; `common`: int64, shape (P,), units of both;
    `pair`, `unit`, `x`, `y`: int64, shape (R,), the pair, the unit, the codes that they gave.
    """

    first: Ints
    second: Ints
    common: Ints
    pair: Ints
    unit: Ints
    x: Ints
    y: Ints


class Kappas:
    """Weights of units → kappa of every pair, shape (P, b), NaN where nothing can differ."""

    def __init__(self, pairs: WorkerPairs, graded: Grading, n_units: int) -> None:
        n_pairs, n_values = len(pairs.first), len(graded.values)
        if n_values * (n_pairs + n_values) > MOST_CELLS:
            raise DataError(
                f"cohen cannot compare {counted(n_values, 'different answer')} of {counted(n_pairs, 'pair')} of "
                "workers; group the answers into fewer, or take krippendorff"
            )
        codes = np.arange(n_values, dtype=np.int64)
        self.shape = (n_pairs, n_values)
        self.apart = graded.gap(codes[:, None], codes[None, :])
        self.n = incidence(pairs.pair, pairs.unit, (n_pairs, n_units))
        apart = np.asarray(graded.gap(pairs.x, pairs.y), np.float64)
        self.observed = incidence(pairs.pair, pairs.unit, (n_pairs, n_units), apart)
        cells = (n_pairs * n_values, n_units)
        self.x = incidence(pairs.pair * n_values + pairs.x, pairs.unit, cells)
        self.y = incidence(pairs.pair * n_values + pairs.y, pairs.unit, cells)
        self.width = max(n_units, n_pairs * n_values)

    def __call__(self, drawn: Weights) -> Floats:
        units = drawn.units
        shape = (*self.shape, units.shape[1])
        x, y = (self.x @ units).reshape(shape), (self.y @ units).reshape(shape)
        expected = np.einsum("pcb,ck,pkb->pb", x, self.apart, y, optimize=True)
        return np.asarray(1 - divide((self.observed @ units) * (self.n @ units), expected))

    def mean(self, drawn: Weights) -> Floats:
        """The mean over the pairs in which kappa is defined: shape (b,)."""
        kappas = self(drawn)
        defined = np.isfinite(kappas)
        return divide(np.where(defined, kappas, 0.0).sum(axis=0), defined.sum(axis=0) * 1.0)


def cohen(
    table: pd.DataFrame,
    level: Level,
    *,
    bootstrap: int = 1000,
    over: Sequence[Over] = ("units", "workers", "both"),
    seed: int = 0,
    confidence: float = 0.95,
    duplicates: Duplicates = "error",
    persons_known: bool = True,
    clusters: Clusters | None = None,
    weights: WeightName | None = None,
) -> AgreementResult:
    """The mean kappa over pairs of workers (`subject` empty), and that of the largest pairs.

    A long table (columns unit, worker, value; any index). `weights`: default by level, as for AC2;
    identity is Cohen's own. Every pair counts once, however many units it has. Range [−1, 1],
    higher is better, 0 is what chance gives. Undefined, with the reason: workers unknown; no pair
    with two common units; a pair who gave one answer only (left out of the mean and counted).
    """
    asked = Asked(bootstrap, over, seed, confidence, duplicates, persons_known, clusters)
    chosen = weights_for(level, weights)
    judged = read(table, duplicates=duplicates, persons_known=persons_known)
    notes = [
        f"cohen: {chosen} weights",
        *policies(judged, duplicates, ALONE, persons_known=persons_known),
    ]
    codes = asked.clusters_of(table, judged)
    pairs, lost = worker_pairs(judged)
    excluded = dict(judged.excluded)
    if lost:
        excluded[f"cohen: pair of workers with fewer than {MIN_COMMON} common units"] = lost
    if not persons_known or not len(pairs.first):
        fields = {"scale": SCALE, "confidence": confidence}
        found = undefined_over("cohen", over, NO_PAIR if persons_known else UNKNOWN, **fields)
        return AgreementResult(found + beside(judged, codes, asked), excluded, notes)
    kappas = Kappas(pairs, grading(judged, chosen), len(judged.units))
    plan = _plan(asked, judged, codes)
    if undefined := int(np.isnan(kappas(plan.once)).sum()):
        excluded["cohen: pair of workers who gave one answer only"] = undefined
    method = f"Cohen's kappa, {chosen} weights"
    found = _mean(kappas, pairs, plan, judged, method)
    if "units" in over:
        found += _listed(kappas, pairs, plan, judged, method)
    found += beside(judged, codes, asked)
    return AgreementResult(found, excluded, [*notes, _pairs_note(pairs)])


def pair_table(judged: Judgements, graded: Grading) -> pd.DataFrame:
    """Every pair of workers: columns first, second, common (units), kappa (NaN: undefined)."""
    pairs, _ = worker_pairs(judged)
    once = Weights(np.ones((len(judged.units), 1)), np.ones((len(judged.workers), 1)))
    names = judged.workers
    return pd.DataFrame(
        {
            "first": [names[i] for i in pairs.first.tolist()],
            "second": [names[i] for i in pairs.second.tolist()],
            "common": pairs.common,
            "kappa": Kappas(pairs, graded, len(judged.units))(once)[:, 0],
        }
    )


def worker_pairs(judged: Judgements) -> tuple[WorkerPairs, int]:
    """The pairs with `MIN_COMMON` common units or more, and how many pairs have fewer."""
    first, second = ordered_pairs(judged.unit)
    rows = judged.worker[first] < judged.worker[second]
    first, second = first[rows], second[rows]
    key = judged.worker[first] * len(judged.workers) + judged.worker[second]
    keys, pair, common = np.unique(key, return_inverse=True, return_counts=True)
    enough = common >= MIN_COMMON
    kept = enough[pair]
    number = (np.cumsum(enough) - 1)[pair[kept]].astype(np.int64)
    one, other = np.divmod(keys[enough], max(1, len(judged.workers)))
    found = WorkerPairs(
        one,
        other,
        common[enough].astype(np.int64),
        number,
        judged.unit[first[kept]],
        judged.code[first[kept]],
        judged.code[second[kept]],
    )
    return found, int((~enough).sum())


def _plan(asked: Asked, judged: Judgements, codes: Ints | None) -> Plan:
    units = Units.single(len(judged.units)) if codes is None else Units.clustered(codes)
    settings = (tuple(asked.over), asked.bootstrap, asked.seed, asked.confidence)
    return Plan(units, len(judged.workers), asked.persons_known, *settings)


def _pairs_note(pairs: WorkerPairs) -> str:
    n = len(pairs.first)
    return (
        f"cohen: {counted(n, 'pair')} of workers, "
        f"{counted(int(np.median(pairs.common)), 'common unit')} in the median; the mean counts every "
        f"pair once, and {min(n, MOST_PAIRS)} {'is' if n == 1 else 'are'} listed"
    )


def _mean(
    kappas: Kappas, pairs: WorkerPairs, plan: Plan, judged: Judgements, method: str
) -> list[Estimate]:
    value = float(kappas.mean(plan.once)[0])
    fields: dict[str, Any] = {
        "scale": SCALE,
        "confidence": plan.confidence,
        "n_units": len(np.unique(pairs.unit)),
        "n_workers": len(np.unique(np.concatenate([pairs.first, pairs.second]))),
        "n_judgements": len(np.unique(_judgements(pairs, judged))),
    }
    found = []
    for kind in plan.over:
        spread = Spread(note=NOT_WORKERS)
        if kind == "units":
            spread = plan.interval(kind, kappas.mean, kappas.width)
        how = f"{method}, mean over {counted(len(pairs.first), 'pair')}"
        how = f"{how}; {plan.method(kind)}" if kind == "units" else how
        note = "" if np.isfinite(value) else ONE_VALUE
        fields_ = {**fields, "over": kind, "method": how, "note": note}
        found.append(estimate("cohen", value, spread, **fields_))
    return found


def _judgements(pairs: WorkerPairs, judged: Judgements) -> Ints:
    """Keys of the judgements that take part, each as often as it is compared."""
    workers = np.concatenate([pairs.first[pairs.pair], pairs.second[pairs.pair]])
    return np.asarray(np.tile(pairs.unit, 2) * len(judged.workers) + workers)


def _listed(
    kappas: Kappas, pairs: WorkerPairs, plan: Plan, judged: Judgements, method: str
) -> list[Estimate]:
    listed = np.argsort(-pairs.common, kind="stable")[:MOST_PAIRS]
    value = kappas(plan.once)[listed, 0]
    spreads = plan.intervals("units", lambda d: kappas(d)[listed], kappas.width, len(listed))
    names = judged.workers
    return [
        estimate(
            "cohen",
            float(kappa),
            spread,
            over="units",
            scale=SCALE,
            method=f"{method}; {plan.method('units')}",
            confidence=plan.confidence,
            subject=f"{names[pairs.first[p]]} – {names[pairs.second[p]]}",
            n_units=int(pairs.common[p]),
            n_workers=2,
            n_judgements=2 * int(pairs.common[p]),
            note="" if np.isfinite(kappa) else ONE_VALUE,
        )
        for p, kappa, spread in zip(listed.tolist(), value, spreads, strict=True)
    ]
