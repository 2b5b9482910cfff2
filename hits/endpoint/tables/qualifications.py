"""What workers are known to be able to do, who asked to be, and whom a requester will not have."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hits.endpoint.tables.base import Base
from hits.endpoint.tables.work import Worker


class RequestState(StrEnum):
    """Where a request for a qualification is; requesters see the pending ones."""

    STARTED = "Started"
    PENDING = "Pending"
    GRANTED = "Granted"
    REJECTED = "Rejected"


_NOT_DELETED = text("deleted_ms is null")


class QualificationType(Base):
    """A requester's own qualification; the system's are not in the books, but computed."""

    __tablename__ = "qualification_types"
    __table_args__ = (
        Index(
            "uq_qualification_types_name",
            "account_seq",
            "name",
            unique=True,
            sqlite_where=_NOT_DELETED,
            postgresql_where=_NOT_DELETED,
        ),
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    qualification_type_id: Mapped[str] = mapped_column(String(64), unique=True)
    account_seq: Mapped[int] = mapped_column(ForeignKey("accounts.seq"))
    name: Mapped[str] = mapped_column(String(200))
    keywords: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    active: Mapped[bool]
    test: Mapped[str | None] = mapped_column(Text)
    answer_key: Mapped[str | None] = mapped_column(Text)
    test_duration_s: Mapped[int | None] = mapped_column(BigInteger)
    retry_delay_s: Mapped[int | None] = mapped_column(BigInteger)
    auto_granted: Mapped[bool] = mapped_column(default=False)
    auto_granted_value: Mapped[int | None]
    created_ms: Mapped[int] = mapped_column(BigInteger)
    deleted_ms: Mapped[int | None] = mapped_column(BigInteger)


class Qualification(Base):
    """That a worker has (or, revoked, had) a qualification, and their score."""

    __tablename__ = "qualifications"
    worker_seq: Mapped[int] = mapped_column(ForeignKey("workers.seq"), primary_key=True)
    type_seq: Mapped[int] = mapped_column(
        ForeignKey("qualification_types.seq"), primary_key=True, index=True
    )
    value: Mapped[int]
    granted: Mapped[bool] = mapped_column(default=True)
    granted_ms: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(Text)
    worker: Mapped[Worker] = relationship(lazy="joined", innerjoin=True)
    type: Mapped[QualificationType] = relationship(lazy="joined", innerjoin=True)


class QualificationRequest(Base):
    """A worker's request, with the test they took. `token_hash` opens the way for the answers."""

    __tablename__ = "qualification_requests"
    __table_args__ = (Index(None, "type_seq", "state"), Index(None, "worker_seq", "type_seq"))
    seq: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(String(64), unique=True)
    type_seq: Mapped[int] = mapped_column(ForeignKey("qualification_types.seq"))
    worker_seq: Mapped[int] = mapped_column(ForeignKey("workers.seq"))
    state: Mapped[str] = mapped_column(String(16))
    test: Mapped[str | None] = mapped_column(Text, deferred=True)
    answer: Mapped[str | None] = mapped_column(Text, deferred=True)
    reason: Mapped[str | None] = mapped_column(Text)
    begun_ms: Mapped[int] = mapped_column(BigInteger)
    deadline_ms: Mapped[int | None] = mapped_column(BigInteger)
    submit_ms: Mapped[int | None] = mapped_column(BigInteger)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    worker: Mapped[Worker] = relationship(lazy="joined", innerjoin=True)
    type: Mapped[QualificationType] = relationship(lazy="joined", innerjoin=True)


class Requirement(Base):
    """That a HIT type asks for a qualification: what ListHITsForQualificationType looks up."""

    __tablename__ = "requirements"
    qualification_type_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    type_seq: Mapped[int] = mapped_column(ForeignKey("hit_types.seq"), primary_key=True)


class WorkerBlock(Base):
    """A requester will not have this worker."""

    __tablename__ = "worker_blocks"
    worker_seq: Mapped[int] = mapped_column(ForeignKey("workers.seq"), primary_key=True)
    account_seq: Mapped[int] = mapped_column(
        ForeignKey("accounts.seq"), primary_key=True, index=True
    )
    reason: Mapped[str] = mapped_column(Text)
    created_ms: Mapped[int] = mapped_column(BigInteger)
    worker: Mapped[Worker] = relationship(lazy="joined", innerjoin=True)
