"""What people said: superiority, length, chance and wins, each against another way to reckon it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from analysis.comparison.conditions import Settings
from analysis.comparison.length import at_equal_length, length_slopes
from analysis.comparison.permutation import several_groups, two_groups
from analysis.comparison.said import ONE, Said, compare_said
from analysis.comparison.superiority import superiority
from analysis.comparison.wins import compare_wins
from db.errors import DataError, UsageError
from tests.analysis.comparison.support import given, judged, means_by_hand, table_of

QUICK = Settings(bootstrap=200, flips=500)


def test_superiority_is_the_share_of_pairs_that_are_higher_ties_half() -> None:
    table = judged(np.random.default_rng(0), {"a": 0.3, "b": 0.0}).round({"value": 0})
    shares = []
    for _, rows in table.groupby("unit"):
        one, other = (rows[rows["condition"] == name]["value"] for name in "ab")
        shares.append(np.mean([(x > y) + (x == y) / 2 for x, y in product(one, other)]))
    found = superiority(given(table), "a", "b", QUICK)
    assert [e.over for e in found] == ["units", "workers", "both"]
    assert found[0].value == pytest.approx(np.mean(shares))
    assert found[0].low < found[0].value < found[0].high


def test_superiority_needs_units_with_both() -> None:
    found = superiority(given(table_of([("u", "w", 1, "a"), ("v", "w", 1, "b")])), "a", "b", QUICK)
    assert found[0].value is None and "none of the instances has both" in found[0].note


def test_the_difference_at_equal_length_is_that_of_analysis_of_covariance() -> None:
    rng = np.random.default_rng(1)
    # The long texts are b's, and length lifts the value: .05 a word, nothing else.
    length = {f"u{u}": float(rng.integers(5, 25) + 10 * (u % 2)) for u in range(80)}
    rows = [
        (name, "w", 0.05 * words + rng.normal(0, 0.2), "ab"[int(name[1:]) % 2])
        for name, words in length.items()
    ]
    conditions = given(table_of(rows), lengths=length)
    (found,) = at_equal_length(conditions, "b", "a", QUICK)
    frame = table_of(rows).assign(words=[length[row[0]] for row in rows])
    fitted = smf.ols("value ~ C(condition) + words", frame).fit()
    assert found.value == pytest.approx(fitted.params["C(condition)[T.b]"])
    assert found.low < 0 < found.high
    slope = stats.linregress(*frame[frame["condition"] == "a"][["words", "value"]].to_numpy().T)
    assert length_slopes(conditions, QUICK)[0].value == pytest.approx(10 * slope.slope)


def test_texts_of_one_length_have_no_slope() -> None:
    rows = [(f"u{u}", "w", float(u), "a") for u in range(9)]
    conditions = given(table_of(rows), lengths={f"u{u}": 7.0 for u in range(9)})
    (found,) = length_slopes(conditions, QUICK)
    assert found.value is None and "one length" in found.note
    assert length_slopes(given(table_of(rows)), QUICK) == []


def test_permutations_of_groups_have_the_p_of_scipys_f() -> None:
    rng = np.random.default_rng(2)
    group = rng.integers(3, size=60)
    values = rng.normal(0, 1, 60) + 0.4 * group
    p = several_groups(values, group, 20_000, 0)
    parts = [values[group == g] for g in range(3)]
    exact = stats.permutation_test(
        parts, lambda *x: stats.f_oneway(*x).statistic, n_resamples=600, vectorized=False,
        alternative="greater", rng=1,
    )  # fmt: skip
    assert p == pytest.approx(exact.pvalue, abs=0.05)
    assert several_groups(values, np.zeros(60, np.int64), 100, 0) is None
    assert two_groups(values, values[:0], 100, 0) is None


def shares(rng: np.random.Generator, chances: dict[str, float], level: float) -> pd.DataFrame:
    table = judged(rng, dict.fromkeys(chances, 0.0), units=80)
    right = [float(rng.random() < chances[name]) for name in table["condition"]]
    return table.assign(value=right, level=level)


def said(table: pd.DataFrame, **more: object) -> Said:
    return Said(table, "accuracy", "0 to 1", "share", **more)  # type: ignore[arg-type]


def test_a_share_is_held_against_its_chance_and_its_control() -> None:
    table = shares(np.random.default_rng(3), {"attention": 0.7, "random": 0.25}, 0.25)
    found = compare_said(said(table, level="chance", controls=("random",)), QUICK)
    assert [d.subject for d in found.differences] == [
        "attention - random",
        "attention - chance",
        "random - chance",
    ]
    against_control, above, control = found.differences
    mean = means_by_hand(table, "attention").mean()
    assert above.estimates[0].value == pytest.approx(mean - 0.25)
    assert against_control.p_holm < 0.01 and above.p_holm < 0.01
    assert control.p_holm > 0.05
    assert any("3 comparisons" in note for note in found.notes)


def test_one_condition_alone_has_its_mean_and_nothing_to_compare_with() -> None:
    table = shares(np.random.default_rng(4), {"attention": 0.7}, 0.5)
    found = compare_said(said(table), QUICK)
    assert found.differences == [] and ONE in found.notes
    assert {e.name for e in found.estimates} == {"accuracy"}


def test_every_number_is_an_estimate_that_says_how_it_was_made() -> None:
    table = shares(np.random.default_rng(5), {"a": 0.7, "b": 0.5, "c": 0.4}, 0.5)
    found = compare_said(said(table, level="chance"), QUICK)
    for e in found.all_estimates:
        assert e.method and e.scale and e.n_units and e.subject
        assert e.value is not None or e.note


def wins(
    rng: np.random.Generator, chance: float, units: int = 60, tied: float = 0.2
) -> pd.DataFrame:
    """a wins against b with a chance, from either side."""
    rows = []
    for u in range(units):
        for w in rng.choice(15, 3, replace=False):
            pair = ["a", "b"] if (u + w) % 2 else ["b", "a"]
            winner = "tie" if rng.random() < tied else "ab"[int(rng.random() > chance)]
            rows.append((f"u{u}", f"w{w}", *pair, winner))
    return pd.DataFrame(rows, columns=["unit", "worker", "first", "second", "winner"])


def test_a_win_rate_splits_ties_and_counts_every_instance_once() -> None:
    table = wins(np.random.default_rng(6), 0.75)
    points = table["winner"].map({"a": 1.0, "b": 0.0, "tie": 0.5})
    rate = points.groupby(table["unit"]).mean().mean()
    found = compare_wins(table, QUICK)
    by_name = {(e.name, e.subject, e.over): e for e in found.estimates}
    assert by_name["win_rate", "a", "units"].value == pytest.approx(rate)
    assert by_name["win_rate", "b", "units"].value == pytest.approx(1 - rate)
    assert by_name["strength", "a", "both"].value > 0 > by_name["strength", "b", "both"].value
    (difference,) = found.differences
    assert (difference.first, difference.second) == ("a", "b")
    assert difference.estimates[0].value == pytest.approx(rate - 0.5)
    assert difference.p_holm < 0.01
    assert compare_wins(table, QUICK, baseline="a").differences[0].second == "a"


def test_ties_alone_are_half_a_win_each_and_no_difference() -> None:
    table = wins(np.random.default_rng(7), 0.5, tied=1.1)
    (difference,) = compare_wins(table, QUICK).differences
    assert difference.estimates[0].value == 0
    assert difference.p == 1


def test_names_that_are_not_there_are_refused() -> None:
    with pytest.raises(UsageError, match="no 'c' to serve as baseline"):
        compare_wins(wins(np.random.default_rng(8), 0.5), QUICK, baseline="c")
    with pytest.raises(DataError, match="no comparisons"):
        compare_wins(wins(np.random.default_rng(8), 0.5).iloc[:0], QUICK)
