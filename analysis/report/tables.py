"""Tables as the templates print them: columns, rows, and an axis under the plot column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from markupsafe import Markup

ColumnKind = Literal["plot", "number", "text"]
Legend = list[tuple[Markup, str]]


class Column(NamedTuple):
    """A heading, and how the cells under it are set."""

    title: str
    kind: ColumnKind = "number"


class Cell(NamedTuple):
    """What stands in a cell: text or a drawing, and short lines under it."""

    body: str | Markup
    lines: tuple[str, ...] = ()
    class_: str = ""


@dataclass(frozen=True)
class Row:
    """One row: its name, lines under the name, notes on what is undefined, a cell per column."""

    name: str
    cells: tuple[Cell, ...]
    under: tuple[str, ...] = ()
    class_: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table: `corner` heads the names, `axis` stands under the column of plots.

    A quiet table has its caption for screen readers alone, because a heading says the same.
    """

    caption: str
    corner: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    axis: Markup | None = None
    legend: Legend = field(default_factory=list)
    quiet: bool = False
    class_: str = ""
