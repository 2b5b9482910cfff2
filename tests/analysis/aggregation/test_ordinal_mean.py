"""Means of ordered points: only the order counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.aggregation.aggregate import mean_of
from db.errors import DataError
from tests.analysis.support import judgements, random_table


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_distances_between_points_do_not_count(seed: int) -> None:
    table = random_table(np.random.default_rng(seed), 20, 6, 5)
    stretched = table.assign(value=table["value"] ** 3 + 7)
    first, second = (mean_of(t, "ordinal_mean") for t in (table, stretched))
    pd.testing.assert_frame_equal(first.units.drop(columns="label"),
                                  second.units.drop(columns="label"))  # fmt: skip
    assert [label**3 + 7 for label in first.units["label"]] == second.units["label"].tolist()


def test_ridits_by_hand() -> None:
    # Of 8 judgements 4 are 1, 2 are 2 and 2 are 5: ridits ¼, ⅝ and ⅞. Nobody differs.
    result = mean_of(judgements("a x 1\na y 1\nb x 1\nb y 1\nc x 2\nc y 2\nd x 5\nd y 5"),
                     "ordinal_mean")  # fmt: skip
    assert result.units["mean"].tolist() == [0.25, 0.25, 0.625, 0.875]
    assert result.units["label"].tolist() == [1, 1, 2, 5]


def test_an_ordered_categorical_keeps_its_order() -> None:
    scale = ["bad", "fair", "good"]
    table = judgements("a x good\na y good\nb x bad\nb y fair\nc x bad\nc y bad")
    table["value"] = pd.Categorical(table["value"], scale, ordered=True)
    result = mean_of(table, "ordinal_mean")
    assert result.units["mean"].is_monotonic_decreasing
    assert result.units.loc["a", "label"] == "good"


def test_words_without_an_order_are_refused() -> None:
    with pytest.raises(DataError, match="values with an order"):
        mean_of(judgements("a x good\na y bad"), "ordinal_mean")
