"""Comprehensiveness: what the prediction loses without the rationale.

    p_ŷ(x) − p_ŷ(x ∖ r), unclipped; ŷ is the class predicted for the whole x

Source: DeYoung et al. (2020), "ERASER". Below 0 where the model is surer without the rationale.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.arrays import Bools, Floats
from analysis.faithfulness.aopc import scales_of, with_aopc
from analysis.faithfulness.base import Probed


class Comprehensiveness:
    """Every instance has it."""

    def scales(self, shares: Sequence[float]) -> dict[str, str]:
        return scales_of("comprehensiveness", shares, "−1 to 1, higher is better")

    def score(self, probed: Probed) -> dict[str, Floats]:
        lost = probed.of_predicted(probed.full)[:, None] - probed.of_predicted(probed.without)
        return with_aopc("comprehensiveness", lost, probed.shares)

    def undefined(self, probed: Probed) -> dict[str, Bools]:
        return {}
