"""Which label is agreed on: of the pairs with a label, and against all other labels as one.

Sources: the share of pairs is Spitzer & Fleiss (1974), "A re-analysis of the reliability of
psychiatric diagnosis" (proportion of specific agreement); one label against the rest is
Krippendorff's alpha of the answer "is it this label?" (Krippendorff 2004, chapter 11).
Units with m judgements count each of their pairs 1/(m − 1), as alpha does, so that every judgement
weighs the same; Spitzer & Fleiss have the same number of judgements on every unit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from analysis.agreement.pairable import Pairable, pairable
from analysis.arrays import Floats, divide, incidence
from analysis.intervals import estimate
from analysis.judgements import Judgements
from analysis.resampling import Plan, Weights
from db.records import Estimate

ALPHA_SCALE = "at most 1, higher is better; 0 is what chance gives"
PAIRS_SCALE = "0 to 1, higher is better; chance is not taken off"
NEVER_PAIRED = "given only where nobody else judged"
ALONE = "every judgement that can be compared is this label: nothing can differ"


class LabelAgreement(NamedTuple):
    """A label: `alpha` of it against the rest, and `pairs`, the share of its pairs that agree."""

    label: Any
    alpha: Estimate
    pairs: Estimate


def agreement_by_label(
    judged: Judgements, *, bootstrap: int = 1000, seed: int = 0, confidence: float = 0.95
) -> list[LabelAgreement]:
    """Both numbers for each value of a nominal answer, in the order of the values.

    Intervals are over units. Empty where no unit has two judgements. A label that was given only
    where nobody else judged is undefined, with the reason; so is alpha where one label is all
    that was given.
    """
    data = pairable(judged, "nominal", None)
    if data is None:
        return []
    statistic = _Statistic(data)
    plan = Plan(data.drawn_units(), 0, False, ("units",), bootstrap, seed, confidence)
    points = statistic(Weights(plan.units.base, np.ones((0, 1))))[:, 0]
    spreads = plan.intervals("units", statistic, statistic.width, len(points))
    counts = data.margins.astype(np.int64).tolist()
    n = len(counts)
    shared: dict[str, Any] = {"over": "units", "confidence": confidence,
                              "n_units": data.cells.n_units}  # fmt: skip
    found = []
    for k, label in enumerate(judged.values):
        mine = {**shared, "n_judgements": counts[k], "subject": str(label)}
        mine["note"] = NEVER_PAIRED if counts[k] == 0 else ""
        sure = {"method": f"specific agreement; {plan.method('units')}", "scale": PAIRS_SCALE}
        pairs = estimate("pair_agreement", points[n + k], spreads[n + k], **mine, **sure)
        mine["note"] = mine["note"] or (ALONE if not np.isfinite(points[k]) else "")
        sure = {"method": f"alpha (nominal), one against the rest; {plan.method('units')}",
                "scale": ALPHA_SCALE}  # fmt: skip
        alpha = estimate("alpha", points[k], spreads[k], **mine, **sure)
        found.append(LabelAgreement(label, alpha, pairs))
    return found


class _Statistic:
    """Weights of patterns → V alphas and then V shares of pairs: shape (2V, b)."""

    def __init__(self, data: Pairable) -> None:
        cells = data.patterns
        shape = (len(cells.values), cells.n_units)
        count = cells.count[:, 0]
        company = np.add.reduceat(count, cells.starts)[cells.unit] - 1
        alike = count * (count - 1) / company
        self.given = incidence(cells.code, cells.unit, shape, count)
        self.agreed = incidence(cells.code, cells.unit, shape, alike)
        self.width = max(len(cells.code), 2 * shape[0])

    def __call__(self, drawn: Weights) -> Floats:
        given, agreed = self.given @ drawn.units, self.agreed @ drawn.units
        total = given.sum(axis=0)
        chance = divide(given * (total - given), total - 1)
        return np.concatenate([1 - divide(given - agreed, chance), divide(agreed, given)])
