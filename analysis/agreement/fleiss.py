"""Fleiss' kappa for any number of judgements a unit: chance draws two answers from the shares.

D_e = Σ_{c,k} π_c π_k δ(c, k). Source: Fleiss (1971), *Psychological Bulletin* 76. Fleiss asks every
unit as often; where numbers differ we follow Gwet (2014), *Handbook of Inter-Rater Reliability*:
observed agreement is averaged over units with two judgements or more, and π_c is the mean over all
units of a unit's own share of c. With equal numbers both are Fleiss' own. The intervals are ours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.agreement.base import AgreementResult, Level
from analysis.agreement.corrected import Asked, Correction, corrected
from analysis.agreement.graded import Grading, WeightName, no_cells
from analysis.arrays import Floats
from analysis.judgements import Clusters, Duplicates
from db.records import Over


def _two_draws(shares: Floats, graded: Grading) -> Floats:
    apart = graded.distance.between(no_cells(graded.values), shares)
    return np.asarray(apart / (graded.top or 1.0))


KAPPA = Correction("fleiss", "Fleiss' kappa (1971; Gwet 2014)", _two_draws)


def fleiss(
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
    """Fleiss' kappa of a long table (columns unit, worker, value; any index).

    `weights`: default by level, as for AC2; identity is Fleiss' own. Range (−∞, 1], higher is
    better, 0 is what chance gives. Undefined, with the reason: one value only, or no unit with two
    judgements. Units with one judgement count in the shares alone.
    """
    asked = Asked(bootstrap, over, seed, confidence, duplicates, persons_known, clusters)
    return corrected(table, level, KAPPA, weights, asked)
