"""What is measured of a trained model's health, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from db.errors import DataError
from db.records import Estimate

VERSION = 1
"""Raised where what a name means changes."""


@dataclass(frozen=True)
class Health:
    """Estimates by name and subject; what was left out, by reason; what cannot be said, and why.

    `drawn`: how many training instances were drawn, `of` how many.
    """

    estimates: tuple[Estimate, ...]
    drawn: int
    of: int
    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def named(self, name: str) -> list[Estimate]:
        """Those of one name, in their order."""
        return [one for one in self.estimates if one.name == name]


def written(health: Health) -> str:
    """As JSON, without NaN."""
    return json.dumps(
        {"version": VERSION, **asdict(health)}, indent=1, ensure_ascii=False, allow_nan=False
    )


def read(text: str) -> Health | None:
    """What `written` wrote; None of another version. DataError where it is something else."""
    try:
        found = json.loads(text)
        if found.pop("version") != VERSION:
            return None
        estimates = tuple(Estimate(**one) for one in found.pop("estimates"))
        return Health(estimates, notes=tuple(found.pop("notes")), **found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError("this is no record of training health") from error
