"""Every chosen instance once, under one explainer and one k; random words are the control."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from db.errors import UsageError
from db.records import Instance, InstanceKind, Item
from db.words import counted
from hits.studies.composing import top
from hits.studies.guess import ALONE
from pipeline.drawing.base import (
    Draft,
    Drawn,
    Known,
    Wanted,
    check_offered,
    covariates,
    left_out,
)


class Guess:
    """Nobody can meet a text twice with more of it to see: conditions lie between instances."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Rationales are shown."""
        return True

    def draw(self, wanted: Wanted) -> Drawn:
        """One item for each chosen instance; whole texts serve where the answer is known."""
        _check_show(wanted)
        names = tuple(dict.fromkeys((*wanted.explainers, "random")))
        stored = wanted.rationales(names, [*wanted.chosen, *wanted.spare])
        usable = [i for i in wanted.chosen if all(i.id in stored[name] for name in names)]
        if not usable:
            raise UsageError(
                f"none of the instances has rationales by all of {', '.join(names)}; "
                'run "konkyo explain" first'
            )
        check_offered((self._target(wanted, i) for i in usable), wanted.options, "guess")
        _check_lengths(usable, {i.id: len(stored[names[0]][i.id].scores) for i in usable}, wanted)
        conditions = list(product(names, wanted.options["k"]))
        rng = wanted.rng("guess")
        regular = []
        for at, instance in enumerate(rng.sample(usable, len(usable))):
            if at % len(conditions) == 0:
                rng.shuffle(conditions)
            name, k = conditions[at % len(conditions)]
            target = self._target(wanted, instance)
            regular.append(
                _draft(instance, stored[name][instance.id].id, f"{name} k={k}", k, target)
            )
        known = []
        for instance in wanted.spare:
            one = stored[names[0]].get(instance.id)
            if one is not None and self._target(wanted, instance) in wanted.options["labels"]:
                target = self._target(wanted, instance)
                n = len(one.scores)
                known.append(_draft(instance, one.id, "whole", n, target, {"guess": target}))
        notes = () if known else ("no labelled instances were left over: no check items",)
        return Drawn(regular, known, notes=(*notes, *left_out(stored, wanted.chosen)))

    def _target(self, wanted: Wanted, instance: Instance) -> str:
        """Whose answer is to be guessed: the model's, or the author's."""
        if wanted.options["target"] == "model":
            return wanted.predicted[instance.id]
        if instance.label is None:
            raise UsageError(
                f'instance {instance.id} has no label: with target = "author" every instance '
                "needs one"
            )
        return instance.label

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """Whoever sees a word of the evidence can tell; others guess."""
        scores = known.rationales[0].scores.tolist()
        lift = 1 - min(scores)
        seen = set(top([score + lift for score in scores], int(item.shown["k"])))
        return {"guess": item.shown["target"]} if seen & known.evidence else {}


def _check_show(wanted: Wanted) -> None:
    if wanted.options["show"] == ALONE and wanted.kind not in ("text", "pair"):
        raise UsageError(
            'show = "alone" lists words without their places, which is for texts; leave '
            "[study.options.guess] show out: of pictures and rows all but k parts are hidden"
        )


def _check_lengths(usable: list[Instance], lengths: Mapping[str, int], wanted: Wanted) -> None:
    k = max(wanted.options["k"])
    short = [i for i in usable if lengths[i.id] < k]
    if short:
        raise UsageError(
            f"k = {k} is larger than {len(short)} of the {counted(len(usable), 'instance')} (the shortest "
            f"has {min(lengths[i.id] for i in short)} words, features or cells); lower "
            "[study.options.guess] k, or plan other instances"
        )


def _draft(
    instance: Instance,
    rationale: str,
    condition: str,
    k: int,
    target: str,
    gold: Mapping[str, Any] | None = None,
) -> Draft:
    shown = {"k": k, "target": target, **covariates(instance)}
    return Draft(instance.id, (rationale,), "plain", condition, gold=gold, shown=shown)
