"""λ_max of JJᵀ/N: how far the outputs move when the weights do; and 2/λ_max.

J, shape (N·C, P), holds the gradient of every output of every instance with respect to all weights.
Its Gram matrix over N has the eigenvalues, but for zeros, of Σ_n J_nᵀJ_n / N, shape (P, P): the
curvature of the squared error ½ Σ_c (y_c − f_c)² averaged over instances, without the term of second
derivatives. Gradient descent on it diverges in that direction from learning rate 2/λ_max on (LeCun
et al., "Efficient BackProp", 1998; Karakida, Akaho & Amari, NeurIPS 2019). Cross-entropy is at most
half as curved as that, so for it the limit errs on the safe side. All C outputs of an instance are
rows of their own, as in these papers: a sum over classes would cancel what moves them apart.

Neither matrix is made. A Lanczos process takes products of JJᵀ with vectors, a handful of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import linalg  # type: ignore[import-untyped]

from analysis.arrays import Floats
from db.errors import UsageError
from db.records import Estimate

TOLERANCE = 1e-3
MOST = 60
"""Products at most; what has not settled by then says so."""
METHOD = "largest eigenvalue of JJᵀ/N over instances and outputs, by Lanczos"
UNDEFINED = "a gradient of the outputs is not a finite number"


class Largest(NamedTuple):
    """The largest eigenvalue, from below; some eigenvalue lies within `residual` of it."""

    value: float
    residual: float
    products: int


def largest_eigenvalue(
    product: Callable[[Floats], Floats],
    size: int,
    seed: int,
    tolerance: float = TOLERANCE,
    most: int = MOST,
) -> Largest:
    """Of a symmetric matrix (size, size) without negative eigenvalues, given as v → A v.

    Lanczos from a random start, every vector kept orthogonal to those before, until the residual is
    at most `tolerance` of the value. NaN where a product is not finite.
    """
    if size < 1:
        raise UsageError("a matrix without rows has no eigenvalue")
    start = np.random.default_rng(seed).standard_normal(size)
    basis = [start / np.linalg.norm(start)]
    diagonal: list[float] = []
    beside: list[float] = []
    found = Largest(0.0, 0.0, 0)
    while len(diagonal) < min(size, most):
        made = np.asarray(product(basis[-1]), np.float64)
        if not np.isfinite(made).all():
            return Largest(math.nan, math.nan, len(diagonal) + 1)
        diagonal.append(float(made @ basis[-1]))
        rest = _orthogonal(made, np.array(basis))
        length = float(np.linalg.norm(rest))
        found = _top(diagonal, beside, length)
        if found.residual <= tolerance * found.value or length == 0:
            break
        beside.append(length)
        basis.append(rest / length)
    return found


def _orthogonal(vector: Floats, basis: Floats) -> Floats:
    """What of the vector lies outside the basis, (k, size); twice, against rounding."""
    for _ in range(2):
        vector = vector - basis.T @ (basis @ vector)
    return vector


def _top(diagonal: list[float], beside: list[float], length: float) -> Largest:
    """The largest eigenvalue of the tridiagonal matrix so far, and how far it may be off."""
    k = len(diagonal)
    values, vectors = linalg.eigh_tridiagonal(
        diagonal, beside, select="i", select_range=(k - 1,) * 2
    )
    return Largest(max(float(values[0]), 0.0), length * abs(float(vectors[-1, 0])), k)


def sharpness(found: Largest, used: float, **told: Any) -> list[Estimate]:
    """`sharpness` λ_max, `learning_rate_limit` 2/λ_max, and the `learning_rate` that was used.

    λ_max is 0 or more. Where it is 0 no output depends on a weight, and there is no limit. No
    interval: it is that of the instances drawn, and grows with outliers among them. `told`: further
    fields of the estimates.
    """
    finite = math.isfinite(found.value)
    value = found.value if finite else None
    open_ = finite and found.residual > TOLERANCE * found.value
    note = f"not settled after {found.products} products" if open_ else "" if finite else UNDEFINED
    limit = None if not value else 2 / value
    why = note if limit is not None or not finite else "no output depends on the weights"
    return [
        Estimate("sharpness", value, scale="0 or more", method=METHOD, note=note, **told),
        Estimate(
            "learning_rate_limit",
            limit,
            scale="above 0",
            method="2 / λ_max: of plain gradient descent on a squared error",
            note=why,
            **told,
        ),
        Estimate("learning_rate", used, scale="above 0", method="as trained, by AdamW"),
    ]


def unmeasured(reason: str, used: float, **told: Any) -> list[Estimate]:
    """The same where no product could be made: None, and why."""
    return [
        Estimate("sharpness", None, scale="0 or more", method=METHOD, note=reason, **told),
        Estimate("learning_rate_limit", None, scale="above 0", note=reason, **told),
        Estimate("learning_rate", used, scale="above 0", method="as trained, by AdamW"),
    ]
