"""What a fact about workers is made from, and what it looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from analysis.agreement.base import Level
from analysis.arrays import Floats, Ints
from analysis.intervals import Spread, estimate
from analysis.judgements import Judgements
from db.records import Estimate, Over

if TYPE_CHECKING:
    from analysis.workers.marking import Marking

NO_GOLD = -1
UNGIVEN_GOLD = -2
"""A known answer that nobody ever gave: whoever was asked was wrong."""


@dataclass(frozen=True, eq=False)
class Work:
    """J judgements with what is known of how they came about; None where nothing is known.

    `order`: float64, shape (J,), rising in time (the rows of the table where it has no order);
    `seconds`, `length` (of the unit), `position` (in its HIT): float64, shape (J,), NaN where
    missing; `hit`: int64, shape (J,); `gold`: int64, shape (J,), the code of the known answer,
    NO_GOLD or UNGIVEN_GOLD. `asked`: int64, shape (J,), judgements of the same unit. `agreeing`:
    float64, shape (J,), agreement with the unit's others where values do not tell it (masks).
    """

    judged: Judgements
    level: Level
    order: Floats
    asked: Ints
    seconds: Floats | None = None
    length: Floats | None = None
    position: Floats | None = None
    hit: Ints | None = None
    gold: Ints | None = None
    agreeing: Floats | None = None

    @property
    def n_workers(self) -> int:
        """Workers, W."""
        return len(self.judged.workers)


@dataclass(frozen=True, eq=False)
class Fact:
    """One number for each of W workers: float64, shape (W,) each, NaN where undefined.

    `n`: int64, shape (W,), judgements it rests on; `notes`: W sentences, which say why a number
    is undefined or what has to be known of it; `over`: what the interval is over.
    """

    name: str
    scale: str
    method: str
    value: Floats
    se: Floats
    low: Floats
    high: Floats
    n: Ints
    notes: tuple[str, ...]
    over: Over | None = "units"
    confidence: float = 0.95

    def of(self, worker: int, subject: str) -> Estimate:
        """The number of one worker, by place; what is undefined is None, with the reason."""
        se, low, high = (float(x[worker]) for x in (self.se, self.low, self.high))
        sure = bool(np.isfinite([se, low, high]).all())
        spread = Spread(se, low, high) if sure else Spread()
        return estimate(
            self.name,
            float(self.value[worker]),
            spread,
            confidence=self.confidence,
            over=self.over if sure else None,
            scale=self.scale,
            method=self.method,
            n_judgements=int(self.n[worker]),
            note=self.notes[worker],
            subject=subject,
        )


class WorkerFact(Protocol):
    """Work → one number a worker, with an interval where there is one."""

    def __call__(self, work: Work, *, confidence: float = 0.95) -> Fact: ...


class MarkFact(Protocol):
    """The same of marks (`analysis.workers.marking.Marking`)."""

    def __call__(self, marking: Marking, *, confidence: float = 0.95) -> Fact: ...


def nowhere(work: Work, name: str, scale: str, why: str, confidence: float) -> Fact:
    """A fact that nothing is known about, for every worker, with the reason."""
    empty = np.full(work.n_workers, np.nan)
    n = np.zeros(work.n_workers, dtype=np.int64)
    notes = (why,) * work.n_workers
    return Fact(name, scale, "", empty, empty, empty, empty, n, notes, None, confidence)


def noted(first: np.ndarray, why: str, *more: tuple[np.ndarray, str]) -> tuple[str, ...]:
    """One sentence a worker: the first reason whose mask (bool, shape (W,)) holds, else none."""
    words = np.full(len(first), "", dtype=object)
    for mask, sentence in ((first, why), *more):
        words[(words == "") & mask] = sentence
    return tuple(words.tolist())
