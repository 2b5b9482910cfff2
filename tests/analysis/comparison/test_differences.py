"""Differences of conditions against scipy, statsmodels and plain readings of the definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given as tried
from hypothesis import settings as tries
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.comparison.conditions import Settings
from analysis.comparison.differences import against_level, corrected, differences, every_pair, means
from db.errors import DataError, UsageError
from tests.analysis.comparison.support import given, judged, means_by_hand, table_of

ONCE = Settings(bootstrap=0, flips=2000)
QUICK = Settings(bootstrap=400, flips=2000)


def test_a_difference_is_the_mean_of_the_units_own_differences() -> None:
    table = judged(np.random.default_rng(0), {"a": 0.4, "b": 0.0})
    (found,) = differences(given(table), [("a", "b")], ONCE)
    gap = means_by_hand(table, "a") - means_by_hand(table, "b")
    assert found.paired
    assert found.estimates[0].value == pytest.approx(gap.mean())
    # Cohen's d_z: the mean over the standard deviation of the differences.
    assert found.effect.value == pytest.approx(gap.mean() / gap.std(ddof=1))
    assert found.estimates[0].n_units == 60
    assert found.estimates[0].n_judgements == 360


def test_the_p_of_a_paired_difference_is_that_of_scipys_permutations() -> None:
    table = judged(np.random.default_rng(1), {"a": 0.2, "b": 0.0}, units=12)
    (found,) = differences(given(table), [("a", "b")], ONCE)
    gap = (means_by_hand(table, "a") - means_by_hand(table, "b")).to_numpy()
    exact = stats.permutation_test((gap,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert found.p == pytest.approx(exact.pvalue)
    assert found.smallest_p == 2 / 2**12


def test_units_of_one_condition_each_are_compared_across_units() -> None:
    rng = np.random.default_rng(2)
    rows = [
        (f"u{u}", f"w{u % 15}", float(rng.random() < (0.8 if u % 2 else 0.5)), "ab"[u % 2])
        for u in range(120)
    ]
    table = table_of(rows)
    (found,) = differences(given(table), [("b", "a")], Settings(bootstrap=400, flips=20_000))
    one, other = (means_by_hand(table, name).to_numpy() for name in "ba")
    assert not found.paired
    assert found.estimates[0].value == pytest.approx(one.mean() - other.mean())
    exact = stats.permutation_test(
        (one, other), lambda x, y, axis: x.mean(axis) - y.mean(axis), n_resamples=20_000, rng=0
    )
    assert found.p == pytest.approx(exact.pvalue, abs=0.01)
    pooled = np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2)
    assert found.effect.value == pytest.approx((one.mean() - other.mean()) / pooled)


def test_standard_errors_are_those_of_least_squares_with_clusters() -> None:
    table = judged(np.random.default_rng(3), {"a": 0.3, "b": 0.0}, units=80, worker_sd=0.0)
    (found,) = differences(given(table), [("a", "b")], Settings(bootstrap=2000))
    design = sm.add_constant((table["condition"] == "a").astype(float))
    groups = pd.factorize(table["unit"])[0]
    fitted = sm.OLS(table["value"], design).fit(cov_type="cluster", cov_kwds={"groups": groups})
    assert found.estimates[0].value == pytest.approx(fitted.params["condition"])
    assert found.estimates[0].se == pytest.approx(fitted.bse["condition"], rel=0.08)


def test_workers_who_are_unlike_make_the_interval_over_workers_wide() -> None:
    rng = np.random.default_rng(4)
    taste = rng.normal(0, 1, 20)
    rows = [
        (f"u{u}", f"w{w}", sign * taste[w] + rng.normal(0, 0.1), name)
        for u in range(80)
        for w in rng.choice(20, 3, replace=False)
        for name, sign in (("a", 0.5), ("b", -0.5))
    ]
    (found,) = differences(given(table_of(rows)), [("a", "b")], QUICK)
    units, workers, both = found.estimates
    assert workers.se > 1.5 * units.se
    assert both.se > workers.se
    # .8 power at 5% takes 1.96 + .84 standard errors; the widest interval is meant.
    assert found.detectable_over == "both"
    assert found.detectable == pytest.approx((1.959964 + 0.841621) * both.se, rel=1e-5)


def test_known_differences_lie_in_nineteen_of_twenty_intervals() -> None:
    held = {"units": 0, "both": 0}
    for seed in range(60):
        table = judged(np.random.default_rng(seed), {"a": 0.3, "b": 0.0}, units=40)
        settings = Settings(bootstrap=300, flips=10, over=("units", "both"), seed=seed)
        (found,) = differences(given(table), [("a", "b")], settings)
        for e in found.estimates:
            held[e.over] += e.low <= 0.3 <= e.high
    # Units and workers are new in every crowd: 95% of 60 is 57, sd 1.7 (more for `both`).
    assert held["units"] >= 50
    assert held["both"] >= 54


def test_holms_correction_is_that_of_statsmodels_over_all_pairs() -> None:
    table = judged(np.random.default_rng(5), {"a": 0.3, "b": 0.0, "c": 0.1, "d": 0.25})
    conditions = given(table)
    found = corrected(differences(conditions, every_pair(conditions.names), ONCE))
    assert len(found) == 6
    wanted = multipletests([d.p for d in found], method="holm")[1]
    assert [d.p_holm for d in found] == pytest.approx(list(wanted))


def test_a_baseline_stands_second_in_every_pair() -> None:
    assert every_pair(["a", "b", "c"], "b") == [("a", "b"), ("c", "b")]
    with pytest.raises(UsageError, match="no 'x' to serve as baseline"):
        every_pair(["a", "b"], "x")


def test_a_level_is_tested_like_a_condition_that_never_changes() -> None:
    table = judged(np.random.default_rng(6), {"a": 0.3}, units=14)
    (found,) = against_level(given(table), "zero", ONCE)
    values = means_by_hand(table, "a").to_numpy()
    exact = stats.permutation_test(
        (values,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    assert (found.first, found.second) == ("a", "zero")
    assert found.estimates[0].value == pytest.approx(values.mean())
    assert found.p == pytest.approx(exact.pvalue)


def test_equal_conditions_differ_by_nothing_and_have_no_effect_size() -> None:
    rows = [(f"u{u}", f"w{u % 12}", 2.0, name) for u in range(20) for name in "ab"]
    (found,) = differences(given(table_of(rows)), [("a", "b")], QUICK)
    assert found.estimates[0].value == 0
    assert found.p == 1
    assert found.effect.value is None
    assert "differ alike" in found.effect.note


def test_one_worker_leaves_no_interval_over_workers() -> None:
    rows = [(f"u{u}", "w", u % 3 + (name == "a"), name) for u in range(20) for name in "ab"]
    (found,) = differences(given(table_of(rows)), [("a", "b")], QUICK)
    by_over = {e.over: e for e in found.estimates}
    assert by_over["workers"].low is None
    assert "too few" in by_over["workers"].note
    assert by_over["units"].value == 1
    assert found.detectable_over == "units"


def test_unknown_persons_leave_the_units() -> None:
    table = judged(np.random.default_rng(7), {"a": 0.3, "b": 0.0})
    (found,) = differences(given(table, persons_known=False), [("a", "b")], QUICK)
    by_over = {e.over: e for e in found.estimates}
    assert by_over["both"].low is None and "not known" in by_over["both"].note
    assert by_over["units"].low is not None
    assert by_over["units"].n_workers is None


def test_nothing_to_compare_is_said() -> None:
    with pytest.raises(DataError, match="no judgements"):
        given(table_of([]))
    with pytest.raises(DataError, match="no 'x' to compare"):
        differences(given(table_of([("u", "w", 1.0, "a")])), [("a", "x")], ONCE)


def test_means_are_those_of_units_not_of_judgements() -> None:
    # u1 has mean 1 from three judgements, u2 mean 3 from one: the mean of units is 2.
    rows = [("u1", "x", 0.0, "a"), ("u1", "y", 1.0, "a"), ("u1", "z", 2.0, "a")]
    (found, *_) = means(given(table_of([*rows, ("u2", "x", 3.0, "a")])), ONCE)
    assert found.value == 2
    assert (found.n_units, found.n_judgements) == (2, 4)


@tries(max_examples=25)
@tried(st.integers(0, 10_000), st.integers(2, 9))
def test_turning_a_pair_round_turns_the_difference_round(seed: int, units: int) -> None:
    table = judged(np.random.default_rng(seed), {"a": 0.1, "b": 0.0}, units=units, each=2)
    one, other = differences(given(table), [("a", "b"), ("b", "a")], Settings(bootstrap=50))
    assert one.p == pytest.approx(other.p)
    for there, back in zip(one.estimates, other.estimates, strict=True):
        assert there.value == pytest.approx(-back.value)
        assert there.low is None or there.low == pytest.approx(-back.high)
