"""ERASER's scores read off their definitions: sets, loops, and scikit-learn for every curve.

Written for one annotation and document at a time, without arrays, so that it can be held against
the paper (DeYoung et al., 2020) and the scorer line by line.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from scipy.stats import entropy
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_auc_score

from analysis.alignment.compat.base import CompatInput, Soft, SpanTable
from db.ragged import Ragged

Span = tuple[int, int, int]
"""Document, start, end."""


@dataclass(frozen=True)
class Case:
    """A little data set: human and predicted spans, and scores of every document's tokens."""

    lengths: tuple[int, ...]
    truth: tuple[Span, ...]
    predicted: tuple[Span, ...]
    scores: tuple[tuple[float, ...], ...]

    @property
    def given(self) -> CompatInput:
        """The same, as the product takes it."""
        truth = table(self.truth)
        votes = [[float(t in marked_in(self.truth, d)) for t in range(n)] for d, n in self.sized]
        soft = Soft(
            np.arange(len(self.lengths)), Ragged.from_rows(self.scores, dtype="float64"), truth
        )
        return CompatInput(
            "model",
            np.array(self.lengths, np.int64),
            np.ones(len(self.lengths), np.int64),
            truth,
            Ragged.from_rows(votes, dtype="float64"),
            table(self.predicted),
            False,
            soft,
        )

    @property
    def sized(self) -> list[tuple[int, int]]:
        return list(enumerate(self.lengths))


def table(spans: Sequence[Span]) -> SpanTable:
    return SpanTable(*np.array(spans, np.int64).reshape(-1, 3).T)


def marked_in(spans: Sequence[Span], document: int) -> set[int]:
    return set(chain.from_iterable(range(a, b) for d, a, b in spans if d == document))


def f1(p: float, r: float) -> float:
    return 0 if 0 in (p, r) else 2 * p * r / (p + r)


def in_order(*lists: Sequence[Span]) -> list[int]:
    """Documents in the order in which they are first met."""
    return list(dict.fromkeys(span[0] for span in chain(*lists)))


def of(spans: Sequence[Span], document: int) -> set[Span]:
    return {span for span in spans if span[0] == document}


def same_spans(truth: Sequence[Span], predicted: Sequence[Span]) -> dict[str, float] | None:
    """Micro and macro precision, recall and F1 of spans that are equal."""
    people, model = set(truth), set(predicted)
    if not people or not model:
        return None
    p, r = len(people & model) / len(model), len(people & model) / len(people)
    each = []
    for document in in_order(truth, predicted):
        mine, theirs = of(predicted, document), of(truth, document)
        one_p = len(mine & theirs) / len(mine) if mine else 0
        one_r = len(mine & theirs) / len(theirs) if theirs else 0
        each.append((one_p, one_r, f1(one_p, one_r)))
    macro = [sum(column) / len(each) for column in zip(*each, strict=True)]
    names = [f"instance_{kind}.{part}" for kind in ("micro", "macro") for part in ("p", "r", "f1")]
    return dict(zip(names, [p, r, f1(p, r), *macro], strict=True))


def as_tokens(spans: Sequence[Span]) -> list[Span]:
    return [(d, t, t + 1) for d, a, b in spans for t in range(a, b)]


def close_spans(truth: Sequence[Span], predicted: Sequence[Span]) -> dict[str, float]:
    """IoU of at least one half, counted for each predicted span."""
    people, model = list(dict.fromkeys(truth)), list(dict.fromkeys(predicted))
    hits: dict[int, int] = dict.fromkeys(in_order(people, model), 0)
    for document, start, end in model:
        mine = set(range(start, end))
        best = 0.0
        for _, a, b in of(people, document):
            theirs = set(range(a, b))
            best = max(best, len(mine & theirs) / len(mine | theirs) if mine | theirs else 0)
        hits[document] += best >= 0.5
    total = sum(hits.values())
    p, r = (total / len(spans) if spans else 0 for spans in (model, people))
    means = []
    for spans in (model, people):
        each = [hits[d] / len(of(spans, d)) for d in in_order(spans)]
        means.append(sum(each) / len(each) if each else 0)
    values = [p, r, f1(p, r), *means, f1(*means)]
    names = [f"{kind}.{part}" for kind in ("micro", "macro") for part in ("p", "r", "f1")]
    return dict(zip(names, values, strict=True))


def trapezoid(truth: Sequence[int], scores: Sequence[float]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        precision, recall, _ = precision_recall_curve(truth, scores)
    return float(auc(recall, precision))


def curves(case: Case) -> dict[str, float | None]:
    """The three means over documents; a curve of one class counts for AUPRC alone."""
    kept: dict[str, list[float]] = {"auprc": [], "average_precision": [], "roc_auc_score": []}
    others: dict[str, Callable[..., float]] = {
        "average_precision": average_precision_score,
        "roc_auc_score": roc_auc_score,
    }
    for document, length in case.sized:
        people = marked_in(case.truth, document)
        truth = [int(t in people) for t in range(length)]
        kept["auprc"].append(trapezoid(truth, case.scores[document]))
        if len(set(truth)) == 2:
            for name, function in others.items():
                kept[name].append(function(truth, case.scores[document]))
    return {name: float(np.average(v)) if v else None for name, v in kept.items()}


def drops(results: Sequence[tuple[str, Mapping[str, float], Mapping[str, float]]]) -> list[float]:
    """Mean drop of the predicted class, difference of entropies, and divergence."""
    falls = [full[label] - after[label] for label, full, after in results]
    entropies = [
        entropy(list(full.values())) - entropy(list(after.values())) for _, full, after in results
    ]
    apart = [
        entropy([after[k] for k in full], [full[k] for k in full]) for _, full, after in results
    ]
    return [float(np.average(values)) for values in (falls, entropies, apart)]
