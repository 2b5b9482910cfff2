"""A row's features as a table, with what the model and people make of each beside it."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from analysis.report.heatmap import Flags, Side
from analysis.report.wording import number, percent
from db.records import Instance

MOST = 12
"""Features of a row that are shown."""
HEAD = Markup(
    '<thead><tr><th scope="col">Feature</th><th scope="col">Value</th>'
    '<th scope="col">Model</th><th scope="col">People</th></tr></thead>'
)


def strongest(model: Side, people: Side) -> Flags:
    """The features to show, bool, shape (F,): the 12 that either side counts most, earlier first."""
    strength = np.maximum(np.abs(model.levels), np.abs(people.levels))
    keep = np.zeros(len(strength), np.bool_)
    keep[np.argsort(-strength, kind="stable")[:MOST]] = True
    return keep


def row_table(instance: Instance, model: Side, people: Side, keep: Flags) -> Markup:
    """Features in the order of the row; both sides' strength as the marks of texts show it."""
    rows = [
        Markup('<tr><th scope="row"><bdi>{}</bdi></th><td><bdi>{}</bdi></td>{}{}</tr>').format(
            name,
            value if isinstance(value, str) else f"{value:g}",
            _cell(int(model.levels[i]), number(float(model.scores[i]))),
            _cell(int(people.levels[i]), percent(float(people.scores[i]))),
        )
        for i, (name, value) in enumerate(instance.features.items())
        if keep[i]
    ]
    body = Markup("").join(rows)
    return Markup('<table class="features">{}<tbody>{}</tbody></table>').format(HEAD, body)


def _cell(level: int, said: str) -> Markup:
    if level == 0:
        return Markup("<td>{}</td>").format(said)
    name = f"m{level}" if level > 0 else f"n{-level}"
    return Markup('<td><mark class="{}">{}</mark></td>').format(name, said)
