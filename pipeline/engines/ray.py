"""Ray: processes on this machine, or on the machines of a cluster that is running.

Ray starts workers, brings parts to them and tries again where one is lost. It is an optional
extra. Nothing is sent to anybody: Ray's usage statistics are switched off.
"""

from __future__ import annotations

import logging
import os
import pickle
import platform
import socket
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from db.errors import KonkyoError, UsageError
from pipeline.engines.attempt import attempt, result
from pipeline.engines.base import (
    AHEAD,
    RETRIES,
    P,
    R,
    WorkerLost,
    WorkerUnready,
    called,
    cores,
    threads_each,
)

SHARED = ("konkyo", "torch", "numpy")
"""What must be of one version everywhere for results to be the same."""
STORE = 512 * 2**20
"""Bytes of shared memory that a local Ray may take for what travels; what is more goes to disk."""

KNOCKING = 10.0
"""Seconds that a cluster gets to answer."""


class Ray:
    """See `Engine`. An empty address starts Ray on this machine, whatever RAY_ADDRESS says.

    A Ray that this process has started already is used, and left running.
    """

    def __init__(self, workers: int = 0, address: str = "") -> None:
        self._ray = _library()
        self._ours = not self._ray.is_initialized()
        if self._ours:
            connect(self._ray, workers or cores(), address)
        there = int(self._ray.cluster_resources().get("CPU", 1))
        self.workers = max(1, min(workers or there, there))
        self.here = self._ours and not address

    def map(self, work: Callable[[P], R], parts: Sequence[P]) -> Iterator[R]:
        """See `Engine`."""
        task = self._ray.remote(num_cpus=1, max_retries=RETRIES)(remote_attempt)
        dumps = self._ray.cloudpickle.dumps
        job = self._ray.put(dumps(work))
        refs: dict[int, Any] = {}
        given = 0
        try:
            for number in range(len(parts)):
                while given < min(len(parts), number + AHEAD * self.workers):
                    refs[given] = task.remote(job, dumps(parts[given]), versions(), sys.path)
                    given += 1
                name = called(parts, number)
                try:
                    sent = self._get(refs[number], name)
                except KonkyoError:
                    del refs[number]  # it has ended, and Ray may abort where such is cancelled
                    raise
                del refs[number]
                yield result(sent, name)
        finally:
            self._cancel(list(refs.values()))

    def _cancel(self, refs: Sequence[Any]) -> None:
        """Stop the parts that are at work or waiting; those that are done are left alone."""
        if refs:
            _, left = self._ray.wait(refs, num_returns=len(refs), timeout=0, fetch_local=False)
            for ref in left:
                self._ray.cancel(ref, force=True)

    def close(self) -> None:
        """Stop the Ray that was started here, or leave the cluster."""
        if self._ours:
            self._ray.shutdown()

    def _get(self, ref: Any, part: str) -> bytes:
        errors = self._ray.exceptions
        try:
            found: bytes = self._ray.get(ref)
        except errors.RayError as error:
            if isinstance(error, errors.RayTaskError) and not _of_ray(error.cause, errors):
                raise _unready(part, error.cause) from error
            why = next(iter(str(error).splitlines()), "") or type(error).__name__
            raise WorkerLost(part, why) from error
        return found


def _of_ray(cause: object, errors: ModuleType) -> bool:
    """Whether Ray itself failed in the task: what the part was to get was lost with a machine."""
    return isinstance(cause, errors.RayError)


def _unready(part: str, cause: Exception) -> WorkerUnready:
    """What a part raises comes back as bytes; this was raised before, when konkyo was loaded."""
    trace = f"{type(cause).__name__}: {cause}".strip()
    unready = WorkerUnready(part, trace.splitlines()[-1], _said(versions()))
    unready.add_note(trace)
    return unready


def remote_attempt(
    work: bytes, part: bytes, expected: dict[str, str], path: Sequence[str] = ()
) -> bytes:
    """`attempt` where the worker's versions are the caller's; else a failure that says so.

    `path`: where the caller finds modules, a model of the project's own among them.
    """
    sys.path.extend(place for place in path if place not in sys.path)

    def checked(given: Any) -> Any:
        if versions() != expected:
            raise KonkyoError(
                f"the worker {platform.node()} has {_said(versions())}, but this command has "
                f"{_said(expected)}; install the same on every machine"
            )
        return pickle.loads(work)(given)

    return attempt(checked, part)


def versions() -> dict[str, str]:
    """Of Python and of what decides results."""
    return {"python": platform.python_version(), **{name: version(name) for name in SHARED}}


def _said(found: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in found.items())


def _library() -> ModuleType:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ModuleNotFoundError as error:
        raise UsageError(
            'the engine "ray" needs Ray: pip install "konkyo[ray]", or take another engine'
        ) from error
    module: ModuleType = ray
    return module


def connect(ray: ModuleType, workers: int, address: str) -> None:
    """To the cluster at the address, which must be running; or start Ray here."""
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": True}
    if not address:
        threads = {"OMP_NUM_THREADS": str(threads_each(workers))}
        ray.init(
            address="local",
            num_cpus=workers,
            include_dashboard=False,
            object_store_memory=STORE,
            runtime_env={"env_vars": threads},
            **quiet,
        )
        return
    try:
        if address != "auto":
            _knock(address)
        ray.init(address=address, **quiet)
    except (OSError, RuntimeError, ValueError) as error:
        if "AuthenticationError" in "".join(traceback.format_exception(error)):
            raise UsageError(
                f"the Ray cluster at {address!r} refused this command: it asks for a token; give "
                "Ray the one that you have for it, as Ray's documentation says"
            ) from error
        why = next(iter(str(error).splitlines()), "")
        raise UsageError(
            f"there is no Ray cluster at {address!r} ({why}); start one there, or leave "
            "[engine] address empty"
        ) from error


def _knock(address: str) -> None:
    """OSError or ValueError where nobody listens: Ray itself would try for minutes."""
    place = urlsplit(address if "://" in address else f"ray://{address}")
    if not place.hostname or not place.port:
        raise ValueError("an address is HOST:PORT, or ray://HOST:PORT")
    socket.create_connection((place.hostname, place.port), timeout=KNOCKING).close()
