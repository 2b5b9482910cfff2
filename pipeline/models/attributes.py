"""Attributes of instances (genre, domain, …) as numbers: one 1 for each value that is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from db.errors import DataError
from db.records import Instance


@dataclass(frozen=True)
class AttributeValues:
    """`values`: attribute → the values seen in training, sorted; both orders are that of numbers."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def seen(cls, instances: Sequence[Instance], names: Iterable[str]) -> AttributeValues:
        """The values that the instances have; an attribute that none of them has is refused."""
        found = {
            name: tuple(sorted({i.attributes[name] for i in instances if name in i.attributes}))
            for name in names
        }
        empty = next((name for name, values in found.items() if not values), None)
        if empty is not None:
            raise DataError(
                f"no training instance has an attribute {empty!r}; import one, or take it out of "
                "[model] attributes"
            )
        return cls(found)

    def __len__(self) -> int:
        """A: how many values there are, of all attributes together."""
        return sum(map(len, self.values.values()))

    def encode(self, given: Mapping[str, str]) -> NDArray[np.float32] | None:
        """float32, shape (A,), all 0 for an attribute that is missing or has an unseen value.

        None where no attribute is read.
        """
        if not self.values:
            return None
        pairs = [(name, value) for name, values in self.values.items() for value in values]
        return np.array([given.get(name) == value for name, value in pairs], dtype=np.float32)

    def unseen(self, instances: Iterable[Instance]) -> dict[str, int]:
        """Attribute → how many of the instances have no value for it that was seen in training."""
        counts = dict.fromkeys(self.values, 0)
        for one in instances:
            for name, values in self.values.items():
                counts[name] += one.attributes.get(name) not in values
        return {name: count for name, count in counts.items() if count}
