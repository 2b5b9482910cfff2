"""What a report says of workers: who answered, how long it took, what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from db.records import Estimate


@dataclass(frozen=True)
class WorkerRow:
    """One worker under a pseudonym.

    `agreement` is agreement with the other workers; `gold_right` of `gold_asked` check items were
    answered as known (`gold_asked` 0: none was put). `excluded` says why the worker was left out
    of analysis, and is empty for those who were kept.
    """

    pseudonym: str
    assignments: int
    judgements: int = 0
    median_seconds: float | None = None
    agreement: Estimate | None = None
    gold_right: int = 0
    gold_asked: int = 0
    simulated: bool = False
    excluded: str = ""


@dataclass(frozen=True)
class Pay:
    """Money of the campaign, in `currency` (an ISO code); `hourly` is at the median time."""

    currency: str
    reward: Decimal
    reserved: Decimal
    spent: Decimal
    returned: Decimal
    hourly: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class Workers:
    """Who answered, how long it took, how they did on check items, and what it cost.

    `unreadable` counts assignments whose answer could not be parsed; `median_seconds` is over
    assignments; `gold_accuracy` a share in [0, 1]; `excluded` counts by reason. Up to 24 `rows` make
    a table, more make distributions.
    """

    n_workers: int
    n_simulated: int
    assignments: int
    unreadable: int = 0
    median_seconds: float | None = None
    pay: Pay | None = None
    gold_accuracy: Estimate | None = None
    rows: tuple[WorkerRow, ...] = ()
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
