"""Records on their way into a format: checked, and what cannot be held is left out and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from db.errors import DataError
from db.records import Instance, InstanceKind
from pipeline.formats.fields import as_positions
from pipeline.formats.tokens import check_positions
from pipeline.formats.writers.base import Record, Said, Written

USUAL = ("label", "marks")
OTHER_QUESTIONS = "answers to other questions than label and marks"
SILENT = "annotations that say neither label nor marks"
MODELS = "rationales of models"
CONSENSUS = "consensus of the crowd"
TWICE = "instances that were written before"


@dataclass
class Passing:
    """Records of the given kinds, each instance once; `skipped` counts the rest as it is met.

    `answers`: whether the format has a place for answers to other questions than label and marks.
    """

    kinds: tuple[InstanceKind, ...]
    answers: bool = False
    skipped: Counter[str] = field(default_factory=Counter)
    count: int = 0

    def through(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records that can be written, with the answers that can; faults are `DataError`s."""
        met: set[str] = set()
        for record in records:
            instance = record.instance
            if instance.kind not in self.kinds:
                self.skipped[f"instances of the kind {instance.kind!r}"] += 1
            elif instance.id in met:
                self.skipped[TWICE] += 1
            else:
                met.add(instance.id)
                self.count += 1
                _check_scores(record)
                said = tuple(self._said(one, instance) for one in record.annotations)
                yield replace(record, annotations=tuple(one for one in said if one.values))

    def _said(self, said: Said, instance: Instance) -> Said:
        values = {k: v for k, v in said.values.items() if self.answers or k in USUAL}
        self.skipped[OTHER_QUESTIONS] += len(said.values) - len(values)
        self.skipped[SILENT] += not values
        if "marks" in values and instance.kind != "image":
            positions = as_positions(list(values["marks"]), "marks")
            values["marks"] = check_positions(positions, instance.n_units)
        return replace(said, worker=said.worker or None, values=values)

    def drop(self, reason: str) -> None:
        """Take back a record that went through and cannot be written after all."""
        self.skipped[reason] += 1
        self.count -= 1

    def without(self, record: Record, *, human: bool = True, models: bool = True) -> None:
        """Count what the format has no place for."""
        self.skipped[CONSENSUS] += human and record.human is not None
        self.skipped[MODELS] += len(record.models) if models else 0

    def written(self) -> Written:
        """The report. No record at all is a `DataError`: such a file could not be read."""
        if not self.count:
            reasons = ", ".join(f"{n} × {reason}" for reason, n in (+self.skipped).items())
            raise DataError(f"there is nothing to write{f' ({reasons})' if reasons else ''}")
        return Written(self.count, dict(+self.skipped))


def _check_scores(record: Record) -> None:
    """Scores are finite and one a unit; those of a picture stand over a grid."""
    given: dict[str, Any] = dict(record.models)
    if record.human is not None:
        given |= {"scores": record.human.scores, "certainty": record.human.certainty}
    for name, scores in given.items():
        array = np.asarray(scores)
        if not np.isfinite(array).all():
            raise DataError(f"{name!r} of instance {record.instance.id} holds NaN or infinity")
        units = record.instance.n_units
        if record.instance.kind != "image" and array.shape != (units,):
            raise DataError(
                f"{name!r} of instance {record.instance.id} has scores of the shape {array.shape} "
                f"for {units} units"
            )


def plain(scores: Any) -> list[float]:
    """float32 scores as the shortest decimal numbers that give them back."""
    return [float(str(score)) for score in np.asarray(scores, dtype=np.float32)]


def check_text(values: Mapping[str, str | None], instance: Instance) -> None:
    """Refuse half characters, which neither UTF-8 nor Arrow can hold."""
    for name, value in values.items():
        try:
            (value or "").encode()
        except UnicodeEncodeError as error:
            raise DataError(
                f"{name!r} of instance {instance.id} holds half a character (a lone surrogate); "
                "write it as jsonl"
            ) from error
