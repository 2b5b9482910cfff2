"""Atoms say of every pixel what the masks and maps say of it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.alignment.images import atoms as module
from analysis.alignment.images.atoms import atoms_of, patterns
from tests.analysis.alignment.images.support import mask, pictures_of, to_pixels


def test_a_picture_of_two_cells_and_one_mask_has_three_atoms() -> None:
    """Left cell: 3 unmarked and 1 marked pixel; right cell: 4 unmarked ones."""
    found = atoms_of([mask("....", "#...")], [(1, 2)])
    assert found.pixels.tolist() == [3, 1, 4]
    assert (found.cell.tolist(), found.marked.tolist()) == ([0, 0, 1], [[0, 1, 0]])


@given(pictures_of(most_workers=10), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=40)
def test_atoms_count_the_pixels_of_each_kind(
    made: tuple[list[np.ndarray], np.ndarray], rows: int, cols: int
) -> None:
    masks, scores = made
    found = atoms_of(masks, [scores.shape, (rows, cols)])
    pixels = to_pixels(scores, masks[0].shape)
    listed = zip(pixels.ravel(), *(m.ravel().tolist() for m in masks), strict=True)
    expected, counted = Counter(listed), Counter[tuple[float, ...]]()
    read = found.read(scores)
    for place, count in enumerate(found.pixels.tolist()):
        counted[(read[place], *found.marked[:, place].tolist())] += count
    assert counted == expected


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
    masks = [(rng.random((20, 30)) < 0.3).astype(np.uint8) for _ in range(3)]
    counted = atoms_of(masks, [(20, 30), (7, 7)])
    monkeypatch.setattr(module, "MOST_BINS", 0)
    as_sorted = atoms_of(masks, [(20, 30), (7, 7)])
    for one, other in zip(counted, as_sorted, strict=True):
        assert np.array_equal(one, other)
