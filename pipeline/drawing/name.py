"""Lists of the words that count most for each class, or the instances themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.errors import UsageError
from db.records import InstanceKind, Item
from pipeline.drawing.base import Draft, Drawn, Known, Wanted, listed_words
from pipeline.drawing.words import class_words


class Name:
    """Texts and rows: one list a class and explainer. Images: each image."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Word lists of classes come from rationales."""
        return not options["attribute"]

    def draw(self, wanted: Wanted) -> Drawn:
        """The lists or images to be named; what they show is known where there is a label."""
        attribute = wanted.options["attribute"]
        if attribute:
            return Drawn(
                [
                    Draft(
                        i.id,
                        (),
                        "plain",
                        attribute,
                        shown=_shown(listed_words(i, attribute), i.label),
                    )
                    for i in wanted.chosen
                    if listed_words(i, attribute)
                ]
            )
        if wanted.kind == "image":
            return Drawn([Draft(i.id, shown=_shown([], i.label)) for i in wanted.chosen])
        return self._of_classes(wanted)

    def _of_classes(self, wanted: Wanted) -> Drawn:
        stored = wanted.rationales(wanted.explainers, wanted.chosen)
        regular = []
        for name, found in stored.items():
            for label in sorted(set(wanted.predicted.values())):
                explained = [
                    (wanted.instances[i], one)
                    for i, one in found.items()
                    if wanted.predicted[i] == label
                ]
                words = class_words(label, explained, wanted.options["k"])
                if words is not None:
                    shown = _shown(list(words.words), label)
                    regular.append(Draft(words.instance_id, (), "plain", name, shown=shown))
        if not regular:
            raise UsageError(
                f"no class has k = {wanted.options['k']} words that count in two texts or more; "
                "lower [study.options.name] k, or plan more instances"
            )
        return Drawn(regular)

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """The class."""
        return {"name": item.shown["target"]} if item.shown.get("target") else {}


def _shown(words: list[str], target: str | None) -> dict[str, Any]:
    return {"words": words, "target": target}
