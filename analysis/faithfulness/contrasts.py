"""Is an explainer better than chance? Paired over instances, corrected by Holm over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.arrays import Floats
from analysis.faithfulness.base import Contrast
from analysis.resampling import Plan
from analysis.significance import Comparison, compare, holm

THRESHOLD = 0.05
TESTED = ("comprehensiveness_aopc", "sufficiency_aopc")
"""Few scores are tested: each further one would cost all of them power."""


def contrasts(
    scores: Mapping[str, Mapping[str, Floats]],
    subjects: Sequence[str],
    control: str,
    plan: Plan,
) -> list[Contrast]:
    """Every subject minus the control on the tested scores; subject → score → shape (n,).

    Holm corrects over all of them together; contrasts without a p-value do not count.
    """
    pairs = [(subject, name) for subject in subjects for name in TESTED]
    found = [
        compare(
            scores[subject][name],
            scores[control][name],
            bootstrap=plan.bootstrap,
            seed=plan.seed,
            confidence=plan.confidence,
            name=name,
        )
        for subject, name in pairs
    ]
    p_values = [one.p_value for one in found if one.p_value is not None]
    corrected = iter(holm(p_values))
    return [
        _contrast(one, subject, control, next(corrected), len(p_values))
        if one.p_value is not None
        else _contrast(one, subject, control, None, 0)
        for one, (subject, _) in zip(found, pairs, strict=True)
    ]


def _contrast(one: Comparison, subject: str, control: str, p: float | None, m: int) -> Contrast:
    smallest = None if one.smallest_p is None else min(1.0, m * one.smallest_p)
    decided = p is not None and smallest is not None and smallest <= THRESHOLD
    return Contrast(
        estimate=replace(one.difference, subject=subject),
        against=control,
        p=p,
        smallest_p=smallest,
        detectable=one.detectable,
        verdict=p <= THRESHOLD if decided and p is not None else None,
    )
