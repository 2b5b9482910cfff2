"""Gamma: how well people's spans can be aligned with each other, on a sample of documents.

    gamma = 1 − observed disorder / disorder that chance gives

The disorder of a document is that of the best alignment of everybody's spans, by position alone
(the positional dissimilarity of the paper, a span left alone costs 1). Chance is sampled: spans of
the same number, length and gaps, laid anew. 1 is perfect, 0 is what chance gives.

Source: Mathet, Widlöcher & Métivier (2015), "The unified and holistic method gamma (γ) for
inter-annotator agreement measure and alignment", *Computational Linguistics* 41. Computed by
pygamma-agreement (Titeux & Riad, 2021), an optional extra: every alignment is a programme over whole
numbers, which takes tenths of a second, so that a sample is all one can wait for.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from analysis.agreement.base import AgreementResult
from analysis.agreement.token_spans import Spans, spans_of_marks
from analysis.arrays import Floats, Ints, divide
from analysis.intervals import estimate
from analysis.marked import check_marks, take_rows
from analysis.resampling import Plan, Units, Weights
from db.errors import UsageError
from db.records import Estimate, Marks, Over
from db.words import counted

SCALE = "at most 1, higher is better; 0 is what chance gives"
DOCUMENTS = 30
"""Documents in the sample, unless more are asked for."""
CHANCE = 30
"""Continua laid by chance for each document, the paper's first batch."""
SPANS = 400
"""Most spans of one document: beyond, an alignment takes minutes and gigabytes."""
NOTHING = "nobody marked anything in the documents of the sample"
FIXED_PEOPLE = "gamma aligns all people of a document at once; it says nothing of other people"


class Disorder(NamedTuple):
    """Of D documents: observed and expected disorder, float64, shape (D,)."""

    observed: Floats
    expected: Floats


def gamma(
    marks: Marks,
    *,
    bootstrap: int = 1000,
    over: Sequence[Over] = ("units", "workers", "both"),
    seed: int = 0,
    confidence: float = 0.95,
    documents: int = DOCUMENTS,
) -> AgreementResult:
    """Gamma of runs of marked tokens over a seeded sample of at most `documents` documents.

    `gamma`: 1 − Σ observed / Σ expected disorder; `document_gamma`: the mean of the documents' own.
    Intervals are over documents. Left out and counted: documents that fewer than two were asked
    about, in which nobody marked anything, or with more than `SPANS` spans. An empty mask beside
    marked ones counts: its owner aligns with nothing. Where all have one span in one place, chance
    lays it there too, and the document has no gamma of its own. UsageError without the library.
    """
    check_marks(marks)
    library = _library()
    asked = np.bincount(marks.instance, minlength=len(marks.instance_ids))
    shared = take_rows(marks, np.flatnonzero(asked[marks.instance] > 1))
    spans = spans_of_marks(shared)
    count = np.bincount(spans.document[spans.row], minlength=len(asked))
    usable = np.flatnonzero((asked > 1) & (count > 0) & (count <= SPANS))
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(usable, min(documents, len(usable)), replace=False))
    disorder = _disorder(library, spans, chosen.astype(np.int64), int(rng.integers(2**32)))
    plan = Plan(
        Units.single(len(chosen), noun="documents"), len(marks.worker_ids), marks.persons_known,
        tuple(over), bootstrap, seed, confidence,
    )  # fmt: skip
    excluded = {
        "gamma: document that fewer than two were asked about": int((asked < 2).sum()),
        "gamma: document in which nobody marked anything": int(((asked > 1) & (count == 0)).sum()),
        f"gamma: document with more than {SPANS} spans": int((count > SPANS).sum()),
        "document_gamma: document that chance cannot lay otherwise": int(
            (disorder.expected == 0).sum()
        ),
        "gamma: document outside the sample": len(usable) - len(chosen),
    }
    notes = [
        (
            f"gamma: {len(chosen)} of {counted(len(usable), 'document')}, drawn with seed {seed}; "
            f"{CHANCE} continua by chance for each"
        ),
    ]
    found = _estimates(disorder, plan, int(asked[chosen].sum()))
    return AgreementResult(found, {reason: n for reason, n in excluded.items() if n}, notes)


def _estimates(disorder: Disorder, plan: Plan, judgements: int) -> list[Estimate]:
    """Both numbers, over documents; over people undefined, which is said."""
    of_document = 1 - divide(disorder.observed, disorder.expected)
    fields: dict[str, Any] = {
        "scale": SCALE,
        "confidence": plan.confidence,
        "n_units": len(disorder.observed),
        "n_judgements": judgements,
    }

    def pooled(drawn: Weights) -> Floats:
        above, below = (disorder.observed @ drawn.units, disorder.expected @ drawn.units)
        return 1 - divide(above, below)

    def mean(drawn: Weights) -> Floats:
        defined = np.isfinite(of_document)
        return divide(of_document[defined] @ drawn.units[defined], drawn.units[defined].sum(axis=0))

    found = []
    for name, statistic in (("gamma", pooled), ("document_gamma", mean)):
        value = float(statistic(plan.once)[0]) if len(of_document) else float("nan")
        for kind in plan.over:
            spread = plan.interval(kind, statistic, len(of_document)) if kind == "units" else None
            note = "" if kind == "units" else FIXED_PEOPLE
            note = note if len(of_document) else NOTHING
            how = {"over": kind, "method": plan.method(kind) if kind == "units" else ""}
            found.append(estimate(name, value, spread, note=note, **how, **fields))
    return found


def _disorder(library: Any, spans: Spans, documents: Ints, seed: int) -> Disorder:
    """Observed and expected disorder of each document.

    The library draws from numpy's global generator: it is seeded per document, so that a document
    says the same in every sample, and put back afterwards.
    """
    cost = library.PositionalSporadicDissimilarity(delta_empty=1.0)
    found = np.zeros((2, len(documents)))
    for place, document in enumerate(documents.tolist()):
        with _seeded(seed + document), _quiet():
            result = _continuum(library, spans, document).compute_gamma(cost, n_samples=CHANCE)
        found[:, place] = result.observed_disorder, result.expected_disorder
    return Disorder(found[0], found[1])


def _continuum(library: Any, spans: Spans, document: int) -> Any:
    """What everybody who was asked marked in a document, as the library wants it."""
    segment = importlib.import_module("pyannote.core").Segment
    continuum = library.Continuum()
    for row in np.flatnonzero(spans.document == document).tolist():
        continuum.add_annotator(f"row {row}")
        for span in np.flatnonzero(spans.row == row).tolist():
            where = segment(float(spans.start[span]), float(spans.end[span]))
            continuum.add(f"row {row}", where, "marked")
    return continuum


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    before = np.random.get_state()
    np.random.seed(seed % 2**32)
    try:
        yield
    finally:
        np.random.set_state(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the library's line about its solver, which it writes for every alignment."""
    root, silent = logging.getLogger(), logging.NullHandler()

    def others(record: logging.LogRecord) -> bool:
        return "pygamma_agreement" not in record.pathname

    root.addHandler(silent)
    root.addFilter(others)
    try:
        yield
    finally:
        root.removeFilter(others)
        root.removeHandler(silent)


def _library() -> Any:
    try:
        return importlib.import_module("pygamma_agreement")
    except ImportError as error:
        raise UsageError(
            f"gamma needs pygamma-agreement: pip install 'konkyo[gamma]' ({error})"
        ) from error
