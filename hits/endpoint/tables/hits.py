"""Requesters, what they ask, and what protects them from asking twice."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hits.endpoint.tables.base import Base


class HitStatus(StrEnum):
    """MTurk's words for where a HIT is in its life."""

    ASSIGNABLE = "Assignable"
    UNASSIGNABLE = "Unassignable"
    REVIEWABLE = "Reviewable"
    REVIEWING = "Reviewing"
    DISPOSED = "Disposed"


class Account(Base):
    """A requester. What is held for open work stands on the HITs, not here."""

    __tablename__ = "accounts"
    seq: Mapped[int] = mapped_column(primary_key=True)
    access_key: Mapped[str] = mapped_column(String(128), unique=True)
    secret_key: Mapped[str] = mapped_column(String(128))
    available_cents: Mapped[int] = mapped_column(BigInteger)
    created_ms: Mapped[int] = mapped_column(BigInteger)


class HitType(Base):
    """Properties that HITs share; `digest` finds the one with identical values.

    `requirements` are QualificationRequirement structures as the API has them. `hosts` are the
    outside hosts that its tasks may reach. `listens` says that somebody wants to hear of what
    happens to its HITs.
    """

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
    requirements: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    hosts: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    listens: Mapped[bool] = mapped_column(default=False)


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
    layout_id: Mapped[str | None] = mapped_column(String(64))
    inputs: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    external_url: Mapped[str | None] = mapped_column(Text)
    frame_height: Mapped[int] = mapped_column(default=0)
    is_form: Mapped[bool] = mapped_column(default=False)
    has_policies: Mapped[bool] = mapped_column(default=False)
    assignment_policy: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True), deferred=True
    )
    hit_policy: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True), deferred=True
    )
    type: Mapped[HitType] = relationship(lazy="joined", innerjoin=True)

    @property
    def unfilled(self) -> int:
        """Slots that nobody holds and nobody has filled."""
        taken = self.pending + self.submitted + self.approved + self.rejected
        return self.max_assignments - taken


class Layout(Base):
    """A template registered at the endpoint, which HITs name by its id (HITLayoutId)."""

    __tablename__ = "layouts"
    seq: Mapped[int] = mapped_column(primary_key=True)
    layout_id: Mapped[str] = mapped_column(String(64), unique=True)
    account_seq: Mapped[int] = mapped_column(ForeignKey("accounts.seq"), index=True)
    name: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, deferred=True)
    height: Mapped[int] = mapped_column(default=0)
    created_ms: Mapped[int] = mapped_column(BigInteger)


class Page(Base):
    """A page that a requester has uploaded, for ExternalQuestions to name; its id follows from it."""

    __tablename__ = "pages"
    page_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_seq: Mapped[int] = mapped_column(ForeignKey("accounts.seq"), index=True)
    html: Mapped[str] = mapped_column(Text)
    created_ms: Mapped[int] = mapped_column(BigInteger)


class RequestToken(Base):
    """A UniqueRequestToken and what it made: the HITId, or the request id of a bonus."""

    __tablename__ = "request_tokens"
    account_seq: Mapped[int] = mapped_column(ForeignKey("accounts.seq"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16), primary_key=True)
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    result: Mapped[str] = mapped_column(String(64))
    created_ms: Mapped[int] = mapped_column(BigInteger)


class RequesterSession(Base):
    """A browser in which a requester has signed in; the cookie's value is kept as a hash."""

    __tablename__ = "requester_sessions"
    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_seq: Mapped[int] = mapped_column(ForeignKey("accounts.seq"), index=True)
    created_ms: Mapped[int] = mapped_column(BigInteger)
