"""Pearson, Spearman and Kendall correlation of raw scores with the soft mask.

The soft mask is the share of workers (but the one left out) who marked a token, whatever the gold
policy of the other scores. All three: −1 to 1, higher is better, 0 is chance.
"""

from __future__ import annotations

import numpy as np

from analysis.alignment.base import Cut, Golds
from analysis.arrays import Bools, Floats, Ints, Ranked, divide, rank_rows, row_sums
from db.ragged import Ragged

SCALE = "-1 to 1, higher is better; 0 is chance"


class Correlation:
    """Undefined where the soft mask, or the scores, are the same on every token."""

    metrics = {"pearson": SCALE, "spearman": SCALE, "kendall": SCALE}
    soft_gold = True
    hard_only = False
    cut = False

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        ranked = rank_rows(golds.flat, golds.values.offsets)
        varied = row_sums(ranked.low > 0, golds.values.row_ids, len(golds.values)) > 0
        return {"soft mask that is the same on every token": ~varied}

    def score(self, scores: Floats, golds: Golds, cut: Cut) -> dict[str, Floats]:
        rows = golds.values
        of_scores = rank_rows(scores, rows.offsets)
        of_golds = rank_rows(golds.flat, rows.offsets)
        return {
            "pearson": pearson(scores, golds.flat, rows),
            "spearman": pearson(_mid_ranks(of_scores), _mid_ranks(of_golds), rows),
            "kendall": kendall(of_scores, of_golds, rows),
        }

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Floats]:
        """The soft mask as a map: 1 by construction."""
        return self.score(golds.flat, golds, cut)


def pearson(x: Floats, y: Floats, rows: Ragged) -> Floats:
    """Pearson correlation within each row: shape (G,), NaN where x or y is constant."""
    x, y = _centred(x, rows), _centred(y, rows)
    row, n = rows.row_ids, len(rows)
    spread = np.sqrt(row_sums(x * x, row, n)) * np.sqrt(row_sums(y * y, row, n))
    return divide(row_sums(x * y, row, n), spread)


def kendall(x: Ranked, y: Ranked, rows: Ragged) -> Floats:
    """Kendall's tau-b within each row: shape (G,), NaN where x or y is constant.

    Source: Kendall (1945). Pairs are counted level by level of y, which has few (a share of n
    workers has n + 1), so that no row is compared token by token with itself.
    """
    starts = np.repeat(rows.offsets[:-1], rows.lengths)
    ends = starts + np.repeat(rows.lengths, rows.lengths)
    level, net = _levels(y, rows), np.zeros(len(starts))
    for value in range(int(level.max(initial=0))):
        count = np.concatenate([[0], np.cumsum(level[x.order] == value)])
        below = count[starts + x.low] - count[starts]
        above = count[ends] - count[starts + x.high]
        net += np.where(level > value, below - above, 0)
    lengths = rows.lengths.astype(np.float64)
    pairs = lengths * (lengths - 1) / 2
    untied = np.sqrt(pairs - _tied(x, rows)) * np.sqrt(pairs - _tied(y, rows))
    return divide(row_sums(net, rows.row_ids, len(rows)), untied)


def _centred(x: Floats, rows: Ragged) -> Floats:
    """x minus the mean of its row; exactly 0 where a row is constant."""
    mean = divide(row_sums(x, rows.row_ids, len(rows)), rows.lengths.astype(np.float64))
    centred = x - mean[rows.row_ids]
    ranked = rank_rows(x, rows.offsets)
    varied = row_sums(ranked.low > 0, rows.row_ids, len(rows)) > 0
    return np.where(varied[rows.row_ids], centred, 0.0)


def _mid_ranks(ranked: Ranked) -> Floats:
    return np.asarray((ranked.low + ranked.high + 1) / 2)


def _levels(ranked: Ranked, rows: Ragged) -> Ints:
    """0 for the lowest value of a row, 1 for the next, and so on: int64, shape (N,)."""
    low = ranked.low[ranked.order]
    row = rows.row_ids
    step = np.zeros(len(low), dtype=np.int64)
    step[1:] = (low[1:] != low[:-1]) & (row[1:] == row[:-1])
    count = np.cumsum(step)
    first = count[rows.offsets[:-1][rows.lengths > 0]]
    level = np.empty(len(low), dtype=np.int64)
    level[ranked.order] = count - np.repeat(first, rows.lengths[rows.lengths > 0])
    return level


def _tied(ranked: Ranked, rows: Ragged) -> Floats:
    """Pairs of equal values within each row: shape (G,)."""
    return row_sums((ranked.high - ranked.low - 1) / 2, rows.row_ids, len(rows))
