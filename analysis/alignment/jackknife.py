"""Delete-one-worker jackknife for golds made of several workers.

Drawing workers again with replacement would shrink a union or an intersection, and move the score
off its own estimate. Deleting one worker at a time rebuilds only the golds of the instances that
worker saw.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.alignment.base import Family
from analysis.alignment.scoring import Column, Setting, columns, joined
from analysis.arrays import Floats, Ints, divide, row_sums
from db.records import Marks


def without_each_worker(
    setting: Setting, families: Sequence[Family], policy: str, whole: list[Column]
) -> Floats:
    """The mean score of every column after each worker has been deleted: shape (M, W).

    `whole`: the M columns of the families and policy with all workers there.
    """
    marks = setting.marks
    blocks = setting.golds(policy, deleting=True)
    pieces = (one for block in blocks for one in columns(setting, families, block, each=False))
    rebuilt = {(column.metric, column.subject): column for column in joined(pieces)}
    left_out = [means_without(c, rebuilt.get((c.metric, c.subject)), marks) for c in whole]
    return np.array(left_out).reshape(len(whole), len(marks.worker_ids))


def means_without(column: Column, rebuilt: Column | None, marks: Marks) -> Floats:
    """Mean over instances without each worker: those they saw take their rebuilt score."""
    sums, count, totals = np.empty(0), np.empty(0), []
    for place, part in enumerate(column.parts):
        before = _by(part, column.instance, len(marks.instance_ids))
        after = np.full(len(marks.masks), np.nan)
        if rebuilt is not None:
            after = _by(rebuilt.parts[place], rebuilt.deleted, len(marks.masks))
        sums, count = _totals(before, after, marks)
        totals.append(sums)
    return divide(totals[0], totals[1] if len(totals) > 1 else count)


def _by(scores: Floats, owner: Ints, n: int) -> Floats:
    """Mean score by owner: shape (n,), NaN where there is no score."""
    defined = np.isfinite(scores)
    owner, scores = owner[defined], scores[defined]
    return divide(row_sums(scores, owner, n), row_sums(np.ones(len(owner)), owner, n))


def _totals(whole: Floats, rebuilt: Floats, marks: Marks) -> tuple[Floats, Floats]:
    """Sums over the defined instances, and how many these are, without each worker: shape (W,)."""
    workers = len(marks.worker_ids)
    before = whole[marks.instance]
    change = np.nan_to_num(rebuilt) - np.nan_to_num(before)
    fewer = np.isfinite(rebuilt).astype(np.float64) - np.isfinite(before)
    sums = np.nansum(whole) + row_sums(change, marks.worker, workers)
    return sums, np.isfinite(whole).sum() + row_sums(fewer, marks.worker, workers)
