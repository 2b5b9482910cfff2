"""Shapes, brushes and COCO masks against readings that go pixel by pixel."""

from __future__ import annotations

import math
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Outline

from db.errors import DataError
from db.masks import encode
from pipeline.formats import brush, coco, shapes

SIZE = (7, 5)
"""(width, height)"""
CENTRES = [(x + 0.5, y + 0.5) for y in range(SIZE[1]) for x in range(SIZE[0])]
# Thirds of an odd number: no centre of a pixel lies on an edge.
near = st.integers(-9, 33).map(lambda n: n / 3 + 0.01)


def drawn(rows: str) -> list[list[int]]:
    return [[int(c == "#") for c in row] for row in rows.split()]


def test_a_rectangle_covers_the_pixels_whose_centres_lie_in_it() -> None:
    # x from 1.4 to 3.6: centres 1.5, 2.5, 3.5; y from 0.6 to 2.4: centre 1.5 alone
    mask = shapes.rectangle(1.4, 0.6, 2.2, 1.8, 0, SIZE)
    assert mask.tolist() == drawn("....... .###... ....... ....... .......")


def test_rectangles_turn_clockwise_about_their_corner() -> None:
    # A quarter turn brings the width down and the height to the left of the corner.
    turned = shapes.rectangle(4, 1, 3, 2, 90, SIZE)
    assert turned.tolist() == shapes.rectangle(2, 1, 2, 3, 0, SIZE).tolist()
    assert turned.sum() == 6


@settings(max_examples=60, deadline=None)
@given(points=st.lists(st.tuples(near, near), min_size=3, max_size=3))
def test_triangles_are_those_of_matplotlib(points: list[tuple[float, float]]) -> None:
    (ax, ay), (bx, by), (cx, cy) = points
    if abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) < 1e-3:
        return  # without area: inside is a matter of rounding
    inside = Outline([*points, points[0]]).contains_points(CENTRES)
    distances = [
        abs((q[0] - p[0]) * (p[1] - y) - (p[0] - x) * (q[1] - p[1])) / math.dist(p, q)
        for x, y in CENTRES
        for p, q in zip(points, [*points[1:], points[0]], strict=True)
        if p != q
    ]
    if min(distances) > 1e-6:
        assert shapes.polygon(points, SIZE).ravel().tolist() == inside.astype(int).tolist()


def test_an_ellipse_is_what_its_equation_says() -> None:
    mask = shapes.ellipse(3.5, 2.5, 3, 1.5, 0, SIZE)
    expected = [int(((x - 3.5) / 3) ** 2 + ((y - 2.5) / 1.5) ** 2 <= 1) for x, y in CENTRES]
    assert mask.ravel().tolist() == expected
    upright = shapes.ellipse(3.5, 2.5, 1.5, 3, 90, SIZE)
    assert upright.tolist() == mask.tolist()
    assert shapes.ellipse(3, 3, 0, 2, 0, SIZE).sum() == 0


def packed(values: list[int], word: int = 8, sizes: tuple[int, ...] = (3, 4, 8, 16)) -> list[int]:
    """Bytes as rle-pack writes them: runs of equal values, and single ones written out."""
    bits = f"{len(values):032b}{word - 1:05b}" + "".join(f"{size - 1:04b}" for size in sizes)
    for value, run in groupby(values):
        left = len(list(run))
        while left:
            n = min(left, 2 ** sizes[left % 4])
            which = left % 4
            repeated = int(left % 3 != 0 or n > 1)
            length = n if repeated else 1
            bits += f"{repeated}{which:02b}{length - 1:0{sizes[which]}b}{value:0{word}b}"
            left -= length
    bits += "0" * (-len(bits) % 8)
    return [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=12, max_size=12), st.integers(1, 255))
def test_a_brush_marks_where_it_is_not_transparent(bits: list[int], opacity: int) -> None:
    values = [v for bit in bits for v in (7, 7, 7, bit * opacity)]
    assert brush.unpack(packed(values), (4, 3)).ravel().tolist() == bits


def test_brushes_that_do_not_fit() -> None:
    whole = packed([255] * 48)
    assert brush.unpack(whole, (4, 3)).sum() == 12
    for rle, size, problem in [
        (whole, (3, 3), "has 48 values, its picture 3 x 3 x 4 = 36"),
        (whole[:-2], (4, 3), "breaks off in the middle"),
        ([], (4, 3), "breaks off in the middle"),
        ([0, 0, 0, 4, *packed([1] * 48)[4:]], (1, 1), "longer than its picture"),
    ]:
        with pytest.raises(DataError, match=problem):
            brush.unpack(rle, size)


def test_coco_masks_in_three_forms() -> None:
    mask = np.array(drawn("..# ..#"))
    for segmentation in (
        encode(mask),
        {"size": [2, 3], "counts": [4, 2]},
        [[2, 0, 3, 0, 3, 2, 2, 2]],
        [[2, 0, 3, 0, 3, 1, 2, 1], [2, 1, 3, 1, 3, 2, 2, 2]],
    ):
        assert coco.mask_of(segmentation, (3, 2)).tolist() == mask.tolist()
    assert coco.mask_of([], (3, 2)).sum() == 0


@pytest.mark.parametrize(
    ("segmentation", "problem"),
    [
        ({"size": [3, 2], "counts": [4, 2]}, "the mask has 2 x 3 pixels, its picture 3 x 2"),
        ({"size": [2, 3], "counts": [4, 3]}, "do not add up"),
        ({"size": [2, 3], "counts": [8, -2]}, "do not add up"),
        ({"size": [2, 3], "counts": "zz"}, "mask"),
        ([[0, 0, 1, 1]], "needs 3 points at least, not 2"),
        ([[0, 0, 1, 1, 2]], "x and y of each point"),
        ([[0, 0, 1, float("inf"), 2, 2]], "which is no coordinate"),
        ([[0, 0, 1, True, 2, 2]], "must hold numbers"),
        (None, "must be an object or a list, not null"),
    ],
)
def test_coco_masks_that_are_none(segmentation: Any, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        coco.mask_of(segmentation, (3, 2))
