"""Outputs that instances carry in their attributes, one at a time or two beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from db.errors import UsageError
from db.records import Instance, InstanceKind, Item
from hits.studies.output import COMPARE
from pipeline.drawing.base import Draft, Drawn, Known, Wanted, covariates


class Output:
    """`outputs` name the attributes; without them, each instance is itself the output."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Nothing of a model is shown but what it made."""
        return False

    def draw(self, wanted: Wanted) -> Drawn:
        """One item for each output, or for each pair of outputs of an instance."""
        names = wanted.options["outputs"]
        if wanted.options["form"] == COMPARE:
            if len(names) < 2:
                raise UsageError(
                    "comparing takes two outputs or more; name the attributes that hold them in "
                    "[study.options.output] outputs"
                )
            return Drawn(self._pairs(wanted, names))
        if not names:
            return Drawn([Draft(i.id, shown=covariates(i)) for i in wanted.chosen])
        return Drawn(
            [
                Draft(i.id, condition=name, shown={"outputs": [_output(wanted, i, name)]})
                for i in wanted.chosen
                for name in names
            ]
        )

    def _pairs(self, wanted: Wanted, names: list[str]) -> list[Draft]:
        """Every pair of outputs; each comes first as often as second, to within one."""
        drafts = []
        for a, b in combinations(names, 2):
            rng = wanted.rng(f"sides:{a}:{b}")
            sides = ["ab", "ba"] * (len(wanted.chosen) // 2 + 1)
            sides = sides[: len(wanted.chosen)]
            rng.shuffle(sides)
            for instance, side in zip(wanted.chosen, sides, strict=True):
                both = [_output(wanted, instance, a), _output(wanted, instance, b)]
                shown = {"outputs": both if side == "ab" else both[::-1]}
                drafts.append(Draft(instance.id, condition=f"{a} / {b}", side=side, shown=shown))
        return drafts

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """How good an output is nobody knows beforehand."""
        return {}


def _output(wanted: Wanted, instance: Instance, name: str) -> dict[str, Any]:
    """An attribute's text; where it is the id or the file of an image, that image."""
    value = instance.attributes.get(name, "")
    if not value.strip():
        raise UsageError(f"instance {instance.id} has no output in its attribute {name!r}")
    image = wanted.images.get(value)
    return {"text": value} if image is None else {"instance": image}
