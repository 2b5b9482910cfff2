"""Many small parts, of which several travel together: a journey costs more than a small part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic

from pipeline.engines.base import Engine, P, R
from pipeline.engines.inprocess import InProcess

TOGETHER = 8
"""Batches of texts that travel together: a worker is busy for about a second."""


@dataclass(frozen=True, eq=False)
class Several(Generic[P, R]):
    """Work on one part, made into work on several."""

    work: Callable[[P], R]

    def __call__(self, parts: Sequence[P]) -> list[R]:
        """The results in the order of the parts."""
        return [self.work(part) for part in parts]


def each(
    engine: Engine, work: Callable[[P], R], parts: Iterable[P], together: int = TOGETHER
) -> Iterator[R]:
    """`work(part)` of every part in their order; in this process, parts are made when needed.

    The parts stay as they are, so that nothing depends on how many travel together.
    """
    if isinstance(engine, InProcess):
        yield from map(work, parts)
        return
    for results in engine.map(Several(work), list(_grouped(parts, together))):
        yield from results


def _grouped(parts: Iterable[P], size: int) -> Iterator[list[P]]:
    left = iter(parts)
    while group := list(islice(left, size)):
        yield group
