"""Deletion: how soon the class goes as a picture's highest patches are taken away, step by step.

    area under p_ŷ over the share of patches taken away; ŷ is the class predicted for the whole x

Source: Petsiuk, Das & Saenko (2018), "RISE". Low where the patches that the class lives on were
found early. They grey pixels out; what stands for an absent patch here is the removal operator's.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.arrays import Bools, Floats
from analysis.faithfulness.base import Probed
from analysis.faithfulness.curves import DELETION, area


class Deletion:
    """Every picture has it. Texts and rows are not probed step by step, and have no such number."""

    def scales(self, shares: Sequence[float]) -> dict[str, str]:
        return {"deletion_auc": DELETION}

    def score(self, probed: Probed) -> dict[str, Floats]:
        if probed.curves is None:
            return {}
        curve = probed.of_predicted(probed.curves.without)
        return {"deletion_auc": area(curve, probed.curves.treated)}

    def undefined(self, probed: Probed) -> dict[str, Bools]:
        return {}
