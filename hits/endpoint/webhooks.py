"""Webhooks of a HIT type, as the operator of the endpoint sets them."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hits.endpoint import ids, validation
from hits.endpoint.administration import books
from hits.endpoint.errors import EndpointError
from hits.endpoint.notifications import listeners
from hits.endpoint.tables import Event, HitType, Listener


@dataclass(frozen=True)
class Webhook:
    """Where events of a HIT type go, and how many have not arrived yet."""

    hit_type_id: str
    url: str
    events: list[str]
    waiting: int


def event_types() -> list[str]:
    """The events that can be named, from the service model."""
    shape = validation.model().shape_for("EventType")
    return [name for name in shape.metadata["enum"] if name != "Ping"]


def add_webhook(data: str, hit_type_id: str, url: str, events: list[str]) -> str:
    """Send these events (none named: all) to the address; the secret that signs them."""
    known = event_types()
    if unknown := sorted(set(events) - set(known)):
        raise EndpointError(f"there is no event {unknown[0]!r}; there are {', '.join(known)}")
    if not listeners.is_address(url, listeners.WEBHOOK):
        raise EndpointError(f"{url!r} is not an http or https address")
    secret = ids.secret()

    def write(session: Session, _now: int) -> None:
        hit_type = _hit_type(session, hit_type_id)
        listeners.remove(session, hit_type, url)
        listeners.add(session, hit_type, listeners.WEBHOOK, url, events or known, secret)

    with books(data, exist=True) as market:
        market.write(write)
    return secret


def list_webhooks(data: str) -> list[Webhook]:
    """All of them, in the order in which they were made."""

    def read(session: Session, _now: int) -> list[Webhook]:
        query = (
            select(Listener, HitType.hit_type_id)
            .join(HitType, HitType.seq == Listener.type_seq)
            .where(Listener.transport == listeners.WEBHOOK)
            .order_by(Listener.seq)
        )
        return [
            Webhook(hit_type_id, one.destination, one.events, _waiting(session, one.destination))
            for one, hit_type_id in session.execute(query)
        ]

    with books(data, exist=True) as market:
        return market.read(read)


def remove_webhook(data: str, hit_type_id: str, url: str) -> None:
    """Send nothing more there; what waits is still sent."""

    def write(session: Session, _now: int) -> None:
        if not listeners.remove(session, _hit_type(session, hit_type_id), url):
            raise EndpointError(f"the HIT type {hit_type_id!r} has no webhook {url!r}")

    with books(data, exist=True) as market:
        market.write(write)


def _waiting(session: Session, url: str) -> int:
    query = select(func.count(Event.seq)).where(Event.destination == url)
    return session.scalars(query).one()


def _hit_type(session: Session, hit_type_id: str) -> HitType:
    query = select(HitType).where(HitType.hit_type_id == hit_type_id)
    found = session.scalars(query).first()
    if found is None:
        raise EndpointError(f"there is no HIT type {hit_type_id!r}")
    return found
