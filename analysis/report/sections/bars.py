"""A table of counts with a bar for each share."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.report.plots.bars import share_bar
from analysis.report.tables import Cell, Column, Row, Table
from analysis.report.wording import count, percent


def bar_table(caption: str, corner: str, counts: Mapping[str, int], ties: int = 0) -> Table:
    """Answer → count as bars; ties, where there are any, as a hatched last row."""
    total = sum(counts.values()) + ties
    rows = [_row(answer, n, total, "answer") for answer, n in counts.items()]
    if ties:
        rows.append(_row("No winner (tie)", ties, total, "tie"))
    columns = (Column("", "plot"), Column("Count"), Column("Share"))
    return Table(caption, corner, columns, tuple(rows), class_="bars")


def _row(answer: str, n: int, total: int, kind: str) -> Row:
    share = n / total if total else 0.0
    return Row(answer, (Cell(share_bar(share, kind)), Cell(count(n)), Cell(percent(share, 1))))
