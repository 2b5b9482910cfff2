"""Facts about workers who mark: how much they mark, and what their marks do to agreement.

A judgement is one worker's mask of one document. What does not depend on the kind of answer
(agreement, drift, speed) is measured by the facts that judgements of values have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.agreement.token_alpha import DocumentTables
from analysis.agreement.token_pairs import pairwise_f1
from analysis.arrays import CHUNK, Floats, divide
from analysis.judgements import Judgements
from analysis.marked import MaskPairs, check_marks, mask_pairs
from analysis.resampling import MOST_GROUPS, Weights
from analysis.workers.base import Fact, Work, noted
from analysis.workers.means import mean_interval, means
from analysis.workers.read import HIT, LENGTH, ORDER, POSITION, SECONDS
from analysis.workers.straight import wilson
from db.errors import DataError
from db.records import Marks
from db.words import counted

ALONE = "never marked a document that anyone else was asked about"
FEW = "fewer than two documents beside others, or all at the same distance from them"


@dataclass(frozen=True, eq=False)
class Marking:
    """The masks as judgements, and as pairs of masks of one document.

    In `work` a judgement's value says nothing; its agreement (`agreeing`) is its mean F1 with the
    others' masks of the document, where not both are empty.
    """

    marks: Marks
    pairs: MaskPairs
    work: Work


def read_marking(marks: Marks, beside: pd.DataFrame | None = None) -> Marking:
    """`beside`: one row a mask, in their order, with any of the columns order, seconds, length,
    position and hit; without it nothing is known but the masks."""
    check_marks(marks)
    if beside is not None and len(beside) != len(marks.masks):
        raise DataError(f"{counted(len(beside), 'row')} beside {counted(len(marks.masks), 'mask')}")
    pairs, rows = mask_pairs(marks), len(marks.masks)
    known = pd.DataFrame(index=range(rows)) if beside is None else beside.reset_index(drop=True)
    judged = Judgements(
        units=marks.instance_ids,
        workers=marks.worker_ids,
        values=("marks",),
        unit=marks.instance,
        worker=marks.worker,
        code=np.zeros(rows, dtype=np.int64),
        excluded={},
    )
    asked = np.bincount(marks.instance, minlength=len(marks.instance_ids))[marks.instance]

    def column(name: str) -> Floats | None:
        return known[name].to_numpy(dtype=np.float64) if name in known else None

    order = column(ORDER)
    work = Work(
        judged=judged,
        level="nominal",
        order=np.arange(rows, dtype=np.float64) if order is None else order,
        asked=asked.astype(np.int64),
        seconds=column(SECONDS),
        length=column(LENGTH),
        position=column(POSITION),
        hit=pd.factorize(known[HIT])[0].astype(np.int64) if HIT in known else None,
        agreeing=means(pairwise_f1(pairs), pairs.first, rows).mean,
    )
    return Marking(marks, pairs, work)


def marked(marking: Marking, *, confidence: float = 0.95) -> Fact:
    """Share of a document's tokens that a worker marks, less the others' mean: paired, Student's.

    Range −1 to 1; above 0: marks more than the others. Undefined without company.
    """
    pairs, work = marking.pairs, marking.work
    share = divide(pairs.count, pairs.length)
    total = np.bincount(work.judged.unit, weights=np.nan_to_num(share), minlength=1)
    others = divide(total[work.judged.unit] - share, (work.asked - 1).astype(np.float64))
    found = means(share - others, work.judged.worker, work.n_workers)
    se, low, high = mean_interval(found, confidence)
    return Fact(
        name="marked",
        scale="-1 to 1, share of the tokens; above 0: marks more than the others",
        method="mean difference to the document's other workers, Student's interval",
        value=found.mean,
        se=se,
        low=low,
        high=high,
        n=found.n.astype(np.int64),
        notes=noted(found.n == 0, ALONE, (np.isnan(low), FEW)),
        confidence=confidence,
    )


def nothing_marked(marking: Marking, *, confidence: float = 0.95) -> Fact:
    """The share of a worker's documents in which nothing, or everything, is marked: [0, 1].

    Wilson's interval. The note says what share that is for all the others.
    """
    work, pairs = marking.work, marking.pairs
    blank = (pairs.count == 0) | (pairs.count == pairs.length)
    found = means(blank.astype(np.float64), work.judged.worker, work.n_workers)
    count = np.nan_to_num(found.mean) * found.n
    n = found.n.astype(np.int64)
    low, high = wilson(count, n, confidence)
    rest = divide(count.sum() - count, found.n.sum() - found.n)
    notes = tuple("" if np.isnan(r) else f"the others in {r:.0%}" for r in rest.tolist())
    return Fact(
        name="nothing_marked",
        scale="0 to 1, the share of documents marked nowhere or throughout; neither end is better",
        method="share, Wilson's interval",
        value=found.mean,
        se=np.sqrt(divide(found.mean * (1 - found.mean), found.n)),
        low=low,
        high=high,
        n=n,
        notes=notes,
        confidence=confidence,
    )


def mark_influence(marking: Marking, *, confidence: float = 0.95) -> Fact:
    """Token alpha of all the others less token alpha of all, worker by worker.

    With more than 500 workers only the 500 who marked most documents are left out in turn.
    """
    marks, n_workers = marking.marks, marking.work.n_workers
    tables = DocumentTables(marks, marking.pairs)
    load = np.bincount(marks.worker, minlength=n_workers).astype(np.int64)
    asked = np.sort(np.argsort(-load, kind="stable")[:MOST_GROUPS])
    units = np.ones((len(marks.instance_ids), 1))
    once = tables.pooled(Weights(units, np.ones((n_workers, 1))))[0]
    value, empty = np.full(n_workers, np.nan), np.full(n_workers, np.nan)
    size = max(1, CHUNK // max(1, tables.width))
    for start in range(0, len(asked), size):
        batch = asked[start : start + size]
        kept = (np.arange(n_workers)[:, None] != batch).astype(np.float64)
        value[batch] = tables.pooled(Weights(units, kept)) - once
    rare = ~np.isin(np.arange(n_workers), asked)
    few = f"not among the {MOST_GROUPS} workers who marked most"
    nothing = "without the worker nothing is left that could differ"
    return Fact(
        name="influence",
        scale="change of token alpha without the worker; above 0: the others agree better",
        method="Krippendorff's alpha of tokens, leaving one worker out",
        value=value,
        se=empty,
        low=empty,
        high=empty,
        n=load,
        notes=noted(rare, few, (np.isnan(value), nothing)),
        over=None,
        confidence=confidence,
    )
