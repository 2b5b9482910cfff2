"""A judgement beside the others': sums over counts against loops over people."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.workers.company import agreements, consensus_of_others, gaps, votes
from analysis.workers.read import read_work
from tests.analysis.workers.support import rest, sparse_tables


@settings(max_examples=25, deadline=None)
@given(sparse_tables())
def test_agreement_is_the_share_of_others_who_said_the_same(table: pd.DataFrame) -> None:
    found = agreements(read_work(table))
    for row, value in enumerate(table["value"]):
        others = rest(table, row)
        if others:
            assert found[row] == pytest.approx(others.count(value) / len(others))
        else:
            assert np.isnan(found[row])


@settings(max_examples=25, deadline=None)
@given(sparse_tables(5), st.floats(-1e6, 1e6))
def test_on_scales_it_is_one_less_the_mean_distance(table: pd.DataFrame, shift: float) -> None:
    found = agreements(read_work(table.assign(value=table["value"] + shift), "interval"))
    reach = float(np.ptp(table["value"]))
    for row, value in enumerate(table["value"]):
        others = rest(table, row)
        if others and reach:
            distance = np.mean([abs(value - other) for other in others])
            assert found[row] == pytest.approx(1 - distance / reach, abs=1e-8)
        else:
            assert np.isnan(found[row]) if not others else found[row] == 1


@settings(max_examples=25, deadline=None)
@given(sparse_tables(5))
def test_gaps_are_differences_to_the_mean_of_the_others(table: pd.DataFrame) -> None:
    found = gaps(read_work(table, "interval"))
    for row, value in enumerate(table["value"]):
        others = rest(table, row)
        assert (
            np.isnan(found[row])
            if not others
            else found[row] == pytest.approx(value - np.mean(others), abs=1e-9)
        )


@settings(max_examples=25, deadline=None)
@given(sparse_tables())
def test_consensus_of_others_never_counts_the_worker_and_splits_ties(table: pd.DataFrame) -> None:
    work = read_work(table)
    found = votes(work)
    weight = consensus_of_others(work, found)
    for row in range(len(table)):
        others = rest(table, row)
        top = {v for v in others if others.count(v) == max(map(others.count, others))}
        mine = found.judgement == row
        given_weight = {
            int(work.judged.values[code]): w
            for code, w in zip(found.code[mine], weight[mine], strict=True)
            if w > 0
        }
        assert given_weight == pytest.approx({v: 1 / len(top) for v in top})
