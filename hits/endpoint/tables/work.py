"""Workers, and what they do: assignments, and the way an answer comes in."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hits.endpoint.tables.base import Base


class State(StrEnum):
    """Where an assignment is; requesters see only the middle three."""

    ACCEPTED = "Accepted"
    SUBMITTED = "Submitted"
    APPROVED = "Approved"
    REJECTED = "Rejected"
    RETURNED = "Returned"
    ABANDONED = "Abandoned"


GIVEN_UP = (State.RETURNED, State.ABANDONED)
"""An assignment in one of these states no longer occupies a slot, nor its worker."""

_OCCUPIES = text("state not in ('Returned', 'Abandoned')")


class Worker(Base):
    """Somebody who answers; the secret that signs them in is kept as a hash.

    Country, subdivision (ISO 3166) and being an adult are what the worker says. `blocks` counts
    the requesters who have blocked the worker, so that the queue need not look for none.
    """

    __tablename__ = "workers"
    seq: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[str] = mapped_column(String(64), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    created_ms: Mapped[int] = mapped_column(BigInteger)
    country: Mapped[str | None] = mapped_column(String(2))
    subdivision: Mapped[str | None] = mapped_column(String(2))
    adult: Mapped[bool] = mapped_column(default=False)
    blocks: Mapped[int] = mapped_column(default=0)


class Assignment(Base):
    """One worker's hold on one HIT, and what came of it."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "uq_assignments_one_per_worker",
            "hit_seq",
            "worker_seq",
            unique=True,
            sqlite_where=_OCCUPIES,
            postgresql_where=_OCCUPIES,
        ),
        Index(None, "hit_seq", "state", "submit_ms"),
        # Both columns first: "has this worker had this HIT?" is asked for every HIT of the queue.
        Index(None, "worker_seq", "hit_seq", "state"),
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[str] = mapped_column(String(64), unique=True)
    hit_seq: Mapped[int] = mapped_column(ForeignKey("hits.seq"))
    worker_seq: Mapped[int] = mapped_column(ForeignKey("workers.seq"))
    state: Mapped[str] = mapped_column(String(16))
    accept_ms: Mapped[int] = mapped_column(BigInteger)
    deadline_ms: Mapped[int] = mapped_column(BigInteger)
    given_up_ms: Mapped[int | None] = mapped_column(BigInteger)
    submit_ms: Mapped[int | None] = mapped_column(BigInteger)
    auto_approval_ms: Mapped[int | None] = mapped_column(BigInteger)
    approval_ms: Mapped[int | None] = mapped_column(BigInteger)
    rejection_ms: Mapped[int | None] = mapped_column(BigInteger)
    answer: Mapped[str | None] = mapped_column(Text, deferred=True)
    feedback: Mapped[str | None] = mapped_column(Text)
    worker: Mapped[Worker] = relationship(lazy="joined", innerjoin=True)


class Bonus(Base):
    """Money sent to a worker beyond the reward."""

    __tablename__ = "bonuses"
    seq: Mapped[int] = mapped_column(primary_key=True)
    assignment_seq: Mapped[int] = mapped_column(ForeignKey("assignments.seq"), index=True)
    worker_seq: Mapped[int] = mapped_column(ForeignKey("workers.seq"), index=True)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    granted_ms: Mapped[int] = mapped_column(BigInteger)


class WorkerSession(Base):
    """A signed-in browser; the cookie's value is kept as a hash."""

    __tablename__ = "worker_sessions"
    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    worker_seq: Mapped[int] = mapped_column(ForeignKey("workers.seq"), index=True)
    created_ms: Mapped[int] = mapped_column(BigInteger)


class SubmitToken(Base):
    """What opens the way for one assignment's answer; kept as a hash.

    An assignment has one per session that opened it. Worker, HIT and deadline follow from the
    assignment, and its state decides whether the token still opens anything.
    """

    __tablename__ = "submit_tokens"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    assignment_seq: Mapped[int] = mapped_column(ForeignKey("assignments.seq"), index=True)


class Upload(Base):
    """A file that came with an answer."""

    __tablename__ = "uploads"
    seq: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[str] = mapped_column(String(64), unique=True)
    assignment_seq: Mapped[int] = mapped_column(ForeignKey("assignments.seq"), index=True)
    question_id: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Invitation(Base):
    """A link that lets people register; its code is kept as a hash."""

    __tablename__ = "invitations"
    seq: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    note: Mapped[str] = mapped_column(Text)
    places: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    created_ms: Mapped[int] = mapped_column(BigInteger)
