"""How a model reads pictures: colours of patches, standardised per channel.

A patch is a unit: the picture is laid out as grid × grid patches of equal size, row by row, and a
patch is read as the colours of its pixels. Colours stay 8-bit numbers until a batch of them is
embedded, a quarter of what float32 takes: 10,000 pictures of 112 × 112 in colour are 380 MB.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from db.errors import ConfigError, DataError
from db.records import Instance, InstanceKind
from db.words import counted
from pipeline.models.decoding import Pixels8, colours, is_grey, size_of
from pipeline.models.encoding import Units
from pipeline.models.settings import Settings
from pipeline.models.vocabulary import PRESENT

LARGEST_KEPT = 64
"""Square pictures of one size are read as they are up to so many pixels a side."""
USUAL = 112
"""The size that all other pictures are brought to."""
PIXEL_GRID = 16
"""Up to so many pixels a side, every pixel is a patch."""
PATCHES = 14
"""Patches a side of larger pictures: 8 pixels each of 112."""


@dataclass(frozen=True)
class Pixels:
    """`image_size`: pixels a side, a multiple of `grid`, patches a side; `grey`: one channel.

    `mean`, `spread`: of training's colours in 0 … 1, per channel, the spread 1 where a channel
    never changes. The zero embedding is so the mean colour.
    """

    image_size: int
    grid: int
    grey: bool
    mean: tuple[float, ...]
    spread: tuple[float, ...]

    kinds: ClassVar[tuple[InstanceKind, ...]] = ("image",)
    unit: ClassVar[str] = "patch"
    file: ClassVar[str] = "pixels.json"
    removals: ClassVar[tuple[str, ...]] = ("mean_embedding",)

    @classmethod
    def learn(cls, instances: Sequence[Instance], settings: Settings) -> Self:
        """Size, whether all is grey, mean and spread: one picture at a time is held."""
        if not instances:
            raise DataError("there are no pictures to learn from")
        side, grid = layout(settings, instances)
        grey, levels = True, np.zeros((3, 256), np.int64)
        for one in instances:
            found = colours(one, side)
            grey = grey and is_grey(found)
            levels += _counts(found)
        mean, spread = _moments(levels[: 1 if grey else 3])
        return cls(side, grid, grey, mean, spread)

    @property
    def channels(self) -> int:
        """1 of grey pictures, 3 of others."""
        return len(self.mean)

    @property
    def patch(self) -> int:
        """Pixels a side of a patch."""
        return self.image_size // self.grid

    def units(self, instance: Instance) -> Units:
        """uint8 values (grid², patch² · channels); a picture that does not decode is refused."""
        found = colours(instance, self.image_size, grey=self.grey)
        side = (self.grid, self.patch)
        cut = found.reshape(*side, *side, self.channels).swapaxes(1, 2)
        ids = np.full(self.grid**2, PRESENT, dtype=np.int64)
        values = np.ascontiguousarray(cut.reshape(self.grid**2, -1))
        return Units(ids, len(ids), values=values)

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, columns) of patches."""
        return (self.grid, self.grid)

    def typical(self) -> None:
        """The mean colour is 0 here already."""

    def notes(self, instances: Iterable[Instance]) -> list[str]:
        """Pictures in colour that a model of grey pictures reads in grey."""
        if not self.grey:
            return []
        strange = sum(not is_grey(colours(one, self.image_size)) for one in instances)
        said = counted(strange, "picture is in colour", "pictures are in colour")
        return [f"{said}, and read in grey, as all of training are"] if strange else []

    def written(self) -> str:
        """What was learned, as JSON."""
        about = {"image_size": self.image_size, "grid": self.grid, "grey": self.grey}
        return json.dumps({**about, "mean": self.mean, "spread": self.spread}, indent=0)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `written` gave."""
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
            side, grid, grey = int(read["image_size"]), int(read["grid"]), bool(read["grey"])
            mean, spread = (tuple(map(float, read[name])) for name in ("mean", "spread"))
        except (OSError, ValueError, TypeError, KeyError) as problem:
            raise DataError(f"the pixels {path} cannot be read: {problem}") from problem
        if grid < 1 or side < grid or side % grid or not len(mean) == len(spread) == (3, 1)[grey]:
            raise DataError(f"the pixels {path} say sizes that do not fit each other")
        return cls(side, grid, grey, mean, spread)


def layout(settings: Settings, instances: Sequence[Instance]) -> tuple[int, int]:
    """(image_size, grid) as the settings say, or as the pictures are.

    Without `image_size`: what all pictures have where that is square and at most 64, else 112.
    Without `grid`: a patch a pixel up to 16 pixels a side, else the divisor of the size that is
    nearest to 14 within 7 … 28 (14 of 112, 16 of 64).
    """
    side, grid = settings.image_size, settings.grid
    if side is None:
        side = _natural(instances)
        if (grid is None and not _usual_grid(side)) or (grid and side % grid):
            side = USUAL  # what is not asked for is not allowed to be in the way
    for name, given in (("image_size", side), ("grid", grid)):
        if given is not None and given < 2:
            raise ConfigError(f"[model] {name} must be at least 2, not {given}")
    grid = grid or _usual_grid(side)
    if not grid or side % grid:
        said = f"grid {grid}" if grid else f"any grid of {PATCHES // 2} to {2 * PATCHES} patches"
        raise ConfigError(
            f"[model] image_size {side} is not a multiple of {said}; patches are of equal size, so "
            "choose another image_size or grid"
        )
    return side, grid


def _natural(instances: Sequence[Instance]) -> int:
    sizes = {size_of(one) for one in instances}
    width, height = next(iter(sizes))
    return width if len(sizes) == 1 and width == height <= LARGEST_KEPT else USUAL


def _usual_grid(side: int) -> int:
    """0 where no number of patches divides the side."""
    if side <= PIXEL_GRID:
        return side if side > 1 else 0
    fitting = [n for n in range(PATCHES // 2, 2 * PATCHES + 1) if side % n == 0]
    return min(fitting, key=lambda n: (abs(n - PATCHES), -n), default=0)


def _counts(found: Pixels8) -> NDArray[np.int64]:
    """int64, shape (3, 256): how often each level stands in each channel."""
    return np.stack([np.bincount(found[..., c].ravel(), minlength=256) for c in range(3)])


def _moments(levels: NDArray[np.int64]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of colours in 0 … 1 from counts of levels, (C, 256)."""
    at, share = np.arange(256) / 255, levels / levels.sum(axis=1, keepdims=True)
    mean = share @ at
    spread = np.sqrt((share * (at - mean[:, None]) ** 2).sum(axis=1))
    constant = (levels > 0).sum(axis=1) < 2
    return tuple(mean.tolist()), tuple(np.where(constant, 1.0, spread).tolist())
