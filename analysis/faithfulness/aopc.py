"""The area over the perturbation curve: one number from the values at all shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Floats
from analysis.faithfulness.base import percent


def with_aopc(name: str, at_shares: Floats, shares: Sequence[float]) -> dict[str, Floats]:
    """Each share's values, shape (n, K), and their two means, shape (n,) each.

    `…_aopc` is the mean over the K shares, as ERASER's code takes it (DeYoung et al. 2020).
    `…_aopc_k0` divides by K + 1: k = 0, where nothing is taken away, counts with the value 0, as
    ERASER's paper has it for comprehensiveness and ER-Test divides (Joshi et al. 2022).
    """
    found = {f"{name}@{percent(share)}": at_shares[:, k] for k, share in enumerate(shares)}
    total = np.asarray(at_shares.sum(axis=1), np.float64)
    found[f"{name}_aopc"] = total / len(shares)
    found[f"{name}_aopc_k0"] = total / (len(shares) + 1)
    return found


def scales_of(name: str, shares: Sequence[float], scale: str) -> dict[str, str]:
    """The same scale for every number that `with_aopc` makes."""
    names = [f"{name}@{percent(share)}" for share in shares]
    return dict.fromkeys([*names, f"{name}_aopc", f"{name}_aopc_k0"], scale)
