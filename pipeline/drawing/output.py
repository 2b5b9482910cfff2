"""Outputs that instances carry in their attributes, one at a time or two beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from db.errors import UsageError
from db.records import Instance, InstanceKind, Item
from db.words import counted
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
        asked, notes = _sources(wanted, names)
        if wanted.options["form"] == COMPARE:
            if len(names) < 2:
                raise UsageError(
                    "comparing takes two outputs or more; name the attributes that hold them in "
                    "[study.options.output] outputs"
                )
            return Drawn(self._pairs(wanted, asked, names), notes=notes)
        if not names:
            return Drawn([Draft(i.id, shown=covariates(i)) for i in wanted.chosen])
        return Drawn(
            [
                Draft(i.id, condition=name, shown={"outputs": [_output(wanted, i, name)]})
                for i in asked
                for name in names
            ],
            notes=notes,
        )

    def _pairs(
        self, wanted: Wanted, asked: Sequence[Instance], names: Sequence[str]
    ) -> list[Draft]:
        """Every pair of outputs; each comes first as often as second, to within one.

        Of an odd number, the pairs take turns in which side has one more.
        """
        drafts = []
        for at, (a, b) in enumerate(combinations(names, 2)):
            rng = wanted.rng(f"sides:{a}:{b}")
            turn = ["ab", "ba"] if at % 2 == 0 else ["ba", "ab"]
            sides = (turn * (len(asked) // 2 + 1))[: len(asked)]
            rng.shuffle(sides)
            for instance, side in zip(asked, sides, strict=True):
                both = [_output(wanted, instance, a), _output(wanted, instance, b)]
                shown = {"outputs": both if side == "ab" else both[::-1]}
                drafts.append(Draft(instance.id, condition=f"{a} / {b}", side=side, shown=shown))
        return drafts

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """How good an output is nobody knows beforehand."""
        return {}


def _sources(wanted: Wanted, names: Sequence[str]) -> tuple[list[Instance], tuple[str, ...]]:
    """The instances to ask about: not those that are themselves the output of another, and have
    none of their own."""
    made = {
        wanted.images.get(i.attributes.get(name, "")) for i in wanted.everything for name in names
    }
    asked = [i for i in wanted.chosen if i.id not in made or any(n in i.attributes for n in names)]
    n = len(wanted.chosen) - len(asked)
    note = counted(
        n,
        "picture is an output of others and was left out",
        "pictures are outputs of others and were left out",
    )
    return asked, (note,) if n else ()


def _output(wanted: Wanted, instance: Instance, name: str) -> dict[str, Any]:
    """An attribute's text; where it is the id or the file of an image, that image."""
    value = instance.attributes.get(name, "")
    if not value.strip():
        raise UsageError(f"instance {instance.id} has no output in its attribute {name!r}")
    image = wanted.images.get(value)
    return {"text": value} if image is None else {"instance": image}
