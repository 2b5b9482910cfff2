"""Many variable-length rows as one flat array: values and offsets.

Row i of a ragged array is `values[offsets[i]:offsets[i + 1]]`. Metrics are vectorised over the
flat values, so that a million tokens cost a few array operations and no Python loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from db.errors import DataError


@dataclass(frozen=True, eq=False)
class Ragged:
    """`values`: shape (N,), any dtype; `offsets`: int64, shape (n + 1,), rising from 0 to N."""

    values: NDArray[np.generic]
    offsets: NDArray[np.int64]

    def __post_init__(self) -> None:
        offsets = self.offsets
        if offsets.ndim != 1 or len(offsets) == 0 or offsets[0] != 0:
            raise DataError("ragged offsets must be one-dimensional and start at 0")
        if offsets[-1] != len(self.values) or (np.diff(offsets) < 0).any():
            raise DataError(
                f"ragged offsets must rise to the number of values ({len(self.values)})"
            )

    @classmethod
    def from_rows(cls, rows: Iterable[ArrayLike], dtype: str = "float32") -> Ragged:
        """Join rows of any lengths; no rows give an empty ragged array of `dtype`."""
        arrays = [np.asarray(row, dtype=dtype) for row in rows]
        lengths = np.array([len(row) for row in arrays], dtype=np.int64)
        values = np.concatenate(arrays) if arrays else np.empty(0, dtype=dtype)
        return cls(values, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> NDArray[np.generic]:
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    def __iter__(self) -> Iterator[NDArray[np.generic]]:
        return (self[row] for row in range(len(self)))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Length of each row, int64, shape (n,)."""
        return np.diff(self.offsets)

    @property
    def row_ids(self) -> NDArray[np.int64]:
        """The row each value belongs to, int64, shape (N,)."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.lengths)

    def take(self, rows: NDArray[np.int64]) -> Ragged:
        """The given rows, in the given order (repeats allowed)."""
        lengths = self.lengths[rows]
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        starts = np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return Ragged(self.values[np.arange(offsets[-1]) + starts], offsets)

    def with_values(self, values: NDArray[np.generic]) -> Ragged:
        """The same rows with other values of the same total length."""
        return Ragged(values, self.offsets)
