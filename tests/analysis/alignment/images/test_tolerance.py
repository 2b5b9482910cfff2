"""Grown regions against distances."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt

from analysis.alignment.images.tolerance import grown
from tests.analysis.alignment.images.support import mask


def test_one_pixel_grows_to_a_disc() -> None:
    """Radius 2: (1, 1) away is √2, (2, 1) away is √5 and outside."""
    dot = mask(".....", ".....", "..#..", ".....", ".....")
    disc = mask("..#..", ".###.", "#####", ".###.", "..#..")
    assert np.array_equal(grown(dot, 2), disc)


def test_nothing_marked_stays_nothing_and_no_radius_changes_nothing() -> None:
    assert grown(mask("...", "..."), 15).sum() == 0
    some = mask("#..", "..#")
    assert np.array_equal(grown(some, 0), some)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 15), st.integers(0, 10**6))
@settings(max_examples=40)
def test_grown_are_all_pixels_within_the_distance(
    height: int, width: int, radius: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    some = (rng.random((height, width)) < 0.02).astype(np.uint8)
    some[rng.integers(height), rng.integers(width)] = 1
    expected = distance_transform_edt(some == 0) <= radius
    assert np.array_equal(grown(some, radius), expected)
