"""Whether a worker gives more points than the others do to the same units."""

from __future__ import annotations

import numpy as np

from analysis.workers.base import Fact, Work, noted, nowhere
from analysis.workers.company import gaps
from analysis.workers.means import mean_interval, means

SCALE = "points of the scale; above 0: gives more than the others"
FEW = "fewer than two judgements beside others', or all at the same distance from them"


def leniency(work: Work, *, confidence: float = 0.95) -> Fact:
    """Mean of a judgement less the mean of the unit's others: paired, Student's interval.

    Points are treated as equally spaced. Undefined for names (level nominal) and for workers
    without company; the interval where a worker has fewer than two such judgements or all differ
    from the others by the same.
    """
    if work.level == "nominal":
        why = "values that are names have no more and no less"
        return nowhere(work, "leniency", SCALE, why, confidence)
    found = means(gaps(work), work.judged.worker, work.n_workers)
    se, low, high = mean_interval(found, confidence)
    alone = found.n == 0
    return Fact(
        name="leniency",
        scale=SCALE,
        method="mean difference to the unit's other workers, Student's interval",
        value=found.mean,
        se=se,
        low=low,
        high=high,
        n=found.n.astype(np.int64),
        notes=noted(alone, "never judged a unit that anyone else judged", (np.isnan(low), FEW)),
        confidence=confidence,
    )
