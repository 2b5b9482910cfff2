"""Plots of a small made-up crowd: one of each kind, with labels of one's choice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.aggregation.aggregate import aggregate
from analysis.aggregation.scores import Drawing
from analysis.agreement.by_label import agreement_by_label
from analysis.report.plots.by_label import by_label
from analysis.report.plots.by_worker import by_worker
from analysis.report.plots.charts import Chart
from analysis.report.plots.confusion import confusion_plot
from analysis.report.plots.over_time import over_time
from analysis.report.plots.posterior import certainty, entropy
from analysis.workers.against import against_others
from analysis.workers.agreement import agreement
from analysis.workers.read import read_work
from analysis.workers.timeline import timeline

LABELS = ("negative", "positive", "unsure")
DRAWING = Drawing(50, 1)


def judgements(
    labels: Sequence[str] = LABELS, units: int = 60, workers: int = 9, seed: int = 0
) -> pd.DataFrame:
    """Three judgements a unit, right with chance 0.7; columns unit, worker, value."""
    rng = np.random.default_rng(seed)
    rows = []
    for unit in range(units):
        truth = rng.integers(len(labels))
        for worker in rng.choice(workers, 3, replace=False):
            said = truth if rng.random() < 0.7 else rng.integers(len(labels))
            rows.append((f"u{unit}", f"worker {worker + 1}", labels[said]))
    return pd.DataFrame(rows, columns=["unit", "worker", "value"])


def charts(table: pd.DataFrame) -> dict[str, Chart]:
    """Name → chart: every plot that these judgements allow."""
    work = read_work(table)
    consensus = aggregate(table, "dawid_skene")
    found: list[Chart | None] = [
        by_label(agreement_by_label(work.judged, bootstrap=50)),
        by_worker(agreement(work), [str(name) for name in work.judged.workers]),
        over_time(timeline(work, bootstrap=50)),
        confusion_plot(against_others(work, None, DRAWING), "the majority of the others"),
        certainty(consensus, DRAWING),
        entropy(consensus, DRAWING),
    ]
    return {chart.name: chart for chart in found if chart is not None}
