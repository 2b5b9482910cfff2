"""Scores against gold: scikit-learn's, and differences from majority with Holm's correction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, log_loss

from analysis.aggregation.aggregate import aggregate
from analysis.aggregation.scores import Drawing, differences, scores
from analysis.significance import holm
from db.errors import DataError
from tests.analysis.aggregation.crowds import coins
from tests.analysis.support import judgements, snow

QUICK = Drawing(bootstrap=100)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 4))
def test_scores_equal_those_of_another_library(seed: int, labels: int) -> None:
    table, truth, _ = coins(seed, units=40, labels=labels)
    result = aggregate(table, "one_coin")
    right = [truth[unit] for unit in result.units]
    share, logs, brier = (e.value for e in scores(result, truth, Drawing(bootstrap=0)))
    best = np.array(result.labels)[result.posterior.argmax(axis=1)]
    assert share == pytest.approx(accuracy_score(right, best))
    assert logs == pytest.approx(-log_loss(right, result.posterior, labels=list(result.labels)))
    sure = np.eye(len(result.labels))[[result.labels.index(r) for r in right]]
    assert brier == pytest.approx(float(((result.posterior - sure) ** 2).sum(axis=1).mean()))


@pytest.mark.parametrize("method", ["dawid_skene", "one_coin", "mace", "glad"])
def test_models_are_right_more_often_than_a_vote_and_as_often_as_they_say(method: str) -> None:
    table, truth, _ = coins(11, units=1000)
    result = aggregate(table, method)
    vote = scores(aggregate(table), truth, QUICK)[0].value
    right = scores(result, truth, QUICK)[0].value
    assert vote is not None and right is not None
    assert right > vote + 0.03
    # A share of 1,000 units has a standard error of .011.
    assert float(result.posterior.max(axis=1).mean()) == pytest.approx(right, abs=0.04)


def test_a_vote_that_was_sure_and_wrong_has_no_log_score() -> None:
    found = {e.name: e for e in scores(aggregate(judgements("a x 1\nb x 2")), {"a": 1, "b": 1})}
    assert found["log_score"].value is None
    assert found["log_score"].note == "1 of 2 units gave the truth the probability 0"
    # 0 for the right unit; (0 − 1)² + (1 − 0)² = 2 for the wrong one.
    assert found["brier_score"].value == 1.0


def test_a_gold_label_that_nobody_gave_had_no_probability() -> None:
    found = {e.name: e.value for e in scores(aggregate(judgements("a x 1")), {"a": 7})}
    # Σ p² + 1 = 2: all of the probability went elsewhere.
    assert (found["accuracy"], found["brier_score"]) == (0.0, 2.0)


def test_without_gold_every_score_is_undefined() -> None:
    found = scores(aggregate(judgements("a x 1")), {})
    assert all(e.value is None and "no unit has a gold answer" in e.note for e in found)


def test_differences_are_those_of_the_scores_and_holm_corrects_all_of_them() -> None:
    table = snow("rte")
    truth = dict(zip(table["unit"], table["gold"], strict=True))
    results = [aggregate(table, name) for name in ("majority", "dawid_skene", "one_coin")]
    found = differences(results, truth, drawing=QUICK)
    assert [(d.method, d.score) for d in found] == [
        ("dawid_skene", "accuracy"), ("dawid_skene", "brier_score"),
        ("one_coin", "accuracy"), ("one_coin", "brier_score"),
    ]  # fmt: skip
    # .9275 − .8969
    assert found[0].comparison.difference.value == pytest.approx(0.0306, abs=2e-4)
    assert [d.adjusted_p for d in found] == holm([d.comparison.p_value for d in found])


def test_methods_are_paired_by_unit_whatever_their_order() -> None:
    table, truth, _ = coins(0, units=50)
    results = [aggregate(table), aggregate(table.iloc[::-1], "one_coin")]
    gap = differences(results, truth, drawing=QUICK)[0].comparison.difference.value
    first, second = (scores(r, truth, QUICK)[0].value for r in results)
    assert first is not None and second is not None
    assert gap == pytest.approx(second - first)


def test_other_units_and_a_missing_base_are_refused() -> None:
    small, large = aggregate(judgements("a x 1")), aggregate(judgements("a x 1\nb x 1"), "one_coin")
    with pytest.raises(DataError, match="the same units"):
        differences([small, large], {"a": 1, "b": 1})
    with pytest.raises(DataError, match="no result of 'majority'"):
        differences([large], {"a": 1})
