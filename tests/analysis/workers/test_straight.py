"""Straight-lining: runs against itertools and against simulated workers."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analysis.workers.read import read_work
from analysis.workers.straight import longest_run, runs, same_answer
from tests.analysis.support import judgements
from tests.analysis.workers.support import crowd, sparse_tables


@settings(max_examples=25, deadline=None)
@given(sparse_tables())
def test_the_longest_run_is_the_longest_group(table: pd.DataFrame) -> None:
    work = read_work(table)
    found = runs(work)
    for place, name in enumerate(work.judged.workers):
        answers = table["value"][table["worker"] == name]
        longest = max(len(list(group)) for _, group in itertools.groupby(answers))
        assert found.length[place] == longest
        assert np.isnan(found.p_value[place]) or 0 <= found.p_value[place] <= 1


@pytest.mark.parametrize("length", [7, 9, 11])
def test_the_chance_of_a_run_is_about_that_of_simulated_workers(length: int) -> None:
    # 60 answers of a worker whose units have others who say 1 in half of the cases.
    rng = np.random.default_rng(length)
    drawn = rng.integers(2, size=(20_000, 60))
    longest = np.array(
        [max(len(list(g)) for _, g in itertools.groupby(row)) for row in drawn[:4000].tolist()]
    )
    simulated = float((longest >= length).mean())
    answers = [1] * length + [0, 1] * 30
    mine = pd.DataFrame({"unit": range(60), "worker": "me", "value": answers[:60]})
    others = pd.concat(
        pd.DataFrame({"unit": range(60), "worker": f"o{v}", "value": v}) for v in (0, 1)
    )
    work = read_work(pd.concat([mine, others]))
    found = runs(work)
    assert found.length[0] == length
    assert found.p_value[0] == pytest.approx(simulated, rel=0.15, abs=0.01)


def test_the_same_answer_throughout_is_improbable_where_the_others_vary() -> None:
    table = crowd(np.random.default_rng(0))
    table.loc[table["worker"] == "w4", "value"] = 1
    work = read_work(table)
    place = work.judged.workers.index("w4")
    found = runs(work)
    assert found.length[place] == (table["worker"] == "w4").sum()
    assert found.p_value[place] < 1e-5
    share = same_answer(work).of(place, "w4")
    assert share.value == 1 and share.low is not None and share.low > 0.8
    assert "the others say so in" in share.note


def test_the_same_answer_is_no_wonder_where_the_others_give_it_too() -> None:
    rows = "\n".join(f"u{unit} {worker} 1" for unit in range(20) for worker in "xyz")
    assert runs(read_work(judgements(rows))).p_value[0] > 0.5


def test_without_company_chance_is_not_known() -> None:
    work = read_work(judgements("a x 1\nb x 1"))
    assert longest_run(work).of(0, "x").value == 2
    assert "chance is not known" in longest_run(work).of(0, "x").note
    assert "chance is not known" in same_answer(work).of(0, "x").note
