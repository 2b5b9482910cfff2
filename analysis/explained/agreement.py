"""How far two explanations of the same predictions agree, with intervals over instances.

The measure of Jain & Wallace, "Attention is not Explanation", NAACL 2019, for attention and
gradients: Kendall's tau-b there; Pearson, the overlap of the highest tokens, Fagin's distance and
the entropy of attention beside it here. It compares two accounts that a model gives of itself:
agreement with gradients is not agreement with people, and may rise while that falls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats
from analysis.explained.maps import entropy, kendall, pearson, same_rows, varied
from analysis.explained.top import fagin_kendall, top_counts, top_overlap
from analysis.faithfulness.means import means, plan_of
from db.errors import DataError
from db.ragged import Ragged
from db.records import Estimate

NOT_PEOPLE = (
    "agreement of attention with gradients is not agreement with people: it can rise while that "
    "falls; read it beside konkyo align"
)
SCALES = {
    "pearson": "-1 to 1, higher is more alike; 0 is chance",
    "kendall": "-1 to 1, higher is more alike; 0 is chance",
    "topk_overlap": "0 to 1, higher is more alike; chance is k / T",
    "fagin_kendall": "0 to 1, lower is more alike",
    "entropy": "0 (one token has all attention) to 1 (even)",
}


@dataclass(frozen=True)
class MapAgreement:
    """`estimates`: one a score; `excluded`: reason → instances; `notes`: how to read them."""

    estimates: tuple[Estimate, ...]
    excluded: dict[str, int]
    notes: tuple[str, ...]


def agreement(
    attention: Ragged,
    gradient: Ragged,
    *,
    share: float = 0.2,
    penalty: float = 0.5,
    bootstrap: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> MapAgreement:
    """Means over instances of every score, each over the instances that have it.

    Both maps: shape (N,) in n rows, the same tokens, each row of `attention` summing to 1; NaN
    nowhere. `share`: of a text's tokens, its highest; `penalty`: p of Fagin's distance.
    """
    same_rows(attention, gradient)
    if not len(attention):
        raise DataError("there is no instance to compare attention and gradients on")
    scores = _scores(attention, gradient, share, penalty)
    plan = plan_of(len(attention), bootstrap, seed, confidence)
    return MapAgreement(
        tuple(means(plan, scores, SCALES, "attention and gradient")),
        _excluded(attention, gradient),
        (
            NOT_PEOPLE,
            f"highest tokens: {share:g} of a text's, at least one",
            f"Fagin's distance: p = {penalty:g}; 1 is that of lists without a common token",
        ),
    )


def _scores(attention: Ragged, gradient: Ragged, share: float, penalty: float) -> dict[str, Floats]:
    k = top_counts(attention.lengths, share)
    return {
        "pearson": pearson(attention, gradient),
        "kendall": kendall(attention, gradient),
        "topk_overlap": top_overlap(attention, gradient, k),
        "fagin_kendall": fagin_kendall(attention, gradient, k, penalty),
        "entropy": entropy(attention),
    }


def _excluded(attention: Ragged, gradient: Ragged) -> dict[str, int]:
    """Correlations need maps that vary; nothing at all can be said of no tokens."""
    some = attention.lengths > 1
    reasons = {
        "fewer than two tokens: no correlation, no entropy": ~some,
        "attention or gradient the same on every token: no correlation": some
        & ~(varied(attention) & varied(gradient)),
    }
    return {reason: int(rows.sum()) for reason, rows in reasons.items() if np.any(rows)}
