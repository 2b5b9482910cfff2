"""Alpha by moments: the general formula on the same draws, and what cannot differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.agreement.levels import Interval
from analysis.agreement.moments import Moments
from analysis.agreement.pairable import Pairable, pairable
from analysis.agreement.weighted import weighted_alpha
from analysis.judgements import read
from tests.analysis.support import judgements


def scaled(seed: int, offset: float) -> Pairable:
    """Whole numbers from `offset` up by two to five judges a unit."""
    rng = np.random.default_rng(seed)
    rows = [
        (unit, worker, offset + rng.integers(0, 8))
        for unit in range(30)
        for worker in range(rng.integers(2, 6))
    ]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    data = pairable(read(table), "interval", None)
    assert data is not None
    return data


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), offset=st.sampled_from([0.0, -40.0, 1e7]))
def test_moments_give_what_cells_give_under_every_draw(seed: int, offset: float) -> None:
    data = scaled(seed, offset)
    cells = data.cells
    drawn = np.random.default_rng(seed).integers(0, 4, (cells.n_units, 6)).astype(float)
    own = cells.by_unit(cells.count)
    by_cells = weighted_alpha(cells, Interval(), cells.by_value(), cells.count, own, drawn)
    assert Moments(cells).alpha(drawn) == pytest.approx(by_cells, abs=1e-10, nan_ok=True)


def test_a_draw_of_equal_values_is_undefined_however_large_they_are() -> None:
    # Units a and b hold one value each; a draw of a alone leaves nothing to differ.
    data = pairable(read(judgements("a x 9000001\na y 9000001\nb x 3\nb y 4")), "interval", None)
    assert data is not None
    found = Moments(data.cells).alpha(np.array([[3.0, 1.0], [0.0, 1.0]]))
    assert np.isnan(found[0]) and np.isfinite(found[1])


def test_one_huge_value_leaves_draws_without_it_as_they_are() -> None:
    # Alpha of a draw without the unit that holds 1e10 is alpha of a table without it.
    rng = np.random.default_rng(3)
    rows = [(u, w, float(rng.integers(0, 6))) for u in range(40) for w in range(3)]
    table = pd.DataFrame(rows, columns=["unit", "worker", "value"])
    clean = pairable(read(table), "interval", None)
    table.loc[0, "value"] = 1e10
    spoilt = pairable(read(table), "interval", None)
    assert clean is not None and spoilt is not None
    drawn = rng.integers(0, 3, (40, 50)).astype(float)
    drawn[0] = 0
    # Units that look alike stand in one row of `patterns`, so the cells of units are compared.
    found, wanted = (Moments(data.cells).alpha(drawn) for data in (spoilt, clean))
    assert found == pytest.approx(wanted, abs=1e-5)
    assert np.isfinite(found).all()
