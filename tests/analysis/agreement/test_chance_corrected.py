"""AC1, AC2 and Fleiss' kappa: published examples, statsmodels, and weights that mean something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from analysis.agreement.base import AgreementResult
from analysis.agreement.corrected import Correction, statistic_of
from analysis.agreement.fleiss import KAPPA, fleiss
from analysis.agreement.graded import WeightName, grading
from analysis.agreement.gwet import AC2, ac1, ac2
from analysis.agreement.pairable import Pairable, pairable
from analysis.agreement.tally import UnitTaker, WorkerTaker
from analysis.judgements import read
from analysis.resampling import Weights
from db.errors import DataError, UsageError
from tests.analysis.agreement.test_krippendorff import published_table
from tests.analysis.support import judgements, one, random_table, snow

NAMES: list[WeightName] = ["identity", "ordinal", "linear", "quadratic"]


def value(result: AgreementResult, name: str) -> float:
    found = one(result.estimates, name).value
    assert found is not None
    return found


# The four raters of Krippendorff (2011) are also those of Gwet (2014), table 4.5: his package
# irrCAC prints these coefficients for them, with the gaps left as they are.
@pytest.mark.parametrize(
    ("name", "gwet", "kappa"),
    [
        ("identity", 0.77544, 0.76117),
        ("ordinal", 0.89894, 0.85021),
        ("linear", 0.85874, 0.81794),
        ("quadratic", 0.91400, 0.86494),
    ],
)
def test_published_example_at_every_weight(name: WeightName, gwet: float, kappa: float) -> None:
    table = published_table()
    assert value(ac2(table, "ordinal", weights=name, bootstrap=0), "ac2") == pytest.approx(
        gwet, abs=5e-6
    )
    assert value(fleiss(table, "ordinal", weights=name, bootstrap=0), "fleiss") == pytest.approx(
        kappa, abs=5e-6
    )
    if name == "identity":
        assert value(ac1(table, "nominal", bootstrap=0), "ac1") == pytest.approx(gwet, abs=5e-6)


def test_ac1_of_two_raters_by_hand() -> None:
    # 8 of 10 units alike: 7 yes-yes, 1 no-no, 2 split. p_a = .8; share of yes (14 + 2)/20 = .8;
    # p_e = 2·.8·.2 = .32; AC1 = (.8 − .32)/(1 − .32). Scott's pi would say (.8 − .68)/.32 = .375.
    answers = ["11"] * 7 + ["00", "10", "01"]
    rows = [
        (f"u{u}", f"w{w}", int(a)) for u, pair in enumerate(answers) for w, a in enumerate(pair)
    ]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    assert value(ac1(table, "nominal", bootstrap=0), "ac1") == pytest.approx(0.48 / 0.68)
    assert value(fleiss(table, "nominal", bootstrap=0), "fleiss") == pytest.approx(0.375)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(2, 5))
def test_fleiss_is_statsmodels_where_every_unit_is_judged_as_often(
    seed: int, values: int, times: int
) -> None:
    rng = np.random.default_rng(seed)
    grid = rng.integers(values, size=(15, times))
    grid[0, 0], grid[0, 1] = 0, 1
    rows = [(f"u{u}", f"w{w}", int(grid[u, w])) for u in range(15) for w in range(times)]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    theirs = fleiss_kappa(aggregate_raters(grid)[0])
    assert value(fleiss(table, "nominal", bootstrap=0), "fleiss") == pytest.approx(
        theirs, abs=1e-12
    )


def prepared(table: pd.DataFrame, name: WeightName) -> tuple[Pairable, Any]:
    judged = read(table)
    graded = grading(judged, name)
    data = pairable(judged, graded.level, None, least=1)
    assert data is not None
    return data, graded


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(NAMES), st.sampled_from([AC2, KAPPA]))
def test_weights_are_units_drawn_again_and_workers_left_out(
    seed: int, name: WeightName, correction: Correction
) -> None:
    rng = np.random.default_rng(seed)
    table = random_table(rng, 12, 6, 4)
    data, graded = prepared(table, name)
    taken = statistic_of(WorkerTaker(data), graded, correction).function
    units = rng.integers(3, size=len(data.judged.units)).astype(float)
    kept = (rng.random(len(data.judged.workers)) < 0.7).astype(float)
    ours = taken(Weights(units[:, None], kept[:, None]))[0]
    # The same by hand: a unit drawn twice becomes two units, a worker of weight 0 has no rows.
    of_unit = dict(zip(data.judged.units, units.astype(int).tolist(), strict=True))
    of_worker = dict(zip(data.judged.workers, kept.astype(int).tolist(), strict=True))
    rows = [
        (f"{row.unit}#{copy}", row.worker, row.value)
        for row in table.itertuples()
        for copy in range(of_unit[row.unit] * of_worker[row.worker])
    ]
    drawn = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    # The values that there are stay those of the whole table.
    order = pd.CategoricalDtype(sorted(table["value"].unique()), ordered=True)
    spaced = order.categories.tolist() == list(range(len(order.categories)))
    if len(rows) and (spaced or name in ("identity", "ordinal")):
        again, regraded = prepared(drawn.assign(value=drawn["value"].astype(order)), name)
        once = Weights(np.ones((again.cells.n_units, 1)), np.ones((len(again.judged.workers), 1)))
        theirs = statistic_of(WorkerTaker(again), regraded, correction).function(once)[0]
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_patterns_of_units_and_units_one_by_one_give_the_same_number() -> None:
    data, graded = prepared(random_table(np.random.default_rng(1), 60, 9, 3), "linear")
    ones = np.ones((len(data.judged.workers), 1))
    by_pattern = statistic_of(UnitTaker(data), graded, AC2).function
    by_unit = statistic_of(WorkerTaker(data), graded, AC2).function
    assert by_pattern(Weights(data.drawn_units().base, ones))[0] == pytest.approx(
        by_unit(Weights(np.ones((data.cells.n_units, 1)), ones))[0], abs=1e-12
    )


def test_other_workers_are_less_certain_than_other_units_on_real_data() -> None:
    result = ac1(snow("rte"), "nominal")
    units = one(result.estimates, "ac1")
    workers = one(result.estimates, "ac1", over="workers", method="bootstrap")
    jackknifed = one(result.estimates, "ac1", over="workers", method="jackknife")
    assert units.value == pytest.approx(0.273, abs=5e-4)
    assert units.se is not None and workers.se is not None and jackknifed.se is not None
    assert workers.se > 3 * units.se
    assert jackknifed.se == pytest.approx(workers.se, rel=0.5)
    assert (units.n_units, units.n_workers, units.n_judgements) == (800, 164, 8000)


def test_a_unit_judged_once_counts_for_chance_alone() -> None:
    # a and b agree: p_a = 1 whatever c says. With c, shares of x: (1 + 0 + 0)/3.
    result = ac1(judgements("a x 1\na y 1\nb x 2\nb y 2\nc x 2"), "nominal", bootstrap=0)
    assert value(result, "ac1") == pytest.approx(1.0)
    assert one(result.estimates, "ac1").n_units == 2
    assert any("1 of 3 units was judged once" in note for note in result.notes)


@pytest.mark.parametrize("coefficient", [ac1, ac2, fleiss])
def test_what_cannot_be_computed_says_why(coefficient: Callable[..., AgreementResult]) -> None:
    alone = coefficient(judgements("a x 1\nb y 2"), "nominal").estimates[0]
    assert alone.value is None and "no unit has two judgements" in alone.note
    same = coefficient(judgements("a x 1\na y 1\nb x 1\nb y 1"), "nominal").estimates[0]
    assert same.value is None and same.note == "every judgement is 1: nothing can differ"
    unknown = coefficient(
        random_table(np.random.default_rng(2), 30, 15, 2), "nominal", persons_known=False
    )
    for over in ("workers", "both"):
        estimate = one(unknown.estimates, unknown.estimates[0].name, over=over)
        assert estimate.se is None and "not known" in estimate.note


def test_weights_follow_the_level_and_are_echoed() -> None:
    table = published_table()
    assert ac2(table, "ordinal", bootstrap=0).notes[0] == "ac2: ordinal weights"
    assert ac2(table, "interval", bootstrap=0).notes[0] == "ac2: quadratic weights"
    assert ac2(table, "nominal", bootstrap=0).notes[0] == "ac2: identity weights"
    with pytest.raises(UsageError, match="no weights for the level 'ratio'"):
        ac2(table, "ratio")
    with pytest.raises(UsageError, match="need values in an order"):
        ac2(table, "nominal", weights="linear")
    with pytest.raises(UsageError, match="no weights called 'cubic'"):
        fleiss(table, "ordinal", weights="cubic")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="'no' is not one"):
        ac2(judgements("a x yes\na y no"), "ordinal")


def test_declared_categories_count_also_where_nobody_chose_them() -> None:
    table = judgements("a x 1\na y 1\nb x 2\nb y 2\nc x 1\nc y 2")
    wide = table.assign(value=table["value"].astype(pd.CategoricalDtype([1, 2, 3], ordered=True)))
    # p_a = 2/3, shares ½ and ½: Σπ(1 − π) = ½. q = 2: p_e = ½; q = 3: p_e = ½/2 = ¼.
    assert value(ac1(table, "nominal", bootstrap=0), "ac1") == pytest.approx((2 / 3 - 0.5) / 0.5)
    assert value(ac1(wide, "nominal", bootstrap=0), "ac1") == pytest.approx((2 / 3 - 0.25) / 0.75)


def test_percent_agreement_and_prevalence_stand_beside() -> None:
    result = ac1(judgements("a x 1\na y 1\na z 2\nb x 1\nb y 1"), "nominal", bootstrap=0)
    assert value(result, "percent_agreement") == pytest.approx(2 / 3)
    assert one(result.estimates, "prevalence", "1").value == pytest.approx(4 / 5)
