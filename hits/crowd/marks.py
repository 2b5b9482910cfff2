"""Marking words of a text or features of a row: some of the evidence, and some beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hits.crowd.asking import Asking, n_units


def mark(asking: Asking) -> list[int]:
    """Positions, sorted: of the evidence each with chance `recall`, neighbours of those with chance
    `spread`, anything with chance `noise`; a careless worker marks one to four at random.

    Where sentences are marked, all this is drawn of sentences, and a sentence with evidence in it
    is evidence. What lies beyond the item is not seen.
    """
    units, rng, temper = _units(asking.item["panels"][0]), asking.rng, asking.temper
    if asking.careless:
        drawn = rng.sample(range(len(units)), k=min(len(units), rng.randint(1, 4)))
        return sorted(position for unit in drawn for position in units[unit])
    evidence = _units_with(units, asking.known or ())
    seen = {unit for unit in evidence if rng.random() < temper.recall}
    beside = {unit + step for unit in seen for step in (-1, 1) if rng.random() < temper.spread}
    stray = {unit for unit in range(len(units)) if rng.random() < temper.noise}
    found = sorted(unit for unit in seen | beside | stray if 0 <= unit < len(units))
    return [position for unit in found for position in units[unit]]


def mark_kinds(asking: Asking, kinds: Mapping[str, Collection[int]]) -> dict[str, list[int]]:
    """Kind → positions marked so; `kinds`: kind → the positions that are known to be of it.

    A mark of known kind gets the right one with chance `accuracy`, all other marks get any kind.
    """
    found: dict[str, list[int]] = {kind: [] for kind in kinds}
    for position in mark(asking):
        right = [kind for kind, positions in kinds.items() if position in positions]
        sure = bool(right) and not asking.careless
        if sure and asking.rng.random() < asking.temper.accuracy:
            found[right[0]].append(position)
        else:
            wrong = [kind for kind in kinds if not sure or kind not in right]
            found[asking.rng.choice(wrong or right)].append(position)
    return found


def _units(panel: Mapping[str, Any]) -> list[range]:
    """What is marked as one, in order: the positions of a word, a feature or a sentence."""
    n = n_units(panel)
    starts = panel.get("sentences", range(n))
    return [range(a, b) for a, b in zip(starts, [*starts[1:], n], strict=True)]


def _units_with(units: Sequence[range], positions: Collection[int]) -> list[int]:
    wanted = set(positions)
    return [at for at, unit in enumerate(units) if not wanted.isdisjoint(unit)]
