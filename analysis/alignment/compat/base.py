"""What a preset is given and what it gives back.

A *document* here is one text of one annotation: the unit over which the references average.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import NamedTuple, Protocol

import numpy as np

from analysis.arrays import Floats, Ints
from db.ragged import Ragged
from db.records import Estimate

UNIT_SCALE = "0 to 1, higher is better"
RATIO_SCALE = "0 or more, higher is better; can exceed 1"
DROP_SCALE = "-1 to 1, higher is better"
SUFFICIENCY_SCALE = "-1 to 1, lower is better"
DIFFERENCE_SCALE = "a difference of entropies in nats"
DIVERGENCE_SCALE = "0 or more, in nats"


class SpanTable(NamedTuple):
    """S half-open spans in the order of their file, repeats included: int64, shape (S,) each.

    `document` is an index; `start` and `end` count tokens (or sentences) and may lie past the end.
    """

    document: Ints
    start: Ints
    end: Ints


def no_spans() -> SpanTable:
    """No span at all."""
    nothing = np.zeros(0, np.int64)
    return SpanTable(nothing, nothing, nothing)


@dataclass(frozen=True, eq=False)
class Soft:
    """Scores of positions. `document`: int64, shape (P,), whose they are, in the order of the file;
    `scores`: ragged float64, P rows; `truth`: the human spans in the same positions; `lengths`:
    int64, shape (D,), positions of every document, None where only those scored are known.
    """

    document: Ints
    scores: Ragged
    truth: SpanTable
    lengths: Ints | None = None


@dataclass(frozen=True, eq=False)
class Removed:
    """Class probabilities after a part was removed: ragged float64, one row an instance.

    `own`: in the order in which the file lists them; `aligned`: in the order of the full ones.
    """

    own: Ragged
    aligned: Ragged


@dataclass(frozen=True, eq=False)
class Thresholded:
    """Probability of the predicted class at K shares of removed tokens.

    `thresholds`: float64, shape (K,), rising; `without`, `only`: float64, shape (n, K).
    """

    thresholds: Floats
    without: Floats
    only: Floats


@dataclass(frozen=True, eq=False)
class Classes:
    """The task itself, n results of A annotations.

    `gold`: A labels; `said`: A predicted labels, None where an annotation has no result;
    `full`: ragged float64, class probabilities; `predicted`: int64, shape (n,), the place of the
    predicted class among them; `comprehensiveness`, `sufficiency`: the same after a part was
    removed, or only that part was kept.
    """

    gold: tuple[str, ...]
    said: tuple[str | None, ...]
    full: Ragged
    predicted: Ints
    comprehensiveness: Removed | None = None
    sufficiency: Removed | None = None
    thresholded: Thresholded | None = None


@dataclass(frozen=True, eq=False)
class CompatInput:
    """What people marked and what one model said, D documents.

    `lengths`: int64, shape (D,), tokens; `annotated`: bool-like int64, shape (D,), 1 where the
    document belongs to an annotation (0: the model's alone); `truth`: human spans; `votes`: ragged
    float64, D rows, how many people marked a token; `hard`: predicted spans, None where there are
    none; `skipped`: the reference would not look at them (its first rationale has none).
    """

    subject: str
    lengths: Ints
    annotated: Ints
    truth: SpanTable
    votes: Ragged
    hard: SpanTable | None = None
    hard_skipped: bool = False
    soft: Soft | None = None
    sentences: Soft | None = None
    classes: Classes | None = None


@dataclass(frozen=True)
class CompatScore:
    """A number under the reference's own name, and the name of ours that is nearest ("": none)."""

    estimate: Estimate
    ours: str = ""


@dataclass(frozen=True)
class CompatResult:
    """The scores of a model in the reference's order, and what its defects did to them."""

    scores: tuple[CompatScore, ...]
    notes: tuple[str, ...]


class Preset(Protocol):
    """Score as a published protocol does. `k`: tokens kept of a map, None for the protocol's own.

    What the reference would stop at, or give as NaN, is None with the reason.
    """

    def __call__(self, given: CompatInput, k: int | None = None) -> CompatResult: ...


def scored(
    name: str,
    value: float | None,
    ours: str = "",
    *,
    scale: str = UNIT_SCALE,
    n: int | None = None,
    note: str = "",
    why: str = "not a finite number in the reference",
) -> CompatScore:
    """A score without interval: the references have none. A value that is not finite is None.

    `note` is said of a value; `why` of the lack of one.
    """
    found = float(value) if value is not None and isfinite(value) else None
    said = why if found is None else note
    return CompatScore(Estimate(name, found, scale=scale, n_units=n, note=said), ours)


def about(scores: Sequence[CompatScore], subject: str, method: str) -> tuple[CompatScore, ...]:
    """The same scores, of a model and by a protocol."""
    return tuple(
        replace(one, estimate=replace(one.estimate, subject=subject, method=method))
        for one in scores
    )


def value_of(scores: Sequence[CompatScore], name: str) -> float | None:
    """The value under a name of the reference; None where it is undefined or not there."""
    return next((one.estimate.value for one in scores if one.estimate.name == name), None)
