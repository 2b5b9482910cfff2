"""Scores of positions against human spans: ERASER's three means over documents."""

from __future__ import annotations

import numpy as np

from analysis.alignment.compat.base import CompatScore, Soft, scored
from analysis.alignment.compat.curves import Areas, areas
from analysis.alignment.compat.hard import first_seen
from analysis.arrays import Bools, Floats, Ints, spread
from db.ragged import Ragged
from db.words import counted

EMPTY = "the reference stops: a document without positions was scored"
BEYOND = "the reference stops: human spans reach past the end of {}"


class Paired:
    """Scores and truth side by side. A document scored twice counts once, in its first place,
    with its last scores.

    `document`: int64, shape (P,); `scores`: ragged float64, P rows; `truth`: bool, shape (N,);
    `problem`: why the scorer would stop, "" where it would not; `repeated`: rows dropped.
    """

    def __init__(self, soft: Soft) -> None:
        self.document = first_seen(soft.document)
        last = np.zeros(int(soft.document.max()) + 1 if len(soft.document) else 0, np.int64)
        last[soft.document] = np.arange(len(soft.document))
        self.scores = soft.scores.take(last[self.document])
        self.repeated = len(soft.document) - len(self.document)
        self.truth, beyond = marked(self.document, self.scores, soft)
        self.problem = BEYOND.format(counted(beyond, "document")) if beyond else ""
        if not self.problem and (self.scores.lengths == 0).any():
            self.problem = EMPTY

    def areas(self) -> Areas:
        """The areas of every document."""
        return areas(self.scores, self.truth)

    @property
    def one_class(self) -> Bools:
        """Documents of which no position or every position is marked: bool, shape (P,)."""
        row = self.scores.row_ids[self.truth]
        count = np.bincount(row, minlength=len(self.scores))
        return np.asarray((count == 0) | (count == self.scores.lengths))


def marked(document: Ints, scores: Ragged, soft: Soft) -> tuple[Bools, int]:
    """Which positions a human span covers, and the documents whose spans reach past the end.

    These are looked for in documents without scores too: the scorer lays out all evidence first.
    """
    truth = np.zeros(len(scores.values), dtype=bool)
    size = 1 + max((int(d.max()) for d in (document, soft.truth.document) if len(d)), default=-1)
    row = np.full(size, -1)
    row[document] = np.arange(len(document))
    mine = row[soft.truth.document]
    there = mine >= 0
    mine, start, end = mine[there], soft.truth.start[there], soft.truth.end[there]
    beyond = (end > scores.lengths[mine]) & (end > start)
    fits = (end > start) & ~beyond
    lengths = (end - start)[fits]
    truth[spread((scores.offsets[mine] + start)[fits], lengths)] = True
    return truth, len(np.unique(mine[beyond])) if soft.lengths is None else _beyond(soft)


def _beyond(soft: Soft) -> int:
    """Documents, scored or not, whose human spans reach past the end."""
    document, start, end = soft.truth
    lengths = np.zeros(0, np.int64) if soft.lengths is None else soft.lengths
    return len(np.unique(document[(end > start) & (end > lengths[document])]))


def soft_scores(soft: Soft, before: str, *, ours: bool) -> list[CompatScore]:
    """Means over documents. AUPRC takes every document; the others leave out those with one class."""
    pair = Paired(soft)
    names = {"auprc": "", "average_precision": "average_precision", "roc_auc_score": "auroc"}
    if pair.problem:
        return [scored(before + name, None, why=pair.problem) for name in names]
    found, kept = pair.areas(), ~pair.one_class
    values = (found.auprc, found.precision[kept], found.roc[kept])
    return [
        scored(
            before + name,
            average(value),
            own if ours else "",
            n=len(value),
            why="no document has both marked and unmarked positions",
        )
        for (name, own), value in zip(names.items(), values, strict=True)
    ]


def average(values: Floats) -> float | None:
    """The mean as numpy adds; None of nothing."""
    return float(np.average(values)) if len(values) else None
