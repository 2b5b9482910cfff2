"""λ_max by products alone, beside all eigenvalues of matrices that are there in full."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import eigsh

from analysis.health.sharpness import Largest, largest_eigenvalue, sharpness, unmeasured
from db.errors import UsageError


def test_two_orthogonal_inputs_of_a_linear_model_by_hand() -> None:
    """f(x) = w·x at x = (3, 0) and (0, 4): J is [[3, 0], [0, 4]], JJᵀ/2 = diag(4.5, 8)."""
    jacobian = np.array([[3.0, 0.0], [0.0, 4.0]])
    found = largest_eigenvalue(lambda v: jacobian @ (jacobian.T @ v) / 2, 2, seed=1)
    assert found.value == pytest.approx(8.0)
    rows = sharpness(found, used=0.1)
    assert [one.name for one in rows] == ["sharpness", "learning_rate_limit", "learning_rate"]
    assert [one.value for one in rows] == pytest.approx([8.0, 2 / 8, 0.1])


@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 10_000))
@settings(max_examples=60)
def test_it_is_the_largest_of_all_eigenvalues(n: int, p: int, seed: int) -> None:
    jacobian = np.random.default_rng(seed).standard_normal((n, p))
    gram = jacobian @ jacobian.T
    found = largest_eigenvalue(lambda v: gram @ v, n, seed)
    top = np.linalg.eigvalsh(gram)[-1]
    assert found.value <= top * (1 + 1e-9)  # a Ritz value comes from below
    assert found.value == pytest.approx(top, rel=2e-3)
    assert found.products <= n


def test_many_rows_take_few_products_and_meet_arpack() -> None:
    rng = np.random.default_rng(5)
    jacobian = rng.standard_normal((500, 80)) + 0.5
    found = largest_eigenvalue(lambda v: jacobian @ (jacobian.T @ v), 500, seed=2)
    (top,) = eigsh(jacobian @ jacobian.T, k=1, return_eigenvectors=False)
    assert found.value == pytest.approx(float(top), rel=1e-5)
    assert found.products < 10


def test_nothing_depends_on_the_weights() -> None:
    rows = sharpness(largest_eigenvalue(lambda v: 0 * v, 12, seed=1), used=0.01)
    assert rows[0].value == 0 and rows[1].value is None
    assert rows[1].note == "no output depends on the weights"


def test_what_is_not_finite_has_no_value_but_a_reason() -> None:
    found = largest_eigenvalue(lambda v: v * np.inf, 3, seed=1)
    assert math.isnan(found.value)
    for row in sharpness(found, used=0.01)[:2]:
        assert row.value is None and "not a finite number" in row.note


def test_a_value_that_has_not_settled_says_so() -> None:
    spectrum = np.linspace(1, 1.001, 400)
    found = largest_eigenvalue(lambda v: spectrum * v, 400, seed=1, tolerance=1e-12, most=5)
    assert found.products == 5 and found.residual > 0
    row = sharpness(Largest(10.0, 1.0, 5), used=0.01)[0]
    assert row.value == 10.0 and row.note == "not settled after 5 products"


def test_no_rows_are_refused_and_no_products_have_a_reason() -> None:
    with pytest.raises(UsageError, match="without rows"):
        largest_eigenvalue(lambda v: v, 0, seed=1)
    rows = unmeasured("a layer cannot be differentiated twice", 0.01, n_units=3)
    assert [row.value for row in rows] == [None, None, 0.01]
    assert rows[0].note == rows[1].note == "a layer cannot be differentiated twice"
