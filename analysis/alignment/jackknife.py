"""Delete-one-worker jackknife for golds made of several workers.

Drawing workers again with replacement would shrink a union or an intersection, and move the score
off its own estimate. Deleting one worker at a time rebuilds only the golds of the instances that
worker saw.
"""

from __future__ import annotations

import numpy as np

from analysis.alignment.base import Family
from analysis.alignment.golds import build, leave_two_out
from analysis.alignment.scoring import Column, Setting, columns
from analysis.arrays import Floats, divide, row_sums
from db.records import Marks


def without_each_worker(
    setting: Setting, family: Family, policy: str, whole: list[Column], means: Floats
) -> Floats:
    """The mean score of every column after each worker has been deleted: shape (M, W).

    `whole`: the M columns of the family and policy with all workers there; `means`: float64,
    shape (M, I), their instance means.
    """
    marks = setting.marks
    golds = build(marks, setting.starts, policy, leave_two_out(marks))
    rebuilt = {
        (column.metric, column.subject): _by_deleted_row(column, marks)
        for column in columns(setting, family, golds, each=False)
    }
    nowhere = np.full(len(marks.masks), np.nan)
    left_out = [
        _means(of_column, rebuilt.get((column.metric, column.subject), nowhere), marks)
        for column, of_column in zip(whole, means, strict=True)
    ]
    return np.array(left_out).reshape(len(whole), len(marks.worker_ids))


def _by_deleted_row(column: Column, marks: Marks) -> Floats:
    """The score of a row's instance once its worker is deleted: shape (R,), NaN where undefined."""
    defined = np.isfinite(column.table.scores)
    row, scores = column.deleted[defined], column.table.scores[defined]
    rows = len(marks.masks)
    return divide(row_sums(scores, row, rows), row_sums(np.ones(len(row)), row, rows))


def _means(whole: Floats, rebuilt: Floats, marks: Marks) -> Floats:
    """Mean over instances without each worker: those they saw take their rebuilt score."""
    workers = len(marks.worker_ids)
    before = whole[marks.instance]
    change = np.nan_to_num(rebuilt) - np.nan_to_num(before)
    fewer = np.isfinite(rebuilt).astype(np.float64) - np.isfinite(before)
    total = np.nansum(whole) + row_sums(change, marks.worker, workers)
    return divide(total, np.isfinite(whole).sum() + row_sums(fewer, marks.worker, workers))
