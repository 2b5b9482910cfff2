"""Sufficiency: what the prediction loses when the rationale is all that is left.

    p_ŷ(x) − p_ŷ(r), unclipped; ŷ is the class predicted for the whole x

Source: DeYoung et al. (2020), "ERASER". Lower is better: 0 where the rationale alone carries the
prediction, below 0 where the model is surer with the rationale alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.arrays import Bools, Floats
from analysis.faithfulness.aopc import scales_of, with_aopc
from analysis.faithfulness.base import Probed


class Sufficiency:
    """Every instance has it."""

    def scales(self, shares: Sequence[float]) -> dict[str, str]:
        return scales_of("sufficiency", shares, "−1 to 1, lower is better")

    def score(self, probed: Probed) -> dict[str, Floats]:
        lost = probed.of_predicted(probed.full)[:, None] - probed.of_predicted(probed.only)
        return with_aopc("sufficiency", lost, probed.shares)

    def undefined(self, probed: Probed) -> dict[str, Bools]:
        return {}
