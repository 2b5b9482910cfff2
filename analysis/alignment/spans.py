"""IoU F1 of spans matched one to one, and the IoU of tokens.

Source: DeYoung et al. (2020), "ERASER"; their code counts matches per predicted span, which can
exceed 1, ours matches one to one. Neighbouring tokens are one span on both sides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.alignment.base import Cut, Golds, Scores
from analysis.alignment.compared import Compared
from analysis.alignment.cut import Chosen, selections
from analysis.arrays import Bools, Floats, Ints, divide, row_sums

SCALE = "0 to 1, higher is better"


class Runs(NamedTuple):
    """Maximal runs of chosen tokens. `of_token`: int64, shape (C,), the run of each of them;
    `length`, `row`: int64, shape (S,), tokens of each run and the gold or comparison it lies in.
    """

    of_token: Ints
    length: Ints
    row: Ints


class Counts(NamedTuple):
    """One choice of tokens: shape (P,) each. Matched spans, spans of both sides, shared tokens."""

    matches: Floats
    spans: Floats
    both: Floats


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
    empty = "golds that mark nothing are left out"

    def undefined(self, golds: Golds) -> dict[str, Bools]:
        return golds.marking_nothing()

    def score(self, of: Compared, cut: Cut) -> dict[str, Scores]:
        run_of = _runs_by_token(of.golds)
        marked, there = of.marked, (of.marked > 0).astype(np.float64)
        start, drawn = np.repeat(of.golds.values.offsets[of.gold], cut.k), []
        for chosen in selections(of, cut):
            theirs = run_of.run[start + chosen.place]
            found = _counts(chosen, theirs, run_of, of)
            either = cut.k + marked - found.both
            matched = 2 * found.matches
            iou = divide(found.both, either * there)
            drawn.append((divide(matched, found.spans * there), matched, found.spans, iou,
                          found.both, either))  # fmt: skip
        f1, matched, spans, iou, both, either = (
            np.mean(each, axis=0) for each in zip(*drawn, strict=True)
        )
        return {
            "iou_f1": Scores(f1, matched, spans),
            "token_iou": Scores(iou, both, either),
        }

    def oracle(self, golds: Golds, cut: Cut) -> dict[str, Scores]:
        """IoU F1: a bound. k tokens can match no more gold spans than fit when each takes half of
        its tokens, shortest first, and matching m of g spans scores at most 2m / (m + g)."""
        gold_runs, rows = _gold_runs(golds), len(golds.values)
        half = (gold_runs.length + 1) // 2
        order = np.lexsort((half, gold_runs.row))
        spent = np.cumsum(half[order])
        before = np.concatenate([[0], spent])[np.searchsorted(gold_runs.row, np.arange(rows))]
        row = gold_runs.row[order]
        fits = (spent - before[row]) <= cut.k[row]
        matched = row_sums(fits, row, rows)
        spans = np.bincount(gold_runs.row, minlength=rows).astype(np.float64)
        hits = np.minimum(cut.k, golds.marked)
        parts = {
            "iou_f1": (2 * matched, (matched + spans) * (golds.marked > 0)),
            "token_iou": (hits, (cut.k + golds.marked - hits) * (golds.marked > 0)),
        }
        return {name: Scores(divide(*both), *both) for name, both in parts.items()}


def runs(owner: Ints, place: Ints) -> Runs:
    """Number the maximal runs of tokens, given in order: their owners and places, shape (C,)."""
    first = np.ones(len(place), dtype=bool)
    first[1:] = (place[1:] != place[:-1] + 1) | (owner[1:] != owner[:-1])
    starts = np.flatnonzero(first)
    return Runs(np.cumsum(first) - 1, np.diff(np.append(starts, len(place))), owner[starts])


def _gold_runs(golds: Golds) -> Runs:
    return runs(golds.cells.gold, golds.cells.place)


class _RunOf(NamedTuple):
    """`run`: int32, shape (N,), the run of each gold token or −1; `length`: shape (S,); `spans`:
    float64, shape (G,), runs of each gold."""

    run: NDArray[np.int32]
    length: Ints
    spans: Floats


def _runs_by_token(golds: Golds) -> _RunOf:
    found = _gold_runs(golds)
    run = np.full(len(golds.token), -1, dtype=np.int32)
    run[golds.values.offsets[golds.cells.gold] + golds.cells.place] = found.of_token
    spans = np.bincount(found.row, minlength=len(golds.values)).astype(np.float64)
    return _RunOf(run, found.length, spans)


def _counts(chosen: Chosen, theirs: NDArray[np.int32], gold_runs: _RunOf, of: Compared) -> Counts:
    """Matches of the chosen tokens' spans with the gold's. `theirs`: shape (C,), the gold's run
    that each of them lies in, or −1."""
    predicted, rows = runs(*chosen), len(of)
    shared = theirs >= 0
    mine, theirs = predicted.of_token[shared], theirs[shared]
    new = np.ones(len(mine), dtype=bool)
    new[1:] = (mine[1:] != mine[:-1]) | (theirs[1:] != theirs[:-1])
    overlap = np.diff(np.append(np.flatnonzero(new), len(mine)))
    mine, theirs = mine[new], theirs[new]
    union = predicted.length[mine] + gold_runs.length[theirs] - overlap
    row = predicted.row[mine]
    return Counts(
        row_sums(2 * overlap >= union, row, rows),
        np.bincount(predicted.row, minlength=rows) + gold_runs.spans[of.gold],
        row_sums(overlap, row, rows),
    )
