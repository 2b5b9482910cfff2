"""Numbers far from zero: only their distances count, and what cannot be squared is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analysis.agreement.base import AgreementResult
from analysis.agreement.fleiss import fleiss
from analysis.agreement.gwet import ac2
from analysis.agreement.krippendorff import alpha
from db.errors import DataError

Coefficient = Callable[..., AgreementResult]


def ratings(offset: float) -> pd.DataFrame:
    """Whole numbers 0 to 4 by three judges of 30 units, all moved by `offset`."""
    given = np.random.default_rng(5).integers(0, 5, 90) + offset
    rows = [(i // 3, i % 3, value) for i, value in enumerate(given.tolist())]
    return pd.DataFrame(rows, columns=["unit", "worker", "value"])


@pytest.mark.parametrize("coefficient", [fleiss, ac2])
@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_moving_all_values_changes_nothing(coefficient: Coefficient, weights: str) -> None:
    options = {"bootstrap": 0, "over": ("units",), "weights": weights}
    near, far = (
        coefficient(ratings(offset), "interval", **options).estimates[0].value
        for offset in (0.0, 1e9)
    )
    assert far == pytest.approx(near, abs=1e-9)


@pytest.mark.parametrize("coefficient", [fleiss, ac2, alpha])
def test_a_number_too_large_to_square_is_named(coefficient: Coefficient) -> None:
    table = ratings(0.0)
    table.loc[4, "value"] = -1e308
    with pytest.raises(DataError, match=r"-1e\+308 is too large"):
        coefficient(table, "interval", bootstrap=0)
