"""Intraclass correlation: the share of variance that lies between units, in six forms.

From variance components of units σ_r², workers σ_c² and the rest σ_e² (σ_w² where workers are not
told apart), by mean squares; k is the number of judgements of a unit:

    ICC(1,1)  σ_r² / (σ_r² + σ_w²)           any workers judge a unit; one judgement
    ICC(2,1)  σ_r² / (σ_r² + σ_c² + σ_e²)    the same workers judge every unit; absolute agreement
    ICC(3,1)  σ_r² / (σ_r² + σ_e²)           the same, consistency: a worker's level is forgiven
    ICC(m,k)  the same with everything but σ_r² divided by k: of the mean of k judgements

Sources: Shrout & Fleiss (1979), *Psychological Bulletin* 86, for the names (McGraw & Wong, 1996,
*Psychological Methods* 1, call them ICC(1), ICC(A,1), ICC(C,1) and so on). On unequal numbers of
judgements ICC(1,1) is the ANOVA estimator (Searle, 1971, *Linear Models*, chapter 11).

Under workers' weights w with W = Σw and Q = Σw², an error that a worker drawn twice brings twice
is one error: Q/W stands where 1 would. The intervals are ours; the usual ones suppose normality.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement.base import AgreementResult, Level
from analysis.agreement.corrected import PAIRS, Asked, beside
from analysis.agreement.pairable import Pairable, pairable
from analysis.agreement.policies import clusters_note, policies
from analysis.agreement.spreads import Plans, Statistic, undefined_over, with_intervals
from analysis.agreement.variance import OneWay, TwoWay
from analysis.arrays import Floats
from analysis.judgements import Clusters, Duplicates, read
from analysis.resampling import Plan, Weights
from db.records import Estimate, Over

SCALE = "at most 1, higher is better; 0 where units differ no more than judgements of one do"
FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")
"""The subjects of the estimates, all of the name `icc`."""

NOMINAL = "names have no variance: an ICC needs level ordinal, interval or ratio"
UNEQUAL = "units were judged unequally often; defined where each was judged by the same number"
NOT_CROSSED = "defined where the same workers judged every unit; here they differ by unit"
UNKNOWN = "defined where the same workers judged every unit; who judged is not known here"
EQUAL = "every judgement is the same, or every mean of a unit: nothing can be shared out"
ALONE = "icc: they take no part"


@dataclass(frozen=True, eq=False)
class Design:
    """How units were judged. `why`: form → why it is undefined on this design."""

    data: Pairable
    x: Floats
    k: int
    why: dict[str, str] = field(default_factory=dict)


def icc(
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
    """All six forms on a long table (columns unit, worker, value; any index).

    Values are numbers, or an ordered categorical, whose places are taken as equally spaced. Units
    with one judgement are left out. Undefined, with the reason: all forms at the level nominal;
    2 and 3 unless the same known workers judged every unit; k unless units were judged equally
    often; values or unit means that are all equal.
    """
    asked = Asked(bootstrap, over, seed, confidence, duplicates, persons_known, clusters)
    judged = read(table, duplicates=duplicates, persons_known=persons_known)
    excluded, notes = (
        dict(judged.excluded),
        policies(judged, duplicates, ALONE, persons_known=persons_known),
    )
    fields: dict[str, Any] = {"scale": SCALE, "confidence": confidence}
    codes, data = asked.clusters_of(table, judged), None
    if level != "nominal":
        numeric: Level = "ordinal" if judged.ordered else "interval"
        data = pairable(judged, numeric, codes)
        if level == "ordinal" or judged.ordered:
            notes.append("icc: points of the scale are taken as equally spaced")
    if data is None:
        why = NOMINAL if level == "nominal" else PAIRS
        found = [
            e for form in FORMS for e in undefined_over("icc", over, why, subject=form, **fields)
        ]
        return AgreementResult(found + beside(judged, codes, asked), excluded, notes)
    if lost := len(judged.units) - data.cells.n_units:
        excluded["unit with one judgement only"] = lost
    plans = _plans(asked.plans(data))
    fields |= plans.counts(data)
    design = design_of(data, persons_known)
    found = [e for form in FORMS for e in _estimates(form, design, plans, fields)]
    found += beside(judged, codes, asked)
    return AgreementResult(found, excluded, [*notes, *clusters_note(data)])


def design_of(data: Pairable, persons_known: bool) -> Design:
    """Equal numbers or not, crossed or not, and so which forms are defined."""
    judged = data.judged
    times = np.bincount(judged.unit)
    equal = bool((times == times[0]).all())
    crossed = len(judged.unit) == len(judged.units) * len(judged.workers)
    why = {}
    for form in FORMS:
        if form.startswith("ICC(1"):
            if form.endswith("k)") and not equal:
                why[form] = UNEQUAL
        elif not persons_known:
            why[form] = UNKNOWN
        elif not crossed:
            why[form] = NOT_CROSSED
    x = data.cells.values[judged.code]
    return Design(data, x - x.mean(), int(times[0]), why)


def _estimates(form: str, design: Design, plans: Plans, fields: dict[str, Any]) -> list[Estimate]:
    fields = {**fields, "subject": form}
    if form in design.why:
        return undefined_over("icc", plans.of_units.over, design.why[form], **fields)
    judged = design.data.judged
    k = design.k if form.endswith("k)") else 1
    made: Statistic
    if form.startswith("ICC(1"):
        one = OneWay(judged, design.x)
        made = Statistic(_form(one.components, k), one.width)
    else:
        two = TwoWay(judged, design.x)
        absolute = form.startswith("ICC(2")
        made = Statistic(_form(two.absolute if absolute else two.consistent, k), two.width)
    return with_intervals("icc", made, made, plans, EQUAL, f"{form}, mean squares", **fields)


def _form(
    components: Callable[[Weights], tuple[Floats, Floats]], k: int
) -> Callable[[Weights], Floats]:
    def value(drawn: Weights) -> Floats:
        between, rest = components(drawn)
        total = between + rest / k
        # What is left of equal numbers is rounding, not variance.
        known = np.isfinite(total) & (total > 1e-12 * (np.abs(between) + np.abs(rest)))
        return np.asarray(np.divide(between, total, out=np.full(total.shape, np.nan), where=known))

    return value


def _plans(plans: Plans) -> Plans:
    """Units one by one in both: variances are not counted in patterns."""
    plan: Plan = plans.of_units
    return Plans(plan, plan)
