"""A confusion matrix on a screen: cells as wide as the page allows, shaded by their share."""

from __future__ import annotations

from markupsafe import Markup

from analysis.report.plots.charts import Matrix
from analysis.report.svg import element, pc, picture
from analysis.report.wording import number
from db.words import counted

NAMES = 30.0
"""Percent of the width for the names of rows."""
CELL, HEAD = 44, 24
LETTERS = 16
MANY = 5
"""From so many columns on, columns have numbers and rows say which."""


def matrix_drawing(chart: Matrix) -> Markup:
    """Rows with their names, a cell for each answer: its share, and how many judgements."""
    n = len(chart.labels)
    numbered = n >= MANY or any(len(name) > LETTERS for name in chart.labels)
    parts = [_heading(chart.labels[k], k, n, numbered) for k in range(n)]
    for row in range(n):
        parts.append(_name(chart.labels[row], row, numbered))
        parts += [_cell(chart, row, column) for column in range(n)]
    return picture(parts, HEAD + CELL * n, f"{chart.title}. {_said(chart)}", "matrix")


def _cell(chart: Matrix, row: int, column: int) -> Markup:
    n = len(chart.labels)
    width = (100 - NAMES) / n
    x, y = NAMES + column * width, HEAD + row * CELL
    total, here = float(chart.counts[row].sum()), float(chart.counts[row, column])
    share = here / total if total else None
    held, given = chart.labels[row], chart.labels[column]
    tip = element("title", f"{held}, answered {given}: {number(share, 2)}, {_count(here)}")
    shade = 0 if share is None else round(share * 5)
    right = " right" if row == column else ""
    box = element("rect", tip, class_=f"cell c{shade}{right}", x=pc(x + 0.3), width=pc(width - 0.6),
                  y=y + 1, height=CELL - 2)  # fmt: skip
    middle = pc(x + width / 2)
    text = element("text", number(share, 2), class_=f"share c{shade}", x=middle, y=y + 19)
    return box + text + element("text", _short(here), class_=f"tally c{shade}", x=middle, y=y + 34)


def _heading(label: str, column: int, n: int, numbered: bool) -> Markup:
    width = (100 - NAMES) / n
    text = str(column + 1) if numbered else label
    return element("text", text, class_="heading", x=pc(NAMES + (column + 0.5) * width), y=15)


def _name(label: str, row: int, numbered: bool) -> Markup:
    short = label if len(label) <= LETTERS else label[: LETTERS - 1] + "…"
    text = f"{row + 1}  {short}" if numbered else short
    return element(
        "text",
        Markup("{}{}").format(element("title", label), text),
        class_="row-name",
        x="0",
        y=HEAD + row * CELL + CELL / 2 + 4,
    )


def _count(value: float) -> str:
    whole = abs(value - round(value)) < 1e-9
    return counted(round(value), "judgement") if whole else f"{number(value, 1)} judgements"


def _short(value: float) -> str:
    return f"{value:,.0f}"


def _said(chart: Matrix) -> str:
    rows = []
    for k, name in enumerate(chart.labels):
        total = float(chart.counts[k].sum())
        if total:
            rows.append(f"{name}: {number(float(chart.counts[k, k]) / total, 2)} answered so")
    return "; ".join(rows)
