"""Pages of three phases: predictions, the model's own answers, predictions of other items.

All items of a page are of one condition: one explainer's rationales while learning, or none
(control). In the counterfactual form the instances predicted are alterations of those learned
from: instances whose attribute `counterfactual_of` holds the attribute `id` of another.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from db.errors import NotFound, UsageError
from db.records import Instance, InstanceKind, Item, Rationale
from db.words import counted
from hits.studies.simulate import AFTER, BEFORE, LEARN
from pipeline.drawing.base import Draft, Drawn, Known, Wanted, check_offered, covariates

CONTROL = "none"
OF, ID = "counterfactual_of", "id"


class Simulate:
    """Whole pages: what is learned from belongs to what is asked after it."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Rationales are shown."""
        return True

    def draw(self, wanted: Wanted) -> Drawn:
        """As many pages as the chosen instances fill, the conditions in turn."""
        stored = wanted.rationales(wanted.explainers, wanted.everything)
        conditions = [*wanted.explainers, *([CONTROL] if wanted.options["control"] else [])]
        rng = wanted.rng("simulate")
        lots = (
            self._other_items(wanted, rng)
            if wanted.options["form"] == "other items"
            else self._counterfactuals(wanted, rng)
        )
        if not lots:
            raise UsageError(self._too_few(wanted))
        pages = []
        for number, lot in enumerate(lots):
            if number % len(conditions) == 0:
                rng.shuffle(conditions)
            condition = conditions[number % len(conditions)]
            pages.append(self._page(wanted, lot, condition, stored.get(condition, {})))
        check_offered(
            (d.shown["target"] for page in pages for d in page), wanted.options, "simulate"
        )
        shown = {draft.instance_id for page in pages for draft in page}
        left = sum(i.id not in shown for i in wanted.chosen)
        few = counted(
            left,
            "instance does not fill a page and was left out",
            "instances do not fill a page and were left out",
        )
        notes = (few,) if left else ()
        return Drawn(pages=pages, notes=notes)

    def _other_items(self, wanted: Wanted, rng: random.Random) -> list[dict[str, list[Instance]]]:
        """Instances of their own for every phase."""
        sizes = [(phase, wanted.options[phase]) for phase in (BEFORE, LEARN, AFTER)]
        deck = rng.sample(list(wanted.chosen), len(wanted.chosen))
        lots = []
        while len(deck) >= sum(size for _, size in sizes):
            lots.append({phase: [deck.pop() for _ in range(size)] for phase, size in sizes})
        return lots

    def _counterfactuals(
        self, wanted: Wanted, rng: random.Random
    ) -> list[dict[str, list[Instance]]]:
        """The same alterations before and after, their originals between.

        An original stands on a page once, and is not asked about there: its answer is shown.
        """
        everything = [i for i in wanted.everything if i.kind == wanted.kind and ID in i.attributes]
        originals = {i.attributes[ID]: i for i in everything}
        altered = [i for i in wanted.chosen if i.attributes.get(OF) in originals]
        deck = rng.sample(altered, len(altered))
        lots = []
        while some := _apart(deck, originals, wanted.options[LEARN]):
            deck = [i for i in deck if i not in some]
            learned = [originals[i.attributes[OF]] for i in some]
            lots.append({BEFORE: some, LEARN: learned, AFTER: some})
        return lots

    def _too_few(self, wanted: Wanted) -> str:
        if wanted.options["form"] == "counterfactual":
            return (
                f"no page can be filled: {wanted.options[LEARN]} instances are needed whose "
                f"attribute {OF!r} holds the attribute {ID!r} of another instance"
            )
        needed = sum(wanted.options[phase] for phase in (BEFORE, LEARN, AFTER))
        return (
            f"a page of the study 'simulate' takes {counted(needed, 'instance')}, and there "
            f"{'is' if len(wanted.chosen) == 1 else 'are'} {len(wanted.chosen)}; plan more, or lower before, learn and after"
        )

    def _page(
        self,
        wanted: Wanted,
        lot: Mapping[str, Sequence[Instance]],
        condition: str,
        stored: Mapping[str, Rationale],
    ) -> list[Draft]:
        page = []
        for phase, some in lot.items():
            for instance in some:
                one = stored.get(instance.id) if phase == LEARN else None
                if phase == LEARN and condition != CONTROL and one is None:
                    raise NotFound(
                        f"run {wanted.run} has no rationale by {condition} of instance "
                        f'{instance.id}, which is to be learned from; run "konkyo explain" first'
                    )
                target = wanted.predicted.get(instance.id)
                if target is None:
                    raise UsageError(
                        f"run {wanted.run} has no prediction for instance {instance.id}; train "
                        "on the data that are there now"
                    )
                page.append(
                    Draft(
                        instance.id,
                        (one.id,) if one else (),
                        wanted.options["presentation"] if one else "plain",
                        condition,
                        shown={"target": target, **covariates(instance)},
                        phase=phase,
                    )
                )
        return page

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """Before they have seen any answer people give their own; afterwards the model's."""
        if item.phase == BEFORE and known.instance.label is not None:
            return {"prediction": known.instance.label}
        return {"prediction": item.shown["target"]}


def _apart(
    deck: Sequence[Instance], originals: Mapping[str, Instance], size: int
) -> list[Instance]:
    """`size` alterations of different originals, none of which is asked about; [] for too few."""
    some: list[Instance] = []
    asked, learned = set[str](), set[str]()
    for instance in deck:
        original = originals[instance.attributes[OF]].id
        if original in learned | asked | {instance.id} or instance.id in learned:
            continue
        some.append(instance)
        asked.add(instance.id)
        learned.add(original)
        if len(some) == size:
            return some
    return []
