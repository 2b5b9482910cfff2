"""Every instance once: for formats whose records say nothing but what an instance is.

An instance is its content. Met again with the same label, or with none, it is kept once and
counted; met with another label nothing is imported and the error names both places. Split and
attributes are those of the first record.
"""

from __future__ import annotations

from dataclasses import replace

from db.errors import DataError
from db.records import Instance
from db.words import counted


class Distinct:
    """Instances in the order in which they were first met.

    `what` is their name in messages, `record` that of a place where one is met ("file").
    """

    def __init__(self, what: str, record: str) -> None:
        self._what, self._record = what, record
        self._kept: dict[str, Instance] = {}
        self._places: dict[str, str] = {}
        self._repeated = self._split_twice = 0

    def add(self, instance: Instance, place: str) -> bool:
        """Keep an instance found at `place`; False where it was known. Conflict: a `DataError`."""
        before = self._kept.setdefault(instance.id, instance)
        if before is instance:
            self._places[instance.id] = place
            return True
        if instance.label is not None and before.label is None:
            self._kept[instance.id] = replace(before, label=instance.label)
            self._places[instance.id] = place
        elif instance.label is not None and instance.label != before.label:
            raise DataError(
                f"label {instance.label!r} contradicts {before.label!r}, which the same "
                f"{self._what} has in {self._places[instance.id]}; correct or remove one of them"
            )
        self._repeated += 1
        self._split_twice += instance.split != before.split
        return False

    @property
    def instances(self) -> tuple[Instance, ...]:
        """What was kept."""
        return tuple(self._kept.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """What was met more than once, counted."""
        what, one = self._what, self._record
        split = f"another split for a {what}, whose first split is kept"
        counts = (
            (
                self._repeated,
                f"{one} repeats an earlier {what} and was dropped",
                f"{one}s repeat an earlier {what} and were dropped",
            ),
            (self._split_twice, f"{one} names {split}", f"{one}s name {split}"),
        )
        return tuple(counted(*count) for count in counts if count[0])
