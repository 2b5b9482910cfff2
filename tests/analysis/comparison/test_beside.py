"""Said beside marked: scipy's correlations of means by hand, and known truths."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as tried
from hypothesis import strategies as st
from scipy import stats

from analysis.comparison.beside import kendall, said_beside_marked, spearman
from analysis.comparison.conditions import Conditions, Settings
from analysis.comparison.marked import marked_conditions
from db.errors import DataError
from db.records import Marks
from tests.analysis.comparison.support import marked

QUICK = Settings(bootstrap=60)


def crowd(seed: int, slope: float, units: int = 40) -> tuple[pd.DataFrame, Conditions, Marks]:
    """Ratings that rise with the AUROC of what is rated by so much, and with a text's own taste."""
    rng = np.random.default_rng(seed)
    scores, marks = marked(rng, {"good": 0.4, "fair": 0.8, "bad": 1.5}, units=units)
    given = marked_conditions(scores, marks, metrics=("auroc",))["auroc"]
    liked = rng.normal(0, 0.5, units)
    rows = [
        (f"i{i}", f"r{w}", slope * given.means[m, i] + liked[i] + rng.normal(0, 0.3), name)
        for m, name in enumerate(given.names)
        for i in range(units)
        for w in rng.choice(12, 3, replace=False)
    ]
    return pd.DataFrame(rows, columns=["unit", "worker", "value", "condition"]), given, marks


def values(said: pd.DataFrame, given: Conditions, marks: Marks, settings: Settings = QUICK):  # type: ignore[no-untyped-def]
    found, excluded = said_beside_marked(said, given, marks, settings)
    return {(e.name, e.over): e for e in found}, excluded


def test_correlations_are_scipys_of_the_means() -> None:
    said, given, marks = crowd(0, 2.0)
    found, excluded = values(said, given, marks)
    assert excluded == {}
    x = said.groupby(["condition", "unit"])["value"].mean().unstack("unit")
    x = x.reindex(index=given.names, columns=marks.instance_ids).to_numpy()
    y = given.means
    wanted = {
        "spearman_all": stats.spearmanr(x.ravel(), y.ravel()).statistic,
        "kendall_all": stats.kendalltau(x.ravel(), y.ravel()).statistic,
        "spearman_within_explainers": np.mean(
            [stats.spearmanr(a, b).statistic for a, b in zip(x, y, strict=True)]
        ),
        "kendall_within_instances": stats.kendalltau(
            (x - x.mean(0)).round(12).ravel(), (y - y.mean(0)).round(12).ravel()
        ).statistic,
        "spearman_explainer_means": stats.spearmanr(x.mean(1), y.mean(1)).statistic,
    }
    for name, value in wanted.items():
        assert found[name, "units"].value == pytest.approx(value)
    assert found["spearman_all", "both"].n_workers == 24  # 12 who rated and 12 who marked
    assert found["spearman_all", "units"].n_units == 40


def test_a_relation_is_found_and_its_absence_too() -> None:
    related, _ = values(*crowd(1, 3.0))
    assert related["spearman_within_instances", "both"].low > 0
    unrelated, _ = values(*crowd(2, 0.0))
    # Over workers the question is about these texts, on which there may be some by chance.
    for over in ("units", "both"):
        one = unrelated["kendall_all", over]
        assert one.low < 0 < one.high


def test_what_one_side_lacks_is_counted() -> None:
    said, given, marks = crowd(3, 1.0)
    more = said.head(2).assign(condition="unheard of")
    elsewhere = said.head(3).assign(unit="elsewhere")
    found, excluded = values(pd.concat([said, more, elsewhere]), given, marks)
    assert excluded == {
        "judgement of an explainer without alignment scores": 2,
        "judgement of an instance that nobody marked": 3,
    }
    assert found["spearman_all", "units"].n_judgements == len(said)
    with pytest.raises(DataError, match="in common"):
        said_beside_marked(elsewhere, given, marks, QUICK)


def test_two_explainers_have_no_correlation_of_means() -> None:
    said, given, marks = crowd(4, 1.0)
    found, _ = values(said[said["condition"] != "fair"], given, marks)
    means = found["spearman_explainer_means", "units"]
    assert means.value is None and "2 explainers are too few" in means.note


def test_answers_that_are_all_alike_correlate_with_nothing() -> None:
    said, given, marks = crowd(5, 1.0)
    found, _ = values(said.assign(value=3.0), given, marks)
    assert found["spearman_all", "units"].value is None
    assert "all alike" in found["spearman_all", "units"].note


@tried(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=400))
def test_both_coefficients_are_scipys_with_ties(points: list[tuple[int, int]]) -> None:
    x, y = np.array(points, dtype=float).T
    if len(set(x)) < 2 or len(set(y)) < 2:
        assert np.isnan(spearman(x, y)) and np.isnan(kendall(x, y))
        return
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert kendall(x, y) == pytest.approx(stats.kendalltau(x, y).statistic)
