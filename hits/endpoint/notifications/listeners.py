"""Who wants to hear of which events: one queue or topic a HIT type, and any number of webhooks."""

import re
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hits.endpoint.tables import HitType, Listener

SQS, SNS, WEBHOOK = "SQS", "SNS", "Webhook"
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}")


def is_address(destination: str, transport: str) -> bool:
    """Whether messages could go there: a queue's URL, a topic's ARN, a webhook's URL."""
    if transport == SNS:
        return bool(_TOPIC.fullmatch(destination))
    try:
        parts = urlsplit(destination)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def of_api(session: Session, hit_type: HitType) -> Listener | None:
    """The queue or topic that the API has set."""
    query = select(Listener).where(
        Listener.type_seq == hit_type.seq, Listener.transport.in_((SQS, SNS))
    )
    return session.scalars(query).first()


def add(
    session: Session,
    hit_type: HitType,
    transport: str,
    destination: str,
    events: list[str],
    secret: str | None = None,
    active: bool = True,
) -> Listener:
    """A new listener; a queue or topic takes the place of the one before."""
    if transport != WEBHOOK and (before := of_api(session, hit_type)) is not None:
        session.delete(before)
    made = Listener(
        type_seq=hit_type.seq,
        transport=transport,
        destination=destination,
        events=events,
        secret=secret,
        active=active,
    )
    session.add(made)
    follow(session, hit_type)
    return made


def remove(session: Session, hit_type: HitType, destination: str) -> bool:
    """Take a webhook away; whether there was one."""
    wanted = (
        Listener.type_seq == hit_type.seq,
        Listener.transport == WEBHOOK,
        Listener.destination == destination,
    )
    found = session.scalars(select(Listener.seq).where(*wanted)).all()
    session.execute(delete(Listener).where(Listener.seq.in_(found)))
    follow(session, hit_type)
    return bool(found)


def follow(session: Session, hit_type: HitType) -> None:
    """Keep on the HIT type whether anybody listens, so that asking costs nothing."""
    session.flush()
    active = select(func.count(Listener.seq)).where(
        Listener.type_seq == hit_type.seq, Listener.active
    )
    hit_type.listens = session.scalars(active).one() > 0
    session.flush()
