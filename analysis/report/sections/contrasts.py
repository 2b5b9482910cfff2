"""Where model and people differ: both heatmaps side by side, and the words that make it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from analysis.report.content import Contrast, Contrasts, People
from analysis.report.glossary import inline
from analysis.report.heatmap import heatmap, kept, model_side, people_side, top_tokens
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


def contrast_views(contrasts: Contrasts, people: People) -> list[ContrastView]:
    """One view per pair, in the order given."""
    return [_view(pair, contrasts, people) for pair in contrasts.pairs]


def _view(pair: Contrast, contrasts: Contrasts, people: People) -> ContrastView:
    sides = model_side(pair.model_scores), people_side(pair.people_scores)
    keep = kept(sides)
    names = contrasts.text_names if pair.instance.text_pair is not None else ("",)
    who = counted(pair.n_workers, "worker")
    simulated = {"real": "", "simulated": ", simulated", "mixed": ", some simulated"}[people]
    headings = f"Model: {inline(pair.explainer)}", f"People: {who}{simulated}"
    notes = ("No token has a score.", "No worker marked a token.")
    panes = [
        Pane(
            heading,
            "" if side.levels.any() else note,
            list(zip(names, heatmap(pair.instance, side, keep), strict=True)),
        )
        for heading, note, side in zip(headings, notes, sides, strict=True)
    ]
    return ContrastView(
        pair.instance.id, _facts(pair, contrasts), panes, list(_words(pair)), not keep.all()
    )


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
    tokens = pair.instance.tokens
    for label, flags in (
        ("Both", marked & chosen),
        ("Only people", marked & ~chosen),
        ("Only the model", chosen & ~marked),
    ):
        found = [tokens[i] for i in np.flatnonzero(flags).tolist()]
        yield Words(label, found[:WORDS], max(0, len(found) - WORDS))
