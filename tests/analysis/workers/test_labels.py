"""Confusion and bias: which answers a worker gives where the others give which."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy import stats
from sklearn.metrics import confusion_matrix  # type: ignore[import-untyped]

from analysis.significance import holm
from analysis.workers.bias import bias
from analysis.workers.confusion import confusion
from analysis.workers.read import read_work
from tests.analysis.support import judgements
from tests.analysis.workers.support import crowd, rest, sparse_tables


def test_confusion_without_ties_is_scikit_learns() -> None:
    # Four judgements a unit: three others, two values, never tied.
    table = crowd(np.random.default_rng(0), workers=8, per_unit=4)
    found = confusion(read_work(table))
    for name, mine in found.groupby("worker"):
        rows = np.flatnonzero(table["worker"] == name)
        majority = [int(np.mean(rest(table, row)) > 0.5) for row in rows]
        matrix = confusion_matrix(majority, table["value"].iloc[rows], labels=[0, 1])
        for cell in mine.itertuples():
            assert cell.judgements == matrix[cell.consensus, cell.answer]
            assert cell.share == pytest.approx(cell.judgements / matrix[cell.consensus].sum())


def test_tied_others_count_by_halves() -> None:
    found = confusion(read_work(judgements("a x 1\na y 1\na z 2"))).set_index("worker")
    # The others of x say 1 and 2: half a judgement each way.
    assert found.loc["x", "judgements"].tolist() == [0.5, 0.5]
    assert found.loc["z", "judgements"] == 1


@settings(max_examples=25, deadline=None)
@given(sparse_tables())
def test_confusions_sum_to_the_judgements_with_company(table: pd.DataFrame) -> None:
    found = confusion(read_work(table)).groupby("worker")["judgements"].sum()
    sizes = table.groupby("unit")["worker"].transform("size")
    expected = table[sizes > 1].groupby("worker").size()
    assert found.to_dict() == pytest.approx(expected.to_dict())


def test_bias_is_a_paired_t_test_value_by_value() -> None:
    table = crowd(np.random.default_rng(1), values=3)
    found = bias(read_work(table))
    raw = []
    for row in found.itertuples():
        rows = np.flatnonzero(table["worker"] == row.worker)
        own = [float(v == row.value) for v in table["value"].iloc[rows]]
        others = [np.mean([v == row.value for v in rest(table, r)]) for r in rows]
        test = stats.ttest_rel(own, others)
        ends = test.confidence_interval()
        assert row.difference == pytest.approx(np.mean(own) - np.mean(others))
        assert (row.low, row.high) == pytest.approx((ends.low, ends.high))
        raw.append(test.pvalue)
    assert found["p_value"].to_numpy(float) == pytest.approx(holm(raw))


@settings(max_examples=25, deadline=None)
@given(sparse_tables())
def test_what_is_given_too_often_is_given_too_seldom_elsewhere(table: pd.DataFrame) -> None:
    found = bias(read_work(table))
    assert found.groupby("worker")["difference"].sum().abs().max() < 1e-9 or found.empty
    assert not found[found["n"] < 5]["low"].notna().any()


def test_a_worker_who_always_says_one_thing_is_found_and_nobody_else() -> None:
    table = crowd(np.random.default_rng(2), units=300)
    table.loc[table["worker"] == "w7", "value"] = 1
    found = bias(read_work(table))
    clear = found[(found["p_value"] <= 0.05).fillna(False)]
    assert set(clear["worker"]) == {"w7"}
    assert clear.set_index("value").loc[1, "difference"] > 0.3


def test_without_company_there_is_no_row() -> None:
    assert bias(read_work(judgements("a x 1\nb y 2"))).empty
    assert confusion(read_work(judgements("a x 1\nb y 2"))).empty
