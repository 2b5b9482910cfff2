"""The pairable part of a judgement table, ready to be weighted: units with two judgements or more.

Everything that a replicate multiplies is prepared here once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.agreement.base import Level
from analysis.agreement.cells import (
    Cells,
    cells_by_worker,
    collapse,
    count_cells,
    units_by_worker,
)
from analysis.agreement.levels import Distance, distance
from analysis.agreement.moments import Moments
from analysis.agreement.weighted import weighted_alpha
from analysis.arrays import Bools, Floats, Ints, Sparse
from analysis.judgements import Judgements, not_a_number
from analysis.limits import check_size
from analysis.resampling import Units, Weights
from db.errors import DataError
from db.words import shown

MAX_PATTERNS = 1000
"""Up to this many patterns of counts, patterns are drawn instead of units."""


@dataclass(frozen=True, eq=False)
class Pairable:
    """Pairable judgements: as cells of units, and as cells of the patterns that units show.

    `pattern`: int64, shape (U,), the row of `patterns` that each unit shows; `cluster`: int64,
    shape (U,), or None; `level`: the level of measurement, `distance` its distance.
    """

    judged: Judgements
    cells: Cells
    patterns: Cells
    pattern: Ints
    cluster: Ints | None
    level: Level
    distance: Distance

    @property
    def margins(self) -> Floats:
        """Judgements of each value, float64, shape (V,)."""
        return np.bincount(self.judged.code, minlength=len(self.judged.values)).astype(np.float64)

    def drawn_units(self) -> Units:
        """How units are drawn when workers are not: as patterns, in clusters where there are."""
        if self.cluster is not None:
            return Units.patterns_in_clusters(self.pattern, self.cluster)
        return Units.patterns(np.bincount(self.pattern).astype(np.int64))

    def drawn_with_workers(self) -> Units:
        """How units are drawn beside workers: one by one, or in clusters."""
        if self.cluster is not None:
            return Units.clustered(self.cluster)
        return Units.single(self.cells.n_units)


class OverUnits:
    """Weights of patterns → alpha, shape (b,); by the moments of each pattern where they suffice."""

    def __init__(self, data: Pairable) -> None:
        self.data = data
        self.by_value = data.patterns.by_value()
        self.own = data.patterns.by_unit(data.patterns.count)
        self.moments = Moments(data.patterns) if data.level == "interval" else None
        self.width = data.patterns.n_units if self.moments else len(data.patterns.code)

    def __call__(self, drawn: Weights) -> Floats:
        if self.moments is not None:
            return self.moments.alpha(drawn.units)
        cells = self.data.patterns
        return weighted_alpha(
            cells, self.data.distance, self.by_value, cells.count, self.own, drawn.units
        )


class OverWorkers:
    """Weights of units and workers → alpha, shape (b,)."""

    def __init__(self, data: Pairable) -> None:
        self.data = data
        self.by_value: Sparse = data.cells.by_value()
        self.of_cells = cells_by_worker(data.cells, data.judged)
        self.of_units = units_by_worker(data.cells, data.judged)
        self.width = len(data.judged.unit)

    def __call__(self, drawn: Weights) -> Floats:
        weights = self.of_cells @ drawn.workers
        own = self.of_units @ drawn.workers**2
        return weighted_alpha(
            self.data.cells, self.data.distance, self.by_value, weights, own, drawn.units
        )


def pairable(
    judged: Judgements, level: Level, cluster: Ints | None, least: int = 2
) -> Pairable | None:
    """Keep the units with at least `least` judgements; None where there is no such unit.

    `cluster`: int64, a code for each of `judged.units`, or None.
    """
    of_level = distance(level)
    values = numbers(judged, level)
    enough = np.bincount(judged.unit, minlength=len(judged.units)) >= least
    if not enough.any():
        return None
    kept = _restrict(judged, enough)
    if level == "interval":
        values = values - values[kept.code].mean()
    cells = count_cells(kept.unit, kept.code, values)
    patterns, pattern = collapse(cells)
    if patterns.n_units > MAX_PATTERNS:
        patterns, pattern = cells, np.arange(cells.n_units, dtype=np.int64)
    if cluster is not None:
        cluster = np.unique(cluster[enough], return_inverse=True)[1].astype(np.int64)
    return Pairable(kept, cells, patterns, pattern, cluster, level, of_level)


def _restrict(judged: Judgements, enough: Bools) -> Judgements:
    """The judgements of some units, units and workers numbered anew without gaps."""
    if enough.all():
        return judged
    rows = enough[judged.unit]
    there, worker = np.unique(judged.worker[rows], return_inverse=True)
    return replace(
        judged,
        units=tuple(unit for unit, kept in zip(judged.units, enough, strict=True) if kept),
        workers=tuple(judged.workers[i] for i in there.tolist()),
        unit=(np.cumsum(enough) - 1)[judged.unit[rows]],
        worker=worker.astype(np.int64),
        code=judged.code[rows],
    )


def numbers(judged: Judgements, level: Level) -> Floats:
    """Values as numbers: their places in the order for nominal and ordinal, else themselves."""
    if level != "nominal" and not (level == "ordinal" and judged.ordered):
        wrong = not_a_number(judged.values)
        if wrong is not None:
            hint = ", or an ordered categorical column" if level == "ordinal" else ""
            raise DataError(f"level {level!r} needs numbers{hint}; {shown(wrong)} is not one")
    if level in ("nominal", "ordinal"):
        return np.arange(len(judged.values), dtype=np.float64)
    values = np.array(judged.values, dtype=np.float64)
    check_size(values)
    if level == "ratio" and (values < 0).any():
        raise DataError(f"level 'ratio' needs numbers from 0 up; {values.min():g} is below")
    return values
