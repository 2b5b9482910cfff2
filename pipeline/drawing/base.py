"""What drawing the items of a study needs, what it returns, and what each study's file promises."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from db.errors import NotFound, UsageError
from db.records import Instance, InstanceKind, Item, ItemRole, Rationale
from db.store import rationales, runs
from db.words import counted
from pipeline.project import Project

FLOORS = ("random", "constant")
NO_CHECKS = "no check items: the known answers of this study are what is measured"


@dataclass(frozen=True)
class Draft:
    """An item before it has a place; the fields are those of `db.records.Item`."""

    instance_id: str
    rationale_ids: tuple[str, ...] = ()
    presentation: str = "plain"
    condition: str = ""
    side: str = ""
    gold: Mapping[str, Any] | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)
    phase: str = ""
    role: ItemRole = "regular"


@dataclass(frozen=True)
class Drawn:
    """The items of a study before they have a place, and those whose answer is known beside them.

    `pages`, where a study lays out its own, are whole HITs in order; then `regular` is empty.
    """

    regular: Sequence[Draft] = ()
    known: Sequence[Draft] = ()
    pages: Sequence[Sequence[Draft]] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is to be drawn: `chosen` of `everything`, all of one `kind`, for a study with `options`.

    `run` is the model run whose rationales and predictions are used, None where a study needs
    neither; `explainers` were named by the user, or are those of the settings.
    """

    project: Project
    options: Mapping[str, Any]
    kind: InstanceKind
    everything: Sequence[Instance]
    chosen: Sequence[Instance]
    explainers: tuple[str, ...]
    run: str | None
    seed: int

    @cached_property
    def spare(self) -> list[Instance]:
        """Instances that were not chosen, and have a label."""
        taken = {i.id for i in self.chosen}
        return [
            i
            for i in self.everything
            if i.kind == self.kind and i.id not in taken and i.label is not None
        ]

    @cached_property
    def instances(self) -> dict[str, Instance]:
        """Every instance by its id."""
        return {i.id: i for i in self.everything}

    def rng(self, purpose: str) -> random.Random:
        """Chance for one purpose, from the campaign's seed."""
        return random.Random(f"{purpose}:{self.seed}")

    def rationales(
        self, names: Sequence[str], of: Sequence[Instance], *, needed: bool = True
    ) -> dict[str, dict[str, Rationale]]:
        """Explainer → instance id → rationale; NotFound where a needed one of `names` has none."""
        ids = {i.id for i in of}
        found: dict[str, dict[str, Rationale]] = {name: {} for name in names}
        for one in rationales.read(self.project.engine, str(self.run), names):
            if one.instance_id in ids:
                found[one.explainer][one.instance_id] = one
        missing = [name for name in names if not found[name]]
        if missing and needed:
            raise NotFound(
                f"run {self.run} has no rationales by {', '.join(missing)} for these "
                'instances; run "konkyo explain" first'
            )
        return found

    def by_class(self, explainer: str) -> dict[str, dict[str, Rationale]]:
        """Instance id → class → rationale, of every class that was explained."""
        labels = runs.find(self.project.engine, self.run).labels
        found: dict[str, dict[str, Rationale]] = {}
        stored = rationales.read(self.project.engine, str(self.run), (explainer,), every_class=True)
        for one in stored:
            found.setdefault(one.instance_id, {})[labels[one.target]] = one
        return found

    @cached_property
    def images(self) -> dict[str, str]:
        """Id or file name of an image → its id."""
        found = {i.id: i.id for i in self.everything if i.kind == "image"}
        for one in self.everything:
            if one.kind == "image" and "file" in one.attributes:
                found[one.attributes["file"]] = one.id
        return found

    @cached_property
    def predicted(self) -> Predicted:
        """Instance id → the class that the run predicts for it; NotFound where it predicts none."""
        labels = runs.find(self.project.engine, self.run).labels
        found = runs.probabilities(self.project.engine, str(self.run))
        return Predicted({i: labels[int(np.argmax(values))] for i, values in found.items()})


class Predicted(dict[str, str]):
    """Instance id → predicted class. What came after training has none, which is said aloud."""

    def __missing__(self, identity: str) -> str:
        """NotFound names the instance."""
        raise NotFound(
            f"the run has no prediction for instance {identity}; train on the data that are there "
            'now ("konkyo train"), then explain'
        )


@dataclass(frozen=True, eq=False)
class Known:
    """What `simulate` knows of an item: its instance, the units that justify the label (as people
    on file marked them), its rationales in their order, and the options of the study."""

    instance: Instance
    evidence: frozenset[int]
    rationales: Sequence[Rationale]
    options: Mapping[str, Any]


class Drawing(Protocol):
    """How the items of one study type are drawn."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Whether a model run is needed for this kind: its rationales or its predictions."""

    def draw(self, wanted: Wanted) -> Drawn:
        """The items; an error says what is missing, or which setting makes no sense."""

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """Question → true answer, for simulated workers; what is left out they do not know."""


def covariates(instance: Instance) -> dict[str, Any]:
    """What a text's length is, stored with its item: it changes what marked words look like
    (Schuff et al., 2022)."""
    if instance.kind not in ("text", "pair"):
        return {}
    characters = len(instance.text) + len(instance.text_pair or "")
    return {"covariates": {"words": instance.n_tokens, "characters": characters}}


def share_on(scores: Sequence[float], evidence: frozenset[int]) -> float:
    """Share of the positive scores that falls on the evidence, in [0, 1]; 0 without any."""
    positive = [max(float(score), 0.0) for score in scores]
    total = sum(positive)
    return sum(positive[at] for at in evidence if at < len(positive)) / total if total else 0.0


def listed_words(instance: Instance, attribute: str) -> list[str]:
    """The words that an attribute of an instance lists, with "|" between them; [] without it.

    A word that stands there twice, perhaps in another case, counts once.
    """
    found: dict[str, str] = {}
    for word in map(str.strip, instance.attributes.get(attribute, "").split("|")):
        if word:
            found.setdefault(word.lower(), word)
    return list(found.values())


def left_out(stored: Mapping[str, Mapping[str, Any]], of: Sequence[Instance]) -> tuple[str, ...]:
    """A note for each explainer that has no rationale of some of the instances."""
    return tuple(
        f"{n} of {counted(len(of), 'instance')} {'has' if n == 1 else 'have'} no rationale by {name} "
        f"and {'was' if n == 1 else 'were'} left out; "
        '"konkyo explain" makes them'
        for name, found in stored.items()
        if (n := sum(i.id not in found for i in of))
    )


def check_offered(targets: Iterable[str], options: Mapping[str, Any], study: str) -> None:
    """UsageError where an answer that is to be given is none of the labels on the page."""
    missing = sorted(set(targets) - set(options["labels"]))
    if missing:
        raise UsageError(
            f"the right answer {missing[0]!r} is none of the labels that can be chosen "
            f"({', '.join(options['labels'])}); offer it in [study.options.{study}] labels"
        )


def no_words_of_pictures(wanted: Wanted, study: str) -> None:
    """UsageError: a rationale of a picture has no words."""
    if wanted.kind == "image":
        raise UsageError(
            f"the study {study!r} shows words, and a rationale of a picture has none; name the "
            f"attribute that lists them in [study.options.{study}] attribute"
        )
