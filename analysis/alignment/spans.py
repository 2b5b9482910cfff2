"""IoU F1 of spans matched one to one, and the IoU of tokens.

Source: DeYoung et al. (2020), "ERASER"; their code counts matches per predicted span, which can
exceed 1, ours matches one to one. Neighbouring tokens are one span on both sides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.alignment.base import Cut, Golds
from analysis.alignment.cut import selections
from analysis.arrays import Bools, Floats, Ints, divide, row_sums

SCALE = "0 to 1, higher is better"


class Runs(NamedTuple):
    """Maximal runs of chosen tokens. `of_token`: int64, shape (N,), the run of each token or −1;
    `length`, `row`: int64, shape (S,), tokens of each run and the gold it lies in.
    """

    of_token: Ints
    length: Ints
    row: Ints


class Spans:
    """Spans of the k highest tokens against spans of the gold. Needs hard golds.

    `iou_f1`: 2·matches / (predicted + gold spans), a match being an IoU of at least ½. Two spans of
    one side never reach ½ with the same span of the other (that would take both halves of it, and
    halves that touch are one span), so that matches are one to one without further ado.
    `token_iou`: tokens in both / tokens in either. Undefined where the gold marks nothing. Random
    ties are averaged over 10 draws.
    """

    metrics = {"iou_f1": SCALE, "token_iou": SCALE}
    soft_gold = False
    hard_only = True
    cut = True

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        return {"gold that marks no token": golds.marked == 0}

    def score(self, scores: Floats, golds: Golds, cut: Cut) -> dict[str, Floats]:
        truth = golds.flat > 0
        there = golds.marked > 0
        gold_runs = runs(truth, golds)
        totals = np.zeros((2, len(golds.values)))
        draws = 0
        for chosen in selections(scores, golds, cut):
            totals += np.stack([iou_f1(chosen, gold_runs, golds), token_iou(chosen, truth, golds)])
            draws += 1
        f1, iou = divide(totals, np.broadcast_to(draws * there, totals.shape).astype(np.float64))
        return {"iou_f1": f1, "token_iou": iou}

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Floats]:
        """IoU F1: a bound. k tokens can match no more gold spans than fit when each takes half of
        its tokens, shortest first, and matching m of g spans scores at most 2m / (m + g)."""
        marked, rows = golds.marked, len(golds.values)
        gold_runs = runs(golds.flat > 0, golds)
        half = (gold_runs.length + 1) // 2
        order = np.lexsort((half, gold_runs.row))
        spent = np.cumsum(half[order])
        before = np.concatenate([[0], spent])[np.searchsorted(gold_runs.row, np.arange(rows))]
        row = gold_runs.row[order]
        fits = (spent - before[row]) <= cut.k[row]
        matched = row_sums(fits, row, rows)
        spans = np.bincount(gold_runs.row, minlength=rows)
        hits = np.minimum(cut.k, marked)
        there = marked > 0
        return {
            "iou_f1": divide(2 * matched, (matched + spans) * there),
            "token_iou": divide(hits, (cut.k + marked - hits) * there),
        }


def runs(chosen: Bools, golds: Golds) -> Runs:
    """Number the maximal runs of chosen tokens within each gold."""
    first = chosen.copy()
    first[1:] &= ~chosen[:-1] | (np.diff(golds.values.row_ids) > 0)
    number = np.where(chosen, np.cumsum(first) - 1, -1)
    length = np.bincount(number[chosen], minlength=int(first.sum()))
    return Runs(number, length.astype(np.int64), golds.values.row_ids[first])


def iou_f1(chosen: Bools, gold_runs: Runs, golds: Golds) -> Floats:
    """2·matches / (predicted + gold spans): shape (G,); 0 where there is no span at all."""
    rows = len(golds.values)
    predicted = runs(chosen, golds)
    shared = chosen & (gold_runs.of_token >= 0)
    mine, theirs = predicted.of_token[shared], gold_runs.of_token[shared]
    new = np.ones(len(mine), dtype=bool)
    new[1:] = (np.diff(mine) != 0) | (np.diff(theirs) != 0)
    overlap = np.diff(np.append(np.flatnonzero(new), len(mine)))
    mine, theirs = mine[new], theirs[new]
    union = predicted.length[mine] + gold_runs.length[theirs] - overlap
    matches = row_sums(2 * overlap >= union, predicted.row[mine], rows)
    spans = np.bincount(predicted.row, minlength=rows) + np.bincount(gold_runs.row, minlength=rows)
    return np.nan_to_num(divide(2 * matches, spans.astype(np.float64)))


def token_iou(chosen: Bools, truth: Bools, golds: Golds) -> Floats:
    """Tokens in both / tokens in either: shape (G,); 0 where there is none."""
    row, rows = golds.values.row_ids, len(golds.values)
    both, either = row_sums(chosen & truth, row, rows), row_sums(chosen | truth, row, rows)
    return np.nan_to_num(divide(both, either))
