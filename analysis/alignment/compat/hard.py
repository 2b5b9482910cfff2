"""Precision, recall and F1 of predicted spans, as ERASER's scorer counts them.

Source: DeYoung et al. (2020), "ERASER", and its scorer. Order of operations is the scorer's, means
are added in the order in which documents first appear (its own order of some of them is that of
a set of strings, and changes from run to run).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.alignment.compat.base import SpanTable
from analysis.arrays import Bools, Floats, Ints, spread


class Prf(NamedTuple):
    """Precision, recall and F1: 0 or more, higher is better; None where there is none."""

    p: float | None
    r: float | None
    f1: float | None


class Both(NamedTuple):
    """Over all documents together, and averaged over documents."""

    micro: Prf
    macro: Prf


UNDEFINED = Prf(None, None, None)


def distinct(spans: SpanTable) -> SpanTable:
    """Each span once, in the order of first appearance."""
    if not len(spans.document):
        return spans
    _, first = np.unique(np.stack(spans), axis=1, return_index=True)
    return SpanTable(*(column[np.sort(first)] for column in spans))


def tokens(spans: SpanTable) -> SpanTable:
    """Every token of every span as a span of its own, each once."""
    lengths = np.maximum(spans.end - spans.start, 0)
    start = spread(spans.start, lengths)
    return distinct(SpanTable(np.repeat(spans.document, lengths), start, start + 1))


def exact(truth: SpanTable, predicted: SpanTable) -> Both:
    """Spans that are the same on both sides. Without a span on one side all is undefined.

    A document counts for the means where it has a span on either side; one without human spans
    has recall 0, one without predictions precision 0.
    """
    truth, predicted = distinct(truth), distinct(predicted)
    if not len(truth.document) or not len(predicted.document):
        return Both(UNDEFINED, UNDEFINED)
    hits = _same(truth, predicted)
    micro_p = int(hits.sum()) / len(hits)
    micro_r = int(hits.sum()) / len(truth.document)
    order = first_seen(np.concatenate([truth.document, predicted.document]))
    size = int(order.max()) + 1
    found = np.bincount(predicted.document[hits], minlength=size)[order].astype(np.float64)
    p = _share(found, np.bincount(predicted.document, minlength=size)[order])
    r = _share(found, np.bincount(truth.document, minlength=size)[order])
    macro = Prf(mean(p), mean(r), mean(_f1s(p, r)))
    return Both(Prf(micro_p, micro_r, f1(micro_p, micro_r)), macro)


def overlapping(truth: SpanTable, predicted: SpanTable, threshold: float = 0.5) -> Both:
    """Predicted spans whose best IoU with a human span reaches `threshold`.

    Counted per predicted span: several may match one human span, so that recall can exceed 1.
    Macro precision is over documents with predictions, macro recall over those with human spans,
    and macro F1 is that of the two means. 0 where there is nothing to divide by.
    """
    truth, predicted = distinct(truth), distinct(predicted)
    matched = best_iou(truth, predicted) >= threshold
    hits = int(matched.sum())
    n_truth, n_predicted = len(truth.document), len(predicted.document)
    micro_r = hits / n_truth if n_truth else 0.0
    micro_p = hits / n_predicted if n_predicted else 0.0
    macro_r = mean(_per_document(truth.document, predicted.document[matched]))
    macro_p = mean(_per_document(predicted.document, predicted.document[matched]))
    return Both(
        Prf(micro_p, micro_r, f1(micro_r, micro_p)), Prf(macro_p, macro_r, f1(macro_r, macro_p))
    )


class SpanPairs(NamedTuple):
    """Pairs of spans of one document: places in the two tables, int64, and their IoU, float64."""

    predicted: Ints
    truth: Ints
    iou: Floats


def pairs(truth: SpanTable, predicted: SpanTable) -> SpanPairs:
    """Every predicted span with every human span of its document; 0 where both are empty."""
    order = np.argsort(truth.document, kind="stable")
    ordered = truth.document[order]
    low = np.searchsorted(ordered, predicted.document, side="left")
    high = np.searchsorted(ordered, predicted.document, side="right")
    mine = np.repeat(np.arange(len(low), dtype=np.int64), high - low)
    theirs = order[spread(low.astype(np.int64), (high - low).astype(np.int64))].astype(np.int64)
    lengths = [np.maximum(s.end - s.start, 0) for s in (predicted, truth)]
    ends = np.minimum(predicted.end[mine], truth.end[theirs])
    both = np.maximum(ends - np.maximum(predicted.start[mine], truth.start[theirs]), 0)
    either = lengths[0][mine] + lengths[1][theirs] - both
    iou = np.divide(both, either, out=np.zeros(len(mine)), where=either > 0)
    return SpanPairs(mine, theirs, iou)


def best_iou(truth: SpanTable, predicted: SpanTable) -> Floats:
    """The best IoU of each predicted span: float64, shape (S,), in [0, 1]."""
    best = np.zeros(len(predicted.document))
    found = pairs(truth, predicted)
    np.maximum.at(best, found.predicted, found.iou)
    return best


def first_seen(documents: Ints) -> Ints:
    """Each document once, in the order of first appearance."""
    _, first = np.unique(documents, return_index=True)
    return documents[np.sort(first)]


def f1(p: float, r: float) -> float:
    """The harmonic mean, 0 where either is 0."""
    return 0.0 if p == 0 or r == 0 else 2 * p * r / (p + r)


def mean(values: Floats) -> float:
    """Added one after another, as Python's `sum` does; 0 where there is nothing."""
    return float(sum(values.tolist()) / len(values)) if len(values) else 0.0


def _f1s(p: Floats, r: Floats) -> Floats:
    both = (p != 0) & (r != 0)
    return np.divide(2 * p * r, p + r, out=np.zeros_like(p), where=both)


def _share(found: Floats, of: Ints) -> Floats:
    return np.divide(found, of, out=np.zeros(len(found)), where=of > 0)


def _per_document(counted: Ints, hits: Ints) -> Floats:
    """Hits of each document per span counted there, documents in the order of `counted`."""
    if not len(counted):
        return np.zeros(0)
    size = int(max(counted.max(), hits.max() if len(hits) else 0)) + 1
    order = first_seen(counted)
    found = np.bincount(hits, minlength=size)[order].astype(np.float64)
    return _share(found, np.bincount(counted, minlength=size)[order])


def _same(truth: SpanTable, predicted: SpanTable) -> Bools:
    """Which predicted spans are human spans: bool, shape (S,)."""
    together = np.concatenate([np.stack(truth), np.stack(predicted)], axis=1)
    _, number = np.unique(together, axis=1, return_inverse=True)
    number = number.reshape(-1)
    n = len(truth.document)
    return np.isin(number[n:], number[:n])
