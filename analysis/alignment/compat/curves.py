"""Areas under curves, document by document, to the last digit of scikit-learn's.

The points of all curves are found at once. Terms are then added in the order in which numpy adds
those of one curve: documents with equally many points are rows of one array.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.arrays import Bools, Floats, Ints
from db.ragged import Ragged


class Points(NamedTuple):
    """Where the decision threshold changes: one point a distinct score, highest score first.

    `true`, `all`: float64, shape (Q,), marked tokens and all tokens at or above the score;
    `row`: int64, shape (Q,), the document.
    """

    true: Floats
    all: Floats
    row: Ints


class Areas(NamedTuple):
    """float64, shape (P,) each: 0 to 1, higher is better.

    `auprc`: the trapezoid under precision and recall, ½ where nothing is marked; `precision`:
    average precision; `roc`: the area under the ROC curve, NaN where one class only is there.
    """

    auprc: Floats
    precision: Floats
    roc: Floats


def areas(scores: Ragged, truth: Bools) -> Areas:
    """The areas of every row of scores. `truth`: bool, shape (N,); no row may be empty."""
    points, rows = points_of(scores, truth), len(scores)
    marked = np.bincount(scores.row_ids[truth], minlength=rows).astype(np.float64)
    trapezoid, steps = _precision_recall(points, marked)
    unmarked = scores.lengths - marked
    roc = np.where((marked > 0) & (unmarked > 0), _roc(points, marked, unmarked), np.nan)
    return Areas(trapezoid, np.maximum(0.0, steps), roc)


def points_of(scores: Ragged, truth: Bools) -> Points:
    """The points of all curves; equal scores make one point."""
    row, values = scores.row_ids, scores.values.astype(np.float64)
    order = np.lexsort((-values, row))
    values = values[order]
    last = np.ones(len(values), dtype=bool)
    last[:-1] = (values[1:] != values[:-1]) | (row[1:] != row[:-1])
    found = np.concatenate([[0.0], np.cumsum(truth[order])])
    starts = scores.offsets[row]
    true = (found[1:] - found[starts])[last]
    place = np.arange(1, len(values) + 1) - starts
    return Points(true, place[last].astype(np.float64), row[last])


def _precision_recall(points: Points, marked: Floats) -> tuple[Floats, Floats]:
    """The trapezoid and the sum of steps. Recall is 1 throughout where nothing is marked."""
    precision = points.true / points.all
    total = marked[points.row]
    recall = np.divide(points.true, total, out=np.ones_like(total), where=total > 0)
    # Each curve runs from its lowest score to its highest, and ends at precision 1, recall 0.
    first = np.ones(len(points.row), dtype=bool)
    first[1:] = points.row[1:] != points.row[:-1]
    next_recall = np.where(first, 0.0, np.concatenate([[0.0], recall[:-1]]))
    next_precision = np.where(first, 1.0, np.concatenate([[1.0], precision[:-1]]))
    change = next_recall - recall
    trapezoid = change * (next_precision + precision) / 2.0
    steps = change * precision
    rows = len(marked)
    return (
        -sums(trapezoid[::-1], points.row[::-1], rows),
        -sums(steps[::-1], points.row[::-1], rows),
    )


def _roc(points: Points, marked: Floats, unmarked: Floats) -> Floats:
    """The trapezoid under the ROC curve, points on a straight line left out."""
    kept = _corners(points)
    true, false, row = points.true[kept], (points.all - points.true)[kept], points.row[kept]
    with np.errstate(invalid="ignore", divide="ignore"):
        x, y = false / unmarked[row], true / marked[row]
    first = np.ones(len(row), dtype=bool)
    first[1:] = row[1:] != row[:-1]
    before_x = np.where(first, 0.0, np.concatenate([[0.0], x[:-1]]))
    before_y = np.where(first, 0.0, np.concatenate([[0.0], y[:-1]]))
    return sums((x - before_x) * (y + before_y) / 2.0, row, len(marked))


def _corners(points: Points) -> Bools:
    """The first and last point of each curve, and those at which its direction changes."""
    row = points.row
    kept = np.ones(len(row), dtype=bool)
    inside = np.zeros(len(row), dtype=bool)
    inside[1:-1] = (row[1:-1] == row[:-2]) & (row[1:-1] == row[2:])
    bends = np.zeros(len(row), dtype=bool)
    for count in (points.true, points.all - points.true):
        bends[1:-1] |= np.diff(count, 2) != 0
    kept[inside] = bends[inside]
    return kept


def sums(values: Floats, row: Ints, rows: int) -> Floats:
    """Sum of the values of each row: shape (rows,). Values of a row stand together.

    Added pairwise as numpy adds one array of that length, so that every digit is the same.
    """
    lengths = np.bincount(row, minlength=rows)
    starts = np.zeros(rows, np.int64)
    new = np.ones(len(row), dtype=bool)
    new[1:] = row[1:] != row[:-1]
    starts[row[new]] = np.flatnonzero(new)
    out = np.zeros(rows)
    for length in np.unique(lengths[lengths > 0]).tolist():
        which = np.flatnonzero(lengths == length)
        table = values[starts[which][:, None] + np.arange(length)]
        out[which] = np.ascontiguousarray(table).sum(axis=1)
    return out
