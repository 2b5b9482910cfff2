"""The endpoint's tables.

Times are milliseconds since the epoch, money is whole cents, secrets are hashes (save the
requesters' keys, which a signature check needs as they are). Public ids are random strings;
``seq`` numbers are internal and give lists a stable order. Counters on ``hits`` repeat what
``assignments`` says, so that the queue and the API read one row per HIT. Questions and answers
are long and seldom needed: they are loaded only where a query asks for them.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class HitStatus(StrEnum):
    """MTurk's words for where a HIT is in its life."""

    ASSIGNABLE = "Assignable"
    UNASSIGNABLE = "Unassignable"
    REVIEWABLE = "Reviewable"
    REVIEWING = "Reviewing"
    DISPOSED = "Disposed"


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


class Base(DeclarativeBase):
    """Constraint names are fixed, so that migrations can name them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Account(Base):
    """A requester. What is held for open work stands on the HITs, not here."""

    __tablename__ = "accounts"
    seq: Mapped[int] = mapped_column(primary_key=True)
    access_key: Mapped[str] = mapped_column(String(128), unique=True)
    secret_key: Mapped[str] = mapped_column(String(128))
    available_cents: Mapped[int] = mapped_column(BigInteger)
    created_ms: Mapped[int] = mapped_column(BigInteger)


class HitType(Base):
    """Properties that HITs share; `digest` finds the one with identical values."""

    __tablename__ = "hit_types"
    __table_args__ = (UniqueConstraint("account_seq", "digest"),)
    seq: Mapped[int] = mapped_column(primary_key=True)
    hit_type_id: Mapped[str] = mapped_column(String(64), unique=True)
    group_id: Mapped[str] = mapped_column(String(64), unique=True)
    account_seq: Mapped[int] = mapped_column(ForeignKey("accounts.seq"))
    digest: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    keywords: Mapped[str | None] = mapped_column(Text)
    reward_cents: Mapped[int] = mapped_column(BigInteger)
    duration_s: Mapped[int]
    auto_approval_s: Mapped[int]
    created_ms: Mapped[int] = mapped_column(BigInteger)


class Hit(Base):
    """One task. `due_ms` is no later than the next moment at which time alone changes it."""

    __tablename__ = "hits"
    __table_args__ = (Index(None, "status", "type_seq"), Index(None, "account_seq", "seq"))
    seq: Mapped[int] = mapped_column(primary_key=True)
    hit_id: Mapped[str] = mapped_column(String(64), unique=True)
    account_seq: Mapped[int] = mapped_column(ForeignKey("accounts.seq"))
    type_seq: Mapped[int] = mapped_column(ForeignKey("hit_types.seq"))
    question: Mapped[str] = mapped_column(Text, deferred=True)
    annotation: Mapped[str | None] = mapped_column(Text)
    max_assignments: Mapped[int]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    expires_ms: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(16))
    review_status: Mapped[str] = mapped_column(String(32))
    pending: Mapped[int] = mapped_column(default=0)
    submitted: Mapped[int] = mapped_column(default=0)
    approved: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    held_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    reviewable_ms: Mapped[int | None] = mapped_column(BigInteger)
    due_ms: Mapped[int | None] = mapped_column(BigInteger, index=True)
    type: Mapped[HitType] = relationship(lazy="joined", innerjoin=True)

    @property
    def unfilled(self) -> int:
        """Slots that nobody holds and nobody has filled."""
        taken = self.pending + self.submitted + self.approved + self.rejected
        return self.max_assignments - taken


class Worker(Base):
    """Somebody who answers; the secret that signs them in is kept as a hash."""

    __tablename__ = "workers"
    seq: Mapped[int] = mapped_column(primary_key=True)
    worker_id: Mapped[str] = mapped_column(String(64), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    created_ms: Mapped[int] = mapped_column(BigInteger)


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


class RequestToken(Base):
    """A UniqueRequestToken and what it made: the HITId, or the request id of a bonus."""

    __tablename__ = "request_tokens"
    account_seq: Mapped[int] = mapped_column(ForeignKey("accounts.seq"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16), primary_key=True)
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    result: Mapped[str] = mapped_column(String(64))
    created_ms: Mapped[int] = mapped_column(BigInteger)


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
