"""Cohen's kappa: scikit-learn pair by pair, and what pairs cannot say."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from analysis.agreement.cohen import cohen, pair_table
from analysis.agreement.graded import WeightName, grading
from analysis.judgements import read
from tests.analysis.support import judgements, one, random_table, snow

SKLEARN: dict[WeightName, str | None] = {
    "identity": None,
    "linear": "linear",
    "quadratic": "quadratic",
}


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(list(SKLEARN)))
def test_every_pair_is_scikit_learns(seed: int, name: WeightName) -> None:
    table = random_table(np.random.default_rng(seed), 25, 4, 4, per_unit=4)
    # scikit-learn weights by the places of the labels, so the labels must be places.
    judged = read(table)
    graded = grading(judged, name)
    labels = list(range(int(table["value"].max()) + 1))
    if list(judged.values) != labels:
        return
    wide = table.pivot(index="unit", columns="worker", values="value")
    found = pair_table(judged, graded)
    for row in found.itertuples():
        both = wide[[row.first, row.second]].dropna().astype(int)
        assert row.common == len(both) >= 2
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = cohen_kappa_score(
                both[row.first], both[row.second], labels=labels, weights=SKLEARN[name]
            )
        np.testing.assert_allclose(row.kappa, theirs, atol=1e-12)


def test_cohens_own_kind_of_table_by_hand() -> None:
    # 20 + 15 of 50 alike: p_o = .7; yes 25 and 30 of 50: p_e = .5·.6 + .5·.4 = .5; kappa = .4.
    answers = ["11"] * 20 + ["00"] * 15 + ["10"] * 5 + ["01"] * 10
    rows = [
        (f"u{u}", f"w{w}", int(a)) for u, pair in enumerate(answers) for w, a in enumerate(pair)
    ]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    result = cohen(table, "nominal")
    mean, pair = one(result.estimates, "cohen"), one(result.estimates, "cohen", "w0 – w1")
    assert mean.value == pytest.approx(0.4)
    assert pair.value == pytest.approx(0.4)
    assert (mean.low, mean.high) == (pair.low, pair.high)
    assert (pair.n_units, pair.n_workers, pair.n_judgements) == (50, 2, 100)


def test_the_mean_counts_every_pair_once_and_leaves_out_those_who_never_differ() -> None:
    # x–y: 1·1, 2·2 → kappa 1. x–z: 1·2, 2·1 → −1. y–z as x–z. v–w both say 1 twice: undefined.
    rows = "a x 1\nb x 2\na y 1\nb y 2\na z 2\nb z 1\nc v 1\nd v 1\nc w 1\nd w 1\ne v 1\ne x 2"
    result = cohen(judgements(rows), "nominal", bootstrap=0)
    assert one(result.estimates, "cohen").value == pytest.approx((1 - 1 - 1) / 3)
    assert result.excluded == {
        "cohen: pair of workers with fewer than 2 common units": 1,
        "cohen: pair of workers who gave one answer only": 1,
    }
    undefined = one(result.estimates, "cohen", "v – w")
    assert undefined.value is None and "nothing can differ" in undefined.note


def test_intervals_over_workers_do_not_exist_for_pairs() -> None:
    result = cohen(random_table(np.random.default_rng(3), 60, 12, 3), "nominal", bootstrap=50)
    assert one(result.estimates, "cohen").se is not None
    for over in ("workers", "both"):
        estimate = one(result.estimates, "cohen", over=over)
        assert estimate.value is not None and estimate.se is None
        assert "paired with themself" in estimate.note


def test_strangers_and_workers_who_never_meet_have_no_kappa() -> None:
    unknown = cohen(judgements("a x 1\na y 2"), "nominal", persons_known=False).estimates[0]
    assert unknown.value is None and "who they were" in unknown.note
    apart = cohen(judgements("a x 1\na y 2\nb x 1\nb z 2"), "nominal").estimates[0]
    assert apart.value is None and "judged 2 units together" in apart.note


def test_real_crowds_have_many_small_pairs_and_that_is_said() -> None:
    result = cohen(snow("rte"), "nominal", bootstrap=20)
    assert any("1,254 pairs of workers, 20 common units in the median" in n for n in result.notes)
    listed = [e for e in result.estimates if e.name == "cohen" and e.subject]
    assert len(listed) == 20
    sizes = [e.n_units for e in listed]
    assert sizes == sorted(sizes, reverse=True)
