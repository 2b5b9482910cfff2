"""Dawid–Skene: another implementation, a known truth, and an objective that never falls."""

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import DawidSkene
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.aggregation.accuracy import accuracy, gold_of
from analysis.aggregation.aggregate import aggregate
from db.errors import UsageError
from tests.analysis.support import judgements, random_table, snow


def crowd(seed: int, units: int = 400, per_unit: int = 5) -> tuple[pd.DataFrame, np.ndarray]:
    """Twelve workers with known confusion matrices on three labels; the truth of each unit."""
    rng = np.random.default_rng(seed)
    confusion = np.stack(
        [rng.dirichlet(np.ones(3) + 6 * np.eye(3)[k], size=12) for k in range(3)], 1
    )
    truth = rng.choice(3, size=units, p=[0.5, 0.3, 0.2])
    rows = [
        (f"u{u}", f"w{w}", int(rng.choice(3, p=confusion[w, truth[u]])))
        for u in range(units)
        for w in rng.choice(12, size=per_unit, replace=False)
    ]
    return pd.DataFrame(rows, columns=["unit", "worker", "value"]), confusion


@pytest.mark.filterwarnings("ignore:The (inplace|copy) keyword")
@pytest.mark.parametrize("iterations", [1, 20])
def test_posteriors_equal_those_of_another_library(iterations: int) -> None:
    table, _ = crowd(0, units=100)
    renamed = table.rename(columns={"unit": "task", "value": "label"})
    # Both begin with the shares of the votes, so that they agree after any number of steps.
    theirs = DawidSkene(n_iter=iterations, tol=-np.inf).fit(renamed)
    options = {"smoothing": 0.0, "tolerance": -np.inf, "max_iterations": iterations}
    ours = aggregate(table, "dawid_skene", **options)
    expected = theirs.probas_.loc[list(ours.units), list(ours.labels)].to_numpy()
    np.testing.assert_allclose(ours.posterior, expected, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.01, 1.0]))
def test_penalised_log_likelihood_never_falls(seed: int, smoothing: float) -> None:
    table = random_table(np.random.default_rng(seed), 25, 6, 3)
    history = np.array(aggregate(table, "dawid_skene", smoothing=smoothing).history)
    assert (np.diff(history) >= -1e-9 * np.abs(history[:-1])).all()


def test_confusions_of_a_known_crowd_are_found() -> None:
    table, confusion = crowd(2, units=3000)
    result = aggregate(table, "dawid_skene")
    assert result.converged
    assert result.confusion is not None
    order = [int(name[1:]) for name in result.workers.index]
    # A worker answers about 1,250 units; a row of 250 gives a standard error of about .03.
    assert np.abs(result.confusion - confusion[order]).max() < 0.12
    assert result.confusion.sum(axis=2) == pytest.approx(np.ones((12, 3)))


def test_a_worker_who_always_says_the_opposite_informs_as_much_as_an_honest_one() -> None:
    rng = np.random.default_rng(3)
    rows = []
    for u in range(200):
        truth = int(rng.integers(2))
        for w in ("a", "b", "c"):
            rows.append((u, w, truth if rng.random() < 0.9 else 1 - truth))
        rows.append((u, "liar", 1 - truth))
    result = aggregate(pd.DataFrame(rows, columns=["unit", "worker", "value"]), "dawid_skene")
    assert result.workers.loc["liar", "reliability"] < 0.15
    assert result.workers.loc["a", "reliability"] > 0.8


def test_textual_entailment_gains_on_majority() -> None:
    table = snow("rte")
    found = accuracy(aggregate(table, "dawid_skene"), gold_of(table))
    # Snow et al. (2008) and later work report about .93 for Dawid–Skene on these data.
    assert found.value == pytest.approx(0.9275, abs=2e-3)


def test_too_few_iterations_are_said() -> None:
    result = aggregate(
        random_table(np.random.default_rng(4), 40, 8, 3), "dawid_skene", max_iterations=2
    )
    assert not result.converged
    assert result.notes == ("not converged after 2 iterations",)
    assert len(result.history) == 2


def test_one_label_only_is_certain() -> None:
    result = aggregate(judgements("a x 1\na y 1\nb x 1"), "dawid_skene")
    assert result.posterior.tolist() == [[1.0], [1.0]]
    assert result.entropy.tolist() == [0.0, 0.0]


def test_smoothing_below_zero_is_refused() -> None:
    with pytest.raises(UsageError, match="smoothing"):
        aggregate(judgements("a x 1"), "dawid_skene", smoothing=-1)
