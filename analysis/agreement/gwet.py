"""Gwet's AC1 and AC2: agreement corrected for what would be answered by guessing.

Chance is p_e = T / (q(q − 1)) · Σ_c π_c (1 − π_c), with q values, their shares π (a unit counts
once however many judged it) and T = Σ of all q² weights; AC = (p_a − p_e) / (1 − p_e). With
identity weights it is AC1. Sources: Gwet (2008), *British Journal of Mathematical and Statistical
Psychology* 61; Gwet (2014), *Handbook of Inter-Rater Reliability*, chapters 4–5. The intervals are
ours. q is the number of values found, or declared by an ordered categorical; replicates keep it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.agreement.base import AgreementResult, Level
from analysis.agreement.corrected import Asked, Correction, corrected
from analysis.agreement.graded import Grading, WeightName
from analysis.arrays import Floats
from analysis.judgements import Clusters, Duplicates
from db.records import Over


def _guessing(shares: Floats, graded: Grading) -> Floats:
    q = len(shares)
    agree = graded.total / (q * (q - 1)) * (shares * (1 - shares)).sum(axis=0) if q > 1 else 1.0
    return np.asarray(1 - agree)


AC1 = Correction("ac1", "AC1 (Gwet 2008)", _guessing)
AC2 = Correction("ac2", "AC2 (Gwet 2014)", _guessing)


def ac1(
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
    """AC1 of a long table (columns unit, worker, value; any index), whatever its level.

    Range [−1, 1], higher is better, 0 is what guessing gives. Units with one judgement count in
    the shares alone. Undefined, with the reason: one value only, or no unit with two judgements.
    """
    asked = Asked(bootstrap, over, seed, confidence, duplicates, persons_known, clusters)
    return corrected(table, level, AC1, "identity", asked)


def ac2(
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
    """AC2 of a long table: AC1 in which answers that are near agree in part.

    `weights`: default by level: nominal identity, ordinal ordinal, interval quadratic; the level
    ratio has none. Range, units and undefined cases as for AC1.
    """
    asked = Asked(bootstrap, over, seed, confidence, duplicates, persons_known, clusters)
    return corrected(table, level, AC2, weights, asked)
