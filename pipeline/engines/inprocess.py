"""In this process, one part after the other: the default, and the measure of all other engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.engines.base import P, R


class InProcess:
    """Nothing is started or sent; torch keeps the threads that it has."""

    workers = 1
    here = True

    def __init__(self, workers: int = 0, address: str = "") -> None:
        """Both are ignored: there is one worker, and it is here."""

    def map(self, work: Callable[[P], R], parts: Sequence[P]) -> Iterator[R]:
        """See `Engine`; a part runs when its result is asked for, and errors come as they are."""
        return map(work, parts)

    def close(self) -> None:
        """Nothing to let go of."""


HERE = InProcess()
"""The default of whatever can be spread."""
