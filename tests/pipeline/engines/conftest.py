"""A Ray of two workers, started once; every engine with two workers."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipeline.engines import ENGINES
from pipeline.engines.base import Engine
from tests.pipeline.models.conftest import one_thread

__all__ = ["one_thread"]
AWAY = [name for name in ENGINES if name != "inprocess"]


@pytest.fixture(scope="session")
def ray_here() -> Iterator[Any]:
    """A real Ray on this machine; its sockets want a short path, so the folder is its own."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip('Ray is not installed (pip install "konkyo[ray]")')
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    folder = tempfile.mkdtemp(prefix="kr")
    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=100 * 2**20,
        log_to_driver=False,
        _temp_dir=folder,
    )
    yield ray
    ray.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_engine(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Engine]]:
    made: list[Engine] = []

    def make(name: str) -> Engine:
        if name == "ray":
            request.getfixturevalue("ray_here")
        made.append(ENGINES.load(name)(2, ""))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest, make_engine: Callable[[str], Engine]) -> Engine:
    return make_engine(request.param)


@pytest.fixture(params=AWAY)
def away(request: pytest.FixtureRequest, make_engine: Callable[[str], Engine]) -> Engine:
    """Engines whose parts run in other processes."""
    return make_engine(request.param)
