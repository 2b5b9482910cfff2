"""Krippendorff's alpha with intervals over units, over workers, and over both.

Source: Krippendorff (2011), "Computing Krippendorff's alpha-reliability"; the point estimate is the
krippendorff package's. Range (−∞, 1], higher is better, 0 is what chance gives. The intervals are
ours: the usual one, over units alone, says nothing of what other workers would have answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import krippendorff
import numpy as np
import pandas as pd

from analysis.agreement.base import AgreementResult, Level
from analysis.agreement.levels import distance
from analysis.agreement.pairable import OverUnits, OverWorkers, Pairable, pairable
from analysis.agreement.policies import clusters_note, policies
from analysis.agreement.simple import Beside
from analysis.agreement.spreads import ONE_UNIT
from analysis.arrays import Floats
from analysis.intervals import Spread, estimate
from analysis.judgements import Clusters, Duplicates, cluster_codes, read
from analysis.resampling import Plan, Weights
from db.records import Estimate, Over
from db.words import shown

PACKAGE_LIMIT = 20_000_000
"""The package holds units × values² numbers; beyond this many the same formula is computed here."""

SCALE = "at most 1, higher is better; 0 is what chance gives"


def alpha(
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
) -> AgreementResult:
    """Alpha of a long table (columns unit, worker, value; any index), at a level of measurement.

    Beside it stand a delete-one-worker jackknife, percent agreement, and the prevalence of each
    value. `clusters` says what units are drawn in (token → document).

    Undefined (None, with the reason): alpha where only one value occurs or no unit has two
    judgements; intervals over workers where persons are unknown or fewer than 10. Units with one
    judgement are left out and counted.
    """
    distance(level)
    judged = read(table, duplicates=duplicates, persons_known=persons_known)
    cluster = None if clusters is None else cluster_codes(clusters, table, judged.units)
    data = pairable(judged, level, cluster)
    excluded, notes = (
        dict(judged.excluded),
        policies(judged, duplicates, "alpha: they take no part", persons_known=persons_known),
    )
    alone = len(judged.units) - (0 if data is None else data.cells.n_units)
    if alone:
        excluded["unit with one judgement only"] = alone
    if data is None:
        return AgreementResult(_undefined(over, confidence), excluded, notes)
    workers = len(data.judged.workers)
    settings = (workers, persons_known, tuple(over), bootstrap, seed, confidence)
    of_patterns = Plan(data.drawn_units(), *settings)
    of_units = Plan(data.drawn_with_workers(), *settings)
    counts = {
        "confidence": confidence,
        "n_units": data.cells.n_units,
        "n_workers": workers if persons_known else None,
        "n_judgements": len(data.judged.unit),
    }
    numbers, over_units = Beside(data), OverUnits(data)

    def of_draws(drawn: Weights) -> Floats:
        return np.concatenate([over_units(drawn)[None], numbers(drawn)])

    width = max(over_units.width, numbers.width)
    spreads = of_patterns.intervals("units", of_draws, width, 2 + len(numbers.listed))
    estimates = _alphas(data, spreads[0], of_units, counts)
    estimates += numbers.estimates(of_patterns, spreads[1:], counts)
    return AgreementResult(estimates, excluded, [*notes, *clusters_note(data)])


def _alphas(
    data: Pairable, over_units: Spread, of_units: Plan, counts: dict[str, Any]
) -> list[Estimate]:
    """One Estimate for each thing resampled, and the jackknife beside the workers'.

    `over_units`: the interval over units, drawn together with what stands beside alpha.
    """
    counts = {**counts, "scale": SCALE}
    if (data.margins > 0).sum() < 2:
        note = f"every judgement is {shown(data.judged.values[data.judged.code[0]])}: nothing can differ"
        return [estimate("alpha", float("nan"), over=kind, note=note, **counts)
                for kind in of_units.over]  # fmt: skip
    value, source = _point(data)
    found = []
    for kind in of_units.over:
        spread = over_units
        if kind == "workers" and data.cells.n_units < 2:
            spread = Spread(note=ONE_UNIT)
        elif kind != "units":
            over_workers = OverWorkers(data)
            spread = of_units.interval(kind, over_workers, over_workers.width)
        method = f"{source}; {of_units.method(kind)}"
        found.append(estimate("alpha", value, spread, over=kind, method=method, **counts))
    if of_units.jackknifes and data.cells.n_units > 1:
        statistic = OverWorkers(data)
        spread = of_units.jackknife(value, statistic, statistic.width)
        method = f"{source}; {of_units.jackknife_method}"
        found.append(estimate("alpha", value, spread, over="workers", method=method, **counts))
    return found


def _point(data: Pairable) -> tuple[float, str]:
    """Alpha of the data as they are, and who computed it."""
    cells = data.cells
    if cells.n_units * len(cells.values) ** 2 > PACKAGE_LIMIT:
        over_units = OverUnits(data)
        base = data.drawn_units().base
        once = over_units(Weights(base, np.ones((1, 1))))
        return float(once[0]), f"alpha ({data.level}), by moments"
    table = np.zeros((cells.n_units, len(cells.values)), dtype=np.int64)
    table[cells.unit, cells.code] = cells.count[:, 0]
    value = krippendorff.alpha(
        value_counts=table, value_domain=cells.values, level_of_measurement=data.level
    )
    return float(value), f"alpha ({data.level}), krippendorff package"


def _undefined(over: Sequence[Over], confidence: float) -> list[Estimate]:
    note = "no unit has two judgements, so nothing can be compared"
    fields: dict[str, Any] = {
        "confidence": confidence,
        "scale": SCALE,
        "n_units": 0,
        "n_judgements": 0,
    }
    return [estimate("alpha", float("nan"), over=kind, note=note, **fields) for kind in over]
