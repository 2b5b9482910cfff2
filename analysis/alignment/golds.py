"""Golds: what people said of an instance, by policy, always from the workers who are not left out.

`each` takes every worker's own mask. The other policies make one gold from n − 1 workers, once for
every worker left out, so that the model and the left-out person meet the same golds. An instance
with a single worker keeps that worker's mask: a gold without people to compare with.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from analysis.alignment import GOLD_POLICIES
from analysis.alignment.base import GoldPolicy, Golds
from analysis.arrays import Floats, Ints, ordered_pairs, spread
from analysis.marked import Votes, token_counts, token_votes
from db.ragged import Ragged
from db.records import Marks

BLOCK = 400_000
"""Tokens of golds that are scored together: few enough to stay near the processor."""


class LeftOut(NamedTuple):
    """Golds to be made: an instance, and up to two rows of the marks left out of it (−1: nobody)."""

    instance: Ints
    row: Ints
    deleted: Ints


def each(marked: Floats, asked: Floats) -> Floats:
    """A worker's own mask (of one worker, so the share is 0 or 1)."""
    return marked / asked


def majority(marked: Floats, asked: Floats) -> Floats:
    """1 where more than half of the workers marked a token, 0 where fewer did, NaN at half."""
    return np.where(2 * marked == asked, np.nan, (2 * marked > asked).astype(np.float64))


def union(marked: Floats, asked: Floats) -> Floats:
    """1 where any worker marked a token."""
    return (marked > 0).astype(np.float64)


def intersection(marked: Floats, asked: Floats) -> Floats:
    """1 where every worker marked a token."""
    return np.asarray(marked == asked, np.float64)


def soft(marked: Floats, asked: Floats) -> Floats:
    """The share of workers who marked a token, in [0, 1]."""
    return marked / asked


def golds_of(
    marks: Marks, starts: Ints, policy: str, *, deleting: bool = False, limit: int = BLOCK
) -> Iterator[Golds]:
    """The golds of a policy, block by block of about `limit` tokens, sorted by instance.

    All golds of an instance stand in one block. `starts`: int64, shape (I,), the first token of
    each instance; `deleting`: after each worker has been deleted in turn (`leave_two_out`).
    """
    left = _left_out(marks, policy, deleting)
    votes = None if policy == "each" else token_votes(marks)
    for rows in _whole_instances(left.instance, np.maximum(token_counts(marks), 0), limit):
        some = LeftOut(*(part[rows] for part in left))
        if votes is None:
            yield own_masks(marks, starts, some)
        else:
            yield build(marks, starts, policy, some, votes)


def own_masks(marks: Marks, starts: Ints, rows: LeftOut) -> Golds:
    """Masks as golds of their own; `rows.row` says which."""
    masks = marks.masks.take(rows.row)
    token = spread(starts[rows.instance], masks.lengths)
    return Golds(masks, token, *rows)


def _left_out(marks: Marks, policy: str, deleting: bool) -> LeftOut:
    if policy == "each":
        rows = np.arange(len(marks.masks), dtype=np.int64)
        return LeftOut(marks.instance, rows, np.full(len(rows), -1))
    return leave_two_out(marks) if deleting else leave_one_out(marks)


def _whole_instances(instance: Ints, lengths: Ints, limit: int) -> Iterator[Ints]:
    """Rows sorted by instance, in blocks of about `limit` tokens; a block ends with an instance."""
    order = np.argsort(instance, kind="stable")
    tokens = np.cumsum(lengths[instance[order]])
    first = np.flatnonzero(np.diff(instance[order], prepend=-1))
    before = np.concatenate([[0], tokens])[first]
    new = first[np.flatnonzero(np.diff(before // limit, prepend=-1))]
    for start, stop in pairwise([*new.tolist(), len(order)]):
        yield order[start:stop]


def leave_one_out(marks: Marks) -> LeftOut:
    """Every worker of an instance left out in turn; nobody where there is only one."""
    asked = np.bincount(marks.instance, minlength=len(marks.instance_ids))
    rows = np.arange(len(marks.masks), dtype=np.int64)
    rows = np.where(asked[marks.instance] > 1, rows, -1)
    return LeftOut(marks.instance, rows, np.full(len(rows), -1))


def leave_two_out(marks: Marks) -> LeftOut:
    """The same after each worker has been deleted in turn, where another worker remains."""
    asked = np.bincount(marks.instance, minlength=len(marks.instance_ids))
    first, second = ordered_pairs(marks.instance)
    many = asked[marks.instance[first]] > 2
    # Of two workers one remains, and nobody is left to be left out.
    two = np.flatnonzero(asked[marks.instance] == 2)
    row = np.concatenate([first[many], np.full(len(two), -1)])
    deleted = np.concatenate([second[many], two])
    return LeftOut(marks.instance[deleted], row, deleted)


def build(marks: Marks, starts: Ints, policy: str, left: LeftOut, votes: Votes) -> Golds:
    """Golds from the workers who are not left out; tokens whose majority tied are dropped.

    `votes`: those of all workers.
    """
    rule: GoldPolicy = GOLD_POLICIES.load(policy)
    length = np.bincount(votes.instance, minlength=len(marks.instance_ids))[left.instance]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(length)])
    place = spread(votes.starts[left.instance], length)
    within = spread(np.zeros_like(length), length)
    marked, asked = votes.marked[place], votes.asked[place]
    for rows in (left.row, left.deleted):
        row = np.repeat(rows, length)
        there = row >= 0
        mask = marks.masks.values[marks.masks.offsets[row[there]] + within[there]]
        marked[there] -= mask.astype(np.float64)
        asked[there] -= 1
    values = rule(marked, asked)
    token = np.repeat(starts[left.instance], length) + within
    golds = Golds(Ragged(values, offsets), token, left.instance, left.row, left.deleted)
    tied = np.isnan(values)
    return golds.keep_tokens(~tied) if tied.any() else golds
