"""Agreement in the course of a study: equal parts, in the order given, by plain counting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.workers.read import read_work
from analysis.workers.timeline import timeline
from tests.analysis.workers.support import crowd


def test_parts_are_of_equal_size_and_follow_the_order() -> None:
    table = crowd(np.random.default_rng(1), units=60)
    # Turned round in time: the last rows came first.
    table["order"] = -np.arange(len(table))
    parts = timeline(read_work(table), bootstrap=0)
    sizes = [part.last - part.first + 1 for part in parts]
    assert len(parts) == 10 and max(sizes) - min(sizes) <= 1
    assert [p.first for p in parts] == [1, *(p.last + 1 for p in parts[:-1])]
    backwards = timeline(read_work(table[::-1].drop(columns="order")), bootstrap=0)
    assert [p.agreement.value for p in parts] == [p.agreement.value for p in backwards]


def test_a_part_is_the_mean_over_its_judgements_of_agreement_with_the_others() -> None:
    table = crowd(np.random.default_rng(2), units=30)
    values: dict[object, list[object]] = {}
    for row in table.itertuples():
        values.setdefault(row.unit, []).append(row.value)
    shares = [
        (values[row.unit].count(row.value) - 1) / (len(values[row.unit]) - 1)
        for row in table.itertuples()
        if len(values[row.unit]) > 1
    ]
    for part in timeline(read_work(table), bootstrap=0):
        mine = shares[part.first - 1 : part.last]
        assert part.agreement.value == pytest.approx(float(np.mean(mine)))
        assert part.agreement.n_judgements == len(mine)


def test_a_crowd_that_gives_up_is_seen_to() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 300)
    rows = [(u, w, truth[u] if u < 150 else rng.integers(0, 2)) for u in range(300) for w in "abc"]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    parts = timeline(read_work(table), bootstrap=200)
    assert min(p.agreement.low for p in parts[:5]) > max(p.agreement.high for p in parts[5:])  # type: ignore[type-var]


def test_few_judgements_make_few_parts_and_fewer_than_forty_none() -> None:
    rows = [(u, w, 1) for u in range(35) for w in "ab"]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    assert len(timeline(read_work(table), bootstrap=0)) == 3
    assert timeline(read_work(table[:38]), bootstrap=0) == []
    alone = table.assign(unit=range(len(table)))
    assert timeline(read_work(alone), bootstrap=0) == []
