"""The engine that a command asks for, closed when the work is done or was broken off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.config import EngineSettings
from pipeline.engines import ENGINES
from pipeline.engines.base import Engine


@contextmanager
def open_engine(settings: EngineSettings, name: str | None = None) -> Iterator[Engine]:
    """The engine called `name`, else that of [engine]; an unknown name is refused."""
    kind = ENGINES.load(name or settings.name)
    engine: Engine = kind(settings.workers, settings.address)
    try:
        yield engine
    finally:
        engine.close()
