"""Scores of a published protocol, as a table and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from pipeline.cli.shared import print_json, print_notes, print_table

if TYPE_CHECKING:
    from analysis.alignment.compat.base import CompatScore
    from pipeline.compat import Compared


def show_compat(found: Compared, *, json: bool) -> None:
    """The reference's names and numbers, our name of what is nearest, and what defects did."""
    if json:
        print_json(
            "align",
            of=found.of,
            compat=found.preset,
            scores=[asdict(one.estimate) | {"ours": one.ours or None} for one in found.scores],
            excluded=found.excluded,
            notes=found.notes,
        )
        return
    for title, rows in _tables(found.scores).items():
        print_table(title, ["", "ours", "documents", "value"], rows, numbers=2)
    print_notes([*_said(found.scores), *found.notes], found.excluded)


def _tables(scores: tuple[CompatScore, ...]) -> dict[str, list[list[str]]]:
    """Title → rows: a table a model and part of the reference's output, its name in the title."""
    tables: dict[str, list[list[str]]] = {}
    for one in scores:
        found = one.estimate
        part, name = _parts(found.name)
        title = f"{found.subject}, as {found.method} has it (no intervals)"
        value = "—" if found.value is None else f"{found.value:.4f}"
        row = [name or part, one.ours, str(found.n_units or ""), value]
        tables.setdefault(f"{title}: {part}" if name else title, []).append(row)
    return tables


def _parts(name: str) -> tuple[str, str]:
    """The part of the output and the name within it; thresholds keep their point."""
    head, bracket, tail = name.partition("].")
    if bracket and "." not in head.split("[")[0]:
        return head + "]", tail
    part, _, rest = name.partition(".")
    return part, rest


def _said(scores: tuple[CompatScore, ...]) -> list[str]:
    """What the scores say of themselves, names of one sentence together."""
    said: dict[str, list[str]] = {}
    for one in scores:
        if one.estimate.note:
            said.setdefault(one.estimate.note, []).append(one.estimate.name)
    return [f"{names[0]}{' and others' * (len(names) > 1)}: {note}" for note, names in said.items()]
