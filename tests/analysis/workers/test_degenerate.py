"""Answers that leave nothing to find, and answers that cannot be counted with."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.workers.clusters import clusters
from analysis.workers.read import read_work
from db.errors import DataError


def test_workers_who_always_agree_form_no_groups() -> None:
    rows = [(unit, f"w{worker}", "yes") for unit in range(6) for worker in range(10)]
    found = clusters(read_work(pd.DataFrame(rows, columns=["unit", "worker", "value"])))
    assert found.clusters == ()
    assert found.note == "none found: workers agree as independent workers would"


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_an_infinite_answer_is_refused(value: float) -> None:
    table = pd.DataFrame([("u", "a", 1.0), ("u", "b", value)], columns=["unit", "worker", "value"])
    with pytest.raises(DataError, match="needs numbers; -?inf is not one"):
        read_work(table, "interval")
