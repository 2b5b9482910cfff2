"""Maps that are compared: what they are called, how they are scored, and which pairs are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from analysis.comparison.conditions import Conditions
from analysis.comparison.marked import FLOOR, marked_conditions
from db.ragged import Ragged
from db.records import Marks

Pairs = list[tuple[str, str]]
LEFT_OUT = "marked instance without scores of everything that is compared"


class Scoring(Protocol):
    """How maps are scored: metric → conditions, the maps by their names, and the baseline beside
    them where it is a map of nobody."""

    def __call__(
        self, gold_policy: str, metrics: Sequence[str], baseline: str | None, seed: int
    ) -> dict[str, Conditions]: ...


class Maps(NamedTuple):
    """`names` of the maps; `scoring`: what scores them, all on the same instances; `pairs`: what to
    compare; `groups`: names whose scores are averaged to one (the runs of an objective), {} for
    none; `notes`; `excluded`: reason → instances."""

    names: Sequence[str]
    scoring: Scoring
    pairs: Pairs
    groups: Mapping[str, Sequence[str]]
    notes: tuple[str, ...] = ()
    excluded: Mapping[str, int] = {}


class ScoredTokens:
    """Maps over tokens or features: name → one row an instance of the marks."""

    def __init__(self, scores: Mapping[str, Ragged], marks: Marks) -> None:
        self._scores, self._marks = scores, marks

    def __call__(
        self, gold_policy: str, metrics: Sequence[str], baseline: str | None, seed: int
    ) -> dict[str, Conditions]:
        """See `Scoring`."""
        return marked_conditions(
            self._scores,
            self._marks,
            gold_policy=gold_policy,
            metrics=metrics,
            floor=baseline == FLOOR,
            seed=seed,
        )
