"""GLAD: another implementation, a numeric gradient, and difficulties that are found."""

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import GLAD
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from analysis.aggregation.accuracy import accuracy, gold_of
from analysis.aggregation.aggregate import aggregate
from analysis.aggregation.glad import _descend
from analysis.judgements import read
from db.errors import UsageError
from tests.analysis.aggregation.crowds import coins, renamed
from tests.analysis.support import judgements, random_table, snow


def graded(seed: int, units: int = 250) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Twenty workers and units drawn from GLAD itself: table, abilities, log eases."""
    rng = np.random.default_rng(seed)
    ability, ease = rng.normal(1, 1, 20), rng.normal(0.5, 0.7, units)
    rows = []
    for u in range(units):
        truth = int(rng.integers(2))
        for w in rng.choice(20, size=10, replace=False):
            right = rng.random() < 1 / (1 + np.exp(-ability[w] * np.exp(ease[u])))
            rows.append((u, int(w), truth if right else 1 - truth))
    return pd.DataFrame(rows, columns=["unit", "worker", "value"]), ability, ease


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.sampled_from([0.5, 1.0, 3.0]))
def test_the_gradient_is_that_of_the_objective(seed: int, labels: int, prior_sd: float) -> None:
    rng = np.random.default_rng(seed)
    judged = read(random_table(rng, 6, 4, labels))
    x = rng.normal(0.5, 0.7, len(judged.workers) + len(judged.units))
    numeric = approx_fprime(x, lambda at: _descend(judged, prior_sd, at)[0], 1e-7)
    np.testing.assert_allclose(_descend(judged, prior_sd, x)[1], numeric, atol=1e-4)


@pytest.mark.filterwarnings("ignore:The (inplace|copy) keyword", "ignore:Copy-on-Write")
def test_posteriors_are_near_those_of_another_library() -> None:
    table, _, _ = coins(0, units=12)
    theirs = GLAD(n_iter=8, tol=-np.inf).fit(renamed(table))
    ours = aggregate(table, "glad", tolerance=0.0)
    expected = theirs.probas_.loc[list(ours.units), list(ours.labels)].to_numpy()
    # Their EM creeps towards the maximum that the line search reaches.
    np.testing.assert_allclose(ours.posterior, expected, atol=0.02)
    ability = ours.workers["ability"]
    np.testing.assert_allclose(ability, theirs.alphas_.loc[list(ability.index)], atol=0.05)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_the_objective_never_falls(seed: int) -> None:
    history = np.array(
        aggregate(random_table(np.random.default_rng(seed), 20, 6, 3), "glad").history
    )
    assert (np.diff(history) >= 0).all()


def test_abilities_and_difficulties_are_found() -> None:
    table, ability, ease = graded(1)
    result = aggregate(table, "glad")
    workers = result.workers.loc[range(20), "ability"]
    assert np.corrcoef(workers, ability)[0, 1] > 0.95
    hard = pd.Series(result.about_units["difficulty"], index=list(result.units)).loc[range(250)]
    # Ten answers say little of one unit, so that difficulties are found in rough order only.
    assert np.corrcoef(-np.log(hard), ease)[0, 1] > 0.4
    assert workers[int(ability.argmin())] < 0


def test_textual_entailment_gains_on_majority() -> None:
    table = snow("rte")
    found = accuracy(aggregate(table, "glad"), gold_of(table), bootstrap=0)
    assert found.value == pytest.approx(0.925, abs=2e-3)


def test_a_narrow_prior_makes_a_majority_vote_of_it() -> None:
    # With every α and b at 1, units of odd numbers of judgements follow the majority.
    table = judgements("a x 0\na y 1\na z 1\nb x 1\nb y 0\nb z 0")
    assert aggregate(table, "glad", prior_sd=1e-3).consensus == [1, 0]


def test_one_label_only_is_certain() -> None:
    assert aggregate(judgements("a x 1\na y 1\nb x 1"), "glad").posterior.tolist() == [[1.0]] * 2


def test_a_prior_without_width_is_refused() -> None:
    with pytest.raises(UsageError, match="prior_sd must be above 0"):
        aggregate(judgements("a x 1"), "glad", prior_sd=0)
