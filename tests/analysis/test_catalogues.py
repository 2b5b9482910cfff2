"""Every name in the tables stands for something that keeps its protocol."""

import inspect

import numpy as np
import pytest

from analysis.aggregation import (
    AGGREGATORS,
    MASK_AGGREGATORS,
    MEAN_AGGREGATORS,
    PAIR_AGGREGATORS,
)
from analysis.agreement import COEFFICIENTS, SET_COEFFICIENTS, TOKEN_COEFFICIENTS
from analysis.agreement.base import (
    AgreementResult,
    Coefficient,
    SetCoefficient,
    TokenCoefficient,
)
from analysis.alignment import FAMILIES, GOLD_POLICIES
from analysis.workers import WORKER_FACTS
from db.catalogue import Catalogue
from tests.analysis.support import random_marks, random_table

CATALOGUES = (
    COEFFICIENTS,
    SET_COEFFICIENTS,
    TOKEN_COEFFICIENTS,
    AGGREGATORS,
    MASK_AGGREGATORS,
    MEAN_AGGREGATORS,
    PAIR_AGGREGATORS,
    FAMILIES,
    GOLD_POLICIES,
    WORKER_FACTS,
)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.noun)
def test_every_entry_loads_and_is_documented(catalogue: Catalogue) -> None:
    assert len(catalogue) > 0
    for name in catalogue:
        assert inspect.getdoc(catalogue.load(name)), name


def parameters(function: object) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]  # type: ignore[arg-type]


def complete(result: AgreementResult) -> None:
    for e in result.estimates:
        assert e.scale and e.over
        assert e.value is not None or e.note


@pytest.mark.parametrize("name", list(COEFFICIENTS))
def test_coefficients_keep_their_protocol(name: str) -> None:
    coefficient = COEFFICIENTS.load(name)
    shared = parameters(Coefficient.__call__)
    assert parameters(coefficient)[: len(shared)] == shared
    table = random_table(np.random.default_rng(0), 40, 12, 3)
    complete(coefficient(table, "nominal", bootstrap=50))


@pytest.mark.parametrize("name", list(SET_COEFFICIENTS))
def test_set_coefficients_keep_their_protocol(name: str) -> None:
    coefficient = SET_COEFFICIENTS.load(name)
    assert parameters(coefficient) == parameters(SetCoefficient.__call__)
    table = random_table(np.random.default_rng(0), 40, 12, 3)
    complete(coefficient(table.assign(value=[[v] for v in table["value"]]), bootstrap=50))


@pytest.mark.parametrize("name", list(TOKEN_COEFFICIENTS))
def test_token_coefficients_keep_their_protocol(name: str) -> None:
    coefficient = TOKEN_COEFFICIENTS.load(name)
    shared = parameters(TokenCoefficient.__call__)
    assert parameters(coefficient)[: len(shared)] == shared
    complete(coefficient(random_marks(np.random.default_rng(0), 40, 12), bootstrap=50))
