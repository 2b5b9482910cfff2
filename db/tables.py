"""The project database as SQLAlchemy tables; private to `db`.

Names of tables and columns outlive code: change them by a migration, never in place. Texts and
answers are stored as UTF-8 bytes (`Verbatim`), because what people send may hold characters that
a text column refuses (NUL, lone surrogates). Arrays are stored as little-endian bytes. Money is
stored in integer cents.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


class Verbatim(TypeDecorator[str]):
    """Any Python string, exactly: UTF-8 bytes with lone surrogates passed through."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.encode("utf-8", "surrogatepass")

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else bytes(value).decode("utf-8", "surrogatepass")


class Array(TypeDecorator[NDArray[Any]]):
    """A numpy array of one fixed dtype, as its little-endian bytes; `columns` gives (n, columns)."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, dtype: str, columns: int | None = None) -> None:
        super().__init__()
        self.dtype = dtype
        self.columns = columns

    def process_bind_param(self, value: NDArray[Any] | None, dialect: Dialect) -> bytes | None:
        return None if value is None else np.ascontiguousarray(value, dtype=self.dtype).tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> NDArray[Any] | None:
        if value is None:
            return None
        flat = np.frombuffer(value, dtype=self.dtype)
        return flat if self.columns is None else flat.reshape(-1, self.columns)


class Bits(TypeDecorator[NDArray[np.bool_]]):
    """A row of yes and no: how many there are (four bytes), then eight of them to a byte."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: NDArray[np.bool_] | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return len(value).to_bytes(4, "little") + np.packbits(value).tobytes()

    def process_result_value(
        self, value: bytes | None, dialect: Dialect
    ) -> NDArray[np.bool_] | None:
        if value is None:
            return None
        packed = np.frombuffer(value, np.uint8, offset=4)
        return np.unpackbits(packed, count=int.from_bytes(value[:4], "little")).astype(bool)


class Utc(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC)


class Cents(TypeDecorator[Decimal]):
    """Money: `Decimal` in code, whole cents in the table; a fraction of a cent is refused."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        cents = value * 100
        if cents != cents.to_integral_value():
            raise ValueError(f"{value} is not a whole number of cents")
        return int(cents)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


FLOATS = Array("<f4")
DOUBLES = Array("<f8")
SPANS = Array("<i4", columns=2)
ID = String(64)


def _reference(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, ID, ForeignKey(f"{target}.id"), nullable=nullable)


instances = Table(
    "instances",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("text", Verbatim, nullable=False),
    Column("offsets", SPANS, nullable=False),
    Column("text_pair", Verbatim),
    Column("offsets_pair", SPANS),
    Column("label", Verbatim),
    Column("split", String(32)),
    Column("attributes", JSON, nullable=False),
    Column("position", Integer, nullable=False, index=True),
    Column("image", LargeBinary),
    Column("media_type", String(64), nullable=False, server_default=""),
    Column("size", JSON(none_as_null=True)),
    Column("features", JSON, nullable=False, server_default="{}"),
)

model_runs = Table(
    "model_runs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("labels", JSON, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("data_hash", String(64), nullable=False),
    Column("metrics", JSON, nullable=False),
    Column("weights", Text, nullable=False),
    Column("objective", Text().with_variant(String(64), "sqlite"), nullable=False),
    Column("created_at", Utc, nullable=False),
)

teachings = Table(
    "teachings",
    metadata,
    Column("id", ID, primary_key=True),
    _reference("campaign_id", "campaigns"),
    Column("seeds", JSON, nullable=False),
    Column("arms", JSON, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("made_at", Utc, nullable=False),
    Index(None, "campaign_id"),
)

predictions = Table(
    "predictions",
    metadata,
    Column("run_id", ID, ForeignKey("model_runs.id"), primary_key=True),
    Column("instance_id", ID, ForeignKey("instances.id"), primary_key=True),
    Column("probabilities", FLOATS, nullable=False),
)

probes = Table(
    "probes",
    metadata,
    Column("id", ID, primary_key=True),
    _reference("run_id", "model_runs"),
    _reference("instance_id", "instances"),
    Column("removal", String(64), nullable=False),
    Column("removed", Bits, nullable=False),
    Column("probabilities", FLOATS, nullable=False),
    Index(None, "run_id", "removal"),
)

measures = Table(
    "measures",
    metadata,
    Column("run_id", ID, ForeignKey("model_runs.id"), primary_key=True),
    Column("instance_id", ID, ForeignKey("instances.id"), primary_key=True),
    Column("explainer", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("value", Float),
)

rationales = Table(
    "rationales",
    metadata,
    Column("id", ID, primary_key=True),
    _reference("run_id", "model_runs"),
    Column("explainer", String(64), nullable=False),
    _reference("instance_id", "instances"),
    Column("target", Integer, nullable=False),
    Column("scores", FLOATS, nullable=False),
    Column("baseline", String(64), nullable=False),
    Column("reduction", String(64), nullable=False),
    Column("unit", String(32), nullable=False),
    Column("details", JSON, nullable=False),
    Column("shape", JSON, nullable=False, server_default="[]"),
    Column("contrast", Boolean, nullable=False, server_default=false()),
    Column("options", JSON, nullable=False, server_default="{}"),
    Index(None, "run_id", "explainer", "instance_id"),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("study", String(64), nullable=False),
    Column("study_version", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("reward", Cents, nullable=False),
    Column("currency", String(8), nullable=False),
    Column("assignments_per_hit", Integer, nullable=False),
    Column("market", String(64), nullable=False),
    Column("source", String(64), nullable=False),
    Column("environment", String(16), nullable=False),
    Column("endpoint_url", Text),
    Column("access_key_id", String(128)),
    Column("seed", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("published_at", Utc),
)

hits = Table(
    "hits",
    metadata,
    Column("id", ID, primary_key=True),
    _reference("campaign_id", "campaigns"),
    Column("position", Integer, nullable=False),
    Column("request_token", String(64), nullable=False, unique=True),
    Column("market_id", String(128), unique=True),
    Index(None, "campaign_id", "position", unique=True),
)

items = Table(
    "items",
    metadata,
    Column("id", ID, primary_key=True),
    _reference("campaign_id", "campaigns"),
    _reference("instance_id", "instances"),
    _reference("hit_id", "hits"),
    Column("position", Integer, nullable=False),
    Column("rationale_ids", JSON, nullable=False),
    Column("presentation", String(64), nullable=False),
    Column("condition", String(200), nullable=False),
    Column("side", String(16), nullable=False),
    Column("order", Integer, nullable=False),
    Column("gold", JSON(none_as_null=True)),
    Column("role", String(16), nullable=False, server_default="regular"),
    Column("shown", JSON, nullable=False, server_default="{}"),
    Column("phase", String(32), nullable=False, server_default=""),
    Index(None, "campaign_id"),
    UniqueConstraint("hit_id", "position"),
)

intents = Table(
    "intents",
    metadata,
    Column("id", ID, primary_key=True),
    _reference("campaign_id", "campaigns"),
    Column("operation", String(64), nullable=False),
    Column("token", String(64), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("request", JSON, nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("first_attempt_at", Utc),
    Index(None, "campaign_id", "operation"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", ID, primary_key=True),
    Column("simulated", Boolean, nullable=False),
)

worker_ids = Table(
    "worker_ids",
    metadata,
    Column("worker_id", ID, ForeignKey("workers.id"), primary_key=True),
    Column("platform_id", String(255), nullable=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", ID, primary_key=True),
    _reference("campaign_id", "campaigns"),
    _reference("hit_id", "hits"),
    _reference("worker_id", "workers"),
    Column("market_id", String(128), nullable=False),
    Column("status", String(16), nullable=False),
    Column("answer", Verbatim, nullable=False),
    Column("accepted_at", Utc),
    Column("submitted_at", Utc),
    Column("simulated", Boolean, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("problem", Verbatim),
    UniqueConstraint("campaign_id", "market_id"),
    Index(None, "hit_id"),
    Index(None, "worker_id"),
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", ID, primary_key=True),
    _reference("assignment_id", "assignments"),
    _reference("item_id", "items"),
    Column("question", String(64), nullable=False),
    Column("value", JSON, nullable=False),
    Column("parser", String(64), nullable=False),
    Column("superseded", Boolean, nullable=False, default=False),
    Index(None, "assignment_id"),
    Index(None, "item_id"),
)

exclusions = Table(
    "exclusions",
    metadata,
    Column("id", ID, primary_key=True),
    _reference("campaign_id", "campaigns"),
    Column("subject", String(32), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("rule", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Index(None, "campaign_id"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    _reference("campaign_id", "campaigns"),
    Column("kind", String(16), nullable=False),
    Column("amount", Cents, nullable=False),
    Column("currency", String(8), nullable=False),
    Column("token", String(128), nullable=False, unique=True),
    _reference("assignment_id", "assignments", nullable=True),
    Column("at", Utc, nullable=False),
    Index(None, "campaign_id"),
)

human_rationales = Table(
    "human_rationales",
    metadata,
    Column("campaign_id", ID, ForeignKey("campaigns.id"), primary_key=True),
    Column("instance_id", ID, ForeignKey("instances.id"), primary_key=True),
    Column("method", String(64), primary_key=True),
    Column("scores", FLOATS, nullable=False),
    Column("certainty", FLOATS, nullable=False),
    Column("n_workers", Integer, nullable=False),
    Column("label", Verbatim),
    Column("label_probability", Float),
)

consensus_origins = Table(
    "consensus_origins",
    metadata,
    Column("id", ID, primary_key=True),
    _reference("campaign_id", "campaigns"),
    Column("question", String(64), nullable=False),
    Column("method", String(64), nullable=False),
    Column("unit", String(16), nullable=False),
    Column("version", String(64), nullable=False),
    Column("settings", JSON, nullable=False),
    Column("seed", BigInteger),
    Column("labels", JSON, nullable=False),
    Column("scale", Text, nullable=False),
    Column("excluded", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("made_at", Utc, nullable=False),
    UniqueConstraint("campaign_id", "question", "method"),
)

consensus_units = Table(
    "consensus_units",
    metadata,
    Column("origin_id", ID, ForeignKey("consensus_origins.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _reference("instance_id", "instances"),
    _reference("item_id", "items", nullable=True),
    Column("n_judgements", Integer, nullable=False),
    Column("label", JSON(none_as_null=True)),
    Column("posterior", DOUBLES),
    Column("entropy", Float),
    Column("value", Float),
    Column("sd", Float),
    Column("low", Float),
    Column("high", Float),
)

estimates = Table(
    "estimates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("command", String(64), nullable=False),
    Column("context", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("estimate", JSON, nullable=False),
    Column("created_at", Utc, nullable=False),
    Index(None, "command", "context"),
)
