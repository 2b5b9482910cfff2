"""One database and one clock: every read and every write of the market goes through here.

Both begin by letting the clock do what has fallen due, so that nobody ever reads a deadline that
has passed without consequence. On SQLite, writers of this process take turns in a queue of their
own, which is fairer and faster than SQLite's polling.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from hits.endpoint import due, lifecycle, prepared
from hits.endpoint.clock import Clock
from hits.endpoint.database import WRITES, open_database
from hits.endpoint.notifications import events
from hits.endpoint.reviews import apply as reviews

T = TypeVar("T")
Work = Callable[[Session, int], T]
_TRIES = 3
_THREADS = 40
_THREADS_ALONE = 4
"""On SQLite, more than a few only wait for each other, and cost switches."""


class Market:
    """The books of one endpoint. `work` receives a session and the time in milliseconds."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.clock = clock
        self._engine = engine
        writer = engine.execution_options(**{WRITES: True})
        self._reading = sessionmaker(engine, expire_on_commit=False)
        self._writing = sessionmaker(writer, expire_on_commit=False)
        # Set after a transaction that has written events: `notifications.delivery` waits for it.
        self.news = threading.Event()
        self._watch = due.Watch()
        alone = engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = threading.Lock() if alone else nullcontext()
        self._pool = ThreadPoolExecutor(_THREADS_ALONE if alone else _THREADS, "market")

    @classmethod
    def open(cls, data: str, clock: Clock) -> "Market":
        """The market whose books are at `data` (a path or an SQLAlchemy URL)."""
        return cls(open_database(data), clock)

    def close(self) -> None:
        """Let go of the database, once nobody is at work on it."""
        self._pool.shutdown()
        self._engine.dispose()

    async def in_thread(self, work: Callable[..., T], *given: Any) -> T:
        """Call `work`, which will wait for the database, beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)

    def read(self, work: Work[T]) -> T:
        """Run `work` on one consistent view of the books."""
        with self._reading() as session:
            now = self.clock.now()
            if not self._watch.is_due(session, now):
                return work(session, now)
        self.write(lambda _session, _now: None)
        with self._reading() as session:
            return work(session, self.clock.now())

    def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction; an exception undoes all that it did.

        A database that lets writers run side by side may refuse one of them (two claims on one
        token, a deadlock); the work is then done again from the start.
        """
        for _ in range(_TRIES - 1):
            try:
                return self._write_once(work)
            except (IntegrityError, OperationalError):
                continue
        return self._write_once(work)

    def _write_once(self, work: Work[T]) -> T:
        with self._turn, self._writing() as session:
            now = self.clock.now()
            if self._watch.is_due(session, now):
                # Committed by itself: what time has done stays done even if `work` is refused.
                lifecycle.settle(session, now)
                self._finish(session, now)
                self._watch.forget()
            result = work(session, now)
            self._finish(session, now)
            return result

    def _finish(self, session: Session, now: int) -> None:
        """What follows from the work by itself, and the commit of both."""
        reviews.apply(session, now)
        session.commit()
        prepared.let_go(session)
        self._watch.heard(session)
        if session.info.pop(events.WRITTEN, False):
            self.news.set()
