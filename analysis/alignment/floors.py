"""What every score is read against: chance below it, people and the best possible above it.

`random`: one seeded draw of scores. `constant`: the same score everywhere, that is, the expected
score over random choice at the cut (by position it would mean "the first k tokens"). `oracle`: the
best that any map could score under the same cut. `people`: the worker left out, cut like a map.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.alignment.base import Golds
from analysis.arrays import Floats, Ints, ordered_pairs
from db.records import Marks

RANDOM = "random"
CONSTANT = "constant"
ORACLE = "oracle"
PEOPLE = "people"

RESERVED = (CONSTANT, ORACLE, PEOPLE)
"""Subjects that a caller's maps may not be called."""


class People(NamedTuple):
    """People as scorers. `golds`: what each is compared with, and `gold` their places among the
    golds given; `scores`: float64, shape (N,), 0 or 1, aligned with the golds' tokens; `row`:
    int64, shape (G,), the mask (row of the marks) that scores.
    """

    golds: Golds
    gold: Ints
    scores: Floats
    row: Ints


def random_map(n_tokens: int, seed: int) -> Floats:
    """Independent uniform scores in [0, 1): shape (n_tokens,)."""
    return np.random.default_rng(seed).random(n_tokens)


def people(marks: Marks, golds: Golds, starts: Ints, each: bool) -> People:
    """Pair golds with the masks of people who had no part in them.

    `each`: every mask is a gold, and meets every other worker of its instance. Otherwise a gold
    meets the worker left out of it; golds without one (a single worker) have nobody to meet.
    """
    if each:
        row, gold = ordered_pairs(golds.instance)
    else:
        gold = np.flatnonzero(golds.row >= 0)
        row = golds.row[gold]
    met = golds.take(gold)
    of_token = np.repeat(np.arange(len(row)), met.values.lengths)
    place = met.token - starts[met.instance][of_token]
    mask = marks.masks.values[marks.masks.offsets[row][of_token] + place]
    return People(met, gold, mask.astype(np.float64), row)
