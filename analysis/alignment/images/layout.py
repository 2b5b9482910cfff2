"""Some pictures laid end to end, atom by atom: what all their scores are computed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.alignment.floors import RANDOM
from analysis.alignment.images.atoms import Atoms, atoms_of
from analysis.alignment.images.base import CENTRE, Map, Picture
from analysis.alignment.images.floors import centre_map, floor_grid, random_maps
from analysis.alignment.images.tolerance import grown
from analysis.alignment.order import Order, order_of
from analysis.alignment.scoring import Choices, Setting
from analysis.arrays import Floats, Ints
from analysis.marked import check_marks
from db.ragged import Ragged
from db.records import Marks


@dataclass(frozen=True, eq=False)
class Cut:
    """One picture as atoms. `wide`: uint8, shape (R, K), the grown masks (as many rows as masks);
    `scores`: map → float32, shape (K,)."""

    picture: str
    worker: Ints
    atoms: Atoms
    wide: NDArray[np.uint8]
    scores: Mapping[str, NDArray[np.float32]]

    @property
    def load(self) -> int:
        """Numbers that the golds of this picture take."""
        return self.wide.size


@dataclass(frozen=True, eq=False)
class Layout:
    """T atoms of some pictures. `pixels`: float64, shape (T,); `cell`: int64, shape (T,), numbered
    over all pictures; `setting`: maps, and masks of one value an atom; `wide`: ragged, row for row
    the same masks grown by the tolerance."""

    pixels: Floats
    cell: Ints
    setting: Setting
    wide: Ragged


RANDOM_MAP = f"{RANDOM} "
"""How random maps begin to be called, until the scores of all draws are averaged."""

NOBODY = Marks(
    Ragged.from_rows((), "uint8"), np.empty(0, np.int64), np.empty(0, np.int64), (), (), False
)
NOTHING = Layout(
    np.empty(0),
    np.empty(0, np.int64),
    Setting({}, NOBODY, np.empty(0, np.int64), Choices()),
    NOBODY.masks,
)
"""The layout of no picture."""


def cut(picture: Picture, tolerance: int | None, seed: tuple[int, int]) -> Cut:
    """A picture as atoms, with the floors among its maps; without `tolerance` nothing is grown."""
    masks, n = picture.masks, len(picture.masks)
    wide = [grown(mask, tolerance) for mask in masks] if tolerance is not None else []
    maps = dict(picture.maps) | _floors(picture, seed)
    atoms = atoms_of([*masks, *wide], (scores.shape for scores in maps.values()))
    scores = {name: atoms.read(scores) for name, scores in maps.items()}
    marked = atoms._replace(marked=atoms.marked[:n])
    grew = atoms.marked[n:] if wide else marked.marked
    return Cut(picture.id, picture.worker, marked, grew, scores)


def layout_of(cuts: Sequence[Cut], workers: Sequence[str], known: bool, choices: Choices) -> Layout:
    """Lay pictures end to end. `workers`: all there are; `known`: whether they are persons."""
    lengths = np.array([len(one.atoms.pixels) for one in cuts], np.int64)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    counts = [len(one.worker) for one in cuts]
    marks = Marks(
        masks=Ragged.from_rows((row for one in cuts for row in one.atoms.marked), "uint8"),
        instance=np.repeat(np.arange(len(cuts), dtype=np.int64), counts),
        worker=np.concatenate([one.worker for one in cuts]).astype(np.int64),
        instance_ids=tuple(one.picture for one in cuts),
        worker_ids=tuple(workers),
        persons_known=known,
    )
    check_marks(marks)
    cells = np.cumsum([0, *(int(one.atoms.cell[-1]) + 1 for one in cuts)])
    return Layout(
        pixels=np.concatenate([one.atoms.pixels for one in cuts]).astype(np.float64),
        cell=np.concatenate([one.atoms.cell + at for one, at in zip(cuts, cells, strict=False)]),
        setting=Setting(_maps(cuts, offsets), marks, offsets[:-1], choices),
        wide=Ragged.from_rows((row for one in cuts for row in one.wide), "uint8"),
    )


def _floors(picture: Picture, seed: tuple[int, int]) -> dict[str, Map]:
    height, width = picture.masks[0].shape
    rows, cols = floor_grid(picture.maps.values(), (height, width))
    draws = enumerate(random_maps(rows, cols, seed))
    return {CENTRE: centre_map(rows, cols)} | {f"{RANDOM_MAP}{n}": scores for n, scores in draws}


def _maps(cuts: Sequence[Cut], offsets: Ints) -> dict[str, Order]:
    """Every map over all atoms, ranked within its picture."""
    return {
        name: order_of(np.concatenate([one.scores[name] for one in cuts]), offsets)
        for name in cuts[0].scores
    }
