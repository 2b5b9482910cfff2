"""From a long judgement table to a consensus, by the name of a method."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.aggregation import AGGREGATORS
from analysis.aggregation.base import Aggregation
from analysis.judgements import Duplicates, read
from db.errors import DataError, UsageError


def aggregate(
    table: pd.DataFrame,
    method: str = "majority",
    *,
    duplicates: Duplicates = "error",
    persons_known: bool = True,
    **options: Any,
) -> Aggregation:
    """One answer for each unit of a table with the columns unit, worker, value (any index).

    `method`: a name from `analysis.aggregation.AGGREGATORS`; `options` are the method's own.
    Refuses a table without judgements, and options that the method does not take.
    """
    run: Callable[..., Aggregation] = AGGREGATORS.load(method)
    accepted = list(inspect.signature(run).parameters)[1:]
    unknown = [name for name in options if name not in accepted]
    if unknown:
        there = ", ".join(accepted) or "none"
        raise UsageError(f"method {method!r} has no option {unknown[0]!r} (there are: {there})")
    judged = read(table, duplicates=duplicates, persons_known=persons_known)
    if len(judged.unit) == 0:
        raise DataError("there are no judgements to aggregate")
    result = run(judged, **options)
    if persons_known:
        return result
    note = "the workers are not known persons, so their reliability describes columns or rows"
    return replace(result, notes=(*result.notes, note))
