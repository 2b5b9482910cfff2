"""From a long judgement table to a consensus, by the name of a method."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from analysis.aggregation import AGGREGATORS, MEAN_AGGREGATORS
from analysis.aggregation.base import Aggregation, Means
from analysis.aggregation.crowd_kit import PREFIX, crowd_kit
from analysis.aggregation.room import check_room
from analysis.judgements import Duplicates, Judgements, read
from db.catalogue import Catalogue
from db.errors import DataError, UsageError

Result = TypeVar("Result", Aggregation, Means)


def aggregate(
    table: pd.DataFrame,
    method: str = "majority",
    *,
    duplicates: Duplicates = "error",
    persons_known: bool = True,
    **options: Any,
) -> Aggregation:
    """One answer for each unit of a table with the columns unit, worker, value (any index).

    `method`: a name from `analysis.aggregation.AGGREGATORS`, or `crowdkit:NAME`; `options` are the
    method's own. Refuses a table without judgements, and options that the method does not take.
    """
    run: Callable[..., Aggregation]
    if method.startswith(PREFIX):
        run = partial(crowd_kit, name=method.removeprefix(PREFIX))
        _check(method, [], options)
    else:
        run = _load(AGGREGATORS, method, options)
    return _run(partial(_roomy, run, method), table, duplicates, persons_known, options)


def mean_of(
    table: pd.DataFrame,
    method: str = "interval_mean",
    *,
    duplicates: Duplicates = "error",
    persons_known: bool = True,
    **options: Any,
) -> Means:
    """One number for each unit of such a table, by a name from `MEAN_AGGREGATORS`; as above."""
    run: Callable[..., Means] = _load(MEAN_AGGREGATORS, method, options)
    return _run(run, table, duplicates, persons_known, options)


def settings_of(method: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of a method as it is used: what is given, else its default.

    Of `crowdkit:NAME`, whose defaults are the library's, only what is given.
    """
    if method.startswith(PREFIX):
        return dict(options)
    catalogue = AGGREGATORS if method in AGGREGATORS else MEAN_AGGREGATORS
    accepted = list(inspect.signature(catalogue.load(method)).parameters.values())[1:]
    return {option.name: options.get(option.name, option.default) for option in accepted}


def _load(catalogue: Catalogue, method: str, options: dict[str, Any]) -> Any:
    run = catalogue.load(method)
    _check(method, list(inspect.signature(run).parameters)[1:], options)
    return run


def _check(method: str, accepted: list[str], options: dict[str, Any]) -> None:
    unknown = [name for name in options if name not in accepted]
    if unknown:
        there = ", ".join(accepted) or "none"
        raise UsageError(f"method {method!r} has no option {unknown[0]!r} (there are: {there})")


def _roomy(
    run: Callable[..., Aggregation], method: str, judged: Judgements, **options: Any
) -> Aggregation:
    """Run, unless the method's tables would be too large (`analysis.aggregation.room`)."""
    check_room(method, judged)
    return run(judged, **options)


def _run(
    run: Callable[..., Result],
    table: pd.DataFrame,
    duplicates: Duplicates,
    persons_known: bool,
    options: dict[str, Any],
) -> Result:
    judged = read(table, duplicates=duplicates, persons_known=persons_known)
    if len(judged.unit) == 0:
        raise DataError("there are no judgements to aggregate")
    result: Result = run(judged, **options)
    if persons_known:
        return result
    note = "the workers are not known persons, so their reliability describes columns or rows"
    return replace(result, notes=(*result.notes, note))
