"""How pictures are read: upright, squeezed by area, cut into patches, standardised."""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image, ImageOps
from sklearn.preprocessing import StandardScaler

from db.errors import ConfigError, DataError
from db.records import Instance
from pipeline.formats.instances import image_instance
from pipeline.models.batches import collate, encode
from pipeline.models.decoding import colours
from pipeline.models.pixels import Pixels
from pipeline.models.settings import Settings
from tests.pipeline.explainers.pictures import picture


def noise(rows: int, columns: int, channels: int | None = None, seed: int = 0) -> np.ndarray:
    shape = (rows, columns) if channels is None else (rows, columns, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def settings(**given: Any) -> Settings:
    return Settings(kind="residual_cnn", **given)


def learned(pictures: list[Instance], **given: Any) -> Pixels:
    return Pixels.learn(pictures, settings(**given))


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> Instance:
    file = BytesIO()
    image.save(file, form, **options)
    return image_instance(file.getvalue(), {})


def sides(size: int, count: int = 1, **given: Any) -> tuple[int, int]:
    pixels = learned([picture(noise(size, size, seed=n)) for n in range(count)], **given)
    return pixels.image_size, pixels.grid


def test_small_square_pictures_of_one_size_are_read_as_they_are() -> None:
    assert sides(8) == (8, 8)
    assert sides(16) == (16, 16)
    assert sides(28) == (28, 14)
    assert sides(64) == (64, 16)
    assert sides(50) == (50, 10)
    assert sides(65) == (112, 14)
    assert sides(1) == (112, 14)  # one patch would explain nothing
    assert sides(31) == (112, 14)  # a prime: no patches of equal size
    assert sides(8, grid=4) == (8, 4)
    assert sides(8, grid=7) == (112, 7)
    assert sides(8, image_size=12) == (12, 12)
    assert sides(8, image_size=24, grid=6) == (24, 6)


def test_pictures_of_several_sizes_or_no_squares_are_read_at_112() -> None:
    for two in ([noise(8, 8), noise(9, 9)], [noise(8, 9), noise(8, 9, seed=1)]):
        pixels = learned([picture(one) for one in two])
        assert (pixels.image_size, pixels.grid, pixels.shape) == (112, 14, (14, 14))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"image_size": 100, "grid": 14}, "image_size 100 is not a multiple of grid 14"),
        ({"image_size": 8, "grid": 16}, "image_size 8 is not a multiple of grid 16"),
        ({"image_size": 31}, "image_size 31 is not a multiple of any grid of 7 to 28 patches"),
        ({"image_size": 0}, "image_size must be at least 2, not 0"),
        ({"grid": 1}, "grid must be at least 2, not 1"),
        ({"grid": -4}, "grid must be at least 2, not -4"),
    ],
)
def test_sizes_that_do_not_fit_each_other_are_said(given: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        learned([picture(noise(8, 8))], **given)


def test_a_patch_is_its_pixels_row_by_row_and_each_pixel_its_channels() -> None:
    levels = noise(6, 6, 3)
    units = learned([picture(levels)], grid=3).units(picture(levels))
    assert units.values is not None and units.values.dtype == np.uint8
    assert (units.values.shape, units.first, units.second) == ((9, 12), 9, 0)
    for unit in range(9):
        row, column = 2 * (unit // 3), 2 * (unit % 3)
        block = levels[row : row + 2, column : column + 2]
        assert units.values[unit].tolist() == [c for line in block for one in line for c in one]


def test_shrinking_takes_the_mean_of_an_area() -> None:
    levels = noise(24, 40)
    found = colours(picture(levels), 8, grey=True)[..., 0]
    areas = levels.reshape(8, 3, 8, 5).mean(axis=(1, 3))
    assert np.abs(found - areas).max() <= 1  # Pillow rounds after each of two passes


@examples(max_examples=15)
@given(st.integers(1, 4), st.sampled_from([None, 3]), st.integers(0, 99))
def test_mean_and_spread_are_those_of_scikit_learn(n: int, channels: int | None, seed: int) -> None:
    levels = [noise(4, 4, channels, seed + number) for number in range(n)]
    pixels = learned([picture(one) for one in levels])
    scaler = StandardScaler().fit(np.stack(levels).reshape(-1, channels or 1) / 255)
    np.testing.assert_allclose(pixels.mean, scaler.mean_, atol=1e-9)
    np.testing.assert_allclose(pixels.spread, scaler.scale_, rtol=1e-7)


def test_a_channel_that_never_changes_has_the_spread_1() -> None:
    blank = np.full((4, 4), 51, np.uint8)
    pixels = learned([picture(blank)])
    assert (pixels.mean, pixels.spread) == ((0.2,), (1.0,))


def test_all_grey_pictures_make_a_model_of_one_channel_however_they_were_saved() -> None:
    grey = noise(4, 4)
    as_colour = picture(np.repeat(grey[..., None], 3, axis=2))
    pixels = learned([picture(grey), as_colour])
    assert (pixels.grey, pixels.channels) == (True, 1)
    one, other = (pixels.units(i).values for i in (picture(grey), as_colour))
    assert one is not None and other is not None and (one == other).all()
    assert not learned([picture(grey), picture(noise(4, 4, 3))]).grey


def test_a_picture_in_colour_is_read_in_grey_by_a_model_of_grey_ones_and_is_said() -> None:
    pixels, strange = learned([picture(noise(4, 4))]), picture(noise(4, 4, 3))
    assert pixels.notes([strange, picture(noise(4, 4))]) == [
        "1 picture is in colour, and read in grey, as all of training are"
    ]
    assert learned([strange]).notes([strange]) == []
    values = pixels.units(strange).values
    luma = noise(4, 4, 3) @ np.array([0.299, 0.587, 0.114])  # ITU-R 601
    assert values is not None and np.abs(values[:, 0] - luma.ravel()).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (5000, 20), (8, 8), (3, 200)])
def test_any_size_is_brought_to_that_of_training(size: tuple[int, int]) -> None:
    pixels = learned([picture(noise(8, 8, 3))])
    values = pixels.units(picture(noise(*size, 3))).values
    assert values is not None and values.shape == (64, 3)


@pytest.mark.parametrize("mode", ["CMYK", "L", "YCbCr"])
def test_every_way_to_say_one_colour_is_read_alike(mode: str) -> None:
    patch = Image.new("RGB", (8, 8), (90, 90, 90))
    saved_so = saved(patch.convert(mode), "JPEG", quality=100)
    assert np.abs(colours(saved_so, 8).astype(int) - 90).max() <= 2


def test_sixteen_bits_are_cut_to_eight() -> None:
    deep = np.array([[0, 65535], [256 * 90, 256 * 90 + 255]], np.uint16)
    for grey in (False, True):
        found = colours(saved(Image.fromarray(deep)), 2, grey=grey)
        assert found[..., 0].tolist() == [[0, 255], [90, 90]]


def test_what_is_transparent_lies_over_white() -> None:
    clear = np.zeros((2, 2, 4), np.uint8)
    clear[0, 0] = [10, 20, 30, 255]
    clear[1, 1] = [0, 0, 0, 51]  # a fifth of black over white: 204
    shown = colours(picture(clear), 2)
    assert shown.tolist() == [[[10, 20, 30], [255] * 3], [[255] * 3, [204] * 3]]
    palette = Image.new("P", (2, 2), 1)
    palette.putpalette([200, 0, 0, 0, 0, 200])
    palette.putpixel((0, 0), 0)
    found = colours(saved(palette, transparency=0), 2)
    assert found[0, 0].tolist() == [255] * 3
    assert found[1, 1].tolist() == [0, 0, 200]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_read_upright(orientation: int) -> None:
    image = Image.fromarray(np.kron(noise(2, 2), np.ones((8, 8), np.uint8)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    taken = saved(image, "JPEG", quality=100, exif=exif)
    with Image.open(BytesIO(taken.image or b"")) as opened:
        upright = np.asarray(ImageOps.exif_transpose(opened))  # Pillow's own reading
    assert np.abs(colours(taken, 16, grey=True)[..., 0].astype(int) - upright).max() <= 1


def test_what_cannot_be_looked_at_is_named() -> None:
    whole = picture(noise(4, 4))
    pixels = learned([whole])
    with pytest.raises(DataError, match=f"image {whole.id} was read without its bytes"):
        pixels.units(replace(whole, image=None))
    for broken in (b"", b"no picture", (whole.image or b"")[:40]):
        with pytest.raises(DataError, match=f"image {whole.id} is "):
            pixels.units(replace(whole, image=broken))
    huge = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"
    with pytest.raises(DataError, match=f"image {whole.id}"):
        pixels.units(replace(whole, image=huge))
    with pytest.raises(DataError, match="no pictures to learn from"):
        learned([])


def test_batches_hold_bytes_rather_than_numbers() -> None:
    two = [picture(noise(4, 4, seed=n)) for n in range(2)]
    batch = collate(encode(two, learned(two)))
    assert batch.values is not None
    assert (batch.values.element_size(), tuple(batch.values.shape)) == (1, (2, 16, 1))


def test_written_and_read_again(tmp_path: Path) -> None:
    pixels, path = learned([picture(noise(4, 4, 3))]), tmp_path / Pixels.file
    path.write_text(pixels.written(), "utf-8")
    assert Pixels.load(path) == pixels
    for other in ("[1", "{}", pixels.written().replace('"grid": 4', '"grid": 3')):
        path.write_text(other, "utf-8")
        with pytest.raises(DataError, match="pixels.json"):
            Pixels.load(path)
