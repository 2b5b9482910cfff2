"""Masks in COCO's run lengths: there and back, as others write them, and what strangers send."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from db.errors import DataError
from db.masks import LARGEST_MASK, decode, encode
from hits.answers import AnswerError
from hits.masks import check

Y, X = np.mgrid[:40, :60]
# Written by pycocotools 2.0.11, `mask.encode(np.asfortranarray(mask))`.
WRITTEN_BY_COCO: dict[str, tuple[NDArray[Any], str]] = {
    # One run of 12 zeros: chr(48 + 12).
    "empty": (np.zeros((3, 4)), "<"),
    # No zero first, then twelve ones.
    "full": (np.ones((3, 4)), "0<"),
    # Runs 0 1 4 1 4 1 4 1; from the fourth on the difference to two before, which is 0.
    "diagonal": (np.eye(4), "01400000"),
    "disc": (
        (X - 30) ** 2 + (Y - 20) ** 2 < 150,
        "Rg05P16K4M2N2N2O0O2O000O2O00000001N10001N101N2N2N3L5Jid0",
    ),
    "corner": (X + Y > 90, "WR21V11O1O1O1O1O1O1"),
    "half": (np.mgrid[:900, :1200][1] > 700, "dSXc0\\bf="),
}


@pytest.mark.parametrize("name", WRITTEN_BY_COCO)
def test_masks_are_written_and_read_as_coco_does(name: str) -> None:
    mask, counts = WRITTEN_BY_COCO[name]
    written = encode(mask)
    assert written == {"size": list(mask.shape), "counts": counts}
    assert (decode(written) == mask).all()


def plainly(mask: NDArray[Any]) -> str:
    """COCO's definition, one pixel and one number at a time."""
    runs, value = [0], 0
    for column in mask.T:
        for pixel in column:
            if int(pixel) != value:
                runs.append(0)
                value = int(pixel)
            runs[-1] += 1
    text = ""
    for i, run in enumerate(runs):
        left, more = run - (runs[i - 2] if i > 2 else 0), True
        while more:
            group, left = left & 31, left >> 5
            more = left != (-1 if group & 16 else 0)
            text += chr(48 + group + (32 if more else 0))
    return text


@st.composite
def masks(draw: st.DrawFn) -> NDArray[np.uint8]:
    """Blocks, stripes and noise: short runs, long ones and differences of both signs."""
    height, width = draw(st.integers(1, 90)), draw(st.integers(1, 90))
    mask = np.zeros((height, width), np.uint8)
    for _ in range(draw(st.integers(0, 4))):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        mask[top : draw(st.integers(1, height)), left : draw(st.integers(1, width))] ^= 1
    if draw(st.booleans()):
        noise = np.random.default_rng(draw(st.integers(0, 99)))
        mask ^= (noise.random(mask.shape) < draw(st.floats(0, 1))).astype(np.uint8)
    return mask


@given(masks())
def test_every_mask_comes_back_as_it_was(mask: NDArray[np.uint8]) -> None:
    written = encode(mask)
    assert written["counts"] == plainly(mask)
    back = decode(written)
    assert (back.dtype, back.shape) == (np.uint8, mask.shape)
    assert (back == mask).all()
    height, width = mask.shape
    assert check(written, (width, height)) == written


def test_what_is_not_zero_is_marked() -> None:
    assert encode(np.array([[0, 7]])) == encode(np.array([[False, True]]))


def test_runs_of_no_length_are_read_but_not_taken_from_a_stranger() -> None:
    # Runs 1 0 2 1: one zero, no one, two zeros, one: the fourth is 1 - 0 = 1.
    loose = {"size": [2, 2], "counts": "1021"}
    assert decode(loose).tolist() == [[0, 0], [0, 1]]
    with pytest.raises(AnswerError, match="not written as konkyo writes it"):
        check(loose, (2, 2))


REFUSED: dict[str, tuple[Any, str]] = {
    "no object": ([1, 2], "not an object of size and counts"),
    "a field too many": ({"size": [3, 4], "counts": "<", "area": 0}, "not an object"),
    "no counts": ({"size": [3, 4]}, "not an object"),
    "width before height": ({"size": [4, 3], "counts": "<"}, r"not \[3, 4\] \(height, width\)"),
    "true for one": ({"size": [True, 12], "counts": "<"}, "no number of pixels"),
    "a number as text": ({"size": ["3", 4], "counts": "<"}, "no number of pixels"),
    "no number at all": ({"size": "34", "counts": "<"}, r"not \[height, width\]"),
    "a whole number with a point": ({"size": [3.0, 4], "counts": "<"}, "no number of pixels"),
    "counts not packed": ({"size": [3, 4], "counts": [12]}, "not a string"),
    "nothing": ({"size": [3, 4], "counts": ""}, "0 characters"),
    "too many characters": ({"size": [3, 4], "counts": "0" * 14}, "14 characters"),
    "a blank": ({"size": [3, 4], "counts": "< "}, "characters that COCO does not use"),
    "beyond ASCII": ({"size": [3, 4], "counts": "<\ud800\u0660"}, "characters that COCO"),
    "one pixel short": ({"size": [3, 4], "counts": ";"}, "do not add up to its 3 x 4 = 12"),
    "one pixel over": ({"size": [3, 4], "counts": "="}, "do not add up"),
    # 31 has the sign bit, so it is -1: with 13 the sum would be right.
    "a negative run": ({"size": [3, 4], "counts": "O="}, "do not add up"),
    "half a number": ({"size": [3, 4], "counts": "P"}, "break off"),
    "a padded number": ({"size": [3, 4], "counts": "\\0"}, "not written as konkyo writes it"),
    "an endless number": ({"size": [3, 4], "counts": "P" * 9 + "1"}, "larger than any picture"),
    # Each run fits 64 bits, and what they sum to in 64 bits is not what they are.
    "huge runs": ({"size": [3, 4], "counts": "ooooo?" * 2}, "do not add up"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_mask_of_this_picture_is_refused_with_the_reason(name: str) -> None:
    value, reason = REFUSED[name]
    with pytest.raises(AnswerError, match=reason):
        check(value, (4, 3))


def test_a_size_beyond_every_picture_is_refused_before_anything_is_built() -> None:
    for size in ([1 << 20, 1 << 20], [LARGEST_MASK + 1, 1], [10**30, 10**30]):
        with pytest.raises(DataError, match="pixels"):
            decode({"size": size, "counts": "0"})
    with pytest.raises(ValueError, match="height and a width"):
        encode(np.zeros(5))


@given(st.text(st.characters(min_codepoint=48, max_codepoint=111), min_size=1, max_size=13))
def test_random_characters_are_a_mask_or_are_refused(counts: str) -> None:
    try:
        written = check({"size": [3, 4], "counts": counts}, (4, 3))
    except AnswerError:
        return
    assert encode(decode(written)) == {"size": [3, 4], "counts": counts}
