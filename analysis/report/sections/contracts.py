"""What each alignment score is, exactly: what all share in one list, what differs in one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.alignment.contract import Contract
from analysis.report.glossary import term
from analysis.report.tables import Cell, Column, Row, Table

FIELDS = {
    "unit": "Unit",
    "tokenisation": "Tokenisation",
    "pooling": "Pooling of pieces",
    "gold": "Gold",
    "k": "Cut at",
    "ties": "Ties",
    "empty": "Undefined",
    "average": "Average",
}
"""Fields of a contract that are words about its scores → their headings."""
AVERAGES = {
    "macro": "macro: mean over instances",
    "micro": "micro: hits and counts added up over instances, then divided",
}


@dataclass(frozen=True)
class ContractsView:
    """`shared`: headings and words that hold for every score; `table`: the rest, None where nothing
    differs."""

    shared: list[tuple[str, str]]
    table: Table | None


def contracts_view(contracts: Sequence[Contract]) -> ContractsView | None:
    """One row a family of scores, one column a field in which they differ; None without any."""
    if not contracts:
        return None
    rows = [{name: _words(contract, name) for name in FIELDS} for contract in contracts]
    same = [name for name in FIELDS if len({row[name] for row in rows}) == 1]
    differ = [name for name in FIELDS if name not in same]
    shared = [(FIELDS[name], rows[0][name]) for name in same]
    return ContractsView(shared, _table(contracts, rows, differ) if differ else None)


def _table(
    contracts: Sequence[Contract], rows: Sequence[dict[str, str]], differ: Sequence[str]
) -> Table:
    return Table(
        caption="What differs between the scores",
        corner="Scores",
        columns=tuple(Column(FIELDS[name], "text") for name in differ),
        rows=tuple(
            Row(", ".join(term(m).title for m in c.metrics), tuple(Cell(row[n]) for n in differ))
            for c, row in zip(contracts, rows, strict=True)
        ),
        quiet=True,
        class_="contracts",
    )


def _words(contract: Contract, name: str) -> str:
    words = str(getattr(contract, name))
    return AVERAGES.get(words, words) if name == "average" else words
