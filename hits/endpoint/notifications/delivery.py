"""The thread that sends what is due, and tries again until it arrives.

An event is claimed before it is sent (one UPDATE that moves its next moment), so two servers on
one database do not both send it; a server that dies after sending has claimed but not removed it,
and it is sent again, marked as a repeat. Tries are 1, 2, 4, … seconds apart, at most an hour, for
about a day.
"""

import logging
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from hits.endpoint.clock import SECOND
from hits.endpoint.market import Market
from hits.endpoint.notifications.transports import Message, NotSent, send
from hits.endpoint.tables import Event

_LONGEST_MS = 3600 * SECOND
_LAST_TRY = 34
_BATCH = 50
_AT_ONCE = 4
_LOOK_S = 1.0
_log = logging.getLogger(__name__)


class Delivery:
    """Runs until it is stopped; wakes when the market has news, and every second for retries."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is being sent; what is left is sent after the next start."""
        self._stopping.set()
        self._market.news.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._market.news.wait(_LOOK_S)
            self._market.news.clear()
            try:
                while not self._stopping.is_set() and deliver_due(self._market):
                    pass
            except Exception:  # noqa: BLE001 - the thread must outlive a database that is busy
                _log.exception("events could not be delivered; trying again")


def deliver_due(market: Market) -> int:
    """Send what is due now, at most a batch; how many were tried."""
    claimed = market.write(_claim) if market.read(_anything) else []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = list(pool.map(_try, [message for _, message in claimed]))
    for (seq, message), problem in zip(claimed, outcomes, strict=True):
        _settle(market, seq, message, problem)
    return len(claimed)


def _anything(session: Session, now: int) -> bool:
    return (
        session.scalars(select(Event.seq).where(Event.next_ms <= now).limit(1)).first() is not None
    )


def _claim(session: Session, now: int) -> list[tuple[int, Message]]:
    due = select(Event).where(Event.next_ms <= now).order_by(Event.seq).limit(_BATCH)
    return [
        (event.seq, _message(event))
        for event in session.scalars(due)
        if _claims(session, event, now)
    ]


def _claims(session: Session, event: Event, now: int) -> bool:
    """Whether this server is the one to send it."""
    tries = event.tries + 1
    wait = min(SECOND * 2 ** (tries - 1), _LONGEST_MS)
    result = session.execute(
        update(Event)
        .where(Event.seq == event.seq, Event.next_ms == event.next_ms)
        .values(
            tries=tries,
            next_ms=now + int(wait * random.uniform(1.0, 1.25)) if tries < _LAST_TRY else None,
        )
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], result).rowcount == 1


def _message(event: Event) -> Message:
    return Message(
        event.transport,
        event.destination,
        event.event_id,
        event.body,
        event.tries + 1,
        event.secret,
    )


def _try(message: Message) -> str | None:
    try:
        send(message)
    except NotSent as error:
        return str(error)
    return None


def _settle(market: Market, seq: int, message: Message, problem: str | None) -> None:
    if problem is None:
        market.write(lambda session, _now: session.execute(delete(Event).where(Event.seq == seq)))
        return
    _log.warning(
        "event %s did not reach its %s (try %d): %s",
        message.event_id,
        message.transport,
        message.attempt,
        problem.splitlines()[0][:200],
    )
    change = update(Event).where(Event.seq == seq).values(problem=problem[:1000])
    market.write(lambda session, _now: session.execute(change))
