"""Cells and pixels."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alignment.images.grid import cell_of, refined


def test_three_cells_share_seven_pixels_by_their_centres() -> None:
    """Cells end at 7/3 and 14/3; centres 0.5, 1.5 | 2.5, 3.5, 4.5 | 5.5, 6.5."""
    assert cell_of(3, 7).tolist() == [0, 0, 1, 1, 1, 2, 2]


def test_of_more_cells_than_pixels_some_are_never_read() -> None:
    """Five cells over two pixels: centres at a quarter and three quarters, 1.25 and 3.75 cells."""
    assert cell_of(5, 2).tolist() == [1, 3]


@given(st.integers(1, 50), st.integers(1, 50))
@settings(max_examples=40)
def test_cells_are_those_of_exact_fractions(cells: int, side: int) -> None:
    from fractions import Fraction

    centres = [(Fraction(pixel) + Fraction(1, 2)) / side for pixel in range(side)]
    assert cell_of(cells, side).tolist() == [int(centre * cells) for centre in centres]


@given(st.lists(st.integers(1, 20), min_size=1, max_size=4), st.integers(1, 30))
@settings(max_examples=40)
def test_runs_tell_apart_exactly_what_some_grid_does(grids: list[int], side: int) -> None:
    runs = refined(grids, side)
    cells = list(zip(*(cell_of(count, side).tolist() for count in grids), strict=True))
    names = {cell: n for n, cell in enumerate(dict.fromkeys(cells))}
    assert runs.of.tolist() == [names[cell] for cell in cells]
    assert runs.first.tolist() == [cells.index(cell) for cell in names]
    assert np.array_equal(runs.of[runs.first], np.arange(len(runs.first)))
