"""Thousands of different answers are refused before gigabytes are asked for."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.aggregation.aggregate import aggregate
from db.errors import DataError


@pytest.mark.parametrize(("method", "n"), [("majority", 8000), ("dawid_skene", 4000)])
def test_too_many_different_answers_are_refused(method: str, n: int) -> None:
    # 8000 units x 8000 answers; 4 workers x 4000 answers squared: 64 million each.
    rows = [(i, i % 4, f"free text {i}") for i in range(n)]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    with pytest.raises(DataError, match=f"64,000,000 numbers for {n:,} different answers"):
        aggregate(table, method)
