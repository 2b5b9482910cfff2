"""Invitations: links with which people may register where registration is not open."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hits.endpoint import ids
from hits.endpoint.administration import books
from hits.endpoint.clock import DAY, SECOND
from hits.endpoint.tables import Invitation


@dataclass(frozen=True)
class InvitationFacts:
    """An invitation as its operator sees it; the code itself is shown once."""

    note: str
    places: int
    used: int
    expires: float


def invite(data: str, places: int, days: int, note: str) -> str:
    """A new invitation for so many people; its code, which the books do not keep."""
    code = ids.secret()

    def write(session: Session, now: int) -> None:
        session.add(
            Invitation(
                code_hash=ids.digest(code),
                note=note,
                places=places,
                used=0,
                expires_ms=now + days * DAY,
                created_ms=now,
            )
        )

    with books(data) as market:
        market.write(write)
    return code


def list_invitations(data: str) -> list[InvitationFacts]:
    """All of them, in the order in which they were made."""

    def read(session: Session, _now: int) -> list[InvitationFacts]:
        found = session.scalars(select(Invitation).order_by(Invitation.seq))
        return [
            InvitationFacts(one.note, one.places, one.used, one.expires_ms / SECOND)
            for one in found
        ]

    with books(data, exist=True) as market:
        return market.read(read)


def is_good(session: Session, code: str, now: int) -> bool:
    """Whether the code still opens a place."""
    found = session.scalars(select(Invitation.seq).where(*_good(code, now)))
    return found.first() is not None


def take_place(session: Session, code: str, now: int) -> bool:
    """Use one place of the invitation, if it has one left; one UPDATE, so none is used twice."""
    taken = session.execute(
        update(Invitation)
        .where(*_good(code, now))
        .values(used=Invitation.used + 1)
        .returning(Invitation.seq)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def _good(code: str, now: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.code_hash == ids.digest(code),
        Invitation.used < Invitation.places,
        Invitation.expires_ms > now,
    )
