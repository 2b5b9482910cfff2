"""Work for engines to do, in a module that workers can import."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from db.errors import ImportFailed


@dataclass(frozen=True)
class Job:
    """A part: a number, a folder in which it leaves traces, and a name for errors."""

    number: int
    folder: Path

    @property
    def name(self) -> str:
        return f"seed {self.number}"

    def trace(self, what: str) -> int:
        """Note that something happened; returns how often it has."""
        with (self.folder / f"{what}-{self.number}").open("a") as file:
            file.write(f"{os.getpid()}\n")
        return self.count(what)

    def count(self, what: str) -> int:
        path = self.folder / f"{what}-{self.number}"
        return len(path.read_text().splitlines()) if path.exists() else 0


def square(number: int) -> int:
    return number * number


def late_first(number: int) -> int:
    """The first part ends last."""
    time.sleep(0.3 if number == 0 else 0.0)
    return number


def draw(seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=1000)


def doubled_in_place(values: NDArray[np.float64]) -> NDArray[np.float64]:
    values *= 2
    return values


def refuse(number: int) -> int:
    if number == 2:
        raise ImportFailed("labels.csv", 7, "there is no column 'value'")
    return number


def stumble(number: int) -> int:
    if number == 2:
        raise ValueError("2 is not to my liking")
    return number


def unsendable(number: int) -> object:
    """A function inside a function cannot be pickled."""
    return lambda: number


def die_once(job: Job) -> int:
    """Killed as for want of memory, the first time."""
    if job.trace("begun") == 1 and job.number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return job.number


def die(job: Job) -> int:
    job.trace("begun")
    if job.number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return job.number


def sleep_long(job: Job) -> int:
    job.trace("begun")
    time.sleep(600)
    job.trace("ended")
    return job.number


def begin(job: Job) -> int:
    job.trace("begun")
    return job.number


def threads(number: int) -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def sleep_after_first(job: Job) -> int:
    return job.number if job.number == 0 else sleep_long(job)
