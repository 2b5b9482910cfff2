"""Choosing a method by name, and scoring a consensus against gold."""

import numpy as np
import pandas as pd
import pytest

from analysis.aggregation import AGGREGATORS
from analysis.aggregation.accuracy import accuracy, gold_of
from analysis.aggregation.aggregate import aggregate
from db.errors import Conflict, DataError, UsageError
from tests.analysis.support import judgements, random_table


@pytest.mark.parametrize("method", list(AGGREGATORS))
def test_every_method_gives_a_posterior_for_every_unit(method: str) -> None:
    table = random_table(np.random.default_rng(0), 30, 8, 3)
    result = aggregate(table, method)
    assert result.method == method
    assert set(result.units) == set(table["unit"])
    assert result.posterior.shape == (30, 3)
    assert result.posterior.sum(axis=1) == pytest.approx(np.ones(30))
    assert (result.entropy >= 0).all() and (result.entropy <= np.log(3) + 1e-12).all()
    reliability = result.workers["reliability"].dropna()
    assert reliability.between(0, 1).all()
    assert result.workers["judgements"].sum() == len(table)


@pytest.mark.parametrize("method", list(AGGREGATORS))
def test_the_order_of_rows_does_not_matter(method: str) -> None:
    table = random_table(np.random.default_rng(1), 30, 8, 3)
    first = aggregate(table, method)
    second = aggregate(table.sample(frac=1, random_state=0), method)
    place = [second.units.index(unit) for unit in first.units]
    np.testing.assert_allclose(first.posterior, second.posterior[place], atol=1e-9)


def test_an_unknown_method_is_refused_with_a_hint() -> None:
    with pytest.raises(UsageError, match="did you mean 'majority'"):
        aggregate(judgements("a x 1"), "majorty")


def test_an_option_that_the_method_does_not_take_is_refused() -> None:
    with pytest.raises(UsageError, match="no option 'smoothing'"):
        aggregate(judgements("a x 1"), "majority", smoothing=1)


def test_nothing_to_aggregate_is_refused() -> None:
    with pytest.raises(DataError, match="no judgements"):
        aggregate(pd.DataFrame({"unit": [], "worker": [], "value": []}))


def test_columns_are_no_persons_and_that_is_said() -> None:
    result = aggregate(judgements("a wid_0 1\na wid_1 1"), persons_known=False)
    assert any("not known persons" in note for note in result.notes)


def test_accuracy_splits_ties_and_counts_only_units_with_gold() -> None:
    # a is tied between 1 and 2 and its truth is 2: ½. b is right: 1. c has no gold.
    result = aggregate(judgements("a x 1\na y 2\nb x 1\nc x 1"))
    found = accuracy(result, {"a": 2, "b": 1})
    assert found.value == pytest.approx(0.75)
    assert found.n_units == 2


def test_a_gold_label_that_nobody_gave_is_wrong() -> None:
    assert accuracy(aggregate(judgements("a x 1\nb x 1")), {"a": 7, "b": 1}).value == 0.5


def test_accuracy_without_gold_is_undefined() -> None:
    found = accuracy(aggregate(judgements("a x 1")), {})
    assert found.value is None
    assert found.note == "no unit has a gold answer"


def test_interval_of_accuracy_is_that_of_a_share() -> None:
    table = pd.DataFrame({"unit": range(400), "worker": "x", "value": 1})
    gold = {u: 1 if u % 4 else 0 for u in range(400)}
    found = accuracy(aggregate(table), gold, bootstrap=2000)
    # √(.75 · .25 / 400) = .0217
    assert found.se == pytest.approx(0.0217, rel=0.06)


def test_two_gold_answers_for_a_unit_are_a_conflict() -> None:
    table = judgements("a x 1\na y 1").assign(gold=[1, 2])
    with pytest.raises(Conflict, match="unit 'a' has the gold answers 1 and 2"):
        gold_of(table)


def test_a_sure_unit_has_the_entropy_0_without_a_sign() -> None:
    # Both say x: p = 1, and -1 log 1 is -0.0 in floating point, which a file would show.
    rows = [("a", "w1", "x"), ("a", "w2", "x"), ("b", "w1", "x"), ("b", "w2", "y")]
    found = aggregate(pd.DataFrame(rows, columns=["unit", "worker", "value"]), "majority").entropy
    assert found.tolist() == [0.0, pytest.approx(np.log(2))]
    assert not np.signbit(found).any()
