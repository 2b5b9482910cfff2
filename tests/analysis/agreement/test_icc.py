"""Intraclass correlations: the published table, and statsmodels' mean squares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.formula.api import ols

from analysis.agreement.icc import FORMS, icc
from analysis.agreement.pairable import pairable
from analysis.agreement.variance import OneWay, TwoWay
from analysis.judgements import read
from analysis.resampling import Weights
from tests.analysis.support import judgements, one, random_table

# Shrout & Fleiss (1979), table 2: six targets, four judges; table 4 has the coefficients.
PUBLISHED = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
TABLE_4 = {
    "ICC(1,1)": 0.17, "ICC(2,1)": 0.29, "ICC(3,1)": 0.71,
    "ICC(1,k)": 0.44, "ICC(2,k)": 0.62, "ICC(3,k)": 0.91,
}  # fmt: skip


def crossed(grid: np.ndarray | list[list[int]]) -> pd.DataFrame:
    rows = [(f"u{u}", f"w{w:02d}", float(v)) for u, line in enumerate(grid)
            for w, v in enumerate(line)]  # fmt: skip
    return pd.DataFrame(rows, columns=["unit", "worker", "value"])


@pytest.mark.parametrize("form", FORMS)
def test_published_example_in_all_six_forms(form: str) -> None:
    found = one(icc(crossed(PUBLISHED), "interval", bootstrap=0).estimates, "icc", form)
    assert found.value == pytest.approx(TABLE_4[form], abs=5e-3)


def mean_squares(table: pd.DataFrame, formula: str) -> pd.Series:
    found = sm.stats.anova_lm(ols(formula, table).fit(), typ=1)
    return found["sum_sq"] / found["df"]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_forms_are_shrout_and_fleiss_from_the_mean_squares_of_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, k = 7, 4
    grid = rng.normal(size=(n, 1)) + rng.normal(size=(1, k)) + rng.normal(size=(n, k))
    table = crossed(grid)
    two = mean_squares(table, "value ~ C(unit) + C(worker)")
    bms, jms, ems = two["C(unit)"], two["C(worker)"], two["Residual"]
    wms = mean_squares(table, "value ~ C(unit)")["Residual"]
    expected = {
        "ICC(1,1)": (bms - wms) / (bms + (k - 1) * wms),
        "ICC(2,1)": (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n),
        "ICC(3,1)": (bms - ems) / (bms + (k - 1) * ems),
        "ICC(1,k)": (bms - wms) / bms,
        "ICC(2,k)": (bms - ems) / (bms + (jms - ems) / n),
        "ICC(3,k)": (bms - ems) / bms,
    }
    result = icc(table, "interval", bootstrap=0)
    for form in FORMS:
        found = one(result.estimates, "icc", form).value
        assert found == pytest.approx(expected[form], abs=1e-9)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_unequal_numbers_follow_the_anova_estimator(seed: int) -> None:
    table = random_table(np.random.default_rng(seed), 14, 9, 5)
    size = table.groupby("unit")["value"].transform("size")
    kept = table[size > 1]
    sizes = kept.groupby("unit").size().to_numpy()
    found = mean_squares(kept, "value ~ C(unit)")
    bms, wms = found["C(unit)"], found["Residual"]
    # Searle (1971): k0 = (N − Σn²/N) / (units − 1).
    k0 = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
    expected = (bms - wms) / (bms + (k0 - 1) * wms)
    ours = one(icc(table, "interval", bootstrap=0).estimates, "icc", "ICC(1,1)").value
    assert ours == pytest.approx(expected, abs=1e-9)


def test_sparse_designs_have_one_form_and_the_others_say_why() -> None:
    result = icc(random_table(np.random.default_rng(1), 40, 12, 5), "ordinal", bootstrap=100)
    for over in ("units", "both"):
        assert one(result.estimates, "icc", "ICC(1,1)", over=over).se is not None
    jackknifed = one(result.estimates, "icc", "ICC(1,1)", over="workers", method="jackknife")
    assert jackknifed.se is not None
    assert "unequally often" in one(result.estimates, "icc", "ICC(1,k)").note
    for form in ("ICC(2,1)", "ICC(3,1)", "ICC(2,k)", "ICC(3,k)"):
        estimate = one(result.estimates, "icc", form)
        assert estimate.value is None and "the same workers judged every unit" in estimate.note
    assert "unit with one judgement only" in result.excluded


def test_forms_with_workers_need_persons() -> None:
    result = icc(crossed(PUBLISHED), "interval", persons_known=False, bootstrap=0)
    assert one(result.estimates, "icc", "ICC(1,k)").value == pytest.approx(0.44, abs=5e-3)
    assert "who judged is not known" in one(result.estimates, "icc", "ICC(2,1)").note


def test_names_and_constants_are_undefined_with_the_reason() -> None:
    names = icc(judgements("a x yes\na y no"), "nominal")
    assert all("names have no variance" in e.note for e in names.estimates if e.name == "icc")
    same = icc(judgements("a x 3\na y 3\nb x 3\nb y 3"), "interval", bootstrap=0)
    for form in FORMS:
        estimate = one(same.estimates, "icc", form)
        assert estimate.value is None and "nothing can be shared out" in estimate.note


def test_weights_are_units_drawn_again_and_workers_left_out() -> None:
    rng = np.random.default_rng(2)
    grid = rng.normal(size=(8, 1)) + rng.normal(size=(1, 5)) + rng.normal(size=(8, 5))
    units, workers = np.array([2, 0, 1, 3, 1, 0, 1, 0]), np.array([1, 1, 0, 1, 1])
    drawn = Weights(units[:, None].astype(float), workers[:, None].astype(float))
    whole, part = crossed(grid), crossed(np.repeat(grid, units, axis=0)[:, workers == 1])
    for made in (OneWay, TwoWay):
        values = []
        for table, weights in ((whole, drawn), (part, None)):
            data = pairable(read(table), "interval", None)
            assert data is not None
            x = data.cells.values[data.judged.code]
            shape = len(data.judged.units), len(data.judged.workers)
            ones = Weights(np.ones((shape[0], 1)), np.ones((shape[1], 1)))
            source = made(data.judged, x)
            take = source.absolute if isinstance(source, TwoWay) else source.components
            values.append(take(weights or ones))
        np.testing.assert_allclose(values[0], values[1], atol=1e-9)


def test_a_worker_drawn_twice_brings_no_agreement_of_their_own() -> None:
    # Pure noise: there is nothing between units. Counting the copies of a worker as two people
    # would find agreement of about .3; the mean of many draws stays near the value itself.
    rng = np.random.default_rng(3)
    table = crossed(rng.normal(size=(150, 12)))
    found = icc(table, "interval", bootstrap=400)
    for form in ("ICC(1,1)", "ICC(2,1)"):
        workers = one(found.estimates, "icc", form, over="workers", method="bootstrap")
        assert workers.value is not None and workers.low is not None and workers.high is not None
        assert workers.low < workers.value < workers.high < 0.1
