"""What makes numbers of instances for a model: words of texts, patches of pictures, features of rows.

An encoding is learned from the training part alone, and stands in one file beside the weights.
Shapes: U units of an instance (tokens, patches, features), K numbers that a unit is read as.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from db.records import Instance, InstanceKind
from pipeline.models.settings import Settings


class Units(NamedTuple):
    """The units of one instance.

    `ids`: int64 (U,), a word's number, or `PRESENT` where `values` say all there is; `first` and
    `second`: how many units either text has (all are of the first where there are no texts);
    `values`: (U, K), float32 numbers, uint8 colours or int64 codes (−1 is none), None where ids say
    it all;
    `attributes`: float32 (A,), None where none is read;
    `places`: int64 (U,), where the model has each feature of a row, None where it is this order.
    """

    ids: NDArray[np.int64]
    first: int
    second: int = 0
    values: NDArray[Any] | None = None
    attributes: NDArray[np.float32] | None = None
    places: NDArray[np.int64] | None = None


class Encoding(Protocol):
    """`kinds`: of instances that it reads; `unit`: what a unit is called; `file`: its file's name.

    `removals`: the removal operators of `REMOVALS` that mean something for such units.
    """

    kinds: ClassVar[tuple[InstanceKind, ...]]
    unit: ClassVar[str]
    file: ClassVar[str]
    removals: ClassVar[tuple[str, ...]]

    @classmethod
    def learn(cls, instances: Sequence[Instance], settings: Settings) -> Self:
        """From the training part; a `DataError` where these cannot be read together."""
        ...

    def units(self, instance: Instance) -> Units:
        """An instance as numbers; a `DataError` that names it where it cannot be read."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, columns) of the patches of a picture, () where units stand in a line."""
        ...

    def typical(self) -> Units | None:
        """Units whose mean embedding stands for an absent unit; None where that is the zero."""
        ...

    def notes(self, instances: Iterable[Instance]) -> list[str]:
        """What in these instances training had not seen, in words."""
        ...

    def written(self) -> str:
        """The text of its file."""
        ...

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `written` gave; a `DataError` where it is no such file."""
        ...
