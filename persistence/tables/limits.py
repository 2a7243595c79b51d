"""Tables of what callers may ask: limits that staff have set, and the documents of released clients."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from domain.rate_limits import CallerKind
from persistence.tables.columns import Instant, key, metadata, one_of, ref

rate_limit_settings = Table(
    "rate_limit_settings",
    metadata,
    key(),
    Column("caller", one_of(CallerKind, "caller"), nullable=False),
    Column("operations_per_minute", Integer, nullable=False),
    Column("cost", Integer, nullable=False),
    Column("refill_per_second", Integer, nullable=False),
    Column("documents_per_minute", Integer, nullable=False),
    Column("payments_per_minute", Integer, nullable=False),
    Column("set_at", Instant, nullable=False),
    ref("set_by_id", "users", optional=True),
    CheckConstraint(
        "least(operations_per_minute, cost, refill_per_second, documents_per_minute, payments_per_minute) > 0",
        name="positive",
    ),
    Index("ix_rate_limit_settings_newest", "caller", "id"),
)

client_releases = Table(
    "client_releases",
    metadata,
    key(),
    Column("client", Text, nullable=False),
    Column("release", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("retired_at", Instant, nullable=True),
    UniqueConstraint("client", "release"),
)

trusted_documents = Table(
    "trusted_documents",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    # Whatever is written here, by whomever: no text stands under the hash of another.
    CheckConstraint("hash = sha256(convert_to(text, 'UTF8'))", name="hash"),
)

released_documents = Table(
    "released_documents",
    metadata,
    ref("release_id", "client_releases"),
    Column("document_hash", LargeBinary, ForeignKey("trusted_documents.hash"), nullable=False),
    PrimaryKeyConstraint("release_id", "document_hash"),
)
