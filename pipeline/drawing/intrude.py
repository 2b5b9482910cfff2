"""The words (or patches) of one rationale, and one that belongs to another class."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from db.errors import UsageError
from db.records import Instance, InstanceKind, Item, Rationale
from db.words import counted
from hits.pictures import cell_box
from hits.studies.composing import top
from pipeline.drawing.base import NO_CHECKS, Draft, Drawn, Known, Wanted, covariates, listed_words
from pipeline.drawing.words import top_words, words_of

Choices = list[dict[str, Any]]


class Intrude:
    """k that belong together and an intruder, in an order drawn once."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Without an attribute that lists the words, they are a rationale's."""
        return not options["attribute"]

    def draw(self, wanted: Wanted) -> Drawn:
        """One item a rationale (or list) that has k different words or cells."""
        patches = self.uses_run(wanted.options, wanted.kind) and wanted.kind == "image"
        lots = self._of_images(wanted) if patches else self._of_words(wanted)
        rng = wanted.rng("intrude")
        regular, short = [], 0
        for name, identity, own, pool in lots:
            if len(own) < wanted.options["k"] or not pool:
                short += 1
                continue
            regular.append(_draft(wanted.instances[identity], name, own, rng.choice(pool), rng))
        if not regular:
            raise UsageError(
                f"no instance has k = {wanted.options['k']} different words (or cells) that count, "
                "and another class to take an intruder from; lower [study.options.intrude] k"
            )
        few = counted(
            short,
            "rationale has too few words that count and was left out",
            "rationales have too few words that count and were left out",
        )
        notes = (few,)
        return Drawn(regular, notes=(NO_CHECKS, *(notes if short else ())))

    def _of_words(self, wanted: Wanted) -> list[tuple[str, str, Choices, Choices]]:
        attribute, k = wanted.options["attribute"], wanted.options["k"]
        words: dict[tuple[str, str], list[str]] = {}
        if attribute:
            words = {(attribute, i.id): listed_words(i, attribute)[:k] for i in wanted.chosen}
            labels: Mapping[str, str | None] = {i.id: i.label for i in wanted.chosen}
        else:
            stored = wanted.rationales(wanted.explainers, wanted.chosen)
            labels = wanted.predicted
            for name, found in stored.items():
                for identity, one in found.items():
                    words[name, identity] = top_words(wanted.instances[identity], one, k)
        return [
            (
                name,
                identity,
                [{"text": word} for word in own],
                _strangers(wanted, words, labels, name, identity),
            )
            for (name, identity), own in words.items()
        ]

    def _of_images(self, wanted: Wanted) -> list[tuple[str, str, Choices, Choices]]:
        k = wanted.options["k"]
        stored = wanted.rationales(wanted.explainers, wanted.chosen)
        lots = []
        for name, found in stored.items():
            cells = {i: _cells(wanted.instances[i], one, k) for i, one in found.items()}
            for identity, own in cells.items():
                label = wanted.predicted[identity]
                others = [c for i, c in cells.items() if wanted.predicted[i] != label]
                lots.append((name, identity, own, [one for some in others for one in some]))
        return lots

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """The place of the intruder."""
        return {"intruder": item.shown["intruder"]}


def _strangers(
    wanted: Wanted,
    words: Mapping[tuple[str, str], list[str]],
    labels: Mapping[str, str | None],
    name: str,
    identity: str,
) -> Choices:
    """Words of other classes' lists that this instance does not have."""
    own = {word.lower() for word in words[name, identity]}
    if wanted.kind == "row":
        own |= {_feature(word) for word in own}
    if wanted.kind != "image":
        own |= words_of(wanted.instances[identity])
    there = (
        word
        for (by, other), found in words.items()
        if by == name and labels[other] != labels[identity]
        for word in found
    )
    strange = (w for w in dict.fromkeys(there) if not {w.lower(), _feature(w)} & own)
    return [{"text": word} for word in strange]


def _feature(word: str) -> str:
    """The feature of "feature: value". One that stands twice among the choices, with two values,
    would give the intruder away."""
    return word.lower().partition(": ")[0]


def _cells(instance: Instance, one: Rationale, k: int) -> Choices:
    if instance.size is None or len(one.shape) != 2:
        return []
    grid = (one.shape[0], one.shape[1])
    return [
        {"instance": instance.id, "box": list(cell_box(instance.size, grid, cell))}
        for cell in top(one.scores.tolist(), k)
    ]


def _draft(
    instance: Instance, name: str, own: Choices, intruder: dict[str, Any], rng: random.Random
) -> Draft:
    choices = [*own, intruder]
    rng.shuffle(choices)
    place = next(at for at, choice in enumerate(choices) if choice is intruder)
    shown = {"choices": choices, "intruder": place, **covariates(instance)}
    return Draft(instance.id, (), "plain", name, shown=shown)
