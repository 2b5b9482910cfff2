"""One-coin: another implementation, known accuracies, and an objective that never falls."""

import numpy as np
import pytest
from crowdkit.aggregation import OneCoinDawidSkene
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.aggregation.accuracy import accuracy, gold_of
from analysis.aggregation.aggregate import aggregate
from analysis.aggregation.scores import scores
from db.errors import UsageError
from tests.analysis.aggregation.crowds import coins, renamed
from tests.analysis.support import judgements, random_table, snow


@pytest.mark.filterwarnings("ignore:The (inplace|copy) keyword")
def test_posteriors_and_accuracies_equal_those_of_another_library() -> None:
    table, _, _ = coins(0, units=40)
    # Both begin with the shares of the votes, so that they agree after any number of steps.
    theirs = OneCoinDawidSkene(n_iter=6, tol=-np.inf).fit(renamed(table))
    options = {"smoothing": 1e-12, "tolerance": -np.inf, "max_iterations": 6}
    ours = aggregate(table, "one_coin", **options)
    expected = theirs.probas_.loc[list(ours.units), list(ours.labels)].to_numpy()
    np.testing.assert_allclose(ours.posterior, expected, atol=1e-6)
    # crowd-kit takes one M-step more, from the posteriors that were compared.
    further = aggregate(table, "one_coin", **options | {"max_iterations": 7})
    found = further.workers["reliability"].astype(float)
    np.testing.assert_allclose(found, theirs.skills_.loc[list(found.index)], atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.001, 0.01, 1.0]))
def test_penalised_log_likelihood_never_falls(seed: int, smoothing: float) -> None:
    table = random_table(np.random.default_rng(seed), 25, 6, 3)
    history = np.array(aggregate(table, "one_coin", smoothing=smoothing).history)
    assert (np.diff(history) >= -1e-9 * np.abs(history[:-1])).all()


def test_accuracies_of_a_known_crowd_are_found() -> None:
    table, truth, known = coins(1, units=1500)
    result = aggregate(table, "one_coin")
    assert result.converged
    # A worker judges about 500 units: a standard error of about .02.
    for worker, value in known.items():
        assert abs(result.workers.loc[worker, "reliability"] - value) < 0.08
    plain = accuracy(aggregate(table), truth, bootstrap=0).value
    found = accuracy(result, truth, bootstrap=0).value
    assert plain is not None and found is not None and found > plain


def test_posteriors_are_calibrated_where_the_model_holds() -> None:
    table, truth, _ = coins(2, units=3000, per_unit=3)
    result = aggregate(table, "one_coin")
    best = result.posterior.max(axis=1)
    right = np.array(
        [result.labels[k] == truth[u]
         for u, k in zip(result.units, result.posterior.argmax(axis=1), strict=True)]
    )  # fmt: skip
    for low, high in ((0.4, 0.7), (0.7, 0.9), (0.9, 1.0)):
        inside = (best >= low) & (best <= high)
        assert inside.sum() > 100
        # Three standard errors of a share of that many units, and a little for estimated workers.
        allowed = 3 * np.sqrt(0.25 / inside.sum()) + 0.01
        assert abs(best[inside].mean() - right[inside].mean()) < allowed


def test_textual_entailment_gains_on_majority() -> None:
    table = snow("rte")
    found = accuracy(aggregate(table, "one_coin"), gold_of(table), bootstrap=0)
    assert found.value == pytest.approx(0.925, abs=2e-3)


def test_one_label_only_is_certain() -> None:
    result = aggregate(judgements("a x 1\na y 1\nb x 1"), "one_coin")
    assert result.posterior.tolist() == [[1.0], [1.0]]
    assert [e.value for e in scores(result, {"a": 1, "b": 1})] == [1.0, 0.0, 0.0]


def test_smoothing_must_be_above_zero() -> None:
    with pytest.raises(UsageError, match="smoothing must be above 0"):
        aggregate(judgements("a x 1"), "one_coin", smoothing=0)
