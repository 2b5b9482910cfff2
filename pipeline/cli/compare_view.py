"""A comparison as tables of a terminal and as one document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipeline.cli.estimates_view import interval, interval_rows, number, words

if TYPE_CHECKING:
    from analysis.comparison.differences import Difference
    from pipeline.compare import Compared

Table = tuple[str, list[str], list[list[str]], int]
OVERS = ("units", "workers", "both")
SMALLEST = 0.001


def compare_document(found: Compared) -> dict[str, Any]:
    """What the JSON document holds besides the command."""
    return {
        "of": found.of,
        "by": found.by,
        "estimates": [asdict(e) for e in found.result.all_estimates],
        "differences": [_document(d) for d in found.result.differences],
        "excluded": found.result.excluded,
        "notes": found.result.notes,
    }


def _document(found: Difference) -> dict[str, Any]:
    return {
        "score": found.score,
        "first": found.first,
        "second": found.second,
        "difference": found.estimates[0].value,
        "effect": found.effect.value,
        "paired": found.paired,
        "p": found.p,
        "p_holm": found.p_holm,
        "smallest_p": found.smallest_p,
        "test": found.test,
        "detectable": found.detectable,
        "detectable_over": found.detectable_over,
    }


def compare_tables(found: Compared) -> list[Table]:
    """Title, columns, rows, and how many of the last columns are numbers."""
    tables: list[Table] = []
    if found.result.estimates:
        columns, rows = interval_rows(found.result.estimates)
        tables.append((f"Compared by {found.by}, {found.of}", columns, rows, 3))
    if found.result.differences:
        tables.append(_differences(found.result.differences))
        tables.append(_tests(found.result.differences))
    more = [e for d in found.result.differences for e in d.more]
    if more:
        columns, rows = interval_rows(more)
        tables.append(("Beside the differences", columns, rows, 3))
    return tables


def p_value(p: float | None) -> str:
    """Three decimals, never "0.000": what is smaller is said to be."""
    return "<0.001" if p is not None and p < SMALLEST else number(p)


def _differences(found: Sequence[Difference]) -> Table:
    columns = ["difference", "of", "value", *(f"over {over}" for over in OVERS)]
    rows = []
    for d in found:
        by_over = {e.over: e for e in d.estimates}
        cells = [interval(by_over[o]) if o in by_over else "—" for o in OVERS]
        rows.append([d.subject, words(d.score), number(d.estimates[0].value), *cells])
    return "First minus second, with intervals", columns, rows, 4


def _tests(found: Sequence[Difference]) -> Table:
    columns = ["difference", "of", "p", "p, Holm", "effect", "detectable"]
    rows = [
        [
            d.subject,
            words(d.score),
            p_value(d.p),
            p_value(d.p_holm),
            number(d.effect.value),
            number(d.detectable),
        ]
        for d in found
    ]
    return "Could chance have made it, and what would have been found", columns, rows, 4
