"""An event, written in the transaction that it tells of: both happen, or neither.

The body is what Amazon documents for queues and topics: an event type, the moment (UTC), the
HIT type, the HIT, and the assignment where there is one. The names around it (``EventDocId``,
``EventDocVersion``, ``CustomerId``, ``Events``) are as programs in the wild read them; Amazon's
own messages were never seen here. Worker ids and answers are not sent: a queue is no place for
them, and one call of the API gives both.
"""

import json
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hits.endpoint import ids
from hits.endpoint.clock import SECOND
from hits.endpoint.live import LiveHit
from hits.endpoint.tables import Account, Event, Hit, Listener

WRITTEN = "events have been written"
VERSION = "2014-08-15"


def record(
    session: Session, hit: Hit | LiveHit, event_type: str, at: int, assignment_id: str | None = None
) -> None:
    """Tell those who listen to this HIT's type that something happened at the moment `at`."""
    if not hit.type.listens:
        return
    query = select(Listener).where(Listener.type_seq == hit.type_seq, Listener.active)
    for listener in session.scalars(query):
        if event_type in listener.events:
            session.add(_event(session, listener, hit, event_type, at, assignment_id))
            session.info[WRITTEN] = True


def _event(
    session: Session,
    listener: Listener,
    hit: Hit | LiveHit,
    event_type: str,
    at: int,
    assignment_id: str | None,
) -> Event:
    told = {
        "EventType": event_type,
        "EventTimestamp": _utc(at),
        "HITId": hit.hit_id,
        "HITTypeId": hit.type.hit_type_id,
        "HITGroupId": hit.type.group_id,
    }
    if assignment_id is not None:
        told["AssignmentId"] = assignment_id
    customer = session.get_one(Account, hit.account_seq).access_key
    event_id = ids.entity_id()
    return Event(
        event_id=event_id,
        transport=listener.transport,
        destination=listener.destination,
        secret=listener.secret,
        body=body(event_id, customer, told),
        next_ms=at,
    )


def body(event_id: str, customer: str, told: dict[str, str]) -> str:
    """The document around one event."""
    document = {
        "EventDocId": event_id,
        "EventDocVersion": VERSION,
        "CustomerId": customer,
        "Events": [told],
    }
    return json.dumps(document)


def test_body(event_id: str, customer: str, event_type: str, now: int) -> str:
    """A document that says that it is only a test."""
    told = {"EventType": event_type, "EventTimestamp": _utc(now), "IsTest": "true"}
    return body(event_id, customer, told)


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms / SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
