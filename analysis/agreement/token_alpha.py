"""Krippendorff's alpha of marked tokens under weights, from one small table per document.

For the workers of a document with weights w, W = Σw, Q = Σw², T tokens, c_i tokens marked by i and
H_ij tokens on which i and j differ:

    within           d = W · Σ_{i≠j} w_i w_j H_ij / (W² − Q)
    margins          n = W·T,  n₁ = Σ w_i c_i,  n₀ = n − n₁,  q = Q·T
    alpha            1 − (d / n) · (n² − q) / (2 n₀ n₁)

Summed over documents (d, n, n₀, n₁, q each) this is the alpha of all tokens pooled; taken document
by document and averaged it is the mean per-document alpha.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analysis.arrays import Floats, divide, incidence
from analysis.marked import MaskPairs
from analysis.resampling import Weights
from analysis.score_table import means_over_instances
from db.records import Marks


class Parts(NamedTuple):
    """The sums of each document under b sets of weights, float64, shape (D, b) each.

    `pairable`: 1 where two different workers have weight, else 0, and all else is 0 there.
    """

    pairable: Floats
    within: Floats
    n: Floats
    marked: Floats
    own: Floats


class DocumentTables:
    """Everything of the marks that the weights are multiplied with."""

    def __init__(self, marks: Marks, pairs: MaskPairs) -> None:
        documents = len(marks.instance_ids)
        rows = np.arange(len(marks.masks), dtype=np.int64)
        listed = np.arange(len(pairs.first), dtype=np.int64)
        self.worker, self.pairs = marks.worker, pairs
        self.of_rows = incidence(marks.instance, rows, (documents, len(rows)))
        self.of_pairs = incidence(pairs.instance, listed, (documents, len(listed)))
        self.length = np.zeros((documents, 1))
        self.length[marks.instance, 0] = pairs.length
        self.width = max(len(rows), len(listed))

    def parts(self, workers: Floats) -> Parts:
        """The sums under workers' weights, shape (W, b)."""
        weights = workers[self.worker]
        total, own = self.of_rows @ weights, self.of_rows @ weights**2
        marked = self.of_rows @ (weights * self.pairs.count[:, None])
        product = weights[self.pairs.first] * weights[self.pairs.second]
        differing = self.of_pairs @ (product * self.pairs.differing[:, None])
        pairs = total**2 - own
        pairable = (pairs > 0).astype(np.float64)
        mean = np.nan_to_num(divide(differing, pairs))
        n = total * self.length * pairable
        return Parts(pairable, total * mean, n, marked * pairable, own * self.length * pairable)

    def pooled(self, drawn: Weights) -> Floats:
        """Alpha of all tokens together: shape (b,)."""
        parts, units = self.parts(drawn.workers), drawn.units
        sums = (np.asarray((units * part).sum(axis=0)) for part in parts[1:])
        return _alpha(*sums)

    def per_document(self, workers: Floats) -> Floats:
        """Alpha of each document: shape (D, b), NaN where its tokens are all marked or none is."""
        return _alpha(*self.parts(workers)[1:])

    def mean_document(self, drawn: Weights) -> Floats:
        """The mean of the documents' alphas, undefined ones left out: shape (b,)."""
        means = self.per_document(drawn.workers)[None]
        return np.asarray(means_over_instances(means, drawn.units)[0])

    def agreement(self, drawn: Weights) -> Floats:
        """The share of pairs that agree on a token, over all tokens: shape (b,)."""
        parts = self.parts(drawn.workers)
        mean = np.nan_to_num(divide(parts.within * self.length, parts.n))
        tokens = (drawn.units * parts.pairable * self.length).sum(axis=0)
        differing = (drawn.units * mean).sum(axis=0)
        return np.asarray(1 - divide(differing, tokens))

    def prevalence(self, drawn: Weights) -> Floats:
        """The share of tokens that were marked, over all judgements: shape (b,)."""
        parts = self.parts(drawn.workers)
        return divide((drawn.units * parts.marked).sum(axis=0), (drawn.units * parts.n).sum(axis=0))


def _alpha(within: Floats, n: Floats, marked: Floats, own: Floats) -> Floats:
    expected = 2 * marked * (n - marked) * n
    return np.asarray(1 - divide(within * (n**2 - own), expected))
