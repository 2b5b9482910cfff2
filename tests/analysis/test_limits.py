"""Numbers that would overflow are named; up to 1e100 everything is computed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.aggregation.aggregate import mean_of
from analysis.comparison.conditions import conditions_of
from analysis.limits import check_size
from analysis.workers.read import read_work
from db.errors import DataError

TOO_LARGE = r"the answer 1e\+101 is too large to compute with \(at most 1e\+100\)"


def table(largest: float) -> pd.DataFrame:
    rows = [("a", "x", 1.0, "c"), ("a", "y", largest, "d"), ("b", "x", 2.0, "c")]
    return pd.DataFrame(rows, columns=["unit", "worker", "value", "condition"])


def test_the_limit_itself_is_taken_and_what_is_missing_is_none() -> None:
    check_size(np.array([-1e100, 1e100, np.nan]))
    with pytest.raises(DataError, match=r"the answer -inf is too large"):
        check_size(np.array([0.0, -np.inf]))


def test_no_mean_comparison_or_record_of_workers_takes_a_larger_number() -> None:
    with pytest.raises(DataError, match=TOO_LARGE):
        mean_of(table(1e101), "interval_mean")
    with pytest.raises(DataError, match=TOO_LARGE):
        conditions_of(table(1e101), score="rating", scale="points")
    with pytest.raises(DataError, match=TOO_LARGE):
        read_work(table(1e101), "interval")


def test_numbers_of_the_limit_have_finite_means() -> None:
    found = mean_of(table(1e100), "interval_mean").units["mean"].to_numpy()
    assert np.isfinite(found).all()
