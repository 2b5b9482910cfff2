"""What stays of a record after it was handed over: enough to compare later records with it.

Rows of plain numbers, about 50 bytes an instance, where the instance itself takes a kilobyte.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

from db.errors import DataError
from db.records import Instance
from pipeline.digests import Digests
from pipeline.formats.place import Place

V = TypeVar("V")
LINES = 2**40
"""More than any file has."""


class Codes(Generic[V]):
    """One of few values for each of many rows, held as numbers."""

    def __init__(self) -> None:
        self._codes: dict[V, int] = {}
        self._values: list[V] = []
        self._rows = array("i")

    def append(self, value: V) -> None:
        """Add a row."""
        self._rows.append(self.code(value))

    def __getitem__(self, row: int) -> V:
        return self._values[self._rows[row]]

    def __setitem__(self, row: int, value: V) -> None:
        self._rows[row] = self.code(value)

    def code(self, value: V) -> int:
        """The number of a value, a new one where it was not met before."""
        code = self._codes.setdefault(value, len(self._values))
        if code == len(self._values):
            self._values.append(value)
        return code

    def value(self, code: int) -> V:
        """The value of a number."""
        return self._values[code]


class Places:
    """A place for each of many rows: 8 bytes, the line and the number of its file."""

    def __init__(self) -> None:
        self._files: Codes[Place] = Codes()
        self._rows = array("q")

    def append(self, place: Place) -> None:
        """Add a row."""
        self._rows.append(self._packed(place))

    def __getitem__(self, row: int) -> Place:
        file, line = divmod(self._rows[row], LINES)
        return self._files.value(file)._replace(line=line)

    def __setitem__(self, row: int, place: Place) -> None:
        self._rows[row] = self._packed(place)

    def _packed(self, place: Place) -> int:
        return self._files.code(place._replace(line=0)) * LINES + place.line


class Before(NamedTuple):
    """What an instance was when it was met first."""

    place: Place
    label: str | None
    split: str | None
    same_tokens: bool


class Known:
    """Every instance met so far: where, with which label, split and tokens."""

    def __init__(self) -> None:
        self._ids, self._places = Digests(), Places()
        self._labels: Codes[str | None] = Codes()
        self._splits: Codes[str | None] = Codes()
        self._tokens = array("Q")

    def __len__(self) -> int:
        return len(self._ids)

    def labelled_otherwise(self, instance: Instance) -> bool:
        """Whether the instance was met before with another label, or the one time with none."""
        row = self._ids.find(instance.id)
        return row is not None and self._labels[row] != instance.label

    def meet(self, place: Place, instance: Instance) -> Before | None:
        """What the instance was before; None where it is met for the first time, and kept."""
        row, new = self._ids.meet(instance.id)
        if new:
            self._places.append(place)
            self._labels.append(instance.label)
            self._splits.append(instance.split)
            self._tokens.append(_tokens(instance))
            return None
        same = self._tokens[row] == _tokens(instance)
        return Before(self._places[row], self._labels[row], self._splits[row], same)

    def label(self, place: Place, instance: Instance) -> None:
        """Give a label to an instance that had none; from now on it stands at `place`."""
        row, _ = self._ids.meet(instance.id)
        self._places[row], self._labels[row] = place, instance.label


class Named:
    """Ids of a file, and what each stands for."""

    def __init__(self) -> None:
        self._ids, self._places, self._contents = Digests(), Places(), Digests()
        self._said = array("I")

    def identify(self, place: Place, name: str, content: bytes) -> None:
        """Hold what an id stands for; the same id for something else is a `DataError`."""
        row, new = self._ids.meet(name)
        said, _ = self._contents.meet(content)
        if new:
            self._places.append(place)
            self._said.append(said)
        elif self._said[row] != said:
            raise DataError(
                f"the id {name!r} stands for something else on "
                f"{self._places[row].seen_from(place)}; ids must be unique"
            )


class Answered:
    """Where each named worker answered for each instance."""

    def __init__(self) -> None:
        self._answers, self._places = Digests(), Places()

    def find(self, instance_id: str, worker: str) -> Place | None:
        """The place of an answer; None for a first one."""
        row = self._answers.find(instance_id, worker)
        return None if row is None else self._places[row]

    def add(self, place: Place, instance_id: str, worker: str) -> None:
        """Keep where an answer stands that was not there before."""
        self._answers.meet(instance_id, worker)
        self._places.append(place)


def _tokens(instance: Instance) -> int:
    """The tokens of both texts in 8 bytes."""
    whole = blake2b(instance.offsets.tobytes(), digest_size=8)
    if instance.offsets_pair is not None:
        whole.update(b"pair:%d:" % len(instance.offsets) + instance.offsets_pair.tobytes())
    return int.from_bytes(whole.digest(), "little")
