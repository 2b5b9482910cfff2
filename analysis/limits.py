"""How large numbers and tables may be: what would overflow or fill the memory is refused before."""

from __future__ import annotations

import numpy as np

from analysis.arrays import Floats
from db.errors import DataError

LARGEST = 1e100
"""The largest number, either sign: squares of larger ones, summed and multiplied, overflow."""

MOST_CELLS = 50_000_000
"""The most numbers of one dense table, 400 MB: units × answers, say, or workers × answers."""


def check_size(values: Floats) -> None:
    """DataError names the first number that is further than `LARGEST` from 0; NaN is no such one."""
    large = np.flatnonzero(np.abs(values) > LARGEST)
    if len(large):
        raise DataError(
            f"the answer {values[large[0]]:g} is too large to compute with (at most {LARGEST:g}); "
            "correct it or leave it out"
        )
