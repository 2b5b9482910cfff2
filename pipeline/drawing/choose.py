"""One item an instance: its prediction beside examples of the class, or several to choose from."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from db.errors import NotFound, UsageError
from db.records import Instance, InstanceKind, Item, Rationale
from db.words import counted
from hits.studies.choose import DISTINCTION, MOST
from pipeline.drawing.base import NO_CHECKS, Draft, Drawn, Known, Wanted, covariates, left_out


class Choose:
    """Distinction needs a rationale for each class: `konkyo explain --targets each` makes them."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Predictions and rationales are shown."""
        return True

    def draw(self, wanted: Wanted) -> Drawn:
        """One item for each explainer and chosen instance; the right answer is the label."""
        rng = wanted.rng("choose")
        asked, examples, notes = _apart(wanted, rng)
        if wanted.options["form"] != DISTINCTION:
            return self._agreement(wanted, asked, examples, rng, notes)
        regular = []
        for name in wanted.explainers:
            by_instance = wanted.by_class(name)
            for instance in asked:
                shown = self._predictions(wanted, instance, by_instance.get(instance.id, {}), rng)
                regular.append(self._draft(wanted, instance, name, shown, examples, rng))
        return Drawn(regular, notes=(*notes, NO_CHECKS))

    def _agreement(
        self,
        wanted: Wanted,
        asked: Sequence[Instance],
        examples: Mapping[str, list[str]],
        rng: random.Random,
        notes: tuple[str, ...],
    ) -> Drawn:
        stored = wanted.rationales(wanted.explainers, asked)
        regular = []
        for name, found in stored.items():
            for identity, one in found.items():
                shown = {wanted.predicted[identity]: one}
                instance = wanted.instances[identity]
                regular.append(self._draft(wanted, instance, name, shown, examples, rng))
        return Drawn(regular, notes=(*notes, NO_CHECKS, *left_out(stored, asked)))

    def _predictions(
        self,
        wanted: Wanted,
        instance: Instance,
        found: Mapping[str, Rationale],
        rng: random.Random,
    ) -> dict[str, Rationale]:
        """The right class and up to three others, in an order drawn once."""
        if instance.label is None:
            raise UsageError(
                f"instance {instance.id} has no label, so that no prediction of it is known to be "
                'right; plan labelled instances, or form = "agreement"'
            )
        if instance.label not in found or len(found) < 2:
            raise NotFound(
                f"instance {instance.id} has rationales for {len(found)} classes, and its label "
                f'is {instance.label!r}; run "konkyo explain --targets each" first'
            )
        others = [label for label in found if label != instance.label]
        labels = [str(instance.label), *rng.sample(others, min(len(others), MOST - 1))]
        rng.shuffle(labels)
        return {label: found[label] for label in labels}

    def _draft(
        self,
        wanted: Wanted,
        instance: Instance,
        name: str,
        predictions: Mapping[str, Rationale],
        examples: Mapping[str, list[str]],
        rng: random.Random,
    ) -> Draft:
        n = wanted.options["examples"]
        chosen = {label: _some(examples, label, instance, n, rng) for label in predictions}
        labels = list(predictions)
        shown: dict[str, Any] = {"examples": chosen, "labels": labels, **covariates(instance)}
        if len(labels) > 1:
            shown["choices"] = [{"panel": at} for at in range(len(labels))]
        ids = tuple(one.id for one in predictions.values())
        return Draft(instance.id, ids, wanted.options["presentation"], name, shown=shown)

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """The label's place; a right prediction looks more like its class than a wrong one."""
        labels: Sequence[str] = item.shown["labels"]
        if len(labels) == 1:
            return {"similarity": 0.8 if labels[0] == known.instance.label else 0.3}
        if known.instance.label not in labels:
            return {}
        return {"prediction": labels.index(known.instance.label)}


def _apart(
    wanted: Wanted, rng: random.Random
) -> tuple[list[Instance], dict[str, list[str]], tuple[str, ...]]:
    """Instances to ask about; class → instances that show it; and a note where some were moved.

    An example stands on the page under the name of its class, so no example is asked about:
    classes with too few instances to spare give up some of those that were drawn.
    """
    examples: dict[str, list[str]] = {}
    for instance in wanted.spare:
        examples.setdefault(str(instance.label), []).append(instance.id)
    of_class: dict[str, list[str]] = {}
    for instance in wanted.chosen:
        if instance.label is not None:
            of_class.setdefault(instance.label, []).append(instance.id)
    moved: set[str] = set()
    for label, ids in of_class.items():
        there = examples.setdefault(label, [])
        n = min(max(0, wanted.options["examples"] - len(there)), len(ids) - 1)
        there += (more := rng.sample(ids, n))
        moved |= set(more)
    asked = [i for i in wanted.chosen if i.id not in moved]
    note = counted(
        len(moved),
        "instance serves as an example of its class and is not asked about",
        "instances serve as examples of their class and are not asked about",
    )
    return asked, examples, (note,) if moved else ()


def _some(
    examples: Mapping[str, list[str]], label: str, instance: Instance, n: int, rng: random.Random
) -> list[str]:
    there = examples.get(label, [])
    if not there:
        raise UsageError(
            f"the class {label!r} has no examples other than the instance itself: the study "
            "'choose' shows some of every class; import more, or leave the class out"
        )
    first = there[: max(n, 20)]
    return rng.sample(first, min(n, len(first)))
