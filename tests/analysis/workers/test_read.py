"""A table becomes Work: what is beside a judgement stays beside it."""

import numpy as np
import pandas as pd
import pytest

from analysis.workers.base import NO_GOLD, UNGIVEN_GOLD
from analysis.workers.read import points, read_work
from db.errors import DataError
from tests.analysis.support import judgements


def test_columns_stay_beside_their_judgement_when_rows_are_left_out() -> None:
    table = judgements("a x 1\na y 2\nb x 1\nb x 2")
    table["seconds"] = [1.0, 2.0, 3.0, 4.0]
    table.loc[0, "value"] = None
    work = read_work(table, duplicates="last")
    assert work.seconds is not None and work.seconds.tolist() == [2.0, 4.0]
    assert sum(work.judged.excluded.values()) == 2


def test_order_may_be_times_and_missing_ones_come_last() -> None:
    table = judgements("a x 1\nb x 1\nc x 1")
    table["order"] = pd.to_datetime(["2020-01-03", None, "2020-01-01"])
    assert read_work(table).order.tolist() == [1, 2, 0]


def test_gold_that_nobody_gave_is_not_the_same_as_no_gold() -> None:
    table = judgements("a x 1\nb x 2\nc x 1").assign(gold=[1, 3, None])
    gold = read_work(table).gold
    assert gold is not None and gold.tolist() == [0, UNGIVEN_GOLD, NO_GOLD]


def test_what_is_no_number_is_named() -> None:
    table = judgements("a x 1").assign(seconds=["soon"])
    with pytest.raises(DataError, match="'seconds' needs numbers; 'soon'"):
        read_work(table)
    with pytest.raises(DataError, match="level 'ordinal' needs numbers; 'yes'"):
        read_work(judgements("a x yes"), "ordinal")


def test_points_of_an_ordered_categorical_are_places_in_its_order() -> None:
    table = judgements("a x low\na y high\nb x mid")
    table["value"] = pd.Categorical(table["value"], ["low", "mid", "high"], ordered=True)
    np.testing.assert_array_equal(points(read_work(table, "ordinal")), [0, 2, 1])
