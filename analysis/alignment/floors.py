"""What every score is read against: chance below it, people and the best possible above it.

`random`: one seeded draw of scores. `constant`: the same score everywhere, that is, the expected
score over random choice at the cut (by position it would mean "the first k tokens"). `oracle`: the
best that any map could score under the same cut. `people`: the worker left out, cut like a map.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.alignment.base import Golds
from analysis.alignment.compared import Compared
from analysis.alignment.order import Order, order_of_masks
from analysis.arrays import Ints, ordered_pairs
from db.records import Marks

RANDOM = "random"
CONSTANT = "constant"
ORACLE = "oracle"
PEOPLE = "people"

RESERVED = (CONSTANT, ORACLE, PEOPLE)
"""Subjects that a caller's maps may not be called."""


class People(NamedTuple):
    """People as scorers. `compared`: their masks against golds they had no part in; `row`: int64,
    shape (P,), the mask (row of the marks) that scores."""

    compared: Compared
    row: Ints


def random_map(n_tokens: int, seed: int) -> NDArray[np.float32]:
    """Independent uniform scores in [0, 1): float32, shape (n_tokens,)."""
    return np.random.default_rng(seed).random(n_tokens).astype(np.float32)


def people(marks: Marks, golds: Golds, starts: Ints, each: bool) -> People:
    """Pair golds with the masks of people who had no part in them.

    `each`: every mask is a gold, and meets every other worker of its instance. Otherwise a gold
    meets the worker left out of it; golds without one (a single worker) have nobody to meet.
    """
    if each:
        first, gold = ordered_pairs(golds.instance)
        masks = order_of_masks(golds.values.values, golds.values.offsets)
        return People(Compared(golds, gold, masks, first), golds.row[first])
    gold = np.flatnonzero(golds.row >= 0)
    row = golds.row[gold]
    if golds.complete:
        taken = marks.masks.take(row)
        masks = order_of_masks(taken.values, taken.offsets)
        return People(Compared(golds, gold, masks, np.arange(len(row), dtype=np.int64)), row)
    return People(Compared(golds, gold, _of_kept_tokens(marks, golds, starts), gold), row)


def _of_kept_tokens(marks: Marks, golds: Golds, starts: Ints) -> Order:
    """The mask of the worker left out, on the tokens of each gold; nothing where there is none."""
    of_token = np.repeat(np.arange(len(golds.row)), golds.lengths)
    place = golds.token - starts[golds.instance][of_token]
    row = np.maximum(golds.row, 0)[of_token]
    mask = marks.masks.values[marks.masks.offsets[row] + place] * (golds.row >= 0)[of_token]
    return order_of_masks(mask, golds.values.offsets)
