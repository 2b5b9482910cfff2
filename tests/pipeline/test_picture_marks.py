"""Marks of pixels as shares of cells, and as marks of patches."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from db.ragged import Ragged
from db.records import Marks
from pipeline.formats.instances import image_instance, text_instance
from pipeline.models.settings import Settings
from pipeline.patch_marks import in_units_of_model
from pipeline.picture_marks import LARGEST, cell_shares, marked_cells, small

SIDES = st.integers(1, 12)


@given(SIDES, SIDES, SIDES, SIDES, st.integers(0, 2**32 - 1))
def test_a_cell_has_the_mean_of_the_pixels_whose_middles_it_holds(
    width: int, height: int, rows: int, columns: int, seed: int
) -> None:
    """Read pixel by pixel; a cell that holds no middle has the pixel under its own."""
    marks = np.random.default_rng(seed).integers(0, 2, (height, width))
    found = cell_shares(marks.ravel(), (width, height), (rows, columns)).reshape(rows, columns)

    def within(cell: int, n: int, cells: int) -> list[int]:
        if n < cells:
            return [(2 * cell + 1) * n // (2 * cells)]
        return [p for p in range(n) if (2 * p + 1) * cells // (2 * n) == cell]

    for row in range(rows):
        for column in range(columns):
            inside = [
                marks[y, x]
                for y in within(row, height, rows)
                for x in within(column, width, columns)
            ]
            assert found[row, column] == pytest.approx(sum(inside) / len(inside))


def test_shares_are_what_pillow_makes_of_a_mask_that_cells_divide_evenly() -> None:
    mask = np.random.default_rng(0).random((24, 16)).astype(np.float32)
    box = Image.fromarray(mask).resize((4, 6), Image.Resampling.BOX)
    assert np.allclose(cell_shares(mask.ravel(), (16, 24), (6, 4)), np.asarray(box).ravel())


def test_a_cell_is_marked_from_half_of_its_pixels_on() -> None:
    """Cells of 2 x 2: three pixels of the first, two of the second, one of the third."""
    mask = np.array([[1, 1, 1, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]])
    assert marked_cells(mask.ravel(), (4, 4), (2, 2)).tolist() == [True, True, False, False]


def test_a_stroke_too_thin_for_any_cell_marks_those_it_fills_most() -> None:
    mask = np.zeros((8, 8), int)
    mask[1, :6] = 1  # 4 of 16 pixels of the first cell, 2 of the second
    assert marked_cells(mask.ravel(), (8, 8), (2, 2)).tolist() == [True, False, False, False]
    assert not marked_cells(np.zeros(64), (8, 8), (2, 2)).any()


def _picture(width: int, height: int, kind: str = "PNG"):
    out = BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, kind)
    return image_instance(out.getvalue(), {})


def test_marks_of_pictures_become_marks_of_the_models_patches_and_those_of_texts_stay() -> None:
    picture = _picture(8, 8)
    masks = [np.repeat([1, 0], 32), np.zeros(64)]  # the upper half; nothing
    places, names = np.array([0, 0], np.int64), np.array([0, 1], np.int64)
    marks = Marks(Ragged.from_rows(masks, "uint8"), places, names, (picture.id,), ("a", "b"), True)
    settings = Settings(kind="residual_cnn", image_size=8, grid=2)
    found = in_units_of_model(marks, [picture], settings)
    assert [row.tolist() for row in found.masks] == [[1, 1, 0, 0], [0, 0, 0, 0]]
    assert found.worker_ids == marks.worker_ids

    text = text_instance("so good", {})
    of_text = Marks(
        Ragged.from_rows([[0, 1]], "uint8"), places[:1], names[:1], (text.id,), ("a",), True
    )
    assert in_units_of_model(of_text, [text], Settings()) is of_text


def test_a_large_picture_is_made_small_and_a_small_one_stays_as_it_is() -> None:
    little = _picture(30, 20)
    assert small(little) is little
    large = small(_picture(4 * LARGEST, LARGEST, "JPEG"))
    assert large.media_type == "image/png"
    assert large.size == (4 * LARGEST, LARGEST)  # what people marked
    assert Image.open(BytesIO(large.image or b"")).size == (LARGEST, LARGEST // 4)
