"""Where people and model part, as tables of a terminal and as one document."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipeline.cli.compare_view import Table, p_value
from pipeline.cli.estimates_view import interval, number, words
from pipeline.cli.shared import print_json, print_notes, print_table

if TYPE_CHECKING:
    from db.records import Estimate
    from pipeline.strata import Parted


def show_strata(found: Parted, *, json: bool) -> None:
    """Print strata: one document, or tables and notes."""
    if json:
        print_json("align", **strata_document(found))
        return
    for title, columns, rows, numbers in strata_tables(found):
        print_table(title, columns, rows, numbers=numbers)
    print_notes(strata_notes(found), strata_excluded(found))


def strata_document(found: Parted) -> dict[str, Any]:
    """What the JSON document of strata holds besides the command."""
    return {
        "of": found.of,
        "run": found.run,
        "by": found.by,
        "estimates": [asdict(e) for r in found.results.values() for e in r.estimates],
        "strata": _sizes(found),
        "tests": [asdict(t) for r in found.results.values() for t in r.tests],
        "excluded": strata_excluded(found),
        "notes": strata_notes(found),
    }


def strata_tables(found: Parted) -> list[Table]:
    """One table a score, intervals over units, and one of the tests."""
    tables: list[Table] = []
    for metric, result in found.results.items():
        shown: list[Estimate] = [e for e in result.estimates if e.over == "units"]
        columns = [f"by {found.by}", "n", words(metric), "interval"]
        rows = [[e.subject, str(e.n_units), number(e.value), interval(e)] for e in shown]
        tables.append((f"{words(metric)}, {found.of}", columns, rows, 3))
    tests = [t for r in found.results.values() for t in r.tests]
    rows = [
        [words(t.score), f"people - {t.subject}", p_value(t.p), p_value(t.p_holm)] for t in tests
    ]
    if rows:
        columns = ["score", "gap", "p", "p, Holm"]
        tables.append((f"Does the gap differ by {found.by}?", columns, rows, 2))
    return tables


def strata_notes(found: Parted) -> list[str]:
    """Every note once, and how the tests were made."""
    notes = [note for r in found.results.values() for note in r.notes]
    notes += [
        f"{words(t.score)}, {t.subject}: {t.test}" for r in found.results.values() for t in r.tests
    ]
    notes += [
        f"{e.subject}: {e.note}" for r in found.results.values() for e in r.estimates if e.note
    ]
    return list(dict.fromkeys(notes))


def strata_excluded(found: Parted) -> dict[str, int]:
    """Instances in no part: the same for every score."""
    return next((r.excluded for r in found.results.values()), {})


def _sizes(found: Parted) -> dict[str, int]:
    first = next(iter(found.results.values()), None)
    return {} if first is None else {stratum.name: stratum.n for stratum in first.strata}
