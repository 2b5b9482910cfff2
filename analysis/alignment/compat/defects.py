"""What a reference's way of counting did to the numbers on this very data, in words.

Each note gives the number as the reference has it and as it would be otherwise; a defect that
moved nothing is not mentioned. See docs/compat.md for all of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from scipy.sparse.csgraph import maximum_bipartite_matching  # type: ignore[import-untyped]

from analysis.alignment.compat.base import CompatInput, Soft, SpanTable
from analysis.alignment.compat.curves import areas
from analysis.alignment.compat.hard import distinct, f1, mean, overlapping, pairs
from analysis.alignment.compat.soft import Paired, average
from analysis.arrays import Floats
from db.words import counted

HALF = 0.5


class Matched(NamedTuple):
    """Predicted spans at an IoU of ½ or more: per prediction, and one to one at best."""

    per_prediction: int
    one_to_one: int


def hard_notes(given: CompatInput, truth: SpanTable, predicted: SpanTable) -> list[str]:
    """What moved the scores of predicted spans."""
    truth, predicted = distinct(truth), distinct(predicted)
    notes = _double(truth, predicted) + _touching(truth, predicted) + _macro(truth, predicted)
    there = np.concatenate([truth.document, predicted.document])
    missing = np.setdiff1d(np.flatnonzero(given.annotated), there)
    notes += _count(
        len(missing),
        "annotated documents have neither evidence nor predictions, and no part in a mean",
    )
    lengths = given.lengths
    beyond = int((truth.end > lengths[truth.document]).sum())
    return notes + _count(
        beyond, "human spans reach past the end of their document; their tokens count in recall"
    )


def soft_notes(soft: Soft) -> list[str]:
    """What moved the areas under precision–recall curves."""
    pair = Paired(soft)
    if pair.problem or not len(pair.document):
        return []
    found, kept = pair.areas(), ~pair.one_class
    auprc = float(np.average(found.auprc))
    notes = []
    if not kept.all() and kept.any():
        documents = counted(int((~kept).sum()), "document has", "documents have")
        counts = "counts" if (~kept).sum() == 1 else "count"
        notes.append(
            f"{documents} no or only marked tokens and {counts} in AUPRC "
            f"(½ each where none is marked): without them {_differ(average(found.auprc[kept]), auprc)}"
        )
    if kept.any():
        precision, trapezoid = average(found.precision[kept]), average(found.auprc[kept])
        notes += _moved("AUPRC is a trapezoid: average precision is {}", precision, trapezoid)
        flat = areas(pair.scores.with_values(np.zeros(len(pair.truth))), pair.truth)
        notes.append(
            f"a map that scores all tokens alike would reach AUPRC {np.average(flat.auprc):.4f}"
        )
    return notes + _count(
        pair.repeated, "further scores of a document that was scored before; the last ones held"
    )


def matched(truth: SpanTable, predicted: SpanTable) -> Matched:
    """How many predicted spans match, with and without sharing a human span."""
    found = pairs(truth, predicted)
    enough = found.iou >= HALF
    mine, theirs = found.predicted[enough], found.truth[enough]
    if not len(mine):
        return Matched(0, 0)
    shape = (len(predicted.document), len(truth.document))
    graph = sparse.csr_matrix((np.ones(len(mine)), (mine, theirs)), shape=shape)
    taken = int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())
    return Matched(len(np.unique(mine)), taken)


def joined(spans: SpanTable) -> SpanTable:
    """Spans of a document that touch or overlap as one; empty spans are dropped."""
    keep = spans.end > spans.start
    document, start, end = (column[keep] for column in spans)
    order = np.lexsort((start, document))
    document, start, end = document[order], start[order], end[order]
    if not len(start):
        return SpanTable(document, start, end)
    # Documents are laid end to end, far enough apart that none touches the next.
    low = int(start.min())
    base = document * (int(end.max()) - low + 2)
    reach = np.maximum.accumulate(base + end - low)
    new = np.ones(len(start), dtype=bool)
    new[1:] = (base + start - low)[1:] > reach[:-1]
    last = np.append(np.flatnonzero(new)[1:] - 1, len(start) - 1)
    return SpanTable(document[new], start[new], reach[last] - base[last] + low)


def _double(truth: SpanTable, predicted: SpanTable) -> list[str]:
    both = matched(truth, predicted)
    if both.per_prediction == both.one_to_one:
        return []
    n, m = len(predicted.document), len(truth.document)
    now, then = (f1(hits / n, hits / m) for hits in both)
    extra = both.per_prediction - both.one_to_one
    told = f"{extra} predicted spans matched a human span that another had matched"
    return [f"{told}: micro IoU F1 would be {then:.4f} one-to-one instead of {now:.4f}"]


def _touching(truth: SpanTable, predicted: SpanTable) -> list[str]:
    """Neighbouring tokens in several spans."""
    whole = joined(truth), joined(predicted)
    fewer = [
        len(a.document) - len(b.document) for a, b in zip((truth, predicted), whole, strict=True)
    ]
    told = f"{fewer[1]} predicted and {fewer[0]} human spans touch another: joined, macro IoU F1 is {{}}"
    then, now = overlapping(*whole).macro.f1, overlapping(truth, predicted).macro.f1
    return _moved(told, then, now) if any(fewer) else []


def _macro(truth: SpanTable, predicted: SpanTable) -> list[str]:
    """F1 of two means over different documents, instead of the mean of F1."""
    hits = distinct_hits(truth, predicted)
    seen = np.unique(np.concatenate([truth.document, predicted.document]))
    if not len(seen):
        return []
    n, m = (np.bincount(s.document, minlength=seen.max() + 1)[seen] for s in (predicted, truth))
    per = np.divide(2 * hits[seen], n + m, out=np.zeros(len(seen)), where=n + m > 0)
    told = (
        "macro IoU F1 is made of two means over different documents: the mean of each one's is {}"
    )
    return _moved(told, mean(per), overlapping(truth, predicted).macro.f1)


def distinct_hits(truth: SpanTable, predicted: SpanTable) -> Floats:
    """Matches per predicted span of each document: float64, shape (largest document + 1,)."""
    found = pairs(truth, predicted)
    mine = np.unique(found.predicted[found.iou >= HALF])
    size = (
        int(max([0, *(int(s.document.max()) for s in (truth, predicted) if len(s.document))])) + 1
    )
    return np.bincount(predicted.document[mine], minlength=size).astype(np.float64)


def _moved(told: str, then: float | None, now: float | None) -> list[str]:
    if then is None or now is None or abs(then - now) < 1e-12:
        return []
    return [told.format(_differ(then, now))]


def _differ(then: float | None, now: float) -> str:
    return f"{then:.4f} instead of {now:.4f}"


def _count(n: int, what: str) -> list[str]:
    return [f"{n} {what}"] if n else []
