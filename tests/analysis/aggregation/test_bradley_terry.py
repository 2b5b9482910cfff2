"""Strengths from comparisons: two other libraries, shares by hand, and what must be reported."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from crowdkit.aggregation import BradleyTerry
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.aggregation.bradley_terry import bradley_terry, covariance
from analysis.aggregation.comparisons import read_comparisons
from analysis.aggregation.davidson import design, fit
from db.errors import UsageError
from tests.analysis.aggregation.test_comparisons import compared
from tests.analysis.support import one

FLAT = 1e4
"""A prior so wide that it says nothing."""


def contests(
    seed: int, rows: int = 600, things: int = 5, side: float = 0.0, tie: float = -np.inf
) -> tuple[pd.DataFrame, np.ndarray]:
    """Comparisons drawn from the model itself, by 20 workers on 60 units, and the strengths."""
    rng = np.random.default_rng(seed)
    strength = np.linspace(-1, 1, things)
    drawn = []
    for _ in range(rows):
        a, b = rng.choice(things, size=2, replace=False)
        d = strength[a] - strength[b] + side
        odds = np.exp([d / 2, -d / 2, tie])
        winner = (f"t{a}", f"t{b}", "tie")[rng.choice(3, p=odds / odds.sum())]
        drawn.append((int(rng.integers(60)), f"w{rng.integers(20)}", f"t{a}", f"t{b}", winner))
    return pd.DataFrame(drawn, columns=["unit", "worker", "first", "second", "winner"]), strength


def test_strengths_equal_those_of_another_library() -> None:
    table, _ = contests(0)
    # With a tolerance of 0 or more crowd-kit 1.4 stops at its second iteration.
    theirs = BradleyTerry(n_iter=2000, tol=-1).fit_predict(
        table.rename(columns={"first": "left", "second": "right", "winner": "label"})
    )
    logs = np.log(theirs) - np.log(theirs).mean()
    ours = bradley_terry(table, side=False, prior_sd=FLAT).things["strength"]
    np.testing.assert_allclose(ours, logs[ours.index], atol=1e-5)


@pytest.mark.parametrize("cluster", ["unit", "worker"])
def test_sandwiches_equal_those_of_logistic_regression_with_clusters(cluster: str) -> None:
    table, _ = contests(1, side=0.4)
    given_ = read_comparisons(table)
    fitted = fit(design(given_, True), FLAT)
    # t0 is the reference there, so that differences from it are compared.
    n = np.arange(len(table))
    x = np.zeros((len(table), 6))
    x[n, given_.first] += 1
    x[n, given_.second] -= 1
    x[:, 5] = 1
    codes = getattr(given_, cluster)
    theirs = sm.Logit(given_.outcome == 1, x[:, 1:]).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False}
    )
    step = np.eye(6)[1:]
    step[:4, 0] = -1
    groups = int(codes.max()) + 1
    ours = step @ covariance(fitted, codes) @ step.T * (groups - 1) / groups
    np.testing.assert_allclose(step @ fitted.parameters, theirs.params, atol=1e-5)
    np.testing.assert_allclose(ours, theirs.cov_params(), rtol=1e-4, atol=1e-8)


def test_two_things_by_hand() -> None:
    # 6 wins, 2 losses, 4 ties: λ_a − λ_b = log(6/2) = 1.0986; ν = 4 / √(6 · 2), log ν = .1438.
    rows = ["u w a b a"] * 6 + ["u w a b b"] * 2 + ["u w a b tie"] * 4
    found = bradley_terry(compared("\n".join(rows)), side=False, prior_sd=FLAT)
    strength = found.things["strength"]
    assert strength["a"] - strength["b"] == pytest.approx(np.log(3), abs=1e-6)
    assert strength["a"] == pytest.approx(-strength["b"])
    tie = next(e for e in found.estimates if e.name == "tie")
    assert tie.value == pytest.approx(np.log(4 / np.sqrt(12)), abs=1e-6)
    assert found.things.loc["a", ["wins", "losses", "ties"]].tolist() == [6, 2, 4]


def test_a_known_crowd_is_found_side_and_ties_included() -> None:
    table, strength = contests(2, rows=6000, side=0.5, tie=-0.5)
    found = bradley_terry(table)
    assert np.diff(found.history).min() >= 0 and found.converged
    for place, value in enumerate(strength):
        e = one(found.estimates, "strength", f"t{place}")
        assert e.value == pytest.approx(value, abs=0.15)
        assert e.se is not None and 0.01 < e.se < 0.06
    assert one(found.estimates, "side").value == pytest.approx(0.5, abs=0.1)
    assert one(found.estimates, "tie").value == pytest.approx(-0.5, abs=0.1)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([-np.inf, 0.0]))
def test_showing_everything_the_other_way_round_turns_the_side_only(seed: int, tie: float) -> None:
    table, _ = contests(seed, rows=60, side=0.3, tie=tie)
    turned = table.rename(columns={"first": "second", "second": "first"})
    one_way, other = (
        {(e.name, e.subject): e.value for e in bradley_terry(t, over=("units",)).estimates}
        for t in (table, turned)
    )
    sides = one_way.pop(("side", "")), other.pop(("side", ""))
    assert sides[0] == pytest.approx(-sides[1], abs=1e-6)
    assert one_way == pytest.approx(other, abs=1e-6)


def test_both_is_wider_than_either_and_says_so() -> None:
    found = bradley_terry(contests(3)[0]).estimates
    units, workers, both = (one(found, "strength", "t0", k) for k in ("units", "workers", "both"))
    assert both.se == pytest.approx(np.hypot(units.se, workers.se))
    assert "conservative" in both.method


def test_few_or_unknown_workers_give_no_interval_over_workers() -> None:
    table = contests(4)[0]
    unknown = one(bradley_terry(table, persons_known=False).estimates, "side", over="workers")
    assert unknown.value is not None and unknown.low is None and "not known" in unknown.note
    few = table[table["worker"].isin(["w1", "w2", "w3"])]
    assert "too few" in one(bradley_terry(few).estimates, "side", over="both").note


def test_what_cannot_be_compared_is_reported() -> None:
    found = bradley_terry(compared("u w a b a\nv w b a a\nu w c d c\nu w d c d"))
    assert found.things["component"].to_dict() == {"a": 1, "b": 1, "c": 2, "d": 2}
    assert any("2 components" in note for note in found.notes)
    assert any("always won or always lost" in n and n.endswith("a, b") for n in found.notes)
    # a never lost: without the prior its strength would be infinite.
    assert 0 < found.things.loc["a", "strength"] < 6


def test_one_order_only_is_reported() -> None:
    notes = bradley_terry(compared("u w a b a\nv w a b b")).notes
    assert any("both orders" in note for note in notes)


def test_a_prior_without_width_is_refused() -> None:
    with pytest.raises(UsageError, match="prior_sd"):
        bradley_terry(compared("u w a b a"), prior_sd=0)
