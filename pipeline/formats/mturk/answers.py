"""What one row says: of the whole instance, and of each unit that was judged for itself.

Units are the parts of a page that a question is about one by one: five explanations of which any
number may be accepted are five units, each accepted (true) or not (false), and so are the options
of any other set. A unit is shown with its number, from 1, and its text where an input column has
one; an input that is blank was not on the page.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Any, NamedTuple

from pipeline.formats.base import Part
from pipeline.formats.mturk.cells import Malformed, read_set, read_value, several
from pipeline.formats.mturk.mapping import Mapping, QuestionMapping

Cells = MappingOf[str, str]


class Unit(NamedTuple):
    """A unit of a question in one row: what the page showed of it, and what is known beside."""

    shown: MappingOf[str, Any]
    beside: MappingOf[str, Any]


def read_whole(cells: Cells, mapping: Mapping) -> dict[str, Any]:
    """Question → value, of the questions about the whole instance but for marks."""
    found = {
        name: read_value(cells[question.sources[0]], name, question)
        for name, question in mapping.questions.items()
        if not question.by_unit and question.read != "spans"
    }
    return {name: value for name, value in found.items() if value is not None}


def read_parts(cells: Cells, mapping: Mapping) -> list[Part]:
    """What the row says of each unit; questions about the same unit stand together."""
    common = {name: cells[column] for name, column in mapping.shown.items()}
    parts: dict[tuple[tuple[str, Any], ...], Part] = {}
    for name, question in mapping.questions.items():
        if not question.by_unit:
            continue
        units = _units(cells, question)
        for place, value in _of_units(cells, name, question, units).items():
            unit = units[place]
            shown = {**common, **unit.shown}
            part = parts.get(tuple(shown.items()), Part(shown, {}))
            said, beside = {**part.values, name: value}, {**part.beside, **unit.beside}
            parts[tuple(shown.items())] = Part(shown, said, beside)
    return list(parts.values())


def _units(cells: Cells, question: QuestionMapping) -> dict[int, Unit]:
    """The units that were on the page, by their place."""
    if not question.units:
        return {
            n: Unit({"number": n + 1, "text": text}, {}) for n, text in enumerate(question.options)
        }
    return {
        n: Unit({"number": n + 1, "text": cells[column]}, _beside(cells, question, n))
        for n, column in enumerate(question.units)
        if cells[column].strip()
    }


def _beside(cells: Cells, question: QuestionMapping, place: int) -> dict[str, str]:
    return {name: cells[columns[place]] for name, columns in question.beside.items()}


def _of_units(
    cells: Cells, name: str, question: QuestionMapping, units: MappingOf[int, Unit]
) -> dict[int, Any]:
    """The place of a unit → what was said of it; units that nothing was said of are left out."""
    if question.read == "set":
        return _accepted(cells[question.sources[0]], name, question, units)
    pieces = _pieces(cells, name, question)
    said = {n: read_value(piece, name, question) for n, piece in enumerate(pieces)}
    found = {n: value for n, value in said.items() if value is not None}
    if not found.keys() <= units.keys():
        raise Malformed(f"{name!r} answers for a unit that was not on the page")
    return found


def _accepted(
    cell: str, name: str, question: QuestionMapping, units: MappingOf[int, Unit]
) -> dict[int, bool]:
    options = question.options or tuple(str(n + 1) for n in range(len(question.units)))
    named = read_set(cell, name, question, [options[n] for n in units])
    return {} if named is None else {n: options[n] in named for n in units}


def _pieces(cells: Cells, name: str, question: QuestionMapping) -> list[str]:
    """One cell a unit: from a column each, or out of the one cell that holds all of them."""
    if question.columns:
        return [cells[column] for column in question.columns]
    cell = cells[question.sources[0]].strip()
    pieces = several(cell, name) if cell else [""] * len(question.units)
    if len(pieces) != len(question.units):
        raise Malformed(f"{name!r} does not hold one answer for each unit")
    return pieces
