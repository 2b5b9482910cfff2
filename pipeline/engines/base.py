"""What an engine is: it runs the parts of a piece of work somewhere, and hands results back.

Parts carry their own seeds and know nothing of each other, so that every engine gives the same
results. Work and parts hold arrays and settings, never a database: the caller alone stores.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from db.errors import KonkyoError

P = TypeVar("P")
R = TypeVar("R")

RETRIES = 2
"""How often a part is tried again whose worker was lost."""
AHEAD = 2
"""Parts per worker that may be at work or done before their turn: what waits stays small."""


class Engine(Protocol):
    """`workers`: how many parts run at the same time; `here`: all of them on this machine.

    Workers that are here may write where they stand into a file that the part names, and find it
    when the part is tried again.

    Made by `(workers, address)`: 0 workers means one for each core, an empty address this machine;
    an engine ignores what it has no use for.
    """

    workers: int
    here: bool

    def map(self, work: Callable[[P], R], parts: Sequence[P]) -> Iterator[R]:
        """`work(part)` of every part, in the order of the parts, as they come.

        Raises what a part raised: a KonkyoError as it was, anything else as `PartFailed`;
        `WorkerUnready` where a worker has not what it takes; and `WorkerLost` after `RETRIES`.
        Whoever stops listening stops the parts that are at work.
        """
        ...

    def close(self) -> None:
        """Let go of the workers."""
        ...


class PartFailed(KonkyoError):
    """A part raised an error in its worker. Notes hold the worker's traceback."""

    def __init__(self, part: str, kind: str, message: str) -> None:
        super().__init__(f"{part} failed in its worker: {kind}: {message}")


class WorkerLost(KonkyoError):
    """The worker of a part was lost, and so were those that tried again."""

    def __init__(self, part: str, why: str) -> None:
        super().__init__(
            f"{part} was given up: its worker was lost {RETRIES + 1} times ({why}). Workers are "
            "most often killed for want of memory: take fewer with [engine] workers. What was "
            "finished before it is kept"
        )


class WorkerUnready(KonkyoError):
    """A worker could not load what it needs for a part; no other is tried.

    Notes hold the worker's traceback.
    """

    def __init__(self, part: str, why: str, needed: str) -> None:
        super().__init__(
            f"{part} was not begun: its worker could not load konkyo ({why}); install it on every "
            f"machine of the cluster in the same version as here ({needed}). What was finished "
            "before it is kept"
        )


def called(parts: Sequence[Any], number: int) -> str:
    """A part in words: "part 3 of 8 (seed 2, shuffled)", by its `name` where it has one."""
    name = getattr(parts[number], "name", "")
    return f"part {number + 1} of {len(parts)}" + (f" ({name})" if name else "")


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_each(workers: int) -> int:
    """Threads of numpy and torch for each of so many workers on this machine, so that none wait."""
    return max(1, cores() // workers)
