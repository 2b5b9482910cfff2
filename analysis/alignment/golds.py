"""Golds: what people said of an instance, by policy, always from the workers who are not left out.

`each` takes every worker's own mask. The other policies make one gold from n − 1 workers, once for
every worker left out, so that the model and the left-out person meet the same golds. An instance
with a single worker keeps that worker's mask: a gold without people to compare with.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.alignment import GOLD_POLICIES
from analysis.alignment.base import GoldPolicy, Golds
from analysis.arrays import Floats, Ints, ordered_pairs, spread
from analysis.marked import token_votes
from db.ragged import Ragged
from db.records import Marks


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


def golds_of(marks: Marks, starts: Ints, policy: str) -> Golds:
    """The golds of a policy. `starts`: int64, shape (I,), the first token of each instance."""
    if policy == "each":
        return own_masks(marks, starts)
    return build(marks, starts, policy, leave_one_out(marks))


def own_masks(marks: Marks, starts: Ints) -> Golds:
    """Every mask as a gold of its own."""
    token = spread(starts[marks.instance], marks.masks.lengths)
    rows = np.arange(len(marks.masks), dtype=np.int64)
    return Golds(marks.masks, token, marks.instance, rows, np.full(len(rows), -1))


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


def build(marks: Marks, starts: Ints, policy: str, left: LeftOut) -> Golds:
    """Golds from the workers who are not left out; tokens whose majority tied are dropped."""
    rule: GoldPolicy = GOLD_POLICIES.load(policy)
    votes = token_votes(marks)
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
