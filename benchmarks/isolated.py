"""One piece of work in a process of its own: how long, how much memory, and what came out.

A process is ended at a limit, and its memory is its own: neither a peer's caches nor what an
earlier measurement left behind count.
"""

from __future__ import annotations

import multiprocessing
import time
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

Work = Callable[[], float | Callable[[], float]]
STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")


class Run(NamedTuple):
    """Seconds, MB at the peak above what stood before the work, its value; or why there is none."""

    seconds: float
    megabytes: float
    value: float
    problem: str = ""

    def cell(self, digits: int = 2) -> str:
        """The seconds as they are printed."""
        return self.problem or f"{self.seconds:.{digits}f}"

    def memory(self) -> str:
        """The memory as it is printed; "?" where the system does not tell."""
        return "" if self.problem else "?" if self.megabytes < 0 else f"{self.megabytes:.0f}"


def measured(limit: float, prepare: Callable[..., Work], *given: Any) -> Run:
    """Call `prepare(*given)`, which returns the work; time the work alone, and end it at `limit`.

    Work may return a function that gives its value, which is not timed.

    A peer that is not installed (ImportError) is "absent"; one that fails or is ended says so.
    """
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_child, args=(there, prepare, given))
    process.start()
    there.close()
    try:
        return here.recv() if here.poll(limit) else Run(limit, 0.0, 0.0, f"> {limit:.0f}")
    except EOFError:
        return Run(0.0, 0.0, 0.0, "failed")
    finally:
        process.terminate()
        process.join()


def _child(answer: Connection, prepare: Callable[..., Work], given: Any) -> None:
    warnings.simplefilter("ignore")
    try:
        work = prepare(*given)
        before = _resident("VmRSS") if _reset() else -1.0
        start = time.perf_counter()
        value = work()
        seconds = time.perf_counter() - start
        grown = _resident("VmHWM") - before if before >= 0 else -1.0
        answer.send(Run(seconds, grown, float(value() if callable(value) else value)))
    except ImportError:
        answer.send(Run(0.0, 0.0, 0.0, "absent"))
    except MemoryError:
        answer.send(Run(0.0, 0.0, 0.0, "no memory"))


def _reset() -> bool:
    """Start the peak anew; False where the system cannot."""
    try:
        CLEAR.write_text("5")
    except OSError:
        return False
    return STATUS.exists()


def _resident(name: str) -> float:
    """MB of a line of the process's status."""
    for line in STATUS.read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return -1.0
