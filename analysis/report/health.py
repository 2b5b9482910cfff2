"""What a report says of a model's training health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from db.records import Estimate


@dataclass(frozen=True)
class TrainingHealth:
    """Is the model that was studied well trained, measured once it was?

    `estimates`: those of `analysis.health`, by name: `sharpness`, `learning_rate_limit`,
    `learning_rate`; `class_distance` (subject: the layer, in the order of the pass);
    `gap_accuracy`, `gap_loss`, … (subject: the part); `feature_correlation`. What is missing is not
    shown. `model` says whose health it is; `drawn` of `of` training instances were measured on.
    """

    estimates: tuple[Estimate, ...]
    model: str
    drawn: int
    of: int
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def named(self, name: str) -> list[Estimate]:
        """Those of one name, in their order."""
        return [one for one in self.estimates if one.name == name]
