"""Forward simulation: what was the answer, judged from the rationale's words alone?

After the simulation tests of Hase & Bansal (2020) and the reduced texts of Jain et al. (2020).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.records import Instance, Item, Rationale
from hits.studies import settings as ask
from hits.studies.asking import (
    CONFIDENCE,
    checked_confidence,
    checked_labels,
    label,
    with_confidence,
)
from hits.studies.base import Material, Question
from hits.studies.composing import content, one_explained, shown, top
from hits.studies.panels import Panel, ShownItem, Span, StudyError
from hits.studies.typical import Typical

IN_PLACE, ALONE = "in place", "alone"
SHOWS = (IN_PLACE, ALONE)
HIDDEN = "…"
TARGETS = ("model", "author")


class Guess(Typical):
    """Question `guess`: one of the labels, or "unsure".

    `shown["k"]` says how many of the highest scores an item keeps. As "in place" the words stand
    where they stood and every run of others is one "…"; as "alone" they are a list in order of
    their place. What is hidden is not in the page at all. Of a picture only the kept cells are
    seen, of a feature row only the kept values.
    """

    name = "guess"
    version = 1
    template = "guess.html"
    title = "Guess an answer from a few {units}"
    instructions = (
        "Of each {noun} you see only a few {units}; the rest is hidden. Guess **which answer was "
        "given** for the whole {noun}. If the {units} do not tell you anything, say so: that is "
        "an answer too.\n\nThere is no hurry."
    )
    defaults = {
        "labels": ["positive", "negative"],
        "unsure": True,
        "question": "Which answer was given?",
        "target": "model",
        "show": IN_PLACE,
        "k": [5, 10, 20],
        **CONFIDENCE,
        "confidence": False,
    }

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The labels, how many words are kept, and whose answer is to be guessed."""
        return {
            **checked_labels(given),
            "question": ask.text(given, "question"),
            "target": ask.choice(given, "target", TARGETS),
            "show": ask.choice(given, "show", SHOWS),
            "k": ask.numbers(given, "k", 1, 1000),
            **checked_confidence(given),
        }

    def asked(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """`guess`, then `confidence` where it is asked for."""
        unsure = "cannot tell" if given["unsure"] else ""
        return with_confidence(
            [label("guess", given["question"], tuple(given["labels"]), unsure)], given
        )

    def compose(self, item: Item, material: Material, settings: Mapping[str, Any]) -> ShownItem:
        """What is left of the instance."""
        rationale = one_explained(item, material.rationales, self.name).rationale
        k = int(item.shown["k"])
        if k > len(rationale.scores):
            raise StudyError(
                f"item {item.id!r}: k = {k} is larger than the {len(rationale.scores)} words, "
                "features or cells that there are; lower [study.options.guess] k, or plan longer "
                "texts"
            )
        return shown(item, [reduced(material.instance, rationale, k, settings["show"])])


def reduced(instance: Instance, rationale: Rationale, k: int, show: str) -> Panel:
    """A panel of the `k` highest scores alone (whatever their sign: k words are always seen)."""
    scores = [float(score) for score in rationale.scores]
    lift = 1 - min(scores, default=0)
    chosen = top([score + lift for score in scores], k)
    if instance.kind == "image":
        return _only_cells(instance, rationale, chosen)
    if instance.kind == "row":
        return _only_features(instance, chosen)
    if show == ALONE:
        tokens = instance.tokens
        return Panel(kind="words", words=tuple(tokens[at] for at in chosen))
    return _in_place(instance, set(chosen))


def _in_place(instance: Instance, chosen: set[int]) -> Panel:
    n_first = len(instance.offsets)
    first = _gapped(instance.text, instance.offsets.tolist(), chosen)
    if instance.text_pair is None or instance.offsets_pair is None:
        return Panel(kind="text", text=first[0], offsets=first[1])
    rest = {at - n_first for at in chosen}
    second = _gapped(instance.text_pair, instance.offsets_pair.tolist(), rest)
    return Panel(
        kind="pair", text=first[0], offsets=first[1], text_pair=second[0], offsets_pair=second[1]
    )


def _gapped(
    text: str, spans: Sequence[Sequence[int]], chosen: set[int]
) -> tuple[str, tuple[Span, ...]]:
    """The chosen words, with one "…" for every run of others."""
    pieces: list[str] = []
    for at, (start, stop) in enumerate(spans):
        if at in chosen:
            pieces.append(text[start:stop])
        elif not pieces or pieces[-1] is not HIDDEN:
            pieces.append(HIDDEN)
    offsets, end = [], 0
    for piece in pieces:
        offsets.append((end, end + len(piece)))
        end += len(piece) + 1
    return " ".join(pieces), tuple(offsets)


def _only_cells(instance: Instance, rationale: Rationale, chosen: Sequence[int]) -> Panel:
    from hits.pictures import only_cells

    rows, columns = rationale.shape
    return Panel(kind="image", picture=only_cells(instance, (rows, columns), chosen))


def _only_features(instance: Instance, chosen: Sequence[int]) -> Panel:
    panel = content(instance)
    keep = set(chosen)
    values = (value if at in keep else HIDDEN for at, value in enumerate(panel.values))
    return Panel(kind="row", names=panel.names, values=tuple(values))
