"""Insertion: how soon the class comes as its highest patches are put back into an empty picture.

    area under p_ŷ over the share of patches put back; ŷ is the class predicted for the whole x

Source: Petsiuk, Das & Saenko (2018), "RISE". High where few patches bring the class back. They begin
with a blurred picture; what stands for an absent patch here is the removal operator's.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.arrays import Bools, Floats
from analysis.faithfulness.base import Probed
from analysis.faithfulness.curves import INSERTION, area


class Insertion:
    """Every picture has it. Texts and rows are not probed step by step, and have no such number."""

    def scales(self, shares: Sequence[float]) -> dict[str, str]:
        return {"insertion_auc": INSERTION}

    def score(self, probed: Probed) -> dict[str, Floats]:
        if probed.curves is None:
            return {}
        curve = probed.of_predicted(probed.curves.only)
        return {"insertion_auc": area(curve, probed.curves.treated)}

    def undefined(self, probed: Probed) -> dict[str, Bools]:
        return {}
