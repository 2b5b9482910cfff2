"""Lists of the words that count most for each class, or the instances themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.errors import UsageError
from db.records import Instance, InstanceKind, Item
from db.words import counted
from pipeline.drawing.base import Draft, Drawn, Known, Wanted, left_out, listed_words
from pipeline.drawing.words import class_words
from pipeline.planted import CLASS_IMAGE, is_class_image


class Name:
    """Texts and rows: one list a class and explainer. Images: each image."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Word lists of classes come from rationales."""
        return not options["attribute"] and kind != "image"

    def draw(self, wanted: Wanted) -> Drawn:
        """The lists or images to be named; what they show is known where there is a label."""
        attribute = wanted.options["attribute"]
        if attribute:
            return self._listed(wanted, attribute)
        if wanted.kind == "image":
            pictures = [
                Draft(i.id, condition=_made_how(i), shown=_shown([], i.label))
                for i in wanted.chosen
            ]
            return Drawn(pictures)
        return self._of_classes(wanted)

    def _listed(self, wanted: Wanted, attribute: str) -> Drawn:
        """The first k words that an attribute lists, of every instance that has it."""
        lists = {i.id: listed_words(i, attribute)[: wanted.options["k"]] for i in wanted.chosen}
        regular = [
            Draft(i.id, (), "plain", attribute, shown=_shown(lists[i.id], i.label))
            for i in wanted.chosen
            if lists[i.id]
        ]
        if not regular:
            raise UsageError(
                f"no instance has words in its attribute {attribute!r}; correct "
                '[study.options.name] attribute, or import words with "|" between them'
            )
        short = len(wanted.chosen) - len(regular)
        few = counted(short, "instance has", "instances have")
        was = "was" if short == 1 else "were"
        note = f"{few} no words in {attribute!r} and {was} left out"
        return Drawn(regular, notes=(note,) if short else ())

    def _of_classes(self, wanted: Wanted) -> Drawn:
        stored = wanted.rationales(wanted.explainers, wanted.chosen)
        regular, few = [], []
        for name, found in stored.items():
            for label in sorted({wanted.predicted[i] for i in found}):
                explained = [
                    (wanted.instances[i], one)
                    for i, one in found.items()
                    if wanted.predicted[i] == label
                ]
                words = class_words(label, explained, wanted.options["k"])
                if words is None:
                    few.append(f"{label!r} by {name}")
                else:
                    shown = _shown(list(words.words), label)
                    regular.append(Draft(words.instance_id, (), "plain", name, shown=shown))
        if not regular:
            raise UsageError(
                f"no class has k = {wanted.options['k']} words that count in two texts or more; "
                "lower [study.options.name] k, or plan more instances"
            )
        note = f"too few words count in two texts or more, left out: {', '.join(few)}"
        return Drawn(regular, notes=(*((note,) if few else ()), *left_out(stored, wanted.chosen)))

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """The class, where it is among the names that can be chosen, or any can be written."""
        target, names = item.shown.get("target"), known.options["names"]
        return {"name": target} if target and (not names or target in names) else {}


def _made_how(instance: Instance) -> str:
    """The run and the prior of a picture that was made of a class; "" of other pictures."""
    if not is_class_image(instance):
        return ""
    return f"{instance.attributes[CLASS_IMAGE][:8]} {instance.attributes.get('prior', '')}".strip()


def _shown(words: list[str], target: str | None) -> dict[str, Any]:
    return {"words": words, "target": target}
