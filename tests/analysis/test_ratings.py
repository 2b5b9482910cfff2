"""Mean ratings by condition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.ratings import mean_ratings
from db.errors import DataError


def table(rows: list[tuple[str, str, int, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit", "worker", "value", "condition"])


def test_the_mean_is_over_units_and_not_over_ratings() -> None:
    # unit a: mean of 1 and 3 is 2; unit b: 5. Over units (2 + 5) / 2 = 3.5, over ratings 3.
    found = mean_ratings(
        table([("a", "w", 1, "x"), ("a", "v", 3, "x"), ("b", "w", 5, "x")]), scale="1 to 5"
    )
    assert {e.value for e in found} == {3.5}
    assert {e.subject for e in found} == {"x"}


def test_workers_interval_is_wider_when_workers_differ_and_units_do_not() -> None:
    rng = np.random.default_rng(0)
    leniency = rng.normal(0, 1, 12)
    rows = [
        (f"u{u}", f"w{w}", round(float(3 + leniency[w])), "x")
        for u in range(30)
        for w in rng.choice(12, 3, replace=False)
    ]
    by_over = {e.over: e for e in mean_ratings(table(rows), scale="1 to 5")}
    assert by_over["workers"].se is not None and by_over["units"].se is not None
    assert by_over["workers"].se > by_over["units"].se


def test_unknown_or_few_workers_leave_their_interval_undefined_with_the_reason() -> None:
    rows = [(f"u{u}", f"w{u % 3}", 1 + u % 5, "x") for u in range(20)]
    few = {e.over: e for e in mean_ratings(table(rows), scale="")}
    assert few["workers"].low is None
    assert "too few" in few["workers"].note
    unknown = {e.over: e for e in mean_ratings(table(rows), scale="", persons_known=False)}
    assert "not known" in unknown["workers"].note


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="'condition'"):
        mean_ratings(table([("a", "w", 1, "x")]).drop(columns="condition"), scale="")
