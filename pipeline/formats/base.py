"""What a reader of a dataset format hands over, and what it may be told.

A reader turns one file or folder into instances and, where the data has them, into what people
said of those instances. It hands them over piece by piece, so that a file need not fit into the
memory, and ends with what can only be said of the whole. A fault may stand on the last line: who
takes the pieces keeps none of them before the end has been reached.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from db.records import Instance


@dataclass(frozen=True)
class ReadOptions:
    """What the user said about the file: which columns mean what, and which labels exist."""

    text: str | None = None
    text_pair: str | None = None
    label: str | None = None
    split: str | None = None
    rationale: str | None = None
    labels: tuple[str, ...] = ()
    mapping: Path | None = None


@dataclass(frozen=True)
class Part:
    """A part of a page that was judged for itself: what was shown of it, and question → value.

    Parts of an instance that were shown alike are one and the same; what is known `beside` a part
    (where it came from, how it was scored) tells no two apart.
    """

    shown: Mapping[str, Any]
    values: Mapping[str, Any]
    beside: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Annotation:
    """What one person said of one instance.

    `worker` is a name that holds within the file, None where the data names nobody. `values`
    maps a question of the study to its answer (`label`: str, `marks`: sorted token positions).
    `raw` is the answer as it stood in the file; `line` is where. `shown` is what stood beside the
    instance; `parts` are what was judged of it one by one: what was shown of each, and its values.
    """

    instance_id: str
    worker: str | None
    values: Mapping[str, Any]
    raw: str
    line: int
    shown: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()


Load = Callable[[Instance], Instance]
"""Gives an instance the content that was too large to be held (the bytes of a picture)."""


@dataclass(frozen=True)
class Piece:
    """Some of what a file holds, in the order of the file.

    No instance is in two pieces, and an annotation comes with its instance or after it.
    `labelled` are instances of earlier pieces that had no label there and have one now.
    """

    instances: tuple[Instance, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    labelled: tuple[Instance, ...] = ()
    load: Load | None = None


@dataclass(frozen=True)
class Summary:
    """What is said of a file as a whole. `annotators` says in words who made the annotations.

    `questions`: question → level of measurement ("text" is kept and not measured); None where the
    format knows none but `label` and `marks`.
    """

    study: str = "highlight"
    annotators: str = ""
    notes: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    questions: Mapping[str, str] | None = None


Reading = Generator[Piece, None, Summary]
"""The pieces of a file one after another; what the generator returns is its summary."""


class Reader(Protocol):
    """Read `path` as the pieces are asked for; a fault is an `ImportFailed` naming file and line."""

    def __call__(self, path: Path, options: ReadOptions) -> Reading: ...


@dataclass(frozen=True)
class Imported:
    """Everything a file held, for what needs all of it at once; fields as in piece and summary."""

    instances: tuple[Instance, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    study: str = "highlight"
    annotators: str = ""
    notes: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    questions: Mapping[str, str] | None = None
    load: Load | None = None


def whole(reading: Reading) -> Imported:
    """All pieces of a file together. A fault anywhere in the file is raised here."""
    pieces: list[Piece] = []
    summary = drain(pieces.append, reading)
    instances = {i.id: i for piece in pieces for i in piece.instances}
    for late in (i for piece in pieces for i in piece.labelled):
        instances[late.id] = replace(instances[late.id], label=late.label)
    return Imported(
        tuple(instances.values()),
        tuple(a for piece in pieces for a in piece.annotations),
        load=next((piece.load for piece in pieces if piece.load), None),
        **vars(summary),
    )


def drain(take: Callable[[Piece], None], reading: Reading) -> Summary:
    """Give every piece to `take`, in order; returns the summary that follows them."""
    while True:
        try:
            piece = next(reading)
        except StopIteration as end:
            summary: Summary = end.value
            return summary
        take(piece)


def in_one(found: Imported) -> Reading:
    """What could only be read whole (a document of JSON, a folder of pictures), as one piece."""
    yield Piece(found.instances, found.annotations, load=found.load)
    return Summary(found.study, found.annotators, found.notes, found.skipped, found.questions)
