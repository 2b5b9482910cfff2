"""Agreement with the rest, drawn towards the crowd where little is known."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.meta_analysis import combine_effects  # type: ignore[import-untyped]

from analysis.workers.agreement import agreement, crowd_of, shrunk
from analysis.workers.read import read_work
from tests.analysis.support import judgements
from tests.analysis.workers.support import crowd


def test_the_crowd_is_that_of_a_random_effects_meta_analysis() -> None:
    rng = np.random.default_rng(0)
    values, variances = rng.normal(0.7, 0.1, 15), rng.uniform(0.001, 0.01, 15)
    found = crowd_of(values, variances)
    other = combine_effects(values, variances, method_re="dl")
    assert found.between == pytest.approx(other.tau2)
    assert found.mean == pytest.approx(other.mean_effect_re)
    assert found.variance_of_mean == pytest.approx(other.sd_eff_w_re**2)


def test_workers_who_may_all_be_alike_are_all_given_the_crowds_mean() -> None:
    values, variances = np.array([0.4, 0.5, 0.6]), np.full(3, 1.0)
    mean, _ = shrunk(values, variances, crowd_of(values, variances))
    assert mean == pytest.approx([0.5, 0.5, 0.5])


def test_the_less_is_known_the_more_is_shrunk() -> None:
    values = np.array([0.2, 0.2, 0.9, 0.8])
    variances = np.array([0.001, 0.05, 0.001, 0.001])
    mean, sd = shrunk(values, variances, crowd_of(values, variances))
    assert 0.2 < mean[0] < mean[1] < 0.65
    assert sd[0] < sd[1]


def test_intervals_hold_the_true_agreement_about_as_often_as_they_say() -> None:
    # A worker who knows the truth of a share r of the units, else tosses a coin, agrees with
    # another like that with ½ + r·r′/2; over the others r′ has the mean of the crowd.
    rng = np.random.default_rng(1)
    held = []
    for _ in range(12):
        workers, units, per_unit = 40, 200, 5
        r = rng.uniform(0.3, 1.0, workers)
        worker = np.argsort(rng.random((units, workers)), axis=1)[:, :per_unit].ravel()
        unit = np.repeat(np.arange(units), per_unit)
        truth = rng.integers(2, size=units)[unit]
        value = np.where(rng.random(len(unit)) < r[worker], truth, rng.integers(2, size=len(unit)))
        table = pd.DataFrame({"unit": unit, "worker": worker, "value": value})
        work = read_work(table)
        found = agreement(work)
        own = r[np.array(work.judged.workers)]
        others = (r.sum() - own) / (workers - 1)
        true = 0.5 + own * others / 2
        held.append((found.low <= true) & (true <= found.high))
    assert 0.90 <= np.mean(held) <= 0.99


def test_who_never_had_company_is_undefined_and_says_so() -> None:
    fact = agreement(read_work(judgements("a x 1\na y 1\nb x 1\nb y 2\nc z 1")))
    alone = fact.of(2, "z")
    assert alone.value is None and "anyone else" in alone.note


def test_one_unit_has_no_crowd_to_draw_towards() -> None:
    # x and y said the same once; nothing is known of how much a worker varies.
    found = agreement(read_work(judgements("a x 1\na y 1"))).of(0, "x")
    assert found.value == 1 and found.low is None and "no crowd" in found.note


def test_everybody_agreeing_everywhere_is_one_without_width() -> None:
    fact = agreement(read_work(judgements("a x 1\na y 1\nb x 2\nb y 2"))).of(0, "x")
    assert fact.value == 1 and fact.se == 0


def test_a_guesser_stands_below_the_crowd() -> None:
    table = crowd(np.random.default_rng(2))
    mine = table["worker"] == "w3"
    table.loc[mine, "value"] = np.random.default_rng(3).integers(2, size=mine.sum())
    work = read_work(table)
    fact = agreement(work)
    assert work.judged.workers[int(np.nanargmin(fact.value))] == "w3"
