"""What a reader gathers on its way through a file: every instance once, every annotation.

An instance is its content. Met again with the same label it is kept once and counted; with another
label, or with other tokens, nothing is imported and the error names both places. Split and
attributes are those of the first record.

What was gathered is handed over piece by piece. Of what was handed over only that stays which
later records are compared with (`known`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from db.errors import DataError, ImportFailed
from db.records import Instance
from db.words import counted
from pipeline.digests import Digests
from pipeline.formats.base import Annotation, Piece, ReadOptions, Summary
from pipeline.formats.fields import check_label
from pipeline.formats.known import Answered, Before, Known, Named
from pipeline.formats.place import Place, at

REPEATED = (
    "record repeats an earlier one and was dropped",
    "records repeat an earlier one and were dropped",
)
RECORDS = 2000
CHARACTERS = 2**21
"""A piece is full with so many instances and annotations, or with so many characters in them."""

UNKNOWN: Mapping[str, str] = MappingProxyType({})


class Placed(Protocol):
    """A record of a file that knows where it stands."""

    @property
    def place(self) -> Place: ...


P = TypeVar("P", bound=Placed)


class Gathering:
    """What was read since the last piece, and what is known of everything before.

    `labels` are those there may be (none: any). `skipped` counts, by reason, the records of which
    the annotation could not be kept.
    """

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._path = path
        self.labels = options.labels
        self._instances: dict[str, Instance] = {}
        self._labelled: dict[str, Instance] = {}
        self._annotations: list[Annotation] = []
        self._characters = self._n_annotations = self._unnamed = 0
        self._known, self._named, self._answers = Known(), Named(), Answered()
        self._contents, self._workers = Digests(), Digests()
        self._split_twice = self._repeated = self._dropped = 0
        self.skipped: Counter[str] = Counter()

    def pieces(self, records: Iterable[P], take: Callable[[P], None]) -> Iterator[Piece]:
        """Let `take` read record by record, and hand over what it gathered whenever that is much.

        A `DataError` of `take` gets the place of its record.
        """
        for record in records:
            with at(record.place):
                take(record)
            held = len(self._instances) + len(self._annotations)
            if held >= RECORDS or self._characters >= CHARACTERS:
                yield self.piece()
        yield self.piece()

    def piece(self) -> Piece:
        """What was gathered since the last piece."""
        made = Piece(
            tuple(self._instances.values()),
            tuple(self._annotations),
            tuple(self._labelled.values()),
        )
        self._instances, self._annotations, self._labelled = {}, [], {}
        self._characters = 0
        return made

    def add(self, place: Place, instance: Instance) -> bool:
        """Keep an instance; False where it had been met before. Faults are `DataError`s."""
        check_label(instance.label, self.labels)
        before = self._known.meet(place, instance)
        if before is None:
            self._instances[instance.id] = instance
            self._characters += len(instance.text) + len(instance.text_pair or "")
            return True
        _compare(before, instance, before.place.seen_from(place))
        if before.label is None and instance.label is not None:
            self._label(place, instance)
        self._split_twice += before.split != instance.split
        self._repeated += 1
        return False

    def labelled_otherwise(self, instance: Instance) -> bool:
        """Whether the instance was met before with another label, or the one time with none."""
        return self._known.labelled_otherwise(instance)

    def _label(self, place: Place, instance: Instance) -> None:
        """A label for an instance that had none, here or in a piece that was handed over."""
        self._known.label(place, instance)
        held = self._instances.get(instance.id)
        if held is None:
            self._labelled[instance.id] = instance
        else:
            self._instances[instance.id] = replace(held, label=instance.label)

    def once(self, content: bytes) -> bool:
        """True the first time a record says this; a repetition is counted and not for keeping."""
        _, new = self._contents.meet(content)
        self._dropped += not new
        return new

    def identify(self, place: Place, name: str, content: bytes) -> None:
        """Hold what an id of the file stands for; the same id for something else is an error."""
        self._named.identify(place, name, content)

    def answered(self, instance_id: str, worker: str | None) -> Place | None:
        """Where a named worker answered for an instance before; None for a first answer."""
        return None if worker is None else self._answers.find(instance_id, worker)

    def annotate(
        self,
        place: Place,
        instance_id: str,
        values: Mapping[str, Any],
        raw: str,
        worker: str | None = None,
        shown: Mapping[str, str] = UNKNOWN,
    ) -> None:
        """Keep an annotation; a second one of a named worker is a `DataError` naming both.

        `shown`: what was put before the worker with the instance; shown otherwise it is another.
        """
        who = worker if worker is None or not shown else repr((worker, sorted(shown.items())))
        before = self.answered(instance_id, who)
        if before is not None:
            raise DataError(
                f"the same worker annotated this text on {before.seen_from(place)}; "
                "a worker annotates a text once"
            )
        if who is not None:
            self._answers.add(place, instance_id, who)
        self.keep(Annotation(instance_id, worker, values, raw, place.line, dict(shown)))

    def keep(self, annotation: Annotation) -> None:
        """Keep an annotation of which it was found out already that it is the only one."""
        if annotation.worker is None:
            self._unnamed += 1
        else:
            self._workers.meet(annotation.worker)
        self._annotations.append(annotation)
        self._n_annotations += 1
        self._characters += len(annotation.raw)

    def summary(self, notes: tuple[str, ...] = ()) -> Summary:
        """What is said of all of it. No instance is an `ImportFailed`: an empty file is a mistake."""
        if not self._known:
            raise ImportFailed(self._path, None, self._nothing())
        people = _people(len(self._workers), unnamed=self._unnamed > 0)
        return Summary(
            annotators=people if self._n_annotations else "",
            notes=notes + self._counted(),
            skipped=dict(self.skipped),
        )

    def _counted(self) -> tuple[str, ...]:
        """What was met more than once, where records are told apart by what they say."""
        further = self._repeated - self._dropped if self._contents else 0
        counts = (
            (self._dropped, *REPEATED),
            (further, "record says more of a text that was met before",
             "records say more of a text that was met before"),
            (self._split_twice, "record has a text of another split, whose first split is kept",
             "records have a text of another split, whose first split is kept"),
        )  # fmt: skip
        return tuple(counted(*count) for count in counts if count[0])

    def _nothing(self) -> str:
        if not self.skipped:
            return "holds no records"
        reasons = ", ".join(f"{count} × {reason}" for reason, count in self.skipped.items())
        return f"holds no record that could be used ({reasons})"


def _compare(before: Before, now: Instance, where: str) -> None:
    """Refuse the same content with another label or with other tokens."""
    if before.label is not None and now.label is not None and before.label != now.label:
        raise DataError(
            f"label {now.label!r} contradicts {before.label!r}, which the same text has on "
            f"{where}; correct one of them"
        )
    if not before.same_tokens:
        raise DataError(f"the tokens differ from those that the same text has on {where}")


def people_in_words(workers: Sequence[str | None]) -> str:
    """Who annotated, in words, from the worker of each annotation; None is nobody named."""
    return _people(len(set(workers) - {None}), unnamed=None in workers)


def _people(named: int, *, unnamed: bool) -> str:
    """How many named workers, or that nobody is named."""
    people = f"{named} named worker{'' if named == 1 else 's'}"
    unknown = "people who are not named: each annotation stands for a worker of its own"
    if named and unnamed:
        return f"{people}, and {unknown}"
    return people if named else unknown
