"""Comprehensiveness and sufficiency between what no token and what all tokens are worth.

    Δ0 = p_ŷ(x) − p_ŷ(∅)
    comprehensiveness / Δ0,   1 − sufficiency / Δ0

Source: Carton, Rathore & Tan (2020), "Evaluating and Characterizing Human Rationales". 1 is the
whole text, 0 no text, and higher is better for both. The paper counts a negative loss as 0 and
keeps both in [0, 1]; ours are neither, unless `clip` is asked for (`--compat carton`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.faithfulness.base import Probed, percent

LEAST = 0.05
"""Δ0 must be above this: a smaller one in the denominator says more of itself than of the rest."""


@dataclass(frozen=True)
class Normalised:
    """Undefined for instances whose Δ0 is at most .05: tokens hardly matter there.

    The mean over the shares has the name `…_aopc`, as without normalising.
    """

    clip: bool = False

    def scales(self, shares: Sequence[float]) -> dict[str, str]:
        range_of = "0 to 1" if self.clip else "1 as the whole text, 0 as none"
        names = [
            f"{name}_normalised{end}"
            for name in ("comprehensiveness", "sufficiency")
            for end in (*(f"@{percent(share)}" for share in shares), "_aopc")
        ]
        return dict.fromkeys(names, f"{range_of}, higher is better")

    def score(self, probed: Probed) -> dict[str, Floats]:
        whole = probed.of_predicted(probed.full)[:, None]
        lost = whole - probed.of_predicted(probed.without)
        missed = whole - probed.of_predicted(probed.only)
        between = np.where(probed.drop > LEAST, probed.drop, np.nan)[:, None]
        kept = self._kept(1 - missed / between)
        return {
            **_named("comprehensiveness", self._kept(lost / between), probed.shares),
            **_named("sufficiency", kept, probed.shares),
        }

    def undefined(self, probed: Probed) -> dict[str, Bools]:
        reason = f"prediction that loses at most {LEAST} with the whole text (normalised scores)"
        return {reason: probed.drop <= LEAST}

    def _kept(self, values: Floats) -> Floats:
        return np.clip(values, 0.0, 1.0) if self.clip else values


def _named(name: str, values: Floats, shares: Sequence[float]) -> dict[str, Floats]:
    found = {f"{name}_normalised@{percent(share)}": values[:, k] for k, share in enumerate(shares)}
    found[f"{name}_normalised_aopc"] = np.asarray(values.mean(axis=1), np.float64)
    return found
