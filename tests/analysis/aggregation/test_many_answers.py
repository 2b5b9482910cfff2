"""Thousands of different answers are refused before gigabytes are asked for."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.aggregation.aggregate import aggregate
from analysis.aggregation.room import check_room
from analysis.judgements import read
from db.errors import DataError


@pytest.mark.parametrize(("method", "n"), [("majority", 8000), ("dawid_skene", 4000)])
def test_too_many_different_answers_are_refused(method: str, n: int) -> None:
    # 8000 units x 8000 answers; 4 workers x 4000 answers squared: 64 million each.
    rows = [(i, i % 4, f"free text {i}") for i in range(n)]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    with pytest.raises(DataError, match=f"64,000,000 numbers for {n:,} different answers"):
        aggregate(table, method)


@pytest.mark.parametrize("method", ["mace", "crowdkit:MACE"])
def test_many_workers_who_all_write_something_else_are_refused(method: str) -> None:
    # Ten units only; but 8000 workers x 8000 answers: 64 million.
    rows = [(i % 10, i, f"free text {i}") for i in range(8000)]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    with pytest.raises(DataError, match="64,000,000 numbers for 8,000 different answers"):
        aggregate(table, method)


@pytest.mark.parametrize("name", ["GLAD", "DawidSkene", "OneCoinDawidSkene"])
def test_crowd_kit_lays_every_judgement_out_against_every_answer(name: str) -> None:
    # 8000 workers, each once, on ten units: 8000 judgements x 8000 answers.
    rows = [(i % 10, i, f"free text {i}") for i in range(8000)]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    with pytest.raises(DataError, match="numbers for 8,000 different answers"):
        aggregate(table, f"crowdkit:{name}")


def test_pairs_of_workers_are_what_grows_in_mmsr() -> None:
    # 200 workers on one unit: 19,900 pairs; (200 + 19,900)^2 = 404,010,000 numbers. The same
    # workers, two a unit: 100 pairs, (200 + 100)^2, and 100 units x 200 workers: room for all.
    crowded = pd.DataFrame({"unit": 0, "worker": range(200), "value": [0, 1] * 100})
    with pytest.raises(DataError, match="404,010,000 numbers for 200 workers .* take another"):
        aggregate(crowded, "crowdkit:MMSR")
    sparse = crowded.assign(unit=crowded["worker"] // 2)
    check_room("crowdkit:MMSR", read(sparse))
