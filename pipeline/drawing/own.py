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
            Draft(i.id, gold={"label": i.label}, shown=covariates(i))
            for i in wanted.spare
            if _asks_label(wanted.options, i)
        ]
        return Drawn(regular, known)

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """The instance's label, and attributes called like a question."""
        return {
            entry["name"]: known.instance.attributes[entry["name"]]
            for entry in known.options["questions"]
            if known.instance.attributes.get(entry["name"]) in entry["values"]
            and entry["level"] == "nominal"
        }


def _asks_label(options: Mapping[str, Any], instance: Instance) -> bool:
    return any(q["name"] == "label" and instance.label in q["values"] for q in options["questions"])
