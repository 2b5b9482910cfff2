"""What a reader gathers on its way through a file: every instance once, every annotation.

An instance is its content. Met again with the same label it is kept once and counted; with another
label, or with other tokens, nothing is imported and the error names both places. Split and
attributes are those of the first record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from db.errors import DataError, ImportFailed
from db.records import Instance
from pipeline.formats.base import Annotation, Imported, ReadOptions
from pipeline.formats.fields import check_label
from pipeline.formats.place import Place


class Gathering:
    """Everything read so far; `result` turns it into an `Imported`.

    `labels` are those there may be (none: any). `skipped` counts, by reason, the records of which
    the annotation could not be kept.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._path = path
        self.labels = options.labels
        self._instances: dict[str, Instance] = {}
        self._places: dict[str, Place] = {}
        self._named: dict[str, tuple[Place, Hashable]] = {}
        self._answers: dict[tuple[str, str], Place] = {}
        self._annotations: list[Annotation] = []
        self._contents: set[bytes] = set()
        self._split_twice = self._repeated = self._dropped = 0
        self.skipped: Counter[str] = Counter()

    def add(self, place: Place, instance: Instance) -> bool:
        """Keep an instance; False where it had been met before. Faults are `DataError`s."""
        check_label(instance.label, self.labels)
        before = self._instances.get(instance.id)
        if before is None:
            self._instances[instance.id] = instance
            self._places[instance.id] = place
            return True
        self._compare(before, instance, self._places[instance.id].seen_from(place))
        if before.label is None and instance.label is not None:
            self._instances[instance.id] = replace(before, label=instance.label)
            self._places[instance.id] = place
        self._split_twice += before.split != instance.split
        self._repeated += 1
        return False

    def _compare(self, before: Instance, now: Instance, where: str) -> None:
        """Refuse the same content with another label or with other tokens."""
        if before.label is not None and now.label is not None and before.label != now.label:
            raise DataError(
                f"label {now.label!r} contradicts {before.label!r}, which the same text has on "
                f"{where}; correct one of them"
            )
        if not _same_tokens(before, now):
            raise DataError(f"the tokens differ from those that the same text has on {where}")

    def once(self, content: bytes) -> bool:
        """True the first time a record says this; a repetition is counted and not for keeping."""
        if content in self._contents:
            self._dropped += 1
            return False
        self._contents.add(content)
        return True

    def identify(self, place: Place, name: str, content: Hashable) -> None:
        """Hold what an id of the file stands for; the same id for something else is an error."""
        before, known = self._named.setdefault(name, (place, content))
        if known != content:
            raise DataError(
                f"the id {name!r} stands for something else on {before.seen_from(place)}; "
                "ids must be unique"
            )

    def answered(self, instance_id: str, worker: str | None) -> Place | None:
        """Where a named worker answered for an instance before; None for a first answer."""
        return None if worker is None else self._answers.get((instance_id, worker))

    def annotate(
        self,
        place: Place,
        instance_id: str,
        values: Mapping[str, Any],
        raw: str,
        worker: str | None = None,
    ) -> None:
        """Keep an annotation; a second one of a named worker is a `DataError` naming both."""
        before = self.answered(instance_id, worker)
        if before is not None:
            raise DataError(
                f"the same worker annotated this text on {before.seen_from(place)}; "
                "a worker annotates a text once"
            )
        if worker is not None:
            self._answers[instance_id, worker] = place
        self._annotations.append(Annotation(instance_id, worker, values, raw, place.line))

    def result(self, annotators: str, notes: tuple[str, ...] = ()) -> Imported:
        """All of it. No instance at all is an `ImportFailed`: an empty file is a mistake."""
        if not self._instances:
            raise ImportFailed(self._path, None, self._nothing())
        return Imported(
            tuple(self._instances.values()),
            tuple(self._annotations),
            annotators=annotators if self._annotations else "",
            notes=notes + self._counted(),
            skipped=dict(self.skipped),
        )

    def _counted(self) -> tuple[str, ...]:
        """What was met more than once, where records are told apart by what they say."""
        further = self._repeated - self._dropped if self._contents else 0
        counts = {
            "records repeat an earlier one and were dropped": self._dropped,
            "records say more of a text that was met before": further,
            "records have a text of another split, whose first split is kept": self._split_twice,
        }
        return tuple(f"{count} {what}" for what, count in counts.items() if count)

    def _nothing(self) -> str:
        if not self.skipped:
            return "holds no records"
        reasons = ", ".join(f"{count} × {reason}" for reason, count in self.skipped.items())
        return f"holds no record that could be used ({reasons})"

    def workers(self) -> str:
        """Who annotated, in words: how many named workers, or that nobody is named."""
        return people_in_words([annotation.worker for annotation in self._annotations])


def people_in_words(workers: Sequence[str | None]) -> str:
    """Who annotated, in words, from the worker of each annotation; None is nobody named."""
    named = len({worker for worker in workers if worker is not None})
    people = f"{named} named worker{'' if named == 1 else 's'}"
    unknown = "people who are not named: each annotation stands for a worker of its own"
    if named and None in workers:
        return f"{people}, and {unknown}"
    return people if named else unknown


def _same_tokens(one: Instance, other: Instance) -> bool:
    if not np.array_equal(one.offsets, other.offsets):
        return False
    first, second = one.offsets_pair, other.offsets_pair
    return first is second or (
        first is not None and second is not None and np.array_equal(first, second)
    )
