"""What people and programs are told: messages to workers, events for requesters."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hits.endpoint.tables.base import Base


class Message(Base):
    """A requester's message to a worker."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "worker_seq", "read_ms"),)
    seq: Mapped[int] = mapped_column(primary_key=True)
    account_seq: Mapped[int] = mapped_column(ForeignKey("accounts.seq"))
    worker_seq: Mapped[int] = mapped_column(ForeignKey("workers.seq"))
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    sent_ms: Mapped[int] = mapped_column(BigInteger)
    read_ms: Mapped[int | None] = mapped_column(BigInteger)


class Listener(Base):
    """Where events of a HIT type go: SQS and SNS as the API sets them, or a webhook of ours.

    `secret` signs what a webhook gets.
    """

    __tablename__ = "listeners"
    seq: Mapped[int] = mapped_column(primary_key=True)
    type_seq: Mapped[int] = mapped_column(ForeignKey("hit_types.seq"), index=True)
    transport: Mapped[str] = mapped_column(String(16))
    destination: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str | None] = mapped_column(String(128))
    active: Mapped[bool] = mapped_column(default=True)


class Event(Base):
    """One message to one listener, written in the transaction that it tells of.

    Removed when it is delivered; `body` is what is sent, the same at every try. One that was given
    up has no next moment, and stays.
    """

    __tablename__ = "events"
    seq: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(64), unique=True)
    transport: Mapped[str] = mapped_column(String(16))
    destination: Mapped[str] = mapped_column(Text)
    secret: Mapped[str | None] = mapped_column(String(128))
    body: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)
    next_ms: Mapped[int | None] = mapped_column(BigInteger, index=True)
    problem: Mapped[str | None] = mapped_column(Text)
