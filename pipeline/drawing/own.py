"""One item an instance, whatever the study asks; a label that is a question's answer is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.records import Instance, InstanceKind, Item
from pipeline.drawing.base import Draft, Drawn, Known, Wanted, covariates


class Own:
    """Check items exist where a question is called `label` and the data have labels."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Nothing of a model is shown."""
        return False

    def draw(self, wanted: Wanted) -> Drawn:
        """One item for each chosen instance."""
        regular = [Draft(i.id, shown=covariates(i)) for i in wanted.chosen]
        known = [
            Draft(i.id, gold={"label": answer}, shown=covariates(i))
            for i in wanted.spare
            if (answer := _labelled(wanted.options, i)) is not None
        ]
        notes = () if known else ("no question 'label' has a known answer: no check items",)
        return Drawn(regular, known, notes=notes)

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """The instance's label, and attributes called like a question."""
        return {
            entry["name"]: known.instance.attributes[entry["name"]]
            for entry in known.options["questions"]
            if known.instance.attributes.get(entry["name"]) in entry["values"]
            and entry["level"] == "nominal"
        }


def _labelled(options: Mapping[str, Any], instance: Instance) -> str | int | None:
    """The instance's label as the question `label` stores it: a value, or a point from 1."""
    for question in options["questions"]:
        if question["name"] == "label" and instance.label in question["values"]:
            point: int = question["values"].index(instance.label) + 1
            return point if question["level"] == "ordinal" else instance.label
    return None
