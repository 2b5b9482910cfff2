"""Does the decision change? Without the most informative token, and without each share.

`flip_token`: 1 where the class predicted changes when the token that scores highest is removed
(Nguyen, NAACL 2018; the "decision flip" of Chrysostomou & Aletras, ACL 2021). `flip@5%`: the same
without the rationale of that share. `flip_fraction`: the least of the shares at which it flips, 1
where none does (Serrano & Smith, ACL 2019, remove token by token; ours goes by the shares).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Bools, Floats
from analysis.faithfulness.base import Probed, percent

HIGHER = "0 to 1, higher is better"
LOWER = "0 to 1, lower is better"


class Flip:
    """Every instance has it."""

    def scales(self, shares: Sequence[float]) -> dict[str, str]:
        at = {f"flip@{percent(share)}": HIGHER for share in shares}
        return {"flip_token": HIGHER, **at, "flip_fraction": LOWER}

    def score(self, probed: Probed) -> dict[str, Floats]:
        flipped = probed.without.argmax(axis=2) != probed.predicted[:, None]
        first = probed.without_first.argmax(axis=1) != probed.predicted
        least = np.where(flipped, np.asarray(probed.shares), 1.0).min(axis=1)
        at = {
            f"flip@{percent(share)}": flipped[:, k].astype(np.float64)
            for k, share in enumerate(probed.shares)
        }
        return {"flip_token": first.astype(np.float64), **at, "flip_fraction": least}

    def undefined(self, probed: Probed) -> dict[str, Bools]:
        return {}
