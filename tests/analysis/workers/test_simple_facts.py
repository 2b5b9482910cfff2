"""Leniency, drift, speed, reading, gold: each against scipy on one worker's rows."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.workers.drift import drift, drift_in_hit
from analysis.workers.gold import gold_record, record
from analysis.workers.leniency import leniency
from analysis.workers.read import read_work
from analysis.workers.reading import reading
from analysis.workers.speed import seconds, seconds_per_length
from tests.analysis.support import judgements, snow
from tests.analysis.workers.support import crowd, rest


def timed(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = crowd(rng, values=5)
    return table.assign(
        seconds=rng.exponential(20, len(table)).round(), length=rng.integers(5, 60, len(table))
    )


def test_leniency_is_a_paired_t_test_against_the_others() -> None:
    table = crowd(np.random.default_rng(0), values=5)
    work = read_work(table, "interval")
    found = leniency(work).of(0, "")
    rows = np.flatnonzero(work.judged.worker == 0)
    mine = table["value"].to_numpy()[rows]
    test = stats.ttest_rel(mine, [np.mean(rest(table, row)) for row in rows])
    ends = test.confidence_interval()
    assert found.value == pytest.approx(
        np.mean(mine) - np.mean([np.mean(rest(table, r)) for r in rows])
    )
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


def test_names_have_no_leniency() -> None:
    found = leniency(read_work(judgements("a x yes\na y no"))).of(0, "x")
    assert found.value is None and "names" in found.note


def test_drift_is_the_line_over_a_workers_own_judgements() -> None:
    table = crowd(np.random.default_rng(1))
    table["order"] = np.random.default_rng(2).permutation(len(table))
    work = read_work(table)
    found = drift(work).of(3, "")
    rows = np.flatnonzero(work.judged.worker == 3)
    rows = rows[np.argsort(table["order"].to_numpy()[rows])]
    y = [np.mean([v == table["value"].iloc[r] for v in rest(table, r)]) for r in rows]
    line = stats.linregress(np.linspace(0, 1, len(y)), y)
    assert (found.value, found.se) == pytest.approx((line.slope, line.stderr))


def test_a_worker_who_gives_up_half_way_drifts_down() -> None:
    table = crowd(np.random.default_rng(3), right=0.95)
    rows = np.flatnonzero(table["worker"] == "w2")
    late = rows[len(rows) // 2 :]
    table.loc[table.index[late], "value"] = 1 - table["gold"].iloc[late].to_numpy()
    work = read_work(table)
    found = drift(work).of(work.judged.workers.index("w2"), "w2")
    assert found.high is not None and found.high < 0


def test_within_a_hit_only_places_count_not_which_hit_it_is() -> None:
    # Two HITs of two places; the second HIT is all disagreement, but place makes no difference.
    table = judgements("a x 1\na y 1\nb x 1\nb y 1\nc x 1\nc y 2\nd x 1\nd y 2")
    table = table.assign(position=[0, 0, 1, 1, 4, 4, 5, 5], hit=[1, 1, 1, 1, 2, 2, 2, 2])
    assert drift_in_hit(read_work(table)).of(0, "x").value == pytest.approx(0)
    without = drift_in_hit(read_work(table.drop(columns="hit"))).of(0, "x").value
    assert without is not None and without < -0.2
    unknown = drift_in_hit(read_work(table.drop(columns="position"))).of(0, "x")
    assert unknown.value is None and "not known" in unknown.note


@pytest.mark.parametrize("n", [6, 9, 25, 60])
def test_the_interval_of_a_median_is_between_the_order_statistics_of_the_sign_test(n: int) -> None:
    values = np.random.default_rng(n).exponential(10, n)
    table = pd.DataFrame({"unit": range(n), "worker": "w", "value": 1, "seconds": values})
    found = seconds(read_work(table)).of(0, "w")
    assert found.value == pytest.approx(np.median(values))
    ends = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


def test_five_values_have_a_median_and_no_interval() -> None:
    table = pd.DataFrame({"unit": range(5), "worker": "w", "value": 1, "seconds": [1, 2, 3, 4, 5]})
    found = seconds(read_work(table)).of(0, "w")
    assert found.value == 3 and found.low is None and "too few" in found.note


def test_missing_times_do_not_count_and_no_times_are_undefined() -> None:
    table = judgements("a x 1\nb x 1\na y 1").assign(seconds=[4.0, None, None], length=[2, 2, 2])
    work = read_work(table)
    assert seconds(work).of(0, "x").value == 4
    assert seconds_per_length(work).of(0, "x").value == 2
    assert seconds(work).of(1, "y").value is None
    assert "not known" in seconds(read_work(table.drop(columns="seconds"))).of(0, "x").note


def test_reading_is_spearmans_correlation() -> None:
    table = timed(4)
    work = read_work(table)
    fact = reading(work)
    for place, name in enumerate(work.judged.workers):
        mine = table[table["worker"] == name]
        expected = stats.spearmanr(mine["seconds"], mine["length"]).statistic
        assert fact.value[place] == pytest.approx(expected)
        assert fact.low[place] <= expected <= fact.high[place]


def test_reading_needs_times_that_differ() -> None:
    table = timed(5).assign(seconds=3.0)
    found = reading(read_work(table)).of(0, "")
    assert found.value is None and "equal" in found.note


def test_the_gold_record_has_wilsons_interval() -> None:
    work = read_work(crowd(np.random.default_rng(6)))
    fact = gold_record(work)
    for place in range(work.n_workers):
        n, right = int(fact.n[place]), round(fact.value[place] * fact.n[place])
        ends = stats.binomtest(right, n).proportion_ci(method="wilson")
        assert (fact.low[place], fact.high[place]) == pytest.approx((ends.low, ends.high))


def test_gold_that_nobody_gave_makes_everyone_wrong() -> None:
    table = judgements("a x 1\na y 2\nb x 1").assign(gold=[3, 3, None])
    fact = gold_record(read_work(table))
    assert fact.of(0, "x").value == 0 and fact.of(0, "x").n_judgements == 1


def test_without_known_answers_the_record_is_undefined() -> None:
    assert gold_record(read_work(judgements("a x 1"))).of(0, "x").value is None
    none_asked = record(np.array([0.0]), np.array([0.0])).of(0, "x")
    assert none_asked.value is None and "met no unit" in none_asked.note


@pytest.mark.shared
def test_three_of_the_busiest_workers_on_rte_are_right_no_more_often_than_a_coin() -> None:
    table = snow("rte")
    work = read_work(table)
    fact = gold_record(work)
    mine = table[table["worker"] == "w009"]
    found = fact.of(work.judged.workers.index("w009"), "w009")
    assert found.value == pytest.approx((mine["value"] == mine["gold"]).mean())
    busy = np.flatnonzero(fact.n > 500)
    assert int((fact.high[busy] < 0.56).sum()) == 3
