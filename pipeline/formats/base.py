"""What a reader of a dataset format returns, and what it may be told.

A reader turns one file or folder into instances and, where the data has them, into what people
said of those instances. It reads everything before anything is stored, so that a fault on the
last line leaves the database as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Imported:
    """Everything a file held. `annotators` says in words who made the annotations.

    `questions`: question → level of measurement ("text" is kept and not measured); None where the
    format knows none but `label` and `marks`.
    `load` gives an instance the content that was too large to be held (the bytes of a picture).
    """

    instances: tuple[Instance, ...]
    annotations: tuple[Annotation, ...] = ()
    study: str = "highlight"
    annotators: str = ""
    notes: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    questions: Mapping[str, str] | None = None
    load: Callable[[Instance], Instance] | None = None


class Reader(Protocol):
    """Read `path` whole; a fault is an `ImportFailed` that names file and line."""

    def __call__(self, path: Path, options: ReadOptions) -> Imported: ...
