"""Atoms, maps in order and kinds of cells say of every pixel what the masks and maps say of it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alignment.images import atoms as module
from analysis.alignment.images.atoms import atoms_of, grid_of, patterns
from analysis.alignment.images.cells import kinds_of
from analysis.alignment.images.ranked import Ranked, ranked_atoms, ranked_pixels
from tests.analysis.alignment.images.support import mask, pictures_of, to_pixels


def test_a_picture_of_two_cells_and_one_mask_has_three_atoms() -> None:
    """Left cell: 3 unmarked and 1 marked pixel; right cell: 4 unmarked ones."""
    found = atoms_of(patterns([mask("....", "#...")]), grid_of([(1, 2)], (2, 4)))
    assert found.pixels.tolist() == [3, 1, 4]
    assert (found.cell.tolist(), found.pattern.tolist()) == ([0, 0, 1], [0, 1, 0])


@given(pictures_of(most_workers=10), st.sampled_from(["float", "huge", "signed zero"]))
@settings(max_examples=60)
def test_maps_in_order_count_the_pixels_of_each_score_and_pattern(
    made: tuple[list[np.ndarray], np.ndarray], kind: str
) -> None:
    """Whether pixels are sorted one by one, or cells are counted first."""
    masks, scores = made
    if kind == "huge":
        scores = np.clip(scores, -3, 3) * np.float32(1e38)
    if kind == "signed zero":
        scores = np.where(scores > 0, np.float32(0.0), np.float32(-0.0))
    found = patterns(masks)
    grid = grid_of([scores.shape], masks[0].shape)
    pixels = to_pixels(scores, masks[0].shape)
    listed = zip(pixels.ravel(), *(m.ravel().tolist() for m in masks), strict=True)
    expected = Counter(listed)
    for ranked in (
        ranked_pixels(scores, found, grid),
        ranked_atoms(scores, atoms_of(found, grid), grid, found.n),
    ):
        assert _counted(ranked, found.members) == expected
        assert (ranked.scores[1:] <= ranked.scores[:-1]).all()


def _counted(ranked: Ranked, members: np.ndarray) -> Counter[tuple[float, ...]]:
    counts = np.ones(ranked.n, int) if ranked.pixels is None else ranked.pixels
    found: Counter[tuple[float, ...]] = Counter()
    for score, pattern, count in zip(ranked.scores, ranked.pattern, counts, strict=True):
        found[(score, *members[:, pattern].tolist())] += int(count)
    return found


@given(pictures_of(), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=60)
def test_kinds_hold_every_cell_once(
    made: tuple[list[np.ndarray], np.ndarray], rows: int, cols: int
) -> None:
    """What each cell holds, pattern by pattern, against a list of all cells."""
    masks, scores = made
    height, width = masks[0].shape
    marked, grid = patterns(masks), grid_of([scores.shape, (rows, cols)], (height, width))
    cells: dict[tuple[int, int], Counter[int]] = {}
    for y in range(height):
        for x in range(width):
            at = int(grid.rows.of[y]), int(grid.cols.of[x])
            cells.setdefault(at, Counter())[int(marked.code[y, x])] += 1
    expected = Counter(frozenset(held.items()) for held in cells.values())
    kinds, found = kinds_of(marked, grid), Counter[frozenset[tuple[int, int]]]()
    assert (np.diff(kinds.kind, prepend=0) >= 0).all()
    for kind in np.unique(kinds.kind):
        own = kinds.kind == kind
        (n,) = set(kinds.cells[own].astype(int).tolist())
        each = (kinds.pixels[own] / n).astype(int).tolist()
        found[frozenset(zip(kinds.pattern[own].tolist(), each, strict=True))] += n
    assert found == expected


def test_many_masks_are_told_apart() -> None:
    """Twenty workers mark one pixel each, of forty: 21 patterns, in three groups of eight."""
    masks = [np.zeros((4, 10), np.uint8) for _ in range(20)]
    for n, one in enumerate(masks):
        one.flat[n] = 1
    code, members = patterns(masks)
    assert members.shape == (20, 21)
    assert all(np.array_equal(members[n][code], one) for n, one in enumerate(masks))


def test_sorting_and_counting_find_the_same_atoms(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    marked = patterns([(rng.random((20, 30)) < 0.3).astype(np.uint8) for _ in range(3)])
    grid = grid_of([(20, 30), (7, 7)], (20, 30))
    counted = atoms_of(marked, grid)
    monkeypatch.setattr(module, "MOST_BINS", 0)
    as_sorted = atoms_of(marked, grid)
    for one, other in zip(counted, as_sorted, strict=True):
        assert np.array_equal(one, other)
