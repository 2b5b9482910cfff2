"""What a writer of a dataset format is given, and what it promises.

A writer turns records into one file or folder. It writes whole or not at all, and the same records
give the same bytes. It never looks at who a worker is: names come in as they are to be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from db.records import HumanRationale, Instance


@dataclass(frozen=True)
class Said:
    """What one person said of the instance.

    `worker` is a pseudonym, None where nobody is known. `values` maps a question to its answer as
    the database holds it: `label`: str; `marks`: sorted token positions of a text or pair, or
    the mask of a picture as COCO writes it ({"size", "counts"}); other questions as JSON has them,
    each with its level of measurement in `levels` ("text": in words of the worker's own).
    `item`, `condition`, `presentation` and `side` are those of what was put before the person, ""
    where they are not known or tell nothing apart.
    """

    worker: str | None
    values: Mapping[str, Any]
    levels: Mapping[str, str] = field(default_factory=dict)
    item: str = ""
    condition: str = ""
    presentation: str = ""
    side: str = ""


@dataclass(frozen=True, eq=False)
class Record:
    """One instance and what is known of it.

    `human`: the consensus of the crowd, None where there is none. `models`: name → float32 scores,
    shape (U,) with one score a token or feature, or (rows, cols) over a picture.
    """

    instance: Instance
    human: HumanRationale | None = None
    annotations: tuple[Said, ...] = ()
    models: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What a writer did: how many records it wrote, and reason → how many things it left out."""

    records: int
    skipped: Mapping[str, int] = field(default_factory=dict)


class Writer(Protocol):
    """Write `records` to `path`, which must not exist yet (`UsageError`).

    Whole or not at all: what is at `path` afterwards is complete, or nothing is there. What the
    format cannot hold is left out and counted; a record that cannot be written is a `DataError`.
    """

    def __call__(self, records: Iterable[Record], path: Path) -> Written: ...
