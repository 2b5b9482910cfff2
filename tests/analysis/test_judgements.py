"""Reading a judgement table: what is refused, what is left out and counted."""

import numpy as np
import pandas as pd
import pytest

from analysis.judgements import cluster_codes, read
from db.errors import DataError, UsageError
from tests.analysis.support import judgements


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="worker"):
        read(pd.DataFrame({"unit": [1], "value": [2]}))


def test_rows_without_unit_value_or_worker_are_counted_by_reason() -> None:
    table = pd.DataFrame(
        {
            "unit": ["a", None, "b", "c", "d"],
            "worker": ["x", "x", "y", None, "y"],
            "value": [1.0, 2.0, None, 3.0, 4.0],
        }
    )
    judged = read(table)
    assert judged.excluded == {"no unit": 1, "no value": 1, "no worker": 1}
    assert judged.units == ("a", "d")


def test_where_persons_are_unknown_a_row_without_worker_is_a_worker_of_its_own() -> None:
    table = pd.DataFrame({"unit": ["a", "a"], "worker": [None, None], "value": [1, 2]})
    judged = read(table, persons_known=False)
    assert len(judged.workers) == 2
    assert judged.excluded == {}


def test_a_worker_who_judged_twice_is_an_error_that_names_the_pair() -> None:
    table = judgements("a x 1\na x 2\na y 1")
    with pytest.raises(DataError, match="worker 'x' judged unit 'a' more than once"):
        read(table)


@pytest.mark.parametrize(("policy", "kept"), [("first", 1), ("last", 2)])
def test_first_or_last_judgement_counts_and_the_other_is_counted(policy: str, kept: int) -> None:
    judged = read(judgements("a x 1\na x 2\na y 3"), duplicates=policy)  # type: ignore[arg-type]
    values = [judged.values[code] for code in judged.code]
    assert sorted(values) == [kept, 3]
    assert list(judged.excluded.values()) == [1]


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(UsageError, match="error, first, last"):
        read(judgements("a x 1"), duplicates="mean")  # type: ignore[arg-type]


def test_values_are_in_order_numbers_first() -> None:
    table = pd.DataFrame({"unit": list("abcd"), "worker": list("wxyz"), "value": [10, 2, "b", "a"]})
    assert read(table).values == (2, 10, "a", "b")


def test_an_ordered_categorical_keeps_its_own_order() -> None:
    order = pd.CategoricalDtype(["low", "mid", "high"], ordered=True)
    table = judgements("a x high\na y low").astype({"value": order})
    judged = read(table)
    assert judged.values == ("low", "mid", "high")
    assert judged.ordered


def test_clusters_come_from_a_column_or_a_mapping() -> None:
    table = judgements("a x 1\nb x 2\nc x 1").assign(document=["d", "e", "d"])
    assert cluster_codes("document", table, ("a", "b", "c")).tolist() == [0, 1, 0]
    mapping = {"a": 5, "b": 7, "c": 5}
    assert np.array_equal(cluster_codes(mapping, table, ("a", "b", "c")), [0, 1, 0])


def test_a_unit_without_cluster_or_in_two_is_refused() -> None:
    table = judgements("a x 1\na y 2").assign(document=["d", "e"])
    with pytest.raises(DataError, match="more than one 'document'"):
        cluster_codes("document", table, ("a",))
    with pytest.raises(DataError, match="unit 'a' has no cluster"):
        cluster_codes({}, table, ("a",))
