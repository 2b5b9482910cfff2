"""Marked tokens as arrays: checked on entry, and compared worker by worker within an instance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats, Ints, blocks, ordered_pairs, row_sums, spread
from db.errors import DataError
from db.records import Marks


@dataclass(frozen=True, eq=False)
class MaskPairs:
    """Ordered pairs of workers who marked the same instance.

    `first`, `second`: int64, shape (P,), rows of the marks; `instance`: int64, shape (P,);
    `both`: float64, shape (P,), tokens that the two of them marked. `count` and `length`: float64,
    shape (R,), tokens marked and tokens there, of each row of the marks.
    """

    first: Ints
    second: Ints
    instance: Ints
    both: Floats
    count: Floats
    length: Floats

    @property
    def differing(self) -> Floats:
        """Tokens that one of the pair marked and the other did not: shape (P,)."""
        return np.asarray(self.count[self.first] + self.count[self.second] - 2 * self.both)


class Votes(NamedTuple):
    """The N tokens of all instances that somebody was asked about, in order of instance.

    `marked`, `asked`: float64, shape (N,), workers who marked a token and who were asked about it;
    `instance`: int64, shape (N,); `starts`: int64, shape (I,), the first token of each instance.
    """

    marked: Floats
    asked: Floats
    instance: Ints
    starts: Ints


def check_marks(marks: Marks) -> None:
    """Refuse marks that contradict themselves: lengths, values, or a worker twice."""
    if not len(marks.masks) == len(marks.instance) == len(marks.worker):
        raise DataError("marks need one instance and one worker for every mask")
    if len(marks.masks.values) and int(np.max(marks.masks.values.astype(np.int64))) > 1:
        raise DataError("masks must consist of 0 and 1")
    length = token_counts(marks)
    differs = np.flatnonzero(marks.masks.lengths != length[marks.instance])
    if len(differs):
        name = marks.instance_ids[int(marks.instance[differs[0]])]
        raise DataError(
            f"the masks of instance {name!r} differ in length; were its tokens changed?"
        )
    key = marks.instance * max(1, len(marks.worker_ids)) + marks.worker
    _, first, times = np.unique(key, return_index=True, return_counts=True)
    if (times > 1).any():
        row = int(first[times > 1][0])
        worker, name = int(marks.worker[row]), marks.instance_ids[int(marks.instance[row])]
        raise DataError(f"worker {marks.worker_ids[worker]!r} marked instance {name!r} twice")


def token_counts(marks: Marks) -> Ints:
    """Tokens of each instance, int64, shape (I,); −1 where nobody was asked."""
    length = np.full(len(marks.instance_ids), -1, dtype=np.int64)
    length[marks.instance] = marks.masks.lengths
    return length


def take_rows(marks: Marks, rows: Ints) -> Marks:
    """Some of the masks, with the instances and workers that they concern, numbered anew."""
    instances, instance = np.unique(marks.instance[rows], return_inverse=True)
    workers, worker = np.unique(marks.worker[rows], return_inverse=True)
    return replace(
        marks,
        masks=marks.masks.take(rows),
        instance=instance.astype(np.int64),
        worker=worker.astype(np.int64),
        instance_ids=tuple(marks.instance_ids[i] for i in instances.tolist()),
        worker_ids=tuple(marks.worker_ids[i] for i in workers.tolist()),
    )


def mask_pairs(marks: Marks) -> MaskPairs:
    """Compare the masks of every two workers within an instance."""
    rows = len(marks.masks)
    count = row_sums(marks.masks.values, marks.masks.row_ids, rows)
    first, second = ordered_pairs(marks.instance)
    length = marks.masks.lengths
    both = np.zeros(len(first))
    for part in blocks(length[first]):
        mine, theirs = marks.masks.take(first[part]), marks.masks.take(second[part])
        shared = mine.values.astype(bool) & theirs.values.astype(bool)
        both[part] = row_sums(shared, mine.row_ids, len(mine))
    return MaskPairs(first, second, marks.instance[first], both, count, length.astype(np.float64))


def token_votes(marks: Marks, weights: Floats | None = None) -> Votes:
    """Count the workers of every token; `weights`: shape (R,), one per mask, default 1."""
    length = np.maximum(token_counts(marks), 0)
    starts = np.cumsum(length) - length
    place = spread(starts[marks.instance], marks.masks.lengths)
    weights = np.ones(len(marks.masks)) if weights is None else weights
    weighted = marks.masks.values.astype(np.float64) * weights[marks.masks.row_ids]
    asked = row_sums(weights, marks.instance, len(length))
    instance = np.repeat(np.arange(len(length), dtype=np.int64), length)
    return Votes(row_sums(weighted, place, int(length.sum())), asked[instance], instance, starts)
