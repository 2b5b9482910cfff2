"""Thousands of different answers are refused before a table of all their pairs is made."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.agreement.cohen import cohen
from db.errors import DataError


def test_nine_thousand_different_answers_are_refused() -> None:
    rows = [(i // 2, i % 2, float(i)) for i in range(9000)]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    with pytest.raises(DataError, match="cannot compare 9,000 different answers of 1 pair of"):
        cohen(table, "ordinal", bootstrap=0)
