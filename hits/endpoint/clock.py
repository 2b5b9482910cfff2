"""The time, in whole milliseconds since 1970 (UTC), from a clock that a test may set.

Deadlines, expiry, auto-approval and the memory of request tokens follow this clock. Signatures
do not: their age is a fact of the network, so ``sigv4`` asks the machine.
"""

import threading
import time
from datetime import timedelta

SECOND = 1000
DAY = 24 * 3600 * SECOND


class Clock:
    """The machine's clock."""

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000


class SetClock(Clock):
    """A clock that stands still until it is moved. Safe to move while a server runs."""

    def __init__(self, start_ms: int | None = None) -> None:
        self._lock = threading.Lock()
        self._now = Clock().now() if start_ms is None else start_ms

    def now(self) -> int:
        with self._lock:
            return self._now

    def move(self, step: timedelta) -> None:
        """Let `step` pass at once."""
        with self._lock:
            self._now += step // timedelta(milliseconds=1)


def wire_time(ms: int) -> float:
    """The number that the API sends: epoch seconds."""
    return ms / SECOND
