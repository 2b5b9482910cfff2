"""A stranger's mask of a picture, checked before it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.errors import DataError
from db.masks import decode, encode, stated_size
from hits.answers import AnswerError, short


def check(value: object, size: tuple[int, int]) -> dict[str, Any]:
    """A stranger's mask of a picture of `size` = (width, height), as it came.

    AnswerError where it is anything but the one writing that `encode` gives of a mask of that
    size: other fields, another size, runs that do not add up, empty runs, padded numbers.
    """
    if not isinstance(value, Mapping) or set(value) != {"size", "counts"}:
        raise AnswerError(f"the mask is {short(value)}, not an object of size and counts")
    width, height = size
    try:
        if stated_size(value) != (height, width):
            raise DataError(
                f"the mask is of size {short(value['size'])}, not [{height}, {width}] (height, "
                "width) as the picture"
            )
        written = encode(decode(value))
    except DataError as error:
        raise AnswerError(str(error)) from error
    if written["counts"] != value["counts"]:
        raise AnswerError("the mask is not written as konkyo writes it (empty runs, or padding)")
    return written
