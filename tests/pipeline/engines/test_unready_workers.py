"""Workers that cannot load konkyo: no worker was lost, and another try would help nobody."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.engines import ray as engine_of_ray
from pipeline.engines.base import WorkerLost, WorkerUnready
from tests.pipeline.engines import works


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The engine's own file, loaded here under a name that no worker can import.

    To the workers of Ray this is a cluster on which konkyo is not installed.
    """
    name = "konkyo_that_is_only_here"
    path = tmp_path / f"{name}.py"
    path.write_text(Path(engine_of_ray.__file__).read_text("utf-8"), "utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(engine_of_ray, "remote_attempt", module.remote_attempt)
    yield


def test_a_worker_without_konkyo_is_told_from_one_that_was_lost(
    elsewhere: None, ray_here: Any
) -> None:
    engine = engine_of_ray.Ray(2)
    with pytest.raises(WorkerUnready) as caught:
        list(engine.map(works.square, [3, 4]))
    said, versions = str(caught.value), engine_of_ray.versions()
    missing = "ModuleNotFoundError: No module named 'konkyo_that_is_only_here'"
    assert said.startswith(
        f"part 1 of 2 was not begun: its worker could not load konkyo ({missing}); install it on "
        f"every machine of the cluster in the same version as here (python {versions['python']}, "
        f"konkyo {versions['konkyo']}, "
    )
    assert "lost" not in said and "memory" not in said and "\n" not in said
    (trace,) = caught.value.__notes__
    assert "Traceback" in trace and missing in trace


def lose(*_: object) -> bytes:
    """As where the work was lost with the machine that held it, before the part could read it."""
    from ray.exceptions import WorkerCrashedError

    raise WorkerCrashedError


def test_a_loss_that_ray_reports_inside_a_task_is_a_loss(
    ray_here: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_of_ray, "remote_attempt", lose)
    with pytest.raises(WorkerLost, match=r"^part 1 of 1 was given up: its worker was lost"):
        list(engine_of_ray.Ray(2).map(works.square, [3]))


def test_the_engine_goes_on_where_konkyo_is_there_again(ray_here: Any) -> None:
    assert list(engine_of_ray.Ray(2).map(works.square, [3])) == [9]
