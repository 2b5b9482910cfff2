"""One item an instance: its prediction beside examples of the class, or several to choose from."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from db.errors import NotFound, UsageError
from db.records import Instance, InstanceKind, Item, Rationale
from hits.studies.choose import DISTINCTION, MOST
from pipeline.drawing.base import Draft, Drawn, Known, Wanted, covariates


class Choose:
    """Distinction needs a rationale for each class: `konkyo explain --targets each` makes them."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Predictions and rationales are shown."""
        return True

    def draw(self, wanted: Wanted) -> Drawn:
        """One item for each explainer and chosen instance; the right answer is the label."""
        examples = _examples(wanted)
        rng = wanted.rng("choose")
        if wanted.options["form"] != DISTINCTION:
            return self._agreement(wanted, examples, rng)
        regular = []
        for name in wanted.explainers:
            by_instance = wanted.by_class(name)
            for instance in wanted.chosen:
                shown = self._predictions(wanted, instance, by_instance.get(instance.id, {}), rng)
                regular.append(self._draft(wanted, instance, name, shown, examples, rng))
        return Drawn(regular)

    def _agreement(
        self, wanted: Wanted, examples: Mapping[str, list[str]], rng: random.Random
    ) -> Drawn:
        stored = wanted.rationales(wanted.explainers, wanted.chosen)
        regular = []
        for name, found in stored.items():
            for identity, one in found.items():
                shown = {wanted.predicted[identity]: one}
                instance = wanted.instances[identity]
                regular.append(self._draft(wanted, instance, name, shown, examples, rng))
        return Drawn(regular)

    def _predictions(
        self,
        wanted: Wanted,
        instance: Instance,
        found: Mapping[str, Rationale],
        rng: random.Random,
    ) -> dict[str, Rationale]:
        """The right class and up to three others, in an order drawn once."""
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


def _examples(wanted: Wanted) -> dict[str, list[str]]:
    """Class → instances that have it as their label, those that were not chosen first."""
    found: dict[str, list[str]] = {}
    for instance in (*wanted.spare, *wanted.chosen):
        if instance.label is not None:
            found.setdefault(instance.label, []).append(instance.id)
    return found


def _some(
    examples: Mapping[str, list[str]], label: str, instance: Instance, n: int, rng: random.Random
) -> list[str]:
    there = [identity for identity in examples.get(label, ()) if identity != instance.id]
    if not there:
        raise UsageError(
            f"the class {label!r} has no examples other than the instance itself: the study "
            "'choose' shows some of every class; import more, or leave the class out"
        )
    first = there[: max(n, 20)]
    return rng.sample(first, min(n, len(first)))
