"""Every pair of explainers on every chosen instance; sides and colours balanced within each pair."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

from db.errors import UsageError
from db.records import InstanceKind, Item
from pipeline.drawing.base import Draft, Drawn, Known, Wanted, covariates, left_out, share_on

SIDES, HUES = ("ab", "ba"), ("blue", "orange")


class Compare:
    """Two rationales of one instance; which is shown first, and in which colour, is drawn."""

    def uses_run(self, options: Mapping[str, Any], kind: InstanceKind) -> bool:
        """Rationales are shown."""
        return True

    def draw(self, wanted: Wanted) -> Drawn:
        """One item for each pair and instance; the same rationale twice serves as a check."""
        if len(wanted.explainers) < 2:
            raise UsageError(
                "the study 'compare' needs two explainers or more; name them with --explainer"
            )
        stored = wanted.rationales(wanted.explainers, wanted.chosen)
        regular: list[Draft] = []
        for a, b in combinations(wanted.explainers, 2):
            both = [i for i in stored[a] if i in stored[b]]
            if not both:
                raise UsageError(
                    f'no instance has rationales by both {a} and {b}; run "konkyo explain" first'
                )
            arranged = _balanced(wanted, len(both), f"{a}:{b}")
            for identity, (side, hue) in zip(both, arranged, strict=True):
                pair = (stored[a][identity].id, stored[b][identity].id)
                ids = pair if side == "ab" else pair[::-1]
                regular.append(_draft(wanted, identity, ids, f"{a} / {b}", side, hue))
        known = self._checks(wanted, list(stored[wanted.explainers[0]].items()))
        notes = () if known else ("without a tie there are no check items",)
        return Drawn(regular, known, notes=(*notes, *left_out(stored, wanted.chosen)))

    def _checks(self, wanted: Wanted, stored: list[tuple[str, Any]]) -> list[Draft]:
        """One rationale beside itself: whoever looks finds them alike."""
        if not wanted.options["tie"]:
            return []
        gold = {"better": "equal"}
        return [
            _draft(wanted, identity, (one.id, one.id), "same", "ab", "blue", gold)
            for identity, one in stored
        ]

    def truth(self, item: Item, known: Known) -> Mapping[str, Any]:
        """Utilities as shown: four times the share of each rationale's weight on the evidence."""
        if item.gold is not None or not known.evidence:
            return {}  # a rationale beside itself: the known answer says that they are alike
        shares = [share_on(one.scores.tolist(), known.evidence) for one in known.rationales]
        return {"better": [4 * share for share in shares]}


def _balanced(wanted: Wanted, n: int, pair: str) -> list[tuple[str, str]]:
    """Side and colour of `n` items: every combination as often as every other, to within one."""
    rng = wanted.rng(f"sides:{pair}")
    arranged: list[tuple[str, str]] = []
    while len(arranged) < n:
        four = list(product(SIDES, HUES))
        rng.shuffle(four)
        arranged += four
    arranged = arranged[:n]
    rng.shuffle(arranged)
    return arranged


def _draft(
    wanted: Wanted,
    identity: str,
    ids: tuple[str, ...],
    condition: str,
    side: str,
    hue: str,
    gold: Mapping[str, Any] | None = None,
) -> Draft:
    return Draft(
        identity,
        ids,
        presentation=wanted.options["presentation"],
        condition=condition,
        side=side,
        gold=gold,
        shown={"hue": hue, **covariates(wanted.instances[identity])},
    )
