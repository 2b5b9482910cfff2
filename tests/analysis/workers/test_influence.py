"""Alpha without a worker: against the package on the table without their rows."""

import krippendorff
import numpy as np
import pandas as pd
import pytest

from analysis.agreement.base import Level
from analysis.workers import influence as module
from analysis.workers.influence import influence
from analysis.workers.read import read_work
from tests.analysis.support import judgements, random_table


def package(table: pd.DataFrame, level: Level) -> float:
    matrix = table.pivot(index="worker", columns="unit", values="value").to_numpy(float)
    return float(krippendorff.alpha(reliability_data=matrix, level_of_measurement=level))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_influence_is_the_difference_to_the_packages_alpha_without_them(level: Level) -> None:
    table = random_table(np.random.default_rng(0), 40, 8, 4)
    work = read_work(table, level)
    fact = influence(work)
    once = package(table, level)
    for place, name in enumerate(work.judged.workers):
        without = package(table[table["worker"] != name], level)
        assert fact.of(place, str(name)).value == pytest.approx(without - once, abs=1e-10)


def test_with_many_workers_only_the_busiest_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_GROUPS", 3)
    work = read_work(random_table(np.random.default_rng(1), 40, 8, 3))
    fact = influence(work)
    assert int(np.isfinite(fact.value).sum()) == 3
    rare = int(np.flatnonzero(np.isnan(fact.value))[0])
    assert "not among the 3 workers" in fact.of(rare, "").note


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("a x 1\nb y 1", "no unit has two judgements"),
        ("a x 1\na y 1\nb x 1\nb y 1", "nothing is left that could differ"),
        ("a x 1\na y 2", "nothing is left that could differ"),
    ],
)
def test_where_alpha_is_undefined_so_is_what_it_gains(rows: str, reason: str) -> None:
    found = influence(read_work(judgements(rows))).of(0, "x")
    assert found.value is None and reason in found.note
