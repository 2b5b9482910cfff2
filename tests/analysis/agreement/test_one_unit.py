"""One unit judged by many: a number, but nothing about what other workers would have given."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from analysis.agreement.base import AgreementResult
from analysis.agreement.fleiss import fleiss
from analysis.agreement.gwet import ac1
from analysis.agreement.krippendorff import alpha
from analysis.agreement.spreads import ONE_UNIT

NAMES = ("alpha", "fleiss", "ac1")


@pytest.mark.parametrize("coefficient", [alpha, fleiss, ac1])
def test_one_unit_has_no_interval_over_workers(
    coefficient: Callable[..., AgreementResult],
) -> None:
    rows = [("only", f"w{w}", "yes" if w % 3 else "no") for w in range(12)]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    found = coefficient(table, "nominal", bootstrap=50, over=("workers",)).estimates
    (about,) = [e for e in found if e.name in NAMES]
    assert about.value is not None
    assert (about.se, about.low, about.high, about.note) == (None, None, None, ONE_UNIT)
