"""One item a rationale; rationales drawn at random serve as checks.

A random rationale that is rated very convincing says something of who rated it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db.records import InstanceKind, Item, Rationale
from pipeline.drawing.base import Draft, Drawn, Known, Wanted, covariates, left_out


class Rate:
    """Every explainer's rationale of every chosen instance."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Rationales are shown."""
        return True

    def draw(self, wanted: Wanted) -> Drawn:
        """One item for each rationale."""
        stored = wanted.rationales(wanted.explainers, wanted.chosen)
        by_chance = wanted.rationales(("random",), wanted.chosen, needed=False)["random"]
        regular = [
            _draft(wanted, one) for name in wanted.explainers for one in stored[name].values()
        ]
        highest = len(wanted.options["points"])
        gold = {"convincing": {"max": (highest + 1) // 2}}
        known = [_draft(wanted, one, gold) for one in by_chance.values()]
        notes = () if known else ("no random rationales were found: no check items",)
        return Drawn(regular, known, notes=(*notes, *left_out(stored, wanted.chosen)))

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """How convincing follows from what is shown and the evidence."""
        return {}


def _draft(wanted: Wanted, one: Rationale, gold: Mapping[str, Any] | None = None) -> Draft:
    return Draft(
        one.instance_id,
        (one.id,),
        presentation=wanted.options["presentation"],
        condition=one.explainer,
        gold=gold,
        shown=covariates(wanted.instances[one.instance_id]),
    )
