"""Krippendorff's alpha where an answer is a set: partial overlap is partial agreement.

Alpha = 1 − D_o / D_e as in `weighted.py`, with the Jaccard or MASI distance where other levels have
δ². Source: Passonneau (2006), "Measuring agreement on set-valued items (MASI)", LREC, which takes
the distance itself, not its square, as we do. The intervals are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement.base import AgreementResult, SetDistance
from analysis.agreement.corrected import PAIRS, SCALE, Asked
from analysis.agreement.listed import Listed
from analysis.agreement.pairable import OverUnits, OverWorkers, Pairable, pairable
from analysis.agreement.policies import clusters_note, policies
from analysis.agreement.set_values import EMPTY, SetValues, code_sets, set_distance
from analysis.agreement.simple import MOST_VALUES
from analysis.agreement.spreads import Plans, Statistic, undefined_over, with_intervals
from analysis.arrays import Floats
from analysis.intervals import estimate
from analysis.judgements import Clusters, Duplicates, Judgements, read
from analysis.resampling import Weights
from db.columns import JUDGEMENTS, VALUE, require
from db.records import Estimate, Over
from db.words import counted

ALONE = "alpha: they take no part"


def alpha_of_sets(
    table: pd.DataFrame,
    distance: SetDistance = "jaccard",
    *,
    bootstrap: int = 1000,
    over: Sequence[Over] = ("units", "workers", "both"),
    seed: int = 0,
    confidence: float = 0.95,
    duplicates: Duplicates = "error",
    persons_known: bool = True,
    clusters: Clusters | None = None,
) -> AgreementResult:
    """Alpha of a long table (columns unit, worker, value; any index) whose values are lists.

    Beside it the mean distance of two workers of a unit, taken from 1 (`mean_overlap`), and the
    share of judgements that hold each member. An empty list is an answer, None is a missing one.
    Range (−∞, 1], higher is better, 0 is what chance gives. Undefined, with the reason: no unit
    with two judgements; every set the same.
    """
    kind = set_distance(distance)
    require(table, JUDGEMENTS, "a judgement table")
    codes, sets = code_sets(table[VALUE])
    asked = Asked(bootstrap, over, seed, confidence, duplicates, persons_known, clusters)
    judged = read(
        table.assign(**{VALUE: codes}), duplicates=duplicates, persons_known=persons_known
    )
    sets = _used(sets, judged)
    notes = [
        f"distance: {kind}",
        *policies(judged, duplicates, ALONE, persons_known=persons_known),
        _empty_note(sets, judged),
    ]
    excluded = dict(judged.excluded)
    data = pairable(judged, "nominal", asked.clusters_of(table, judged))
    if lost := len(judged.units) - (0 if data is None else data.cells.n_units):
        excluded["unit with one judgement only"] = lost
    if data is None:
        fields = {"scale": SCALE, "confidence": confidence}
        return AgreementResult(undefined_over("alpha", over, PAIRS, **fields), excluded, notes)
    data = replace(data, distance=Listed(lambda c, k: sets.gap(c, k, kind)))
    plans = asked.plans(data)
    estimates = _alphas(data, sets, plans, f"alpha ({kind})")
    estimates += _beside(data, sets, plans)
    return AgreementResult(estimates, excluded, [*notes, *clusters_note(data)])


def _alphas(data: Pairable, sets: SetValues, plans: Plans, method: str) -> list[Estimate]:
    over_units, over_workers = OverUnits(data), OverWorkers(data)
    pairs = int((np.bincount(data.cells.unit) ** 2).sum())
    return with_intervals(
        "alpha",
        Statistic(over_units, max(over_units.width, pairs, len(sets.names))),
        Statistic(over_workers, max(over_workers.width, pairs, len(sets.names))),
        plans,
        f"every judgement is {sets.names[data.judged.code[0]]!r}: nothing can differ",
        method,
        scale=SCALE,
        **plans.counts(data),
    )


def _beside(data: Pairable, sets: SetValues, plans: Plans) -> list[Estimate]:
    """The mean overlap, and the prevalence of every member (or of the most frequent)."""
    plan, counts, cells = plans.of_patterns, plans.counts(data), data.patterns
    total = cells.by_unit(cells.count)
    margins = np.zeros((len(sets.names), 1))
    apart = data.distance.within(cells, cells.count, margins) / (total * (total - 1))

    def overlap(drawn: Weights) -> Floats:
        return np.asarray(1 - (drawn.units * apart).sum(axis=0) / drawn.units.sum(axis=0))

    by_value = cells.by_value()
    share = sets.holds.T @ data.margins / data.margins.sum()
    listed = np.argsort(-share, kind="stable")[:MOST_VALUES]
    lost = len(share) - len(listed)
    note = f"the {len(listed)} most frequent of {len(share)} members" if lost else ""

    def shares(drawn: Weights) -> Floats:
        weighted = by_value @ (cells.count * drawn.units[cells.unit])
        return np.asarray((sets.holds.T[listed] @ weighted) / weighted.sum(axis=0))

    units: dict[str, Any] = {**counts, "over": "units", "method": plan.method("units")}
    found = [
        estimate(
            "mean_overlap",
            float(overlap(plan.once)[0]),
            plan.interval("units", overlap, len(total)),
            scale="0 to 1, higher is better; 1 minus the mean distance; chance is not taken off",
            **units,
        )
    ]
    spreads = plan.intervals("units", shares, len(cells.code), len(listed))
    scale = "0 to 1, the share of judgements that hold this member"
    for member, spread in zip(listed.tolist(), spreads, strict=True):
        of_member = {**units, "scale": scale, "subject": sets.members[member], "note": note}
        found.append(estimate("prevalence", float(share[member]), spread, **of_member))
    return found


def _used(sets: SetValues, judged: Judgements) -> SetValues:
    """The sets whose codes stand in the table, in the order of its values."""
    rows = np.array(judged.values, dtype=np.int64)
    names = tuple(sets.names[row] for row in rows.tolist())
    return replace(sets, names=names, holds=sets.holds[rows])


def _empty_note(sets: SetValues, judged: Judgements) -> str:
    empty = sets.names.index(EMPTY) if EMPTY in sets.names else -1
    n = int((judged.code == empty).sum())
    judgements = counted(len(judged.code), "judgement")
    are = "is an empty set, and counts" if n == 1 else "are empty sets, and count"
    return f"{n} of {judgements} {are} as nothing chosen"
