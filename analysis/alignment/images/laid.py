"""Maps in order laid on golds, and the cells of all grids put in the best order for a gold.

Comparisons are made piece by piece, so that what a piece takes does not grow with the number of
people: a map of a picture meets each gold of the picture in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.alignment.images.against import Against
from analysis.alignment.images.cells import KindsOfPictures
from analysis.alignment.images.levels import Levels
from analysis.alignment.images.profile import Profile
from analysis.alignment.images.ranked import RankedMaps
from analysis.arrays import Floats, Ints, blocks, divide, spread

PIECE = 1_000_000
"""Atoms of golds that are scored together: some ten arrays of as many numbers."""
ONE_PICTURE = 2
"""Offsets of a layout of one picture."""


class _Atoms(NamedTuple):
    """A atoms of some golds. `at`: int64, shape (A,), the atom of the picture; `gold`: int64,
    shape (A,), from the first gold of the piece on; `place`: as in a `Profile`."""

    at: Ints
    gold: Ints
    place: Ints


def laid(maps: RankedMaps, against: Against) -> Iterator[Profile]:
    """A map against all golds, some golds at a time, in their order."""
    if len(maps.offsets) == ONE_PICTURE and against.golds.complete:
        yield from _one_by_one(maps, against)
        return
    for golds in _pieces(maps, against):
        found = _atoms(maps, against, golds)
        own = np.arange(golds.start, golds.stop, dtype=np.int64)
        count = None if maps.pixels is None else _floats(maps.pixels[found.at])
        levels = _levels(len(own), maps.scores[found.at], found.gold, count)
        yield Profile(against, own, found.place, levels)


def _one_by_one(maps: RankedMaps, against: Against) -> Iterator[Profile]:
    """One picture, gold after gold: the levels are the same for all of them."""
    pattern = maps.pattern.astype(np.int64)
    count = None if maps.pixels is None else _floats(maps.pixels)
    levels = _levels(1, maps.scores, np.zeros(len(pattern), np.int64), count)
    for gold, start in enumerate(against.golds.values.offsets[:-1].tolist()):
        yield Profile(against, np.array([gold], np.int64), pattern + start, levels)


def _levels(n: int, scores: NDArray[np.float32], of: Ints, count: Floats | None) -> Levels:
    """The levels of n comparisons; `scores`, `of`: of each atom, those of a comparison falling."""
    new = np.ones(len(scores), dtype=bool)
    np.not_equal(scores[1:], scores[:-1], out=new[1:])
    if n > 1:
        new[1:] |= of[1:] != of[:-1]
    first = np.flatnonzero(new)
    return Levels(n, len(scores), first, of[first], _floats(scores[first]), count)


class Shares(NamedTuple):
    """Cells of all grids, kind by kind, against some golds, L kinds in the order of the golds.
    `level`: each kind a level of its own; `counts`: float64, shape (A,), pixels of their atoms;
    `values`, `cells`: float64, shape (L,), the mean of the gold over the pixels of a cell, and how
    many cells are like it."""

    level: Profile
    counts: Floats
    values: Floats
    cells: Floats

    def best(self, values: Floats) -> Floats:
        """The highest mean of a cell for each gold, shape (P,), NaN where it has no pixel;
        `values`: one a pattern of the golds."""
        found = np.full(len(self.level.gold), np.nan)
        if len(self.values):
            levels = self.level.levels
            means = divide(self.level.by_level(values), levels.pixels)
            found[levels.of[levels.begins]] = np.maximum.reduceat(means, levels.begins)
        return found

    def in_order(self, *, apart: bool) -> Profile:
        """A map that gives cells the share that is marked. `apart`: cells of equal share are taken
        one after the other, which gains average precision; else they are one level.

        Cells that are marked wholly or not at all need not be told apart: no score changes by it.
        """
        levels, mixed = self.level.levels, (self.values > 0) & (self.values < 1) & apart
        times = np.where(mixed, self.cells, 1).astype(np.int64)
        order = np.lexsort((-self.values, levels.of))
        order = np.repeat(order, times[order])
        sizes = np.diff(levels.first, append=levels.n_atoms)[order]
        atom = spread(levels.first[order], sizes)
        of, values = levels.of[order], self.values[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = (np.diff(values) != 0) | (np.diff(of) != 0)
        new |= mixed[order]
        first = (np.cumsum(sizes) - sizes)[new]
        count = self.counts[atom] / np.repeat(times[order], sizes)
        made = Levels(levels.n, len(atom), first, of[new], values[new], count)
        return replace(self.level, place=self.level.place[atom], levels=made)


def shares(kinds: KindsOfPictures, against: Against) -> Iterator[Shares]:
    """What is marked of every cell, some golds at a time, in their order."""
    for golds in _pieces(kinds, against):
        found = _atoms(kinds, against, golds)
        kind = kinds.kind[found.at]
        new = np.ones(len(kind), dtype=bool)
        new[1:] = (np.diff(kind) != 0) | (np.diff(found.gold) != 0)
        first = np.flatnonzero(new)
        own = np.arange(golds.start, golds.stop, dtype=np.int64)
        count = kinds.pixels[found.at]
        of = found.gold[first]
        levels = Levels(len(own), len(kind), first, of, np.zeros(len(first)), count)
        level = Profile(against, own, found.place, levels)
        # Rounded, so that equal shares of cells of unequal size stay equal.
        values = np.round(divide(level.marked, levels.pixels), 12)
        yield Shares(level, count, values, kinds.cells[found.at][first])


def _pieces(maps: RankedMaps | KindsOfPictures, against: Against) -> Iterator[slice]:
    """Golds that are laid on together, at least one."""
    return blocks(np.diff(maps.offsets)[against.golds.instance], PIECE)


def _atoms(maps: RankedMaps | KindsOfPictures, against: Against, golds: slice) -> _Atoms:
    """The atoms of some golds, without patterns that a gold lacks."""
    instance = against.golds.instance[golds]
    lengths = np.diff(maps.offsets)[instance]
    at = spread(maps.offsets[instance], lengths)
    gold = np.repeat(np.arange(len(instance), dtype=np.int64), lengths)
    places, begins = against.places(golds)
    place = places[maps.pattern[at] + np.repeat(begins, lengths)]
    if against.golds.complete:
        return _Atoms(at, gold, place)
    there = place >= 0
    return _Atoms(at[there], gold[there], place[there])


def _floats(values: NDArray[np.generic]) -> Floats:
    return values.astype(np.float64)
