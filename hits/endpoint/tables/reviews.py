"""What review policies found and did."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hits.endpoint.tables.base import Base


class ReviewResult(Base):
    """A value that a policy computed of an assignment or of a HIT."""

    __tablename__ = "review_results"
    __table_args__ = (Index(None, "hit_seq", "seq"),)
    seq: Mapped[int] = mapped_column(primary_key=True)
    hit_seq: Mapped[int] = mapped_column(ForeignKey("hits.seq"))
    level: Mapped[str] = mapped_column(String(16))
    action_id: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(16))
    question_id: Mapped[str | None] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(Text)


class ReviewAction(Base):
    """What a policy did because of a result."""

    __tablename__ = "review_actions"
    __table_args__ = (Index(None, "hit_seq", "seq"),)
    seq: Mapped[int] = mapped_column(primary_key=True)
    hit_seq: Mapped[int] = mapped_column(ForeignKey("hits.seq"))
    level: Mapped[str] = mapped_column(String(16))
    action_id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    target_id: Mapped[str] = mapped_column(String(64))
    target_type: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    complete_ms: Mapped[int] = mapped_column(BigInteger)
    result: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(String(64))
