"""What `konkyo aggregate` shows: a table or two, by kind of result."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from db.words import counted
from pipeline.aggregate import Consensus
from pipeline.aggregate_all import SideBySide, as_majority
from pipeline.aggregate_means import Averaged
from pipeline.cli.estimates_view import (
    consensus_rows,
    interval_rows,
    number,
    with_interval,
    words,
)

if TYPE_CHECKING:
    from pipeline.aggregate_named import Aggregated
    from pipeline.aggregate_pairs import Ranked

SHOWN = 10
"""How many units a table on the terminal shows; `--out` writes all."""
SCORES = ("accuracy", "log_score", "brier_score")


class View(NamedTuple):
    """A table for the terminal; the last `numbers` columns are numbers."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    numbers: int


def aggregate_tables(done: Aggregated) -> list[View]:
    """The tables of one result, in the order in which they are read."""
    if isinstance(done, Consensus):
        return _consensus(done)
    if isinstance(done, SideBySide):
        return _side_by_side(done)
    return [_means(done)] if isinstance(done, Averaged) else [_strengths(done)]


def stored_lines(done: Aggregated) -> list[str]:
    """What the database now has of it, in a line each; nothing where nothing was stored."""
    document = done.document()
    found = [(document["stored"], "human rationale"), (document.get("stored_units", 0), "unit")]
    return [f"{counted(n, noun)} stored" for n, noun in found if n]


def _consensus(done: Consensus) -> list[View]:
    views = [View(f"Consensus by {done.method}, {done.of}", *consensus_rows(done.result), 2)]
    if done.estimates:
        views.append(View("Against the known answers", *interval_rows(done.estimates), 3))
    return views


def _side_by_side(done: SideBySide) -> list[View]:
    same = as_majority([one.result for one in done.each])
    rows = [
        [
            one.method,
            str(int(one.result.tied.sum())),
            number(float(one.result.posterior.max(axis=1).mean())),
            number(same[one.method]),
        ]
        for one in done.each
    ]
    columns = ["method", "ties", "mean certainty", "as majority"]
    views = [View(f"Consensus by every method, {done.of}", columns, rows, 3)]
    if done.estimates:
        views += [_scored(done), _differing(done)]
    return views


def _scored(done: SideBySide) -> View:
    found = {(e.subject, e.name): e for e in done.estimates}
    rows = [
        [one.method, *(with_interval(found.get((one.method, score))) for score in SCORES)]
        for one in done.each
    ]
    return View("Against the known answers", ["method", *map(words, SCORES)], rows, 3)


def _differing(done: SideBySide) -> View:
    rows = [
        [d.method, words(d.score), with_interval(d.comparison.difference), number(d.adjusted_p)]
        for d in done.differences
    ]
    columns = ["method", "score", "difference", "p (Holm)"]
    return View("Less what majority scores", columns, rows, 2)


def _means(done: Averaged) -> View:
    table = done.result.units
    rows = [
        [str(unit), number(mean), number(_defined(sd)), str(n)]
        for unit, mean, sd, n in zip(
            table.index[:SHOWN], table["mean"], table["sd"], table["judgements"], strict=False
        )
    ]
    left = f", {SHOWN} of {len(table)} units" if len(table) > SHOWN else ""
    columns = ["unit", "mean", "SD", "judgements"]
    return View(f"Means by {done.method}, {done.of}{left}", columns, rows, 3)


def _strengths(done: Ranked) -> View:
    place = {thing: i for i, thing in enumerate(done.result.things.index)}
    shown = sorted(done.estimates, key=lambda e: place.get(e.subject, len(place)))
    return View(f"Strengths by {done.method}, {done.of}", *interval_rows(shown), 3)


def _defined(value: object) -> float | None:
    return value if isinstance(value, float) else None
