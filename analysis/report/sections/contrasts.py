"""Where model and people differ: both maps side by side, and the words that make it.

A row is one table with both beside each feature; a picture has no words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from analysis.report.content import Contrast, Contrasts, People
from analysis.report.glossary import inline
from analysis.report.heatmap import (
    Flags,
    Side,
    heatmap,
    kept,
    model_side,
    people_side,
    top_tokens,
)
from analysis.report.picture_map import picture_map
from analysis.report.row_table import row_table, strongest
from analysis.report.wording import capital, number, percent
from db.words import counted

MAJORITY = 0.5
WORDS = 10


class Words(NamedTuple):
    """A list of tokens under a label; `more` counts those that were left out."""

    label: str
    tokens: list[str]
    more: int


class Pane(NamedTuple):
    """One side: its heading, why nothing is marked, and one text (two for a pair) with its name."""

    heading: str
    note: str
    texts: list[tuple[str, Markup]]


@dataclass(frozen=True)
class ContrastView:
    """One instance: its facts, both panes, and the words of each."""

    id: str
    facts: list[tuple[str, str]]
    panes: list[Pane]
    words: list[Words]
    shortened: bool
    unworded: str = ""


def contrast_views(contrasts: Contrasts, people: People) -> list[ContrastView]:
    """One view per pair, in the order given."""
    return [_view(pair, contrasts, people) for pair in contrasts.pairs]


def _view(pair: Contrast, contrasts: Contrasts, people: People) -> ContrastView:
    sides = model_side(pair.model_scores), people_side(pair.people_scores)
    keep = _kept(pair, sides)
    who = counted(pair.n_workers, "worker")
    simulated = {"real": "", "simulated": ", simulated", "mixed": ", some simulated"}[people]
    headings = f"Model: {inline(pair.explainer)}", f"People: {who}{simulated}"
    notes = (f"No {pair.noun} has a score.", f"No worker marked a {pair.noun}.")
    if pair.noun == "feature":
        said = " ".join(n for s, n in zip(sides, notes, strict=True) if not s.levels.any())
        panes = [Pane("; ".join(headings), said, [("", row_table(pair.instance, *sides, keep))])]
    else:
        names = contrasts.text_names if pair.instance.text_pair is not None else ("",)
        panes = [
            Pane(
                heading,
                "" if side.levels.any() else note,
                list(zip(names, _drawn(pair, side, keep, heading), strict=True)),
            )
            for heading, note, side in zip(headings, notes, sides, strict=True)
        ]
    words = [] if pair.noun == "cell" else list(_words(pair))
    unworded = (
        ""
        if pair.noun == "cell" or words
        else (f"No {pair.noun} was marked by half of the workers.")
    )
    return ContrastView(
        pair.instance.id, _facts(pair, contrasts), panes, words, not keep.all(), unworded
    )


def _kept(pair: Contrast, sides: tuple[Side, Side]) -> Flags:
    """What is shown: all cells of a picture, tokens near a mark, the strongest features."""
    if pair.noun == "cell":
        return np.ones(len(pair.model_scores), np.bool_)
    return strongest(*sides) if pair.noun == "feature" else kept(sides)


def _drawn(pair: Contrast, side: Side, keep: Flags, heading: str) -> list[Markup]:
    """A picture with its cells, or the text (both of a pair) with its marks."""
    if pair.noun == "cell":
        rows, columns = pair.shape
        return [picture_map(pair.instance, side, (rows, columns), f"Picture. {heading}")]
    return heatmap(pair.instance, side, keep)


def _facts(pair: Contrast, contrasts: Contrasts) -> list[tuple[str, str]]:
    sure = f" ({percent(pair.probability)})" if pair.probability is not None else ""
    facts = [
        ("Label", pair.label),
        ("Prediction", f"{pair.prediction}{sure}"),
        ("Crowd", pair.people_label),
        (capital(contrasts.measure), number(pair.difference)),
    ]
    return [(label, value) for label, value in facts if value is not None]


def _words(pair: Contrast) -> Iterator[Words]:
    """Both, only people, only the model: by the majority's marks and as many top tokens.

    Nothing where no token was marked by half of the workers: there is no k to compare at.
    """
    marked = pair.people_scores >= MAJORITY
    if not marked.any():
        return
    chosen = top_tokens(pair.model_scores, int(marked.sum()))
    row = pair.noun == "feature"
    tokens = list(pair.instance.features) if row else pair.instance.tokens
    for label, flags in (
        ("Both", marked & chosen),
        ("Only people", marked & ~chosen),
        ("Only the model", chosen & ~marked),
    ):
        found = [tokens[i] for i in np.flatnonzero(flags).tolist()]
        yield Words(label, found[:WORDS], max(0, len(found) - WORDS))
