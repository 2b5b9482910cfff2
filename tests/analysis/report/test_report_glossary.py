"""The report has words for everything that can be computed: walks the catalogues."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.aggregation import (
    AGGREGATORS,
    MASK_AGGREGATORS,
    MEAN_AGGREGATORS,
    PAIR_AGGREGATORS,
)
from analysis.agreement import COEFFICIENTS, SET_COEFFICIENTS, TOKEN_COEFFICIENTS
from analysis.report.glossary import inline, source, term
from analysis.report.method_names import METHODS, method
from db.ragged import Ragged
from db.records import Estimate, Marks

CATALOGUES = (
    COEFFICIENTS,
    SET_COEFFICIENTS,
    TOKEN_COEFFICIENTS,
    AGGREGATORS,
    MEAN_AGGREGATORS,
    PAIR_AGGREGATORS,
    MASK_AGGREGATORS,
)
NAMES = list(dict.fromkeys(name for catalogue in CATALOGUES for name in catalogue))
FAST = {"bootstrap": 2, "over": ("units",)}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_a_catalogue_has_words(name: str) -> None:
    found = method(name)
    assert found is not None, f"{name!r} needs a line in analysis/report/method_names.py"
    assert found.inline and found.does and "_" not in inline(name)
    assert source(name) == found.source


def test_nothing_is_described_that_is_not_there() -> None:
    assert set(METHODS) - set(NAMES) == set()
    assert inline("crowdkit:MMSR") == "crowd-kit's MMSR"
    assert method("no such thing") is None


def judgements() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = [(u, w, int(rng.integers(1, 3))) for u in range(12) for w in range(3)]
    return pd.DataFrame(rows, columns=["unit", "worker", "value"])


def marks() -> Marks:
    rng = np.random.default_rng(0)
    masks = Ragged.from_rows([rng.integers(0, 2, 6) for _ in range(12)], "uint8")
    six = tuple(f"t{n}" for n in range(6))
    return Marks(masks, np.repeat(np.arange(6), 2), np.tile([0, 1], 6), six, ("a", "b"), True)


def known(estimates: list[Estimate]) -> list[str]:
    return [e.name for e in estimates if not term(e.name).asks]


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_every_number_of_a_coefficient_says_what_it_asks(name: str) -> None:
    level = "interval" if name == "icc" else "nominal"
    assert known(COEFFICIENTS.load(name)(judgements(), level, **FAST).estimates) == []


@pytest.mark.parametrize("name", SET_COEFFICIENTS)
def test_so_does_every_number_of_sets(name: str) -> None:
    table = judgements()
    table["value"] = [[value] for value in table["value"]]
    assert known(SET_COEFFICIENTS.load(name)(table, **FAST).estimates) == []


@pytest.mark.parametrize("name", [name for name in TOKEN_COEFFICIENTS if name != "gamma"])
def test_so_does_every_number_of_marks(name: str) -> None:
    assert known(TOKEN_COEFFICIENTS.load(name)(marks(), **FAST).estimates) == []
