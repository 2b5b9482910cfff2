"""Marking regions of an image: parts of the true region, and cells beside it.

An image is marked in cells, at most 16 by 16. Within a cell that is seen, the true pixels are
marked, so that a worker who sees everything and adds nothing marks exactly the true region.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from db.masks import decode
from hits.crowd.asking import Asking

CELLS = 16


def mark_region(asking: Asking) -> NDArray[np.bool_]:
    """The mask that is marked, shape (height, width).

    Each cell of the true region is seen with chance `recall`, each cell beside a seen one is filled
    with chance `spread`, any cell with chance `noise`; a careless worker draws one box anywhere.
    """
    panel = asking.item["panels"][0]
    shape = (panel["height"], panel["width"])
    rng = np.random.default_rng(asking.rng.getrandbits(64))
    return _any_box(shape, rng) if asking.careless else _marked(asking, shape, rng)


def _marked(asking: Asking, shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.bool_]:
    true, temper = _true_region(asking, shape), asking.temper
    rows, columns = (np.arange(n) * min(n, CELLS) // n for n in shape)
    place = np.ix_(rows, columns)
    holds = _any_within(_any_within(true, rows, 0), columns, 1)
    seen, near, anywhere = (rng.random(holds.shape) for _ in range(3))
    found = holds & (seen < temper.recall)
    filled = (_beside(found) & ~holds & (near < temper.spread)) | (anywhere < temper.noise)
    marked: NDArray[np.bool_] = (true & found[place]) | filled[place]
    return marked


def _any_within(bits: NDArray[np.bool_], cells: NDArray[np.int64], axis: int) -> NDArray[np.bool_]:
    """Whether any bit of a cell is set, along one axis; `cells`: the cell of each place, sorted."""
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    found: NDArray[np.bool_] = np.logical_or.reduceat(bits, starts, axis=axis)
    return found


def _beside(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells above, below, left and right of those given."""
    framed = np.pad(cells, 1)
    beside: NDArray[np.bool_] = (
        framed[:-2, 1:-1] | framed[2:, 1:-1] | framed[1:-1, :-2] | framed[1:-1, 2:]
    )
    return beside


def _true_region(asking: Asking, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The known region, shape (height, width); TruthError where it is of another picture."""
    known = asking.known
    if isinstance(known, (np.ndarray, Mapping)):
        mask = np.asarray(decode(known) if isinstance(known, Mapping) else known)
        if mask.shape != shape:
            raise asking.contradiction(f"a mask of {mask.shape} for a picture of {shape} pixels")
        return mask.astype(bool)
    mask = np.zeros(shape, dtype=bool)
    for left, top, right, bottom in known or ():
        mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    return mask


def _any_box(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.bool_]:
    mask = np.zeros(shape, dtype=bool)
    (top, bottom), (left, right) = (sorted(rng.integers(0, n, 2).tolist()) for n in shape)
    mask[top : bottom + 1, left : right + 1] = True
    return mask
