"""Some pictures laid end to end: what people marked pattern by pattern, and the maps in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.alignment.floors import RANDOM
from analysis.alignment.images.atoms import Atoms, Grid, Patterns, atoms_of, grid_of, patterns
from analysis.alignment.images.base import CENTRE, Map, Picture
from analysis.alignment.images.cells import Kinds, KindsOfPictures, kinds_end_to_end, kinds_of
from analysis.alignment.images.floors import centre_map, floor_grid, random_maps
from analysis.alignment.images.ranked import (
    Ranked,
    RankedMaps,
    end_to_end,
    is_fine,
    ranked_atoms,
    ranked_pixels,
)
from analysis.alignment.images.tolerance import grown
from analysis.alignment.scoring import Choices, Setting
from analysis.arrays import Floats, Ints
from analysis.marked import check_marks
from db.ragged import Ragged
from db.records import Marks


@dataclass(frozen=True, eq=False)
class Cut:
    """One picture by who marked its pixels, P patterns of R masks. `pixels`: int64, shape (P,), of
    each; `marked`: uint8, shape (R, P); `wide`: the same of the grown masks; `maps`: map → its
    atoms in order; `kinds`: of cells of all grids laid over each other."""

    picture: str
    worker: Ints
    pixels: Ints
    marked: NDArray[np.uint8]
    wide: NDArray[np.uint8]
    maps: Mapping[str, Ranked]
    kinds: Kinds

    @property
    def load(self) -> int:
        """Atoms that the maps of this picture have together."""
        return sum(one.n for one in self.maps.values())


@dataclass(frozen=True, eq=False)
class Layout:
    """T patterns of some pictures. `pixels`: float64, shape (T,); `setting`: masks of one value a
    pattern, and no maps; `wide`: ragged, row for row the same masks grown by the tolerance; `maps`:
    map → its atoms picture by picture; `kinds`: of cells, likewise."""

    pixels: Floats
    setting: Setting
    wide: Ragged
    maps: Mapping[str, RankedMaps]
    kinds: KindsOfPictures

    @cached_property
    def lengths(self) -> Ints:
        """Patterns of each picture: shape (I,)."""
        return np.diff(np.append(self.setting.starts, len(self.pixels))).astype(np.int64)


RANDOM_MAP = f"{RANDOM} "
"""How random maps begin to be called, until the scores of all draws are averaged."""

NOBODY = Marks(
    Ragged.from_rows((), "uint8"), np.empty(0, np.int64), np.empty(0, np.int64), (), (), False
)
NONE = np.empty(0, np.int64)
NOTHING = Layout(
    np.empty(0),
    Setting({}, NOBODY, NONE, Choices()),
    NOBODY.masks,
    {},
    KindsOfPictures(np.zeros(1, np.int64), NONE, NONE, np.empty(0), np.empty(0)),
)
"""The layout of no picture."""


def cut(picture: Picture, tolerance: int | None, seed: tuple[int, int]) -> Cut:
    """A picture as atoms, with the floors among its maps; without `tolerance` nothing is grown."""
    masks, n = picture.masks, len(picture.masks)
    wide = [grown(mask, tolerance) for mask in masks] if tolerance is not None else []
    found = patterns([*masks, *wide])
    maps = dict(picture.maps) | _floors(picture, seed)
    shapes, size = [scores.shape for scores in maps.values()], masks[0].shape
    return Cut(
        picture.id,
        picture.worker,
        found.pixels,
        found.members[:n],
        found.members[n:] if wide else found.members[:n],
        _ranked(maps, found, size),
        kinds_of(found, grid_of(shapes, size)),
    )


def layout_of(cuts: Sequence[Cut], workers: Sequence[str], known: bool, choices: Choices) -> Layout:
    """Lay pictures end to end. `workers`: all there are; `known`: whether they are persons."""
    lengths = [len(one.pixels) for one in cuts]
    starts = np.cumsum([0, *lengths[:-1]]).astype(np.int64)
    counts = [len(one.worker) for one in cuts]
    marks = Marks(
        masks=Ragged.from_rows((row for one in cuts for row in one.marked), "uint8"),
        instance=np.repeat(np.arange(len(cuts), dtype=np.int64), counts),
        worker=np.concatenate([one.worker for one in cuts]).astype(np.int64),
        instance_ids=tuple(one.picture for one in cuts),
        worker_ids=tuple(workers),
        persons_known=known,
    )
    check_marks(marks)
    return Layout(
        pixels=np.concatenate([one.pixels for one in cuts]).astype(np.float64),
        setting=Setting({}, marks, starts, choices),
        wide=Ragged.from_rows((row for one in cuts for row in one.wide), "uint8"),
        maps={name: end_to_end([one.maps[name] for one in cuts]) for name in cuts[0].maps},
        kinds=kinds_end_to_end([one.kinds for one in cuts]),
    )


def _floors(picture: Picture, seed: tuple[int, int]) -> dict[str, Map]:
    height, width = picture.masks[0].shape
    rows, cols = floor_grid(picture.maps.values(), (height, width))
    draws = enumerate(random_maps(rows, cols, seed))
    return {CENTRE: centre_map(rows, cols)} | {f"{RANDOM_MAP}{n}": scores for n, scores in draws}


def _ranked(maps: Mapping[str, Map], found: Patterns, size: tuple[int, int]) -> dict[str, Ranked]:
    """Every map in order; what maps over the same grid share is counted once."""
    counted: dict[tuple[int, ...], tuple[Grid, Atoms | None]] = {}
    made = {}
    for name, scores in maps.items():
        shape = scores.shape
        if shape not in counted:
            grid = grid_of([shape], size)
            counted[shape] = grid, None if is_fine(grid) else atoms_of(found, grid)
        grid, atoms = counted[shape]
        made[name] = (
            ranked_pixels(scores, found, grid)
            if atoms is None
            else ranked_atoms(scores, atoms, grid, found.n)
        )
    return made
