"""Krippendorff's alpha for unitizing: do people cut the same spans out of a text?

Observed disagreement is that of pooled tokens, by lengths of stretches instead of tokens. Chance
pairs spans, not tokens: a span is never paired with itself, so n² loses Σ length² over spans and
the length of gaps, where token alpha loses one a token. The tokens of one span agree of
themselves; without them chance disagrees more, and alpha is higher than that of tokens. Over many
documents the difference is small.

    alpha = 1 − D_o · (n² − Σ_r w_r² (Σ_spans length² + gaps)) / (n · Σ_{c≠k} n_c n_k)

Source: Krippendorff, Mathet, Bouvry & Widlöcher (2016), "On the reliability of unitizing textual
continua: further developments", *Quality & Quantity* 50, which replaces the coefficient of
Krippendorff (1995) because that one misbehaves with more than two people. With one category this
is their |uα, with several their uα (nominal; the gap is a value). Several documents are one
continuum end to end, people differing; intervals are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement.base import AgreementResult
from analysis.agreement.cells import cells_by_worker, count_cells, units_by_worker
from analysis.agreement.levels import Nominal
from analysis.agreement.token_spans import (
    Spans,
    Stretches,
    spans_of_marks,
    spans_of_table,
    stretches,
)
from analysis.agreement.weighted import weighted_alpha
from analysis.arrays import Floats, divide, incidence, row_sums
from analysis.intervals import estimate
from analysis.marked import check_marks, take_rows
from analysis.resampling import Plan, Units, Weights
from db.records import Estimate, Marks, Over
from db.words import counted

SCALE = "at most 1, higher is better; 0 is what chance gives"
NOTHING = "no document that two people were asked about has both spans and gaps"


class Unitized:
    """Weights of documents and workers → alpha, shape (b,)."""

    def __init__(self, cut: Stretches, n_documents: int) -> None:
        judged = cut.judged
        values = np.arange(len(judged.values), dtype=np.float64)
        self.cut = cut
        self.cells = count_cells(judged.unit, judged.code, values)
        self.by_value = self.cells.by_value()
        self.of_cells = cells_by_worker(self.cells, judged)
        self.of_units = units_by_worker(self.cells, judged)
        shape = (n_documents, len(judged.workers))
        self.asked = incidence(cut.row_document, cut.row_worker, shape)
        self.alone = incidence(cut.row_document, cut.row_worker, shape, cut.alone)
        self.width = len(judged.unit)

    def __call__(self, drawn: Weights) -> Floats:
        weights = self.of_cells @ drawn.workers
        square = drawn.workers**2
        pairs = (self.asked @ drawn.workers) ** 2 - self.asked @ square
        alone = (drawn.units * (pairs > 0) * (self.alone @ square)).sum(axis=0)
        units = drawn.units[self.cut.document] * self.cut.length[:, None]
        own = self.of_units @ square
        return weighted_alpha(
            self.cells, Nominal(), self.by_value, weights, own, units, np.asarray(alone)
        )


def unitizing_alpha(
    marks: Marks,
    *,
    bootstrap: int = 1000,
    over: Sequence[Over] = ("units", "workers", "both"),
    seed: int = 0,
    confidence: float = 0.95,
) -> AgreementResult:
    """Alpha of runs of marked tokens, of one category, over all documents.

    Range (−∞, 1], higher is better, 0 is what chance gives. Documents with one worker are left out
    and counted; an empty mask is one long gap. Undefined where everything or nothing is marked.
    Beside it the mean length of a span, and spans a document and worker.
    """
    check_marks(marks)
    times = np.bincount(marks.instance, minlength=len(marks.instance_ids))
    excluded = {
        "document that nobody was asked about": int((times == 0).sum()),
        "document with one worker only": int((times == 1).sum()),
    }
    marks = take_rows(marks, np.flatnonzero(times[marks.instance] > 1))
    settings = (marks.persons_known, tuple(over), bootstrap, seed, confidence)
    spans = spans_of_marks(marks)
    found = _estimates(spans, len(marks.worker_ids), settings)
    notes = [
        f"{_empty(spans)} of {len(spans.document)} masks are empty, and are one gap each",
        "marks that touch are one span: a mask does not say where one ends and the next begins",
    ]
    return AgreementResult(found, {k: n for k, n in excluded.items() if n}, notes)


def unitizing_alpha_of_spans(
    spans: pd.DataFrame,
    asked: pd.DataFrame,
    lengths: dict[str, int],
    *,
    persons_known: bool = True,
    bootstrap: int = 1000,
    over: Sequence[Over] = ("units", "workers", "both"),
    seed: int = 0,
    confidence: float = 0.95,
) -> AgreementResult:
    """Alpha of spans of several categories; for the tables see `token_spans.spans_of_table`.

    Documents that one worker was asked about take no part and are counted. Where nobody's spans
    touch another of their own category, one category gives what `unitizing_alpha` gives.
    """
    read = spans_of_table(spans, asked, lengths)
    times = np.bincount(read.document, minlength=len(read.length))
    excluded = {
        "document that nobody was asked about": int((times == 0).sum()),
        "document with one worker only": int((times == 1).sum()),
    }
    settings = (persons_known, tuple(over), bootstrap, seed, confidence)
    found = _estimates(read, int(read.worker.max(initial=-1)) + 1, settings)
    answers = counted(len(read.document), "answer")
    empty = _empty(read)
    are = "marks nothing, and is one gap" if empty == 1 else "mark nothing, and are one gap each"
    notes = [f"{empty} of {answers} {are}"]
    return AgreementResult(found, {k: n for k, n in excluded.items() if n}, notes)


def _estimates(spans: Spans, n_workers: int, settings: tuple[Any, ...]) -> list[Estimate]:
    cut = stretches(spans)
    plan = Plan(Units.single(len(spans.length), noun="documents"), n_workers, *settings)
    times = np.bincount(spans.document, minlength=len(spans.length))
    fields: dict[str, Any] = {
        "scale": SCALE,
        "confidence": plan.confidence,
        "n_units": int((times > 1).sum()),
        "n_workers": n_workers if plan.persons_known else None,
        "n_judgements": int(times[times > 1].sum()),
    }
    if not len(cut.judged.unit):
        return _undefined(plan, fields)
    statistic = Unitized(cut, len(spans.length))
    value = float(statistic(plan.once)[0])
    if not np.isfinite(value):
        return _undefined(plan, fields)
    found = []
    for kind in plan.over:
        spread = plan.interval(kind, statistic, statistic.width)
        how = {"over": kind, "method": plan.method(kind)}
        found.append(estimate("unitizing_alpha", value, spread, **how, **fields))
    if plan.jackknifes:
        spread = plan.jackknife(value, statistic, statistic.width)
        how = {"over": "workers", "method": plan.jackknife_method}
        found.append(estimate("unitizing_alpha", value, spread, **how, **fields))
    return [*found, *_beside(spans, plan, fields)]


def _empty(spans: Spans) -> int:
    return len(spans.document) - len(np.unique(spans.row))


def _undefined(plan: Plan, fields: dict[str, Any]) -> list[Estimate]:
    nan = float("nan")
    return [
        estimate("unitizing_alpha", nan, over=kind, note=NOTHING, **fields) for kind in plan.over
    ]


def _beside(spans: Spans, plan: Plan, fields: dict[str, Any]) -> list[Estimate]:
    """How long spans are, how many there are, and what share of tokens they cover."""
    times = np.bincount(spans.document, minlength=len(spans.length))
    document = spans.document[spans.row]
    of = {
        "tokens": row_sums(spans.end - spans.start, document, len(times)),
        "spans": row_sums(np.ones(len(document)), document, len(times)),
        "rows": times.astype(np.float64),
        "asked": (times * spans.length).astype(np.float64),
    }
    of = {what: (sums * (times > 1))[:, None] for what, sums in of.items()}
    numbers = (
        ("span_length", "tokens of a span", "tokens", "spans"),
        ("span_count", "spans of one worker in a document", "spans", "rows"),
        ("prevalence", "0 to 1, the share of tokens", "tokens", "asked"),
    )
    found = []
    for name, scale, above, below in numbers:
        ratio = _ratio(of[above], of[below])
        spread = plan.interval("units", ratio, len(times))
        how = {**fields, "scale": scale, "over": "units", "method": plan.method("units")}
        found.append(estimate(name, float(ratio(plan.once)[0]), spread, **how))
    return found


def _ratio(above: Floats, below: Floats) -> Callable[[Weights], Floats]:
    """Weights of documents → Σ v · above / Σ v · below, shape (b,)."""

    def value(drawn: Weights) -> Floats:
        return divide((drawn.units * above).sum(axis=0), (drawn.units * below).sum(axis=0))

    return value
