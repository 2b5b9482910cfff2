"""Processes on this machine, started when first needed and kept until `close`.

Each has a pipe of its own and one part at a time; a pipe that ends means that its process was
lost. Spawned, not forked: torch's threads do not survive a fork.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from pipeline.engines.attempt import attempt, result
from pipeline.engines.base import AHEAD, RETRIES, P, R, WorkerLost, called, cores, threads_each

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
PATIENCE = 5.0
"""Seconds that a process gets to end when told to, before it is killed."""


@dataclass(eq=False)
class Member:
    """A process; `at`: the part that it has; `knows`: which work it was sent last."""

    process: SpawnProcess
    pipe: Connection
    at: int | None = None
    knows: int = 0


class Processes:
    """See `Engine`. The address is ignored: all processes are on this machine."""

    here = True

    def __init__(self, workers: int = 0, address: str = "") -> None:
        self.workers = workers or cores()
        self._members: list[Member] = []
        self._works = itertools.count(1)

    def map(self, work: Callable[[P], R], parts: Sequence[P]) -> Iterator[R]:
        """See `Engine`."""
        tour = _Round(self, next(self._works), pickle.dumps(work), parts)
        try:
            for number in range(len(parts)):
                yield tour.result(number)
        finally:
            if tour.unfinished:
                self.close()

    def idle(self) -> Member | None:
        """A process without a part, started where there may be one more; None: all are busy."""
        free = next((member for member in self._members if member.at is None), None)
        if free is None and len(self._members) < self.workers:
            free = _start(threads_each(self.workers))
            self._members.append(free)
        return free

    @property
    def busy(self) -> dict[Connection, Member]:
        """The processes that have a part, by their pipes."""
        return {member.pipe: member for member in self._members if member.at is not None}

    def dismiss(self, member: Member) -> int | None:
        """Take leave of a lost process; returns its exit code."""
        self._members.remove(member)
        return _end(member)

    def close(self) -> None:
        """End all processes, at work or not."""
        for member in self._members:
            member.process.terminate()
        while self._members:
            _end(self._members.pop())


class _Round:
    """One call of `map`: which parts wait, which are done and not yet asked for."""

    def __init__(self, team: Processes, work: int, pickled: bytes, parts: Sequence[Any]) -> None:
        self._team, self._work, self._pickled, self._parts = team, work, pickled, parts
        self._waiting = list(reversed(range(len(parts))))
        self._losses = [0] * len(parts)
        self._done: dict[int, bytes] = {}

    @property
    def unfinished(self) -> bool:
        """Whether a process is at work on a part that nobody will ask for."""
        return bool(self._team.busy)

    def result(self, number: int) -> Any:
        """The result of a part; those before it were asked for. Keeps all processes at work."""
        self._collect(0)
        self._give(number)
        while number not in self._done:
            self._collect(None)
            self._give(number)
        return result(self._done.pop(number), called(self._parts, number))

    def _give(self, asked: int) -> None:
        """Parts to whoever has none, not far ahead of the one asked for."""
        last = asked + AHEAD * self._team.workers
        while self._waiting and self._waiting[-1] < last and (member := self._team.idle()):
            member.at = self._waiting.pop()
            work = self._pickled if member.knows != self._work else None
            member.knows = self._work
            try:
                member.pipe.send_bytes(pickle.dumps((work, pickle.dumps(self._parts[member.at]))))
            except OSError:
                self._lost(member)

    def _collect(self, seconds: float | None) -> None:
        """What has come from the processes; None waits for one at least."""
        busy = self._team.busy
        for pipe in wait(list(busy), seconds) if busy else ():
            member = busy[pipe]  # type: ignore[index]
            try:
                sent = member.pipe.recv_bytes()
            except (EOFError, OSError):
                self._lost(member)
                continue
            if member.at is not None:
                self._done[member.at] = sent
            member.at = None

    def _lost(self, member: Member) -> None:
        """Its part waits again, first in the row, unless that was often enough."""
        code = self._team.dismiss(member)
        at = member.at
        if at is None:
            return
        self._losses[at] += 1
        if self._losses[at] > RETRIES:
            raise WorkerLost(called(self._parts, at), f"exit code {code}")
        self._waiting.append(at)


def serve(pipe: Connection) -> None:
    """What a process does: parts, one after the other, until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear
    work: Any = None
    while True:
        try:
            pickled, part = pickle.loads(pipe.recv_bytes())
            if pickled is not None:
                work = _Unpickled(pickled)
            pipe.send_bytes(attempt(work, part))
        except (EOFError, OSError):
            return


class _Unpickled:
    """Work that is unpickled at its first part, so that a failure to do so is that part's."""

    def __init__(self, pickled: bytes) -> None:
        self._pickled = pickled
        self._work: Callable[[Any], Any] | None = None

    def __call__(self, part: Any) -> Any:
        if self._work is None:
            self._work = pickle.loads(self._pickled)
        return self._work(part)


def _start(threads: int) -> Member:
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    with _inherited(threads):
        process.start()
    theirs.close()
    return Member(process, ours)


@contextmanager
def _inherited(threads: int) -> Iterator[None]:
    """What a process has from its start: so many threads, and no ear for Ctrl-C."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, str(threads)))
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _end(member: Member) -> int | None:
    member.pipe.close()
    member.process.join(PATIENCE)
    if member.process.is_alive():
        member.process.kill()
        member.process.join()
    return member.process.exitcode
